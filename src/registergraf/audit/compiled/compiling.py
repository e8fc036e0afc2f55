"""From a shape to the queries that judge it: one for each constraint, over all focus nodes at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode

from registergraf.audit.compiled.constraints import FOCUS
from registergraf.audit.compiled.domains import step, targets
from registergraf.audit.compiled.messages import message_variables
from registergraf.audit.compiled.nesting import Compiler
from registergraf.audit.compiled.own_queries import TOLD
from registergraf.errors import NotCompilableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registergraf.audit.compiled.constraints import Site
    from registergraf.audit.compiled.domains import Domain
    from registergraf.audit.compiled.paths import Path
    from registergraf.audit.compiled.shapes import Constraint, Shape, Shapes
    from registergraf.graph.queries import Term

LONGEST = 2_000_000
"""Characters of a query; shapes that are nested so deep that theirs is longer go to the reference."""
ROWS = {
    "minCount": "", "maxCount": "", "hasValue": "", "uniqueLang": "?language", "qualifiedMinCount": "",
    "qualifiedMaxCount": "", "closed": "?path (?stated AS ?value)", "lessThan": "?value ?other",
    "lessThanOrEquals": "?value ?other",
}  # fmt: skip
"""What a row says beside the focus node, by parameter; for every other one it is the value."""


@dataclass(frozen=True)
class Check:
    """One constraint as a query.

    A row has ``?this``, and ``?value``, ``?path``, ``?message`` where there is one; ``?target`` where the focus node is
    reached from a target by the paths of property shapes.
    """

    root: Term
    """The shape whose targets are judged."""
    shape: Term
    """The shape that the constraint stands in."""
    component: NamedNode
    path: Path | None
    severity: NamedNode
    messages: tuple[Literal, ...] = field(repr=False)
    query: str = field(repr=False)
    shown: str = field(default="", repr=False)
    """The query over all targets, where `query` is restricted to some."""
    parameter: str = ""
    """What the constraint asks for, as SPARQL writes it."""
    constraint: Term | None = None
    """The node of a sh:sparql constraint."""


def compile_shape(shapes: Shapes, root: Term, focus: Iterable[Term] | None = None) -> tuple[Check, ...]:
    """The checks of a shape over its targets, or over those of them that are given.

    Raises `ShapesError` for a shape that is not well-formed, `NotCompilableError` for one that has no query.
    """
    given = None if focus is None else [term for term in focus if not isinstance(term, BlankNode)]
    compiler = Compiler(shapes, restricted=given is not None)
    return tuple(_checks(compiler, root, Place(root, targets(shapes, root, given), "", ())))


def target_query(shapes: Shapes, root: Term, focus: Iterable[Term] | None = None) -> str:
    """The query for the focus nodes of a shape: a row of ``?this`` for each."""
    return f"SELECT DISTINCT ?{FOCUS} WHERE {{ {targets(shapes, root, focus)(FOCUS)} }}"


class Place(NamedTuple):
    """A shape on the way from a root: the pattern that leads from the targets to its focus nodes, and its variables."""

    node: Term
    domain: Domain
    way: str
    variables: tuple[str, ...]


def _checks(compiler: Compiler, root: Term, place: Place) -> Iterator[Check]:
    inner, shape = compiler.within(place.node)
    if shape.deactivated:
        return
    site = inner.site(shape, place.domain, FOCUS, "value")
    for constraint in shape.constraints:
        if constraint.name == "property":
            yield from _checks(inner, root, _onward(constraint.value, shape, place, site))
        elif (pattern := inner.broken(constraint, shape, site)) is not None:
            yield _check(compiler.shapes, root, constraint, place, pattern)


def _onward(node: Term, shape: Shape, place: Place, site: Site) -> Place:
    """The place of a property shape within a shape: at its focus nodes, or at the values on its path."""
    if shape.path is None:
        return place._replace(node=node)
    start = "target" if not place.variables else site.names.new()
    way = place.way.replace(f"?{FOCUS} ", f"?{start} ")
    return Place(
        node, site.values, f"{way} {step(site.domain, shape.path, start, FOCUS)}", (*place.variables, f"?{start}")
    )


def _check(shapes: Shapes, root: Term, constraint: Constraint, place: Place, pattern: str) -> Check:
    shape = shapes[place.node]
    own = constraint.value if constraint.name == "sparql" else None
    messages = _messages(shapes, own) or shape.messages
    columns = _columns(constraint, shape) if own is None else _own_columns(messages)
    whole = f"{place.way} {{ {pattern} }}" if place.way else pattern
    query = f"SELECT DISTINCT {' '.join((*place.variables, f'?{FOCUS}', columns))} WHERE {{ {whole} }}"
    if len(query) > LONGEST:
        raise NotCompilableError(f"a query of {len(query)} characters")
    severity = shapes.graph.one(own, "severity") if own is not None else None
    return Check(
        root,
        shape.node,
        constraint.component,
        shape.path,
        severity if isinstance(severity, NamedNode) else shape.severity,
        messages,
        query,
        parameter=", ".join(str(value) for value in constraint.values if not isinstance(value, BlankNode)),
        constraint=own,
    )


def _columns(constraint: Constraint, shape: Shape) -> str:
    has_own_variable = shape.path is not None or constraint.name == "equals"
    return ROWS.get(constraint.name, "?value" if has_own_variable else f"(?{FOCUS} AS ?value)")


def _own_columns(messages: tuple[Literal, ...]) -> str:
    names = dict.fromkeys((*TOLD, *message_variables(messages)))
    return " ".join(f"?{name}" for name in names if name != FOCUS)


def _messages(shapes: Shapes, own: Term | None) -> tuple[Literal, ...]:
    said = () if own is None else shapes.graph.sh(own, "message")
    return tuple(message for message in said if isinstance(message, Literal))
