"""The queries of a shape for one thing, to be asked of the release or of any copy of its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, parse

from registergraf.audit.compiled import Shapes, ShapesGraph, compile_shape
from registergraf.errors import NotCompilableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def shapes_of(turtle: Iterable[str]) -> Shapes:
    """The shapes of the files of rules."""
    return Shapes(ShapesGraph(quad.triple for text in turtle for quad in parse(text.encode(), format=RdfFormat.TURTLE)))


def shape_queries(shapes: Shapes, rule: str, focus: str) -> Iterator[str]:
    """The queries of a rule's shape for one thing, each with the part it is of: a row is a fault.

    None where the shape is judged by the reference.
    """
    try:
        checks = compile_shape(shapes, NamedNode(rule), [NamedNode(focus)])
    except NotCompilableError:
        return
    for check in checks:
        shape = check.shape.value if isinstance(check.shape, NamedNode) else ""
        yield f"# {shape or rule} {check.component.value}\n{check.query.strip()}\n"
