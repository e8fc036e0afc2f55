"""Which things the changed quads can have an effect on, by one query."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from registergraf.graph.queries import select
from registergraf.querytext.tokens import IRI, STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Quad, Store

    from registergraf.audit.since.patterns import Occurrence, Pattern
    from registergraf.graph.queries import Row, Term

MOST = 500
"""Bindings of one occurrence; more are not followed, and everything counts as affected."""


LONGEST = 12
"""Patterns of a way back; of more, engines find no good order, and those that only narrow it are left out."""
VARIABLE = re.compile(r"\?\w+")
ROW = re.compile(r"\(([^()]*)\)")
TOKEN = re.compile(rf"(\?\w+) | {STRING} | {IRI}", re.VERBOSE | re.DOTALL)
ONE_IRI = re.compile(r"<[^<>\s]*>")


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
        self._properties = {predicate for predicate, _ in self._by_predicate}
        self._answers: dict[str, list[Row]] = {}

    def with_more(self, quads: Iterable[Quad]) -> Changes:
        """These and more."""
        return Changes([*self.quads, *quads], self.both)

    def of(self, predicate: str, *, in_graph: bool) -> list[_Changed]:
        """Those of a property, or of any where it is a variable, in named graphs or in the default one."""
        return self._by_predicate.get(("" if predicate.startswith("?") else predicate, in_graph), [])

    def may_fit(self, pattern: Pattern) -> bool:
        """Whether one of them may fit a pattern, by its property."""
        if pattern.steps:
            return any(step.removeprefix("^") in self._properties for step in pattern.steps)
        return pattern.predicate in self._properties or pattern.predicate.startswith("?")

    def ends(self, query: str, names: Sequence[str]) -> list[Row] | None:
        """The rows of a query over both; None where one lacks one of the names.

        Queries that differ in the names of variables only are asked once.
        """
        numbered: dict[str, str] = {}
        plain = TOKEN.sub(
            lambda found: numbered.setdefault(found[0], f"?v{len(numbered)}") if found[1] else found[0], query
        )
        if plain not in self._answers:
            self._answers[plain] = select(self.both, plain)
        shown = {number[1:]: name[1:] for name, number in numbered.items()}
        rows = [{shown[name]: term for name, term in row.items()} for row in self._answers[plain]]
        return rows if all(name[1:] in row for row in rows for name in names) else None


def affected(reads: Iterable[Occurrence], changes: Changes) -> set[str] | None:
    """The IRIs that rows of a query may be about which changed; None where it may be any."""
    found: set[str] = set()
    for occurrence in reads:
        matches = _matches(occurrence.pattern, changes) if changes.may_fit(occurrence.pattern) else ()
        for bound, rows, more in matches:
            fitting = _news(bound, _allowed(bound, rows, occurrence.beside), occurrence.names, found)
            if fitting:
                things = _followed(occurrence, bound, fitting, more, changes, found)
                if things is None:
                    return None
                found |= things
    return found


def _followed(  # noqa: PLR0913, PLR0917 - an occurrence, how a change fits it, and what is known
    occurrence: Occurrence,
    bound: Sequence[str],
    rows: set[tuple[str, ...]],
    more: Sequence[str],
    changes: Changes,
    found: set[str],
) -> set[str] | None:
    """The IRIs that an occurrence leads to from values of its variables; None for any.

    First along the shortest way; where that leads to others than were found, these by all that rows have to satisfy.
    """
    names = occurrence.names
    needed = [*more, *(pattern.text for pattern in occurrence.beside if not pattern.is_optional)]
    optional = [pattern.text for pattern in occurrence.beside if pattern.is_optional]
    always = [name for name in names if _is_named(name, bound, needed)]
    if not always or len(rows) > MOST or not all(_is_named(name, bound, [*needed, *optional]) for name in names):
        return None
    leading = _leading(needed, bound, always)
    given = _values(bound, rows)
    ends = changes.ends(_asking(names, [given, *leading, *optional]), always)
    others = [row for row in ends or () if not _iris([row]) <= found]
    if others and len(leading) < len(needed) <= LONGEST and not set(names) <= set(bound):
        led = _values(always, {tuple(_written(row[name[1:]]) for name in always) for row in others})
        ends = changes.ends(_asking(names, [given, led, *needed, *optional]), always)
    return None if ends is None else _iris(ends)


def _asking(names: Sequence[str], patterns: Iterable[str]) -> str:
    return f"SELECT DISTINCT {' '.join(names)} WHERE {{ {' '.join(patterns)} }}"


def _values(names: Sequence[str], rows: set[tuple[str, ...]]) -> str:
    return f"VALUES ({' '.join(names)}) {{ {' '.join('(' + ' '.join(row) + ')' for row in sorted(rows))} }}"


def _written(term: Term) -> str:
    return "UNDEF" if isinstance(term, BlankNode) else str(term)


def _iris(rows: Iterable[Row]) -> set[str]:
    return {term.value for row in rows for term in row.values() if isinstance(term, NamedNode)}


def _allowed(bound: Sequence[str], rows: set[tuple[str, ...]], beside: Iterable[Pattern]) -> set[tuple[str, ...]]:
    """The rows that no list of values beside them contradicts."""
    for pattern in beside:
        names, values = _listed(pattern.text) if rows and pattern.text.startswith("VALUES") else ((), frozenset())
        if names and set(names) <= set(bound):
            places = [bound.index(name) for name in names]
            rows = {row for row in rows if tuple(row[place] for place in places) in values}
    return rows


def _news(
    bound: Sequence[str], rows: set[tuple[str, ...]], names: Sequence[str], found: set[str]
) -> set[tuple[str, ...]]:
    """The rows that may be about something else than what was found."""
    if not set(names) <= set(bound):
        return rows
    places = [bound.index(name) for name in names]
    return {row for row in rows if not {row[place][1:-1] for place in places} <= found}


@cache
def _listed(clause: str) -> tuple[tuple[str, ...], frozenset[tuple[str, ...]]]:
    """The variables of a list of IRIs, and its rows; nothing of any other."""
    head, body = clause.split("{", 1)
    rows = [tuple(row.split()) for row in ROW.findall(body)]
    if '"' in body or not all(ONE_IRI.fullmatch(term) for row in rows for term in row):
        return (), frozenset()
    return tuple(VARIABLE.findall(head)), frozenset(rows)


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
    leading = [text for name in names for text in ways[name]]
    on_way = {*bound, *(name for text in leading for name in variables[text])}
    # a list of values of something else narrows nothing
    narrowing = [text for text in narrowing if not variables[text] or on_way & set(variables[text])]
    return list(dict.fromkeys((*narrowing, *leading)))


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
