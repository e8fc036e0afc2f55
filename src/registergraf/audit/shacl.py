"""Shapes judged by pySHACL, as the same rows that a SPARQL check gives.

pySHACL is given rdflib's own memory graph: over an Oxigraph-backed one it gives wrong results. It is called as a
library, because its command cannot tell "does not conform" from "could not check".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import rdflib
from pyoxigraph import DefaultGraph, Literal, NamedNode
from pyshacl import validate
from rdflib.namespace import RDF, SH

from registergraf.graph.inference import as_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Store

    from registergraf.audit.rules import Rules
    from registergraf.graph.queries import Row

FAILED = Literal("failed")
PASSED = Literal("passed")


def shacl_rows(store: Store, rules: Rules) -> dict[str, list[Row]]:
    """By rule id, a row for each focus node of the rule's shape: failed with path and value, or passed.

    Shapes are judged over the default graph of the store.
    """
    shapes = rdflib.Graph()
    for turtle in rules.shapes:
        shapes.parse(data=turtle, format="turtle")
    view = slice_for(shapes, store)
    _, report, _ = validate(view, shacl_graph=shapes, inference="none", do_owl_imports=False, advanced=False)
    ids = {rdflib.URIRef(rule.iri): rule.id for rule in rules.rules if rule.has_shape}
    rows: dict[str, list[Row]] = {}
    for result in report.subjects(RDF.type, SH.ValidationResult):
        rule = _owner(shapes, report.value(result, SH.sourceShape), ids)
        if rule is not None:
            rows.setdefault(ids[rule], []).append(_row(report, result))
    for shape, id_ in ids.items():
        rows[id_] = [*rows.get(id_, []), *_passes(view, shapes, shape, rows.get(id_, []))]
    return rows


def slice_for(shapes: rdflib.Graph, store: Store) -> rdflib.Graph:
    """What of the default graph the shapes can see: the classes they name, and the properties on their paths."""
    properties = {str(term) for path in shapes.objects(None, SH.path) for term in _terms(shapes, path)}
    classes = {str(term) for term in (*shapes.objects(None, SH.targetClass), *shapes.objects(None, SH["class"]))}
    patterns: list[tuple[str, NamedNode | None]] = [(term, None) for term in sorted(properties)]
    patterns += [(str(RDF.type), NamedNode(class_)) for class_ in sorted(classes)]
    return as_graph(
        quad.triple
        for term, value in patterns
        for quad in store.quads_for_pattern(None, NamedNode(term), value, DefaultGraph())
    )


def _terms(shapes: rdflib.Graph, path: rdflib.term.Node) -> Iterator[rdflib.URIRef]:
    """The properties that a path steps over, whatever its form."""
    if isinstance(path, rdflib.URIRef):
        yield path
    else:
        for _, _, part in shapes.triples((path, None, None)):
            yield from _terms(shapes, part)


def _owner(shapes: rdflib.Graph, shape: rdflib.term.Node, ids: dict[rdflib.URIRef, str]) -> rdflib.URIRef | None:
    """The rule that a shape, or a property shape within it, belongs to; none where the rule is not judged."""
    if shape in ids:
        return rdflib.URIRef(str(shape))
    return next((rdflib.URIRef(str(parent)) for parent in shapes.subjects(SH.property, shape) if parent in ids), None)


def _row(report: rdflib.Graph, result: rdflib.term.Node) -> Row:
    row: Row = {"this": _term(report.value(result, SH.focusNode)), "outcome": FAILED}
    kept = {
        "path": SH.resultPath,
        "value": SH.value,
        "shape": SH.sourceShape,
        "component": SH.sourceConstraintComponent,
    }
    for name, predicate in kept.items():
        found = report.value(result, predicate)
        if isinstance(found, rdflib.URIRef | rdflib.Literal):
            row[name] = _term(found)
    if "value" not in row and "path" in row:
        row["value"] = Literal(row["path"].value.replace("#", "/").rpartition("/")[2])
    return row


def _passes(view: rdflib.Graph, shapes: rdflib.Graph, shape: rdflib.URIRef, failed: list[Row]) -> list[Row]:
    wrong = {row["this"].value for row in failed}
    targets = {
        str(node) for class_ in shapes.objects(shape, SH.targetClass) for node in view.subjects(RDF.type, class_)
    }
    return [{"this": NamedNode(node), "outcome": PASSED} for node in sorted(targets - wrong)]


def _term(node: rdflib.term.Node | None) -> NamedNode | Literal:
    if isinstance(node, rdflib.Literal):
        return Literal(str(node), language=node.language) if node.language else Literal(str(node))
    return NamedNode(str(node))
