"""The data sources by facets: all state is in the address, and the same address gives CSV, JSON and Turtle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, g, redirect, request
from werkzeug.exceptions import RequestURITooLarge

from registergraf.web.ground.client import HTML, accepted, language
from registergraf.web.ground.i18n import texts
from registergraf.web.ground.site import Site, site
from registergraf.web.pages.browse_data import BY_SUFFIX, MEDIA_TYPES, Listing, download
from registergraf.web.pages.facets import FACETS, NONE, SILENT, Chosen, Facets, Value
from registergraf.web.shown.links import Link
from registergraf.web.shown.localised import localised
from registergraf.web.shown.problems import NothingAcceptable, UnknownThing
from registergraf.web.shown.render import render
from registergraf.web.shown.show import Shower

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.wrappers import Response as AnyResponse

    from registergraf.graph.queries import Term

blueprint = localised("browse", __name__)

PER_PAGE = 100
"""Data sources on a page."""
OPEN = 3
"""Facets that are open from the start."""


@dataclass(frozen=True)
class Choice:
    """What an address chooses."""

    chosen: Chosen
    words: str = ""
    page: int = 1

    @classmethod
    def read(cls) -> Choice:
        """Read the address of the request; a facet may be given more than once. Raises `RequestURITooLarge`."""
        length, most = len(request.query_string), site().settings.choice_length
        if length > most:
            raise RequestURITooLarge(
                f"What is chosen takes {length} characters of the address, more than the {most} of 'choice-length'"
            )
        given = {facet: tuple(dict.fromkeys(filter(None, request.args.getlist(facet)))) for facet in FACETS}
        chosen = {facet: keys for facet, keys in given.items() if keys}
        return cls(chosen, request.args.get("q", "").strip(), page_asked())

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that say it, always in the same order; the page is not part of what is chosen."""
        facets = [(facet, key) for facet in FACETS for key in self.chosen.get(facet, ())]
        return [*facets, *([("q", self.words)] if self.words else [])]

    def toggled(self, facet: str, key: str) -> Choice:
        """The choice with one value more, or one less."""
        keys = self.chosen.get(facet, ())
        keys = tuple(k for k in keys if k != key) if key in keys else (*keys, key)
        return Choice(
            {**{f: k for f, k in self.chosen.items() if f != facet}, **({facet: keys} if keys else {})}, self.words
        )

    def address(self, path: str = "", page: int = 1) -> str:
        """The address of a choice, below the language."""
        pairs = [*self.pairs(), *([("page", str(page))] if page > 1 else [])]
        return f"/{g.lang}/registry{path or '/'}" + (f"?{urlencode(pairs)}" if pairs else "")


def page_asked() -> int:
    """The page of a list that the address asks for; the first where it asks for none that can be."""
    page = request.args.get("page", "1")
    return max(1, int(page)) if page.isdecimal() and len(page) < len(str(10**6)) else 1


