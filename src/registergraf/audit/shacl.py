"""Shapes as the same rows that a SPARQL check gives."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from registergraf.audit.compiled import Shapes, ShapesGraph

if TYPE_CHECKING:
    from registergraf.audit.compiled import Result, Validated
    from registergraf.audit.rules import Rules
    from registergraf.graph.queries import Row

FAILED = Literal("failed")
PASSED = Literal("passed")


def read_shapes(rules: Rules) -> Shapes:
    """The shapes of the rules, each file read once."""
    return _read(rules.shapes)


@lru_cache(maxsize=4)
def _read(files: tuple[str, ...]) -> Shapes:
    parsed = (quad.triple for turtle in files for quad in parse(turtle.encode(), format=RdfFormat.TURTLE))
    return Shapes(ShapesGraph(parsed))


def shape_rows(judged: Validated) -> list[Row]:
    """A row for each target of a rule's shape: failed with path, value, shape and component, or passed."""
    wrong = {result.thing for result in judged.results}
    passed = sorted(term.value for term in judged.targets if term not in wrong and isinstance(term, NamedNode))
    rows: list[Row] = [{"this": NamedNode(node), "outcome": PASSED} for node in passed]
    return [*map(_row, judged.results), *rows]


def _row(result: Result) -> Row:
    row: Row = {"this": result.thing, "outcome": FAILED, "component": result.component}
    if result.query:
        row["query"] = Literal(result.query)
    if isinstance(result.shape, NamedNode):
        row["shape"] = result.shape
    if result.path.startswith("<"):
        row["path"] = NamedNode(result.path[1:-1])
    if isinstance(result.value, NamedNode | Literal):
        row["value"] = result.value
    elif "path" in row:
        row["value"] = Literal(row["path"].value.replace("#", "/").rpartition("/")[2])
    return row
