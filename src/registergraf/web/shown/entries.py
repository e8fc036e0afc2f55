"""Rows of a page query, gathered under the thing each is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registergraf.graph.queries import Row, Term

GIVEN = frozenset({"registry", "provision", "organisation", "entity", "lang", "order", "rank"})
"""Variables that a query is asked with or ordered by; `organisation-roles` names its registry itself."""


@dataclass
class Entry:
    """One value of a page: what it is a value of, the columns beside it, and the claims that say it."""

    item: Term
    property: Term | None = None
    columns: dict[str, list[Term]] = field(default_factory=dict)
    claims: list[Term] = field(default_factory=list)

    def all(self, name: str) -> list[Term]:
        """Every value of a column, in the order of the query."""
        return self.columns.get(name, [])

    def one(self, name: str) -> Term | None:
        """The first value of a column, if it has any."""
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str:
        """The first value of a column as plain text, empty without one."""
        term = self.one(name)
        return term.value if term else ""


def gather(rows: Iterable[Row], *also: str) -> list[Entry]:
    """Entries in the order of their first row; `also` names given variables that are columns all the same."""
    entries: dict[tuple[Term | None, Term], Entry] = {}
    for row in rows:
        key = (row.get("property"), row["item"])
        entry = entries.get(key)
        if entry is None:
            entry = entries[key] = Entry(item=row["item"], property=row.get("property"))
        for name, term in row.items():
            if name == "claim":
                _add(entry.claims, term)
            elif name not in {"item", "property"} and (name in also or name not in GIVEN):
                _add(entry.columns.setdefault(name, []), term)
    return list(entries.values())


def _add(terms: list[Term], term: Term) -> None:
    if term not in terms:
        terms.append(term)
