"""Which things the changed quads can have an effect on, by one query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from registergraf.graph.queries import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Quad, Store

    from registergraf.audit.since.occurrences import Occurrence, Pattern

MOST = 500
"""Bindings of one occurrence; more are not followed, and everything counts as affected."""


def affected(reads: Iterable[Occurrence], changed: Sequence[Quad], both: Store) -> set[str] | None:
    """The IRIs that rows of a query may be about which changed; None where it may be any.

    `both` holds what was there before and what is there now: a row that came or went has all its quads in it.
    """
    found: set[str] = set()
    for occurrence in reads:
        for bound, rows, more in _matches(occurrence.pattern, changed):
            if not rows:
                continue
            patterns = [*more, *(pattern.text for pattern in occurrence.beside)]
            names = [n for n in occurrence.names if n in bound or any(_mentions(text, n) for text in patterns)]
            if not names or len(rows) > MOST:
                return None
            values = f"VALUES ({' '.join(bound)}) {{ {' '.join('(' + ' '.join(row) + ')' for row in sorted(rows))} }}"
            query = f"SELECT DISTINCT {' '.join(names)} WHERE {{ {values} {' '.join(patterns)} }}"
            for row in select(both, query):
                if any(name[1:] not in row for name in names):
                    return None
                found |= {term.value for term in row.values() if isinstance(term, NamedNode)}
    return found


def _matches(pattern: Pattern, changed: Sequence[Quad]) -> list[tuple[list[str], set[tuple[str, ...]], list[str]]]:
    """Variables, their values by the changed quads that fit, and the patterns that lead from them to the ends."""
    if pattern.steps:
        return [_along(pattern, step, changed) for step in dict.fromkeys(pattern.steps)]
    places = [pattern.subject, pattern.predicate, pattern.object, *([pattern.graph] if pattern.graph else [])]
    bound = list(dict.fromkeys(place for place in places if place.startswith("?")))
    rows = set()
    for quad in changed:
        values = _fitting(places, quad, in_graph=bool(pattern.graph))
        if values is not None:
            rows.add(tuple(values[name] for name in bound))
    return [(bound, rows, [])] if bound else [(["?_"], {("1",)} if rows else set(), [])]


def _fitting(places: Sequence[str], quad: Quad, *, in_graph: bool) -> dict[str, str] | None:
    if isinstance(quad.graph_name, DefaultGraph) == in_graph:
        return None
    terms = (quad.subject, quad.predicate, quad.object, *([quad.graph_name] if in_graph else []))
    values: dict[str, str] = {}
    for place, term in zip(places, terms, strict=True):
        if place.startswith("?"):
            if values.setdefault(place, str(term)) != str(term):
                return None
        elif not isinstance(term, Literal) and place != str(term):
            return None
    return values


def _along(pattern: Pattern, step: str, changed: Sequence[Quad]) -> tuple[list[str], set[tuple[str, ...]], list[str]]:
    """An edge within a path: its two ends, and the ways to it and from it."""
    property_, backwards = step.removeprefix("^"), step.startswith("^")
    bound = ["?_from", "?_to", *([pattern.graph] if pattern.graph.startswith("?") else [])]
    rows = set()
    for quad in changed:
        if str(quad.predicate) != property_ or isinstance(quad.graph_name, DefaultGraph) == bool(pattern.graph):
            continue
        if pattern.graph and not pattern.graph.startswith("?") and pattern.graph != str(quad.graph_name):
            continue
        ends = (str(quad.object), str(quad.subject)) if backwards else (str(quad.subject), str(quad.object))
        rows.add((*ends, *([str(quad.graph_name)] if len(bound) > 2 else [])))  # noqa: PLR2004 - the graph beside both ends
    closure = "(" + "|".join(dict.fromkeys(pattern.steps)) + ")*"
    ways = [_way(pattern.subject, closure, "?_from"), _way("?_to", closure, pattern.object)]
    return bound, rows, [f"GRAPH {pattern.graph} {{ {way} }}" if pattern.graph else way for way in ways]


def _way(start: str, closure: str, end: str) -> str:
    return f"{start} {closure} {end} ."


def _mentions(text: str, name: str) -> bool:
    position = text.find(name)
    while position >= 0:
        after = text[position + len(name) : position + len(name) + 1]
        if not (after.isalnum() or after == "_"):
            return True
        position = text.find(name, position + 1)
    return False


def has_blank(changed: Iterable[Quad]) -> bool:
    """Whether a change is about a blank node, which no query can name."""
    return any(isinstance(term, BlankNode) for quad in changed for term in (quad.subject, quad.object, quad.graph_name))
