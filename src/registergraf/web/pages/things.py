"""What the pages about things have in common: whether a thing is known, what is said of it, what refers to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import g

from registergraf.web.ground.site import site
from registergraf.web.pages.browse import page_asked
from registergraf.web.shown.entries import Entry, gather
from registergraf.web.shown.evidence import Evidence
from registergraf.web.shown.problems import UnknownThing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import NamedNode

    from registergraf.graph.queries import Row, Term

REFERENCES_SHOWN = 200
"""The limit that ``queries/pages/entity-references.rq`` states."""


PART = 200
"""Things of a long list on one page."""


@dataclass(frozen=True)
class Part:
    """The part of a long list that the address asks for, so that no more than it need be read."""

    items: Sequence[Term]
    page: int
    pages: int
    path: str

    @classmethod
    def asked(cls, rows: Sequence[Row], path: str) -> Part:
        """The part of the items of some rows that the page at a path below the language shows; at most the last."""
        pages = max(1, -(-len(rows) // PART))
        page = min(page_asked(), pages)
        return cls([row["item"] for row in rows[(page - 1) * PART : page * PART]], page, pages, path)

    def address(self, page: int) -> str:
        """The address of a part."""
        return f"/{g.lang}{self.path}" + (f"?page={page}" if page > 1 else "")


def known(kind: str, key: str) -> NamedNode:
    """The IRI of a thing that something is said of; raises `UnknownThing`."""
    iri = site().iri(kind, key)
    if not site().knows(iri):
        raise UnknownThing(kind, key)
    return iri


def order(iri: str) -> str:
    """What a thing is sorted by in the language of the page."""
    return site().order(iri, g.lang)


def facts(page_query: str, iri: NamedNode) -> list[tuple[Term, list[Entry]]]:
    """What is said of a thing, by property."""
    return by_property(site().rows(page_query, entity=iri, lang=g.lang))


def by_property(rows: Iterable[Row]) -> list[tuple[Term, list[Entry]]]:
    """Entries under the property they are values of."""
    grouped: dict[Term, list[Entry]] = {}
    for entry in gather(rows):
        grouped.setdefault(cast("Term", entry.property), []).append(entry)
    return list(grouped.items())


def references(iri: NamedNode) -> list[tuple[Term, list[Entry]]]:
    """What refers to a thing, by property, in the order of the names."""
    grouped = by_property(site().rows("entity-references", entity=iri))
    return [(p, sorted(some, key=lambda entry: order(entry.item.value))) for p, some in grouped]


def gather_evidence(sections: Iterable[Iterable[Entry]]) -> Evidence:
    """What the values of a page's sections rest on."""
    claims = sorted({claim for section in sections for entry in section for claim in entry.claims}, key=str)
    return Evidence(site().rows_of("claims", "claim", claims, lang=g.lang), site().rows_of("passages", "claim", claims))
