"""Shapes as the same rows that a SPARQL check gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from registergraf.audit.compiled import Data, Shapes, ShapesGraph, validate

if TYPE_CHECKING:
    from pyoxigraph import Store

    from registergraf.audit.compiled import Result
    from registergraf.audit.rules import Rules
    from registergraf.graph.queries import Row

FAILED = Literal("failed")
PASSED = Literal("passed")


def shacl_rows(store: Store, rules: Rules) -> dict[str, list[Row]]:
    """By rule id, a row for each focus node of the rule's shape: failed with path and value, or passed.

    Shapes are judged over the default graph of the store.
    """
    shapes, data = read_shapes(rules), Data(store)
    return {rule.id: shape_rows(data, shapes, NamedNode(rule.iri)) for rule in rules.rules if rule.has_shape}


def read_shapes(rules: Rules) -> Shapes:
    """The shapes of the rules."""
    parsed = (quad.triple for turtle in rules.shapes for quad in parse(turtle.encode(), format=RdfFormat.TURTLE))
    return Shapes(ShapesGraph(parsed))


def shape_rows(data: Data, shapes: Shapes, root: NamedNode) -> list[Row]:
    """The rows of one rule."""
    found = validate(data, shapes, root)
    wrong = {result.thing for result in found.results}
    passed = sorted(term.value for term in found.targets if term not in wrong and isinstance(term, NamedNode))
    rows: list[Row] = [{"this": NamedNode(node), "outcome": PASSED} for node in passed]
    return [*map(_row, found.results), *rows]


def _row(result: Result) -> Row:
    row: Row = {"this": result.thing, "outcome": FAILED, "component": result.component}
    if isinstance(result.shape, NamedNode):
        row["shape"] = result.shape
    if result.path.startswith("<"):
        row["path"] = NamedNode(result.path[1:-1])
    if isinstance(result.value, NamedNode | Literal):
        row["value"] = result.value
    elif "path" in row:
        row["value"] = Literal(row["path"].value.replace("#", "/").rpartition("/")[2])
    return row
