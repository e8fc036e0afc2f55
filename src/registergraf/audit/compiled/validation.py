"""Judging a dataset by shapes: compiled where they can be, by the reference where they cannot."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import DefaultGraph

from registergraf.audit.compiled.compiling import compile_shape, target_query
from registergraf.audit.compiled.reference import reference_results
from registergraf.audit.compiled.running import results
from registergraf.errors import NotCompilableError
from registergraf.graph.queries import select
from registergraf.graph.reasoner import as_graph

if TYPE_CHECKING:
    from collections.abc import Iterable

    import rdflib
    from pyoxigraph import Store

    from registergraf.audit.compiled.running import Result
    from registergraf.audit.compiled.shapes import Shapes
    from registergraf.graph.queries import Row, Term


class Validated(NamedTuple):
    """What one shape finds over its targets."""

    targets: tuple[Term, ...]
    """The nodes it was applied to, each once."""
    results: tuple[Result, ...]
    by_reference: str = ""
    """Why pySHACL judged it, or empty where the compiled queries did."""


@dataclass(frozen=True)
class Data:
    """The default graph of a store, for queries and, where it is needed, for the reference."""

    store: Store = field(repr=False)

    def ask(self, query: str) -> Iterable[Row]:
        """The rows of a SELECT."""
        return select(self.store, query)

    @cached_property
    def graph(self) -> rdflib.Graph:
        """All of it as rdflib's own graph."""
        return as_graph(quad.triple for quad in self.store.quads_for_pattern(None, None, None, DefaultGraph()))


def validate(data: Data, shapes: Shapes, root: Term, focus: Iterable[Term] | None = None) -> Validated:
    """Apply a shape to its targets, or to those of them that are given.

    Raises `ShapesError` for a shape that is not well-formed or that neither way can apply.
    """
    given = None if focus is None else tuple(focus)
    try:
        checks = compile_shape(shapes, root, given)
        targets = tuple(row["this"] for row in data.ask(target_query(shapes, root, given)))
        return Validated(targets, tuple(result for check in checks for result in results(check, data.ask)))
    except NotCompilableError as reason:
        found = tuple(reference_results(data.graph, shapes, root))
        kept = found if given is None else tuple(result for result in found if result.thing in set(given))
        return Validated(_targets(data, shapes, root, given), kept, str(reason))


def _targets(data: Data, shapes: Shapes, root: Term, focus: tuple[Term, ...] | None) -> tuple[Term, ...]:
    try:
        return tuple(row["this"] for row in data.ask(target_query(shapes, root, focus)))
    except NotCompilableError:
        return ()
