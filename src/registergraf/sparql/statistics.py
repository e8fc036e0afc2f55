"""How much a graph has of what a query asks for, counted where it is first needed."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode, QuerySolutions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Store

    from registergraf.graph.queries import Term

__all__ = ["MOST_COUNTED", "Lowest", "Statistics"]

MOST_COUNTED = 200_000
"""Where counting ends; what there is more of counts as one more."""
_REMEMBERED = 1_000
_SAMPLE = 16
_KNOWN = 4_096
"""The most values that are known by themselves, of those of a property."""
_WITH_LANGUAGE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")
_XSD = "http://www.w3.org/2001/XMLSchema#"
_SORTED_BY_CHARACTERS = frozenset({NamedNode(f"{_XSD}string"), _WITH_LANGUAGE})
# So are days without a time zone, in four digits for the year; and what is behind a year or a month in its first day.
_DAYS = {NamedNode(f"{_XSD}gYear"): "-01-01", NamedNode(f"{_XSD}gYearMonth"): "-01", NamedNode(f"{_XSD}date"): ""}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OF_CLASS = re.compile(r"[?$]\w+\s+a\s+(?: <(?P<iri>[^<>\s]+)> | (?P<prefix>[\w-]*):(?P<local>[\w-]+) )", re.VERBOSE)
_INSTANCES = "SELECT (COUNT(*) AS ?n) {{ SELECT * {{ ?s a {} }} LIMIT {} }}"
_TRIPLES = "SELECT (COUNT(*) AS ?n) {{ SELECT * {{ ?s {} ?o }} LIMIT {} }}"
# MINUS {} has all triples of a property read at once; see `registergraf.sparql.joining`.
_STEP = "{{ ?s{} {} ?s{} MINUS {{}} }}"
_TRIPLES_OF_SOME = "SELECT (COUNT(*) AS ?n) {{ {{ SELECT ?s {{ ?s a {} }} LIMIT {} }} ?s ?p ?o }}"


class Lowest(NamedTuple):
    """Of `number` values the first, in the order of their characters; and each as a term, as a query has it."""

    number: int = 0
    values: Sequence[str] = ()
    terms: Sequence[str] = ()

    def first(self, number: int) -> list[str]:
        """The different terms of the first so many values, and of those equal to the last; none where unknown."""
        end = bisect_right(self.values, self.values[number - 1]) if number <= len(self.values) else len(self.values)
        if end == len(self.values) < self.number:
            return []
        return [*dict.fromkeys(self.terms[:end])]


_UNKNOWN = Lowest()


class Statistics:
    """Counts of the default graph of a store that does not change, by IRI; the last ones asked for are remembered.

    An IRI that is none is one that nothing has.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._count = lru_cache(_REMEMBERED)(self._ask)
        self._lowest_of = lru_cache(_REMEMBERED)(self._lowest)

    def instances(self, class_: str) -> int:
        """How many things are said to be of a class."""
        return self._count(_INSTANCES, class_, MOST_COUNTED + 1)

    def seem_many(self, query: str, least: int) -> bool:
        """Whether there seem to be so many things of a class that stands in a query; a quick guess."""
        for found in _OF_CLASS.finditer(query):
            iri = found["iri"]
            if iri is None and (prefix := re.search(rf"(?:^|\s){found['prefix']}:\s*<([^<>\s]*)>", query)):
                iri = prefix[1] + found["local"]
            if iri and self.instances(iri) >= least:
                return True
        return False

    def triples(self, property_: str) -> int:
        """How many triples have a property."""
        return self._count(_TRIPLES, property_, MOST_COUNTED + 1)

    def triples_of_one(self, class_: str) -> float:
        """How many triples are about one thing of a class, by the first few; 0 where there is none."""
        return self._count(_TRIPLES_OF_SOME, class_, _SAMPLE) / max(1, min(_SAMPLE, self.instances(class_)))

    def lowest(self, class_: str, path: tuple[str, ...]) -> Lowest:
        """The lowest values that things of a class have at the end of a path of properties.

        None are known where there are too many, or not all are strings, or strings with a language, or days of one
        datatype.
        """
        return self._lowest_of(class_, path)

    def _ask(self, query: str, iri: str, most: int) -> int:
        try:
            term = NamedNode(iri)
        except ValueError:
            return 0
        return int(next(self._select(query.format(term, most)))[0].value)

    def _lowest(self, class_: str, path: tuple[str, ...]) -> Lowest:
        if self.instances(class_) > MOST_COUNTED or any(self.triples(step) > MOST_COUNTED for step in path):
            return _UNKNOWN
        try:
            steps = [_STEP.format(number, NamedNode(step), number + 1) for number, step in enumerate(path)]
            found = self._select(f"SELECT ?s{len(path)} {{ ?s0 a {NamedNode(class_)} . {' '.join(steps)} }}")
        except ValueError:
            return _UNKNOWN
        values = [value for (value,) in found]
        if not _are_sorted_by_characters(values):
            return _UNKNOWN
        known = sorted((value.value, str(value)) for value in values)[:_KNOWN]
        return Lowest(len(values), [value for value, _ in known], [term for _, term in known])

    def _select(self, query: str) -> QuerySolutions:
        found = self._store.query(query)
        assert isinstance(found, QuerySolutions)  # noqa: S101 - it is a SELECT
        return found


def _are_sorted_by_characters(values: Iterable[Term]) -> bool:
    """Whether Oxigraph sorts values as their characters are."""
    kinds = {value.datatype if isinstance(value, Literal) else None for value in values}
    if len(kinds) != 1:
        return False
    (kind,) = kinds
    if kind in _DAYS:
        return all(_is_day(value.value + _DAYS[kind]) for value in values if isinstance(value, Literal))
    return kind in _SORTED_BY_CHARACTERS


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False
