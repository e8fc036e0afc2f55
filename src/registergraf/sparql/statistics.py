"""How much a graph has of what a query asks for, counted where it is first needed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode, QuerySolutions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import Store

__all__ = ["MOST_COUNTED", "Spread", "Statistics"]

MOST_COUNTED = 50_000
"""Where counting ends; what there is more of counts as one more."""
_REMEMBERED = 1_000
_SAMPLE = 16
_STEPS = 512
"""How finely it is told how values are spread."""
_WITH_LANGUAGE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")
_SORTED_BY_CHARACTERS = frozenset({NamedNode("http://www.w3.org/2001/XMLSchema#string"), _WITH_LANGUAGE})
_INSTANCES = "SELECT (COUNT(*) AS ?n) {{ SELECT * {{ ?s a {} }} LIMIT {} }}"
_TRIPLES = "SELECT (COUNT(*) AS ?n) {{ SELECT * {{ ?s {} ?o }} LIMIT {} }}"
# MINUS {} has all values read at once; see `registergraf.sparql.joining`.
_VALUES = "SELECT ?o {{ ?s a {} . {{ ?s {} ?o MINUS {{}} }} }}"
_TRIPLES_OF_SOME = "SELECT (COUNT(*) AS ?n) {{ {{ SELECT ?s {{ ?s a {} }} LIMIT {} }} ?s ?p ?o }}"


class Spread(NamedTuple):
    """How many values there are, some of them in the order of their characters at even steps, and what they are."""

    number: int
    some: Sequence[str]
    have_language: bool

    def below(self, number: int) -> str:
        """A value below which there are about so many; the last one known where there are fewer."""
        return self.some[min(len(self.some) - 1, -(-number * len(self.some) // self.number))]


_UNKNOWN = Spread(0, (), have_language=False)


class Statistics:
    """Counts of the default graph of a store that does not change, by IRI; the last ones asked for are remembered.

    An IRI that is none is one that nothing has.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._count = lru_cache(_REMEMBERED)(self._ask)
        self._spread_of = lru_cache(_REMEMBERED)(self._spread)

    def instances(self, class_: str) -> int:
        """How many things are said to be of a class."""
        return self._count(_INSTANCES, class_, MOST_COUNTED + 1)

    def triples(self, property_: str) -> int:
        """How many triples have a property."""
        return self._count(_TRIPLES, property_, MOST_COUNTED + 1)

    def triples_of_one(self, class_: str) -> float:
        """How many triples are about one thing of a class, by the first few; 0 where there is none."""
        return self._count(_TRIPLES_OF_SOME, class_, _SAMPLE) / max(1, min(_SAMPLE, self.instances(class_)))

    def spread(self, class_: str, property_: str) -> Spread:
        """How the values of a property are spread that things of a class have.

        None are known where there are too many, or not all are strings, or strings with a language.
        """
        return self._spread_of(class_, property_)

    def _ask(self, query: str, iri: str, most: int) -> int:
        try:
            term = NamedNode(iri)
        except ValueError:
            return 0
        return int(next(self._select(query.format(term, most)))[0].value)

    def _spread(self, class_: str, property_: str) -> Spread:
        if self.instances(class_) > MOST_COUNTED or self.triples(property_) > MOST_COUNTED:
            return _UNKNOWN
        try:
            query = _VALUES.format(NamedNode(class_), NamedNode(property_))
        except ValueError:
            return _UNKNOWN
        values = [value for (value,) in self._select(query)]
        kinds = {value.datatype if isinstance(value, Literal) else None for value in values}
        if len(kinds) != 1 or kinds.isdisjoint(_SORTED_BY_CHARACTERS):
            return _UNKNOWN
        texts = sorted(value.value for value in values)
        return Spread(len(texts), texts[:: -(-len(texts) // _STEPS)], kinds == {_WITH_LANGUAGE})

    def _select(self, query: str) -> QuerySolutions:
        found = self._store.query(query)
        assert isinstance(found, QuerySolutions)  # noqa: S101 - it is a SELECT
        return found
