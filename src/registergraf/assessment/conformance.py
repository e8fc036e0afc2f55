"""Whether a dataset conforms to a profile: by its rules as a table, or by SHACL shapes that are given.

The tables (``data/quality/dcat-ap-3.tsv``, ``dcat-ap-no-2.tsv``) hold cardinalities, kinds, ranges and lists; each kind
of rule is a query under ``queries/quality/rules``. Shapes are run by pySHACL over each dataset's slice. A dataset
conforms when nothing in its slice has a result, warnings included (SHACL, section 3.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyshacl
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize
from rdflib import SH, Graph

from registergraf.assessment.tables import expand, kept, rows
from registergraf.errors import DocumentError
from registergraf.graph import select
from registergraf.namespaces import PREFIXES, graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Store

    from registergraf.assessment.slices import Node, Slices

PROFILES = {"eu-mqa": "dcat-ap-3", "fdk-mqa": "dcat-ap-no-2"}
"""The profile that each score wants a dataset to conform to, by the name of its table."""

SHACL = PREFIXES["sh"]
AUTHORITY = "http://publications.europa.eu/resource/authority/"
KINDS = {"literal": "Literal", "iri": "IRI", "node": "BlankNodeOrIRI"}


@dataclass(frozen=True, order=True)
class Breach:
    """A rule of a profile that a node breaks."""

    focus: str
    property: str
    rule: str
    """The query under ``queries/quality/rules`` that found it, or the constraint of the shape."""


@dataclass(frozen=True)
class Conformance:
    """The datasets of a catalogue that conform to a profile, and what the others break."""

    conforming: frozenset[Node]
    breaches: Mapping[Node, tuple[Breach, ...]]
    """By dataset."""


def by_table(store: Store, slices: Slices, files: Mapping[str, str], base: str, profile: str) -> Conformance:
    """Judge each dataset of a prepared store by the rules of a profile's table."""
    place = NamedNode(f"{graph('profile', base)}/{profile}")
    store.bulk_extend(_rules(rows(files, f"data/quality/{profile}.tsv"), place))
    found: dict[str, list[Breach]] = {}
    for path, query in files.items():
        if path.startswith("queries/quality/rules/"):
            name = path.rpartition("/")[2].removesuffix(".rq")
            for row in select(store, query, profile=place):
                breach = Breach(str(row["focus"]), row["property"].value, name)
                found.setdefault(breach.focus, []).append(breach)
    breaches = {
        dataset: tuple(sorted(b for node in slices.nodes(dataset) for b in found.get(str(node), ())))
        for dataset in slices.datasets
    }
    return _conformance(breaches)


def by_shapes(slices: Slices, shapes: Graph) -> Conformance:
    """Judge each dataset by SHACL shapes; raises `DocumentError` for shapes that pySHACL cannot run."""
    return _conformance({dataset: tuple(_validate(slices, dataset, shapes)) for dataset in slices.datasets})


def shapes_graph(files: Iterable[tuple[str, bytes]]) -> Graph:
    """Shapes from Turtle files, each with its place; imports are not followed.

    Raises `DocumentError` for one that cannot be read.
    """
    shapes = Graph()
    for place, body in files:
        try:
            shapes.parse(data=body, format="turtle")
        except Exception as error:  # rdflib's parsers raise whatever they meet
            raise DocumentError(f"the shapes {place} are not Turtle: {error}") from error
    return shapes


def _conformance(breaches: Mapping[Node, tuple[Breach, ...]]) -> Conformance:
    return Conformance(
        frozenset(dataset for dataset, found in breaches.items() if not found),
        {dataset: found for dataset, found in breaches.items() if found},
    )


def _validate(slices: Slices, dataset: Node, shapes: Graph) -> Iterator[Breach]:
    data = Graph().parse(data=serialize(slices.cut(dataset), format=RdfFormat.N_TRIPLES) or b"", format="nt")
    try:
        _, report, text = pyshacl.validate(data, shacl_graph=shapes, do_owl_imports=False)
    except Exception as error:  # a shapes graph can make pySHACL fail in many ways
        raise DocumentError(f"pySHACL cannot run the shapes over {dataset}: {error}") from error
    if not isinstance(report, Graph):
        raise DocumentError(f"pySHACL cannot run the shapes over {dataset}: {text}")
    for result in sorted(set(report.objects(None, SH.result)), key=str):
        component = str(report.value(result, SH.sourceConstraintComponent) or "").rpartition("#")[2]
        focus, path = report.value(result, SH.focusNode), report.value(result, SH.resultPath)
        yield Breach(f"<{focus}>", str(path or ""), component.removesuffix("ConstraintComponent"))


def _rules(table: Iterable[Mapping[str, str]], place: NamedNode) -> Iterator[Quad]:
    """The rows of a table in the words of SHACL."""
    for number, row in enumerate(table):
        rule = NamedNode(f"{place.value}#{number}")
        yield Quad(rule, NamedNode(SHACL + "targetClass"), expand(row["on"]), place)
        yield Quad(rule, NamedNode(SHACL + "path"), expand(row["property"]), place)
        for column, name in (("min", "minCount"), ("max", "maxCount")):
            if row[column]:
                one = Literal(row[column], datatype=NamedNode(PREFIXES["xsd"] + "integer"))
                yield Quad(rule, NamedNode(SHACL + name), one, place)
        if row["kind"]:
            yield Quad(rule, NamedNode(SHACL + "nodeKind"), NamedNode(SHACL + KINDS[row["kind"]]), place)
        for name in row["datatypes"].split():
            yield Quad(rule, NamedNode(SHACL + "datatype"), kept(expand(name)), place)
        if row["type"]:
            yield Quad(rule, NamedNode(SHACL + "class"), expand(row["type"]), place)
        for column, name in (("schemes", "inScheme"), ("some", "member")):
            for scheme in row[column].split():
                yield from _in_scheme(rule, name, scheme, place)


def _in_scheme(rule: NamedNode, name: str, scheme: str, place: NamedNode) -> Iterator[Quad]:
    iri = scheme if ":" in scheme else AUTHORITY + scheme
    for spelled in {iri, iri.replace("http://", "https://")} if name == "inScheme" else {iri}:
        yield Quad(rule, NamedNode(PREFIXES["skos"] + name), NamedNode(spelled), place)
