"""The query that gives one verdict again, to be asked of the release or of any copy of its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, parse

from registergraf.audit.compiled import Shapes, ShapesGraph, compile_shape
from registergraf.errors import NotCompilableError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

Part = tuple[str, str]
"""A shape and a constraint component, by their IRIs."""


def restricted(query: str, focus: str) -> str:
    """The query of a rule restricted to one thing.

    A VALUES block after the query is joined with its solutions (SPARQL 1.1 Query, section 18.2.4.3). Empty where there
    is no query, or the thing is a blank node.
    """
    return f"{query.rstrip()}\nVALUES ?this {{ <{focus}> }}\n" if query and ":" in focus else ""


def shapes_of(turtle: Iterable[str]) -> Shapes:
    """The shapes of the files of rules."""
    return Shapes(ShapesGraph(quad.triple for text in turtle for quad in parse(text.encode(), format=RdfFormat.TURTLE)))


def shape_queries(shapes: Shapes, rule: str, focus: str, parts: Container[Part] | None = None) -> Iterator[str]:
    """The queries of a rule's shape for one thing, each with the part it is of: a row is a fault.

    With `parts` only those; none where the shape is judged by the reference.
    """
    try:
        checks = compile_shape(shapes, NamedNode(rule), [NamedNode(focus)])
    except NotCompilableError:
        return
    for check in checks:
        shape = check.shape.value if isinstance(check.shape, NamedNode) else ""
        if parts is None or (shape, check.component.value) in parts:
            yield f"# {shape or rule} {check.component.value}\n{check.query.strip()}\n"
