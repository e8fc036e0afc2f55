"""How much a graph has of what a query asks for, counted where it is first needed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, QuerySolutions

if TYPE_CHECKING:
    from pyoxigraph import Store

__all__ = ["MOST_COUNTED", "Statistics"]

MOST_COUNTED = 50_000
"""Where counting ends; what there is more of counts as one more."""
_REMEMBERED = 1_000
_SAMPLE = 16
_INSTANCES = "SELECT (COUNT(*) AS ?n) {{ SELECT * {{ ?s a {} }} LIMIT {} }}"
_TRIPLES = "SELECT (COUNT(*) AS ?n) {{ SELECT * {{ ?s {} ?o }} LIMIT {} }}"
_TRIPLES_OF_SOME = "SELECT (COUNT(*) AS ?n) {{ {{ SELECT ?s {{ ?s a {} }} LIMIT {} }} ?s ?p ?o }}"


class Statistics:
    """Counts of the default graph of a store that does not change, by IRI; the last ones asked for are remembered.

    An IRI that is none is one that nothing has.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._count = lru_cache(_REMEMBERED)(self._ask)

    def instances(self, class_: str) -> int:
        """How many things are said to be of a class."""
        return self._count(_INSTANCES, class_, MOST_COUNTED + 1)

    def triples(self, property_: str) -> int:
        """How many triples have a property."""
        return self._count(_TRIPLES, property_, MOST_COUNTED + 1)

    def triples_of_one(self, class_: str) -> float:
        """How many triples are about one thing of a class, by the first few; 0 where there is none."""
        return self._count(_TRIPLES_OF_SOME, class_, _SAMPLE) / max(1, min(_SAMPLE, self.instances(class_)))

    def _ask(self, query: str, iri: str, most: int) -> int:
        try:
            term = NamedNode(iri)
        except ValueError:
            return 0
        found = self._store.query(query.format(term, most))
        assert isinstance(found, QuerySolutions)  # noqa: S101 - it is a SELECT
        return int(next(found)[0].value)
