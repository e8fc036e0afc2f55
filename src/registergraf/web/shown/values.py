"""Values with their evidence as HTML: the value, the numbers of its footnotes, what its claims tell, and the footnotes.

Written here and not in a template, and piece by piece as plain text, since a page has hundreds of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registergraf.web.shown.entries import Entry
    from registergraf.web.shown.evidence import Evidence, Footnote, Said
    from registergraf.web.shown.show import Shower

__all__ = ["footnote", "references", "told", "value"]


def value(show: Shower, evidence: Evidence, entry: Entry, shown: Markup | str = "") -> Markup:
    """A value, shown in its own way or as what it is, in doubt where its claims are, with its footnotes."""
    said = evidence.said(entry.claims)
    words = shown or show.term(entry.item)
    notes = references(show, evidence.refer(entry.claims))
    return Markup(f'<div class="value">{show.chip(said.doubt)}{escape(words)}{notes}{told(show, said)}</div>\n')  # noqa: S704 - of markup


def told(show: Shower, said: Said) -> Markup:
    """What claims say of themselves: from when to when they hold, and why they stand as they do."""
    lines = []
    for claim in said.told:
        start, end = claim.one("start"), claim.one("end")
        if start or end:
            lines.append(f'<p class="told">{escape(show.t("claim.period"))} {show.period(start, end)}.</p>\n')
        lines += [f'<p class="told">{show.term(reason)}</p>\n' for reason in claim.all("reason")]
    return Markup("".join(lines))  # noqa: S704 - of markup and escaped text


def references(show: Shower, referred: Iterable[tuple[Footnote, str]]) -> Markup:
    """The numbers behind a value, each leading to its footnote, with the id of the reference."""
    numbers = [
        f'<a id="{ref}" href="#note-{note.number}" role="doc-noteref"'
        f' aria-label="{escape(show.t("note.reference", number=note.number))}">{note.number}</a>'
        for note, ref in referred
    ]
    return Markup(f'<sup class="notes">{" ".join(numbers)}</sup>')  # noqa: S704 - ids and numbers, the text escaped


def footnote(show: Shower, note: Footnote) -> Markup:
    """A footnote: document, lines, provision, words, the status of its claim, and the way back to each reference."""
    passage = {name: term.value for name, term in note.passage.items()}
    provision = show.link(passage["provision"]) if "provision" in passage else None
    place = show.place(show.link(passage["document"]), provision, passage)
    return Markup(f"{place}. {show.chip(note.status)}{_ways_back(show, note)}")  # noqa: S704 - of markup


def _ways_back(show: Shower, note: Footnote) -> str:
    label = escape(show.t("note.back", number=note.number))
    several = len(note.references) > 1
    return "".join(
        f'<a class="back" href="#{ref}" aria-label="{label}{f" ({count})" if several else ""}">↑</a>'
        for count, ref in enumerate(note.references, 1)
    )
