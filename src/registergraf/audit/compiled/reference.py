"""pySHACL, the reference: judges the shapes that have no query, and is what the compiled ones are compared with.

It is given rdflib's own memory graph, whole: over an Oxigraph-backed one it gives wrong results, and with
`focus_nodes` it drops results of nested shapes. It is called as a library, because its command cannot tell "does not
conform" from "could not check".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode
from pyshacl import validate
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError
from rdflib.namespace import OWL, RDF, RDFS, SH

from registergraf.audit.compiled.running import Result
from registergraf.audit.compiled.shapes import TARGETS
from registergraf.errors import ShapesError
from registergraf.graph.reasoner import as_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registergraf.audit.compiled.shapes import Shapes
    from registergraf.graph.queries import Term


def reference_results(data: rdflib.Graph, shapes: Shapes, root: Term) -> Iterator[Result]:
    """The results of one shape over its targets, as pySHACL finds them.

    Raises `ShapesError` for shapes that it does not read or cannot apply.
    """
    alone = _only(as_graph(shapes.graph.triples), root)
    advanced = bool(shapes.graph.sh(root, "target"))
    try:
        _, report, text = validate(
            data, shacl_graph=alone, inference="none", do_owl_imports=False, advanced=advanced, meta_shacl=False
        )
    except (ConstraintLoadError, ReportableRuntimeError, ShapeLoadError) as error:
        raise ShapesError(f"pySHACL does not read the shape: {error.message}") from error
    if not isinstance(report, rdflib.Graph):
        raise ShapesError(f"pySHACL cannot apply the shape: {text}")
    for node in report.subjects(RDF.type, SH.ValidationResult):
        if report.value(None, SH.detail, node) is None:
            yield _result(report, node, shapes, root)


def _only(shapes: rdflib.Graph, root: Term) -> rdflib.Graph:
    """The shapes, with no targets but those of the one."""
    kept = as_term(root)
    for name in (*TARGETS, "target"):
        for node, value in list(shapes.subject_objects(SH[name])):
            if node != kept:
                shapes.remove((node, SH[name], value))
    for class_ in (RDFS.Class, OWL.Class):
        for node in list(shapes.subjects(RDF.type, class_)):
            if node != kept:
                shapes.remove((node, RDF.type, class_))
    return shapes


def _result(report: rdflib.Graph, node: rdflib.term.Node, shapes: Shapes, root: Term) -> Result:
    focus, value = (report.value(node, predicate) for predicate in (SH.focusNode, SH.value))
    shape = from_rdflib(report.value(node, SH.sourceShape))
    path = report.value(node, SH.resultPath)
    stated = str(NamedNode(str(path))) if isinstance(path, rdflib.URIRef) else ""
    if isinstance(path, rdflib.BNode):
        declared = shapes[shape].path
        stated = declared.text if declared is not None else ""
    return Result(
        root,
        from_rdflib(focus),
        from_rdflib(focus),
        stated,
        None if value is None else from_rdflib(value),
        NamedNode(str(report.value(node, SH.sourceConstraintComponent))),
        shape,
        NamedNode(str(report.value(node, SH.resultSeverity))),
        tuple(
            message
            for said in report.objects(node, SH.resultMessage)
            if isinstance(message := from_rdflib(said), Literal)
        ),
    )


def as_term(term: Term) -> rdflib.URIRef | rdflib.BNode | rdflib.Literal:
    """A node of a shapes graph as rdflib writes it."""
    return rdflib.BNode(term.value) if isinstance(term, BlankNode) else rdflib.URIRef(term.value)


def from_rdflib(node: rdflib.term.Node | None) -> Term:
    """A term of rdflib as one of pyoxigraph."""
    if isinstance(node, rdflib.Literal):
        if node.language:
            return Literal(str(node), language=node.language)
        return Literal(str(node), datatype=NamedNode(str(node.datatype))) if node.datatype else Literal(str(node))
    return BlankNode(str(node)) if isinstance(node, rdflib.BNode) else NamedNode(str(node))