@blueprint.get("/registry/")
def registries() -> Response:
    """The data sources that fit what the address chooses, and how many there would be with each other value."""
    choice, facets = Choice.read(), facets_of(site(), g.lang)
    within = _within(facets, choice.words)
    found = facets.listed(facets.chosen(choice.chosen) & within)
    first = (choice.page - 1) * PER_PAGE
    links = [Link("alternate", choice.address(f".{suffix}"), form) for suffix, form in MEDIA_TYPES.items()]
    return render(
        "registries.html",
        g.lang,
        links,
        choice=choice,
        said=sentence(choice, facets, len(found)),
        counts=facets.counts(choice.chosen, within),
        found=[(iri, facets.of(iri)) for iri in found[first : first + PER_PAGE]],
        total=len(found),
        pages=-(-len(found) // PER_PAGE),
        page_address=partial(choice.address, ""),
        opened=OPEN,
        shorts=_shorts(site(), g.lang),
        bases=_bases(site()),
        label=value_label,
    )


@blueprint.get("/registry.<suffix>")
def registries_as(suffix: str) -> Response:
    """The same choice as CSV, JSON or Turtle, whole."""
    if suffix not in BY_SUFFIX:
        raise UnknownThing("document", f"registry.{suffix}")
    choice, facets = Choice.read(), facets_of(site(), g.lang)
    found = facets.listed(facets.chosen(choice.chosen) & _within(facets, choice.words))
    listing = Listing(facets, found, choice.pairs(), sentence(choice, facets, len(found)), value_label)
    return download(suffix, listing)


def negotiated() -> AnyResponse:
    """The list without a language leads to that of the client, in the form it prefers."""
    offers = [HTML, *MEDIA_TYPES.values()]
    offer = accepted(offers)
    if offer is None:
        raise NothingAcceptable(offers)
    path = next((f".{suffix}" for suffix, form in MEDIA_TYPES.items() if form == offer), "/")
    query = request.query_string.decode("ascii", "replace")
    response = redirect(f"/{language()}/registry{path}" + (f"?{query}" if query else ""), 303)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def facets_of(of: Site, lang: str) -> Facets:
    """The facets of a release on a day, with the data sources as a language orders them; made once."""
    return of.once(f"facets {lang}", lambda: Facets([row["registry"].value for row in _order(of, lang)], _rows(of)))


def _rows(of: Site) -> Iterator[tuple[str, str, str, str]]:
    notations = {row["concept"].value: row["key"].value for row in of.rows("notations")}
    for row in of.rows("facets"):
        iri = row["value"].value
        key = notations.get(iri) or (of.path(iri) or iri).rpartition("/")[2]
        yield row["registry"].value, row["facet"].value, iri, key
    for verdict in of.release.verdicts:
        if verdict["run"] == "view" and verdict["registry"]:
            yield from _of_verdict(of, verdict["registry"], verdict["outcome"], verdict["severity"], verdict["rule"])


def _of_verdict(of: Site, slug: str, outcome: str, severity: str, rule: str) -> Iterator[tuple[str, str, str, str]]:
    registry = of.iri("registry", slug).value
    if outcome == "failed":
        yield registry, "verdict", f"failed-{severity.lower()}", f"failed-{severity.lower()}"
        yield registry, "rule", of.iri("rule", rule).value, rule
    elif outcome == "not-checked":
        yield registry, "verdict", outcome, outcome


def ordered_registries(lang: str) -> list[dict[str, Term]]:
    """The data sources in the order of a language, with their slugs."""
    return _order(site(), lang)


def _order(of: Site, lang: str) -> list[dict[str, Term]]:
    return of.once(f"order {lang}", lambda: of.rows("registry-order", lang=lang))


def _shorts(of: Site, lang: str) -> dict[str, str]:
    return of.once(
        "shorts", lambda: {r["registry"].value: r["shorts"].value for r in _order(of, lang) if "shorts" in r}
    )


def _bases(of: Site) -> dict[str, list[Term]]:
    def gathered() -> dict[str, list[Term]]:
        bases: dict[str, list[Term]] = {}
        for row in of.rows("registry-bases"):
            of_one = bases.setdefault(row["registry"].value, [])
            if row["item"] not in of_one:
                of_one.append(row["item"])
        return bases

    return of.once("bases", gathered)


def _within(facets: Facets, words: str) -> int:
    """The data sources in which the words are found; all where there are none."""
    if not words:
        return facets.all
    return facets.bits(hit.iri for hit in site().release.index.find(words) if hit.type == "registry")


def value_label(facet: str, value: Value) -> str:
    """What a value is called in the language of the page."""
    t = texts(g.lang)
    if value.key == NONE:
        return t.get(f"facet.none.{facet}") or t("facet.none")
    if value.key == SILENT:
        return t("facet.silent")
    if facet == "period":
        return t("facet.decade", year=value.key)
    if facet == "verdict":
        return t(f"facet.verdict.{value.key}")
    name = Shower(t).plain(value.iri)
    return f"{value.key} {name}" if facet == "rule" else name


def sentence(choice: Choice, facets: Facets, number: int) -> str:
    """What is shown, in words."""
    t = texts(g.lang)
    told = [
        t("facet.is", facet=t(f"facet.{facet}.in"), values=f" {t('facet.or')} ".join(_quoted(facets, facet, keys)))
        for facet, keys in choice.chosen.items()
    ]
    if choice.words:
        told.append(t("facet.words", words=choice.words))
    start = t("facet.some" if told else "facet.every", number=t.number(number), total=t.number(len(facets.order)))
    return start + (f" {t('facet.where')} " + f" {t('facet.and')} ".join(told) if told else "") + "."


def _quoted(facets: Facets, facet: str, keys: tuple[str, ...]) -> list[str]:
    t = texts(g.lang)
    known = facets.values[facet]
    return [t("facet.quoted", value=value_label(facet, known[key]) if key in known else key) for key in keys]
