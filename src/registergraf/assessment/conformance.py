"""Whether a dataset conforms to a profile: by its rules as a table (or by shapes: `registergraf.assessment.shapes`).

The tables (``data/quality/dcat-ap-3.tsv``, ``dcat-ap-no-2.tsv``) hold cardinalities, kinds, ranges and lists; each kind
of rule is a query under ``queries/quality/rules``. A dataset conforms when nothing in its slice has a result, warnings
included (SHACL, section 3.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from registergraf.assessment.tables import expand, kept, rows
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
    return of_breaches(breaches)


def of_breaches(breaches: Mapping[Node, tuple[Breach, ...]]) -> Conformance:
    """Who conforms, given what each dataset breaks."""
    return Conformance(
        frozenset(dataset for dataset, found in breaches.items() if not found),
        {dataset: found for dataset, found in breaches.items() if found},
    )


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
