"""Which things the changed quads can have an effect on, by one query."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from registergraf.graph.queries import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Quad, Store

    from registergraf.audit.since.patterns import Occurrence, Pattern

MOST = 500
"""Bindings of one occurrence; more are not followed, and everything counts as affected."""


LONGEST = 12
"""Patterns of a way back; of more, engines find no good order, and those that only narrow it are left out."""
VARIABLE = re.compile(r"\?\w+")


class _Changed(NamedTuple):
    """A changed quad as SPARQL writes it."""

    terms: tuple[str, ...]
    """Subject, predicate, object, and the graph where it is a named one."""
    literal: bool
    """Whether the object is a literal, which queries may write otherwise."""


class Changes:
    """The quads that changed, and a store that holds what was there before and what is there now.

    A row that came or went has all its quads in that store.
    """

    def __init__(self, quads: Iterable[Quad], both: Store) -> None:
        self.quads = list(quads)
        self.both = both
        self.have_blanks = any(map(_has_blank, self.quads))
        """Whether a change is about a blank node, which no query can name."""
        self._by_predicate: defaultdict[tuple[str, bool], list[_Changed]] = defaultdict(list)
        for quad in self.quads:
            in_graph = not isinstance(quad.graph_name, DefaultGraph)
            terms = (quad.subject, quad.predicate, quad.object, *([quad.graph_name] if in_graph else []))
            changed = _Changed(tuple(map(str, terms)), isinstance(quad.object, Literal))
            for predicate in (changed.terms[1], ""):
                self._by_predicate[predicate, in_graph].append(changed)
        self._answers: dict[str, set[str] | None] = {}

    def with_more(self, quads: Iterable[Quad]) -> Changes:
        """These and more."""
        return Changes([*self.quads, *quads], self.both)

    def of(self, predicate: str, *, in_graph: bool) -> list[_Changed]:
        """Those of a property, or of any where it is a variable, in named graphs or in the default one."""
        return self._by_predicate.get(("" if predicate.startswith("?") else predicate, in_graph), [])

    def ends(self, query: str, names: Sequence[str]) -> set[str] | None:
        """The IRIs that a query over both gives; None where a row lacks one of the names."""
        if query not in self._answers:
            rows = select(self.both, query)
            whole = all(name[1:] in row for row in rows for name in names)
            iris = {term.value for row in rows for term in row.values() if isinstance(term, NamedNode)}
            self._answers[query] = iris if whole else None
        return self._answers[query]


def affected(reads: Iterable[Occurrence], changes: Changes) -> set[str] | None:
    """The IRIs that rows of a query may be about which changed; None where it may be any."""
    found: set[str] = set()
    for occurrence in reads:
        for bound, rows, more in _matches(occurrence.pattern, changes):
            if not rows:
                continue
            needed: Sequence[str] = [*more, *(pattern.text for pattern in occurrence.beside if not pattern.is_optional)]
            if len(needed) > LONGEST or set(occurrence.names) <= set(bound):
                needed = _leading(needed, bound, occurrence.names)
            patterns = [*needed, *(pattern.text for pattern in occurrence.beside if pattern.is_optional)]
            names = occurrence.names
            always = [name for name in names if _is_named(name, bound, needed)]
            if not always or len(rows) > MOST or not all(_is_named(name, bound, patterns) for name in names):
                return None
            values = f"VALUES ({' '.join(bound)}) {{ {' '.join('(' + ' '.join(row) + ')' for row in sorted(rows))} }}"
            ends = changes.ends(f"SELECT DISTINCT {' '.join(names)} WHERE {{ {values} {' '.join(patterns)} }}", always)
            if ends is None:
                return None
            found |= ends
    return found


def _matches(pattern: Pattern, changes: Changes) -> list[tuple[list[str], set[tuple[str, ...]], list[str]]]:
    """Variables, their values by the changed quads that fit, and the patterns that lead from them to the ends."""
    if pattern.steps:
        return [_along(pattern, step, changes) for step in dict.fromkeys(pattern.steps)]
    places = [pattern.subject, pattern.predicate, pattern.object, *([pattern.graph] if pattern.graph else [])]
    bound = list(dict.fromkeys(place for place in places if place.startswith("?")))
    fitting = (_fitting(places, quad) for quad in changes.of(pattern.predicate, in_graph=bool(pattern.graph)))
    rows = {tuple(values[name] for name in bound) for values in fitting if values is not None}
    return [(bound, rows, [])] if bound else [(["?_"], {("1",)} if rows else set(), [])]


def _fitting(places: Sequence[str], quad: _Changed) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for index, (place, term) in enumerate(zip(places, quad.terms, strict=True)):
        if place.startswith("?"):
            if values.setdefault(place, term) != term:
                return None
        elif place != term and not (index == 2 and quad.literal):  # noqa: PLR2004 - the object
            return None
    return values


def _along(pattern: Pattern, step: str, changes: Changes) -> tuple[list[str], set[tuple[str, ...]], list[str]]:
    """An edge within a path: its two ends, and the ways to it and from it."""
    property_, backwards = step.removeprefix("^"), step.startswith("^")
    bound = ["?_from", "?_to", *([pattern.graph] if pattern.graph.startswith("?") else [])]
    rows = set()
    for subject, _, object_, *graph in (quad.terms for quad in changes.of(property_, in_graph=bool(pattern.graph))):
        if pattern.graph and not pattern.graph.startswith("?") and [pattern.graph] != graph:
            continue
        ends = (object_, subject) if backwards else (subject, object_)
        rows.add((*ends, *(graph if len(bound) > 2 else [])))  # noqa: PLR2004 - the graph beside both ends
    closure = "(" + "|".join(dict.fromkeys(pattern.steps)) + ")*"
    ways = [_way(pattern.subject, closure, "?_from"), _way("?_to", closure, pattern.object)]
    return bound, rows, [f"GRAPH {pattern.graph} {{ {way} }}" if pattern.graph else way for way in ways]


def _way(start: str, closure: str, end: str) -> str:
    return f"{start} {closure} {end} ."


def _leading(patterns: Sequence[str], bound: Sequence[str], names: Sequence[str]) -> Sequence[str]:
    """The patterns that lead from what is bound to the names, by as few steps as there are; all where none do.

    Of the others, which only narrow the way, those are kept that are about nothing but what is bound, and values.
    """
    variables = {text: VARIABLE.findall(text) for text in patterns}
    narrowing = [text for text, found in variables.items() if text.startswith("VALUES") or set(bound) >= set(found)]
    ways: dict[str, tuple[str, ...]] = dict.fromkeys(bound, ())
    frontier = list(bound)
    while frontier and not ways.keys() >= set(names):
        reached = frontier.pop(0)
        for text, found in variables.items():
            for name in found if reached in found else ():
                if name not in ways:
                    ways[name] = (*ways[reached], text)
                    frontier.append(name)
    if not ways.keys() >= set(names):
        return patterns
    return list(dict.fromkeys((*narrowing, *(text for name in names for text in ways[name]))))


def _is_named(name: str, bound: Sequence[str], patterns: Iterable[str]) -> bool:
    return name in bound or any(_mentions(text, name) for text in patterns)


def _mentions(text: str, name: str) -> bool:
    position = text.find(name)
    while position >= 0:
        after = text[position + len(name) : position + len(name) + 1]
        if not (after.isalnum() or after == "_"):
            return True
        position = text.find(name, position + 1)
    return False


def _has_blank(quad: Quad) -> bool:
    return any(isinstance(term, BlankNode) for term in (quad.subject, quad.object, quad.graph_name))
