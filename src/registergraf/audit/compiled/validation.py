"""Judging a dataset by shapes: compiled where they can be, by the reference where they cannot.

A plan is what is asked for one shape. The queries of many plans are asked together, of whatever answers them, and each
plan concludes from its own answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import DefaultGraph, Triple

from registergraf.audit.compiled.compiling import Check, compile_shape, target_query
from registergraf.audit.compiled.running import results
from registergraf.audit.compiled.shapes import Shapes
from registergraf.audit.compiled.written import written
from registergraf.errors import NotCompilableError
from registergraf.graph.queries import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import rdflib
    from pyoxigraph import NamedNode, Store

    from registergraf.audit.compiled.running import Result
    from registergraf.graph.queries import Row, Term


class Validated(NamedTuple):
    """What one shape finds over its targets."""

    targets: tuple[Term, ...]
    """The nodes it was applied to, each once."""
    results: tuple[Result, ...]
    severities: tuple[NamedNode, ...] = ()
    """Those that its results may have, in the order of the checks."""
    by_reference: str = ""
    """Why pySHACL judged it, or empty where the compiled queries did."""


@dataclass(frozen=True)
class Data:
    """The default graph of a store, for queries and, where it is needed, for the reference."""

    store: Store = field(repr=False)
    as_written: bool = False
    """Whether literals are kept as they were written; see `registergraf.audit.compiled.written`."""

    def ask(self, query: str) -> list[Row]:
        """The rows of a SELECT."""
        return select(self.store, query)

    @cached_property
    def graph(self) -> rdflib.Graph:
        """All of it as rdflib's own graph."""
        from registergraf.graph.reasoner import as_graph  # noqa: PLC0415 - rdflib, where it is needed only

        quads = self.store.quads_for_pattern(None, None, None, DefaultGraph())
        return as_graph(Triple(quad.subject, quad.predicate, written(quad.object)) for quad in quads)


@dataclass(frozen=True)
class Plan:
    """How one shape is judged."""

    root: Term
    checks: tuple[Check, ...] = field(repr=False)
    targets: str = field(repr=False)
    """The query for its targets; empty where no query names them."""
    reason: str = ""
    """Why it has no checks and is left to the reference."""

    @property
    def queries(self) -> tuple[str, ...]:
        """What is asked, in order."""
        return (*((self.targets,) if self.targets else ()), *(check.query for check in self.checks))

    def concluded(self, answers: Sequence[Iterable[Row]]) -> Validated:
        """What the answers to the queries say; the results of a shape that is left to the reference are not in it."""
        found = list(answers)
        targets = tuple(written(row["this"]) for row in found.pop(0)) if self.targets else ()
        pairs = zip(self.checks, found, strict=True)
        found_by = tuple(result for check, rows in pairs for result in results(check, rows))
        return Validated(targets, found_by, tuple(check.severity for check in self.checks), self.reason)


def plan(shapes: Shapes, root: Term, focus: Iterable[Term] | None = None) -> Plan:
    """How a shape is judged over its targets, or over those of them that are given.

    Raises `ShapesError` for a shape that is not well-formed.
    """
    given = None if focus is None else tuple(focus)
    try:
        targets = target_query(shapes, root, given)
    except NotCompilableError as reason:
        return Plan(root, (), "", str(reason))
    try:
        checks = compile_shape(shapes, root, given)
        if given is not None:
            whole = compile_shape(shapes, root)
            checks = tuple(replace(check, shown=all_.query) for check, all_ in zip(checks, whole, strict=True))
        return Plan(root, checks, targets)
    except NotCompilableError as reason:
        return Plan(root, (), targets, str(reason))


def validate(data: Data, shapes: Shapes, root: Term, focus: Iterable[Term] | None = None) -> Validated:
    """Apply a shape to its targets, or to those of them that are given.

    Raises `ShapesError` for a shape that is not well-formed or that neither way can apply.
    """
    given = None if focus is None else tuple(focus)
    shapes = shapes if shapes.as_written == data.as_written else Shapes(shapes.graph, data.as_written)
    planned = plan(shapes, root, given)
    judged = planned.concluded([data.ask(query) for query in planned.queries])
    if planned.reason:
        from registergraf.audit.compiled.reference import reference_results  # noqa: PLC0415 - pySHACL, likewise

        found = tuple(reference_results(data.graph, shapes, root))
        kept = found if given is None else tuple(result for result in found if result.thing in set(given))
        judged = judged._replace(results=kept)
    return judged
