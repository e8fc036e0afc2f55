"""From RDF terms to HTML, escaped, with `lang` where the language is not the page's (WCAG 2.1, 3.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from markupsafe import Markup, escape
from pyoxigraph import Literal

from registergraf.web.ground.i18n import DAYS, DURATIONS, LANGUAGES, NO_BREAK_SPACE, texts
from registergraf.web.ground.markup import filled
from registergraf.web.ground.site import site
from registergraf.web.shown.cells import CODES, candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from registergraf.graph.queries import Term
    from registergraf.web.ground.i18n import Texts

XSD = "http://www.w3.org/2001/XMLSchema#"
DATES = frozenset(XSD + name for name in ("date", "gYear", "gYearMonth"))
NUMBERS = frozenset(XSD + name for name in ("integer", "nonNegativeInteger", "positiveInteger", "int", "long"))
LONG = 60
"""Characters above which text in another language is followed by the name of the language."""


class _Shown(NamedTuple):
    """A thing by its name."""

    name: Markup
    link: Markup
    tongue: str = ""
    """The language of the name where it is another than the page's."""


class Shower:
    """Shows terms in one language; a template calls its methods."""

    def __init__(self, t: Texts) -> None:
        self.t = t
        self.lang = t.lang
        self._site = site()
        self._shown = self._site.once(f"shown {self.lang}", dict[str, _Shown])
        self._others: set[str] = set()

    def term(self, term: Term | None) -> Markup:
        """A literal as text, an IRI as a link by its name; nothing for None."""
        if term is None:
            return Markup()
        return self.literal(term) if isinstance(term, Literal) else self.link(term.value)

    def cell(self, column: str, term: Term | None) -> Markup:
        """A value of an answer: a key or a code as a link by the name of what it means, a day or a duration in words.

        The number of an organisation is linked as it is, and so stands anything else.
        """
        if not isinstance(term, Literal):
            return self.term(term)
        if iri := self._meant(column, term.value):
            return self.link(iri, term.value if column == "orgnr" else None)
        if term.language:
            return self.foreign(term.value, term.language)
        if DAYS.fullmatch(term.value):
            return self.date(term.value)
        if DURATIONS.fullmatch(term.value):
            return escape(self.t.duration(term.value))
        return escape(self._code(column, term.value)) if column in CODES else self.literal(term)

    def code(self, column: str, value: str) -> str:
        """What a key or a code of a column means, without markup; itself where it means nothing that has a name."""
        iri = self._meant(column, value)
        return self.plain(iri) if iri else self._code(column, value)

    def _code(self, column: str, value: str) -> str:
        return (self.t.get(f"code.{value}") if column in CODES else None) or value

    def _meant(self, column: str, value: str) -> str:
        """The IRI that a key or a code of a column stands for, empty where nothing is known by it."""
        iris = candidates(self._site, column, value)
        return next((iri for iri in iris if value and self._site.name(iri, self.lang)), "")

    def literal(self, literal: Literal) -> Markup:
        """A literal by its datatype; a longer text in another language says in words which."""
        if literal.language:
            shown = self.foreign(self._worded(literal.value, literal.language), literal.language)
            if literal.language == self.lang or len(literal.value) <= LONG:
                return shown
            return filled('{} <span class="tongue">({})</span>', shown, self.tongue(literal.language))
        write = _WRITTEN.get(literal.datatype.value)
        return escape(write(self, literal.value) if write else literal.value)

    def foreign(self, text: str, lang: str | None) -> Markup:
        """Text that may be in another language than the page."""
        if not lang or lang == self.lang:
            return escape(text)
        self._others.add(lang)
        return filled('<span lang="{}">{}</span>', lang, text)

    def _worded(self, text: str, lang: str | None) -> str:
        """A text of ours with its days in words, in its own language."""
        return (texts(lang) if lang in LANGUAGES else self.t).worded(text)

    def tongue(self, lang: str) -> str:
        """What a language is called."""
        return self.t.get(f"foreign.{lang}") or lang

    @property
    def others(self) -> str:
        """The other languages that text of this page has been shown in so far, in words; empty without any."""
        return ", ".join(sorted(map(self.tongue, self._others)))

    def date(self, value: str) -> Markup:
        """A date in words, with the machine's form beside it."""
        return filled('<time datetime="{}">{}</time>', value, self.t.date(value))

    def period(self, start: Term | None, end: Term | None) -> Markup:
        """From when to when; a bound that is absent is left out."""
        first, last = self.term(start), self.term(end)
        if start and end:
            return filled("{} – {}", first, last)
        if start:
            return filled("{}&nbsp;{}", self.t("period.from"), first)
        return filled("{}&nbsp;{}", self.t("period.until"), last) if end else Markup()

    def lines(self, first: object, last: object) -> str:
        """Where in a document, to follow its name; nothing without a first line."""
        if not first:
            return ""
        several = last and str(first) != str(last)
        return ", " + (self.t("note.lines", first=first, last=last) if several else self.t("note.line", first=first))

    def place(self, document: Markup, provision: Markup | None, passage: Mapping[str, Any]) -> Markup:
        """Where something stands: the document, and of the passage its lines, the provision, and the words."""
        lines = escape(self.lines(passage.get("first"), passage.get("last")))
        at = f", {provision}" if provision else ""
        phrase = passage.get("phrase")
        words = f': <q lang="nb">{escape(phrase)}</q>' if phrase else ""
        return Markup(f"{document}{lines}{at}{words}")  # noqa: S704 - of markup and escaped text

    def read_at(self, passage: Mapping[str, Any]) -> Markup:
        """Where the audit read what it saw."""
        provision = passage["provision"]
        return self.place(self.document(passage["document"]), self.seen(provision) if provision else None, passage)

    def chip(self, status: str) -> Markup:
        """The status of a claim, to stand before or behind what it says; nothing without one."""
        if not status:
            return Markup()
        return filled('<span class="chip {}">{}</span> ', status.rpartition("-")[2], self.name(status))

    def name(self, iri: str) -> Markup:
        """What a thing is called; a paragraph sign stays with its number."""
        return self._known(iri).name

    def plain(self, iri: str) -> str:
        """What a thing is called, without markup; its kind and key, or its prefixed name, where it has no name."""
        named = self._site.name(iri, self.lang)
        if named:
            return named.value
        kind, _, key = (self._site.path(iri) or "").partition("/")
        if key:
            return f"{self.t.get(f'kind.{kind}') or kind} {key}"
        return self.t.get(f"term.{self._site.compact(iri)}") or self._site.compact(iri)

    def part(self, iri: str, whole: str) -> Markup:
        """A part of a law by its name without that of the whole, linked."""
        return self.link(iri, self.plain(iri).removeprefix(self.plain(whole)).strip())

    def ordered(self, iris: Iterable[str]) -> list[str]:
        """Things in the order of their names."""
        return sorted(iris, key=lambda iri: self._site.order(iri, self.lang))

    def seen(self, value: str) -> Markup:
        """What the audit saw: a thing by its name, anything else as it is."""
        if value.startswith(("https://", "http://")):
            return self.link(value)
        kind, _, key = value.partition("/")
        if key and self.t.get(f"kind.{kind}"):
            return self.link(self._site.release.base + value)
        return escape(self.t.worded(value))

    def document(self, name: str) -> Markup:
        """A source document by its IRI or by its key, as the audit names it."""
        return self.link(name if ":" in name else f"{self._site.release.base}source/{name}")

    def href(self, iri: str) -> str | None:
        """Where a link to a thing goes: our page, or an address on the web; nothing else is linked."""
        path = self._site.path(iri)
        if path:
            return f"/{self.lang}/{path}"
        return iri if iri.startswith(("https://", "http://")) else None

    def link(self, iri: str, text: Markup | str | None = None) -> Markup:
        """A thing by its name, linked where it can be."""
        if text is not None:
            return self._linked(iri, text, text)
        return self._known(iri).link

    def _known(self, iri: str) -> _Shown:
        """How a thing is shown; kept of those that have a name, which are as many as the release has, and no more."""
        shown = self._shown.get(iri)
        if shown is None:
            named = self._site.name(iri, self.lang)
            if named is None:
                name = escape(self.plain(iri))
                return _Shown(name, self._linked(iri, name, iri.removeprefix("mailto:")))
            kept = self._worded(named.value, named.language).replace("§ ", "§" + NO_BREAK_SPACE)
            name = self.foreign(kept, named.language)
            tongue = named.language if named.language and named.language != self.lang else ""
            shown = self._shown[iri] = _Shown(name, self._linked(iri, name, iri.removeprefix("mailto:")), tongue)
        if shown.tongue:
            self._others.add(shown.tongue)  # told at the end of the page, of what is kept too
        return shown

    def _linked(self, iri: str, shown: Markup | str, bare: str) -> Markup:
        href = self.href(iri)
        if shown == iri:
            shown = unquote(iri)
        return filled('<a href="{}">{}</a>', href, shown) if href else escape(bare)


_WRITTEN: dict[str, Callable[[Shower, str], str]] = {
    **dict.fromkeys(DATES, Shower.date),
    **dict.fromkeys(NUMBERS, lambda show, value: show.t.number(value)),
    XSD + "duration": lambda show, value: show.t.duration(value),
    XSD + "boolean": lambda show, value: show.t("yes" if value in {"true", "1"} else "no"),
}
"""How a literal of a datatype is written; beside the class, so that none refers to itself, which only the garbage
collector would find to be no longer used."""
