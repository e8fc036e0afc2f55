"""fdk-harvester, which fills data.norge.no, emulated (Informasjonsforvaltning/fdk-harvester 40dd0fc, 2026-08-17).

It reads one document into one model, cuts a slice for each dataset with an IRI, names its blank nodes, and compares the
SHA-256 of the sorted triples with that of the harvest before. A harvest fails whole or not at all.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from registergraf.assessment.documents import BASE, relative_iris
from registergraf.assessment.harvest import DROPPED, FAILS, NOTE, Finding, Harvest, Taken
from registergraf.assessment.slices import Node, Slices
from registergraf.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from registergraf.assessment.documents import Document
    from registergraf.fetching import Fetched

NAME = "fdk-harvester"
MEBIBYTE = 2**20
LARGEST = 75 * MEBIBYTE
PAGES = "https://datasets.fellesdatakatalog.digdir.no/datasets/"
DCAT = PREFIXES["dcat"]
CATALOG, SERVICE = NamedNode(DCAT + "Catalog"), NamedNode(DCAT + "DataService")
MEMBER, IN_SERIES = NamedNode(DCAT + "dataset"), NamedNode(DCAT + "inSeries")
XSD_STRING = PREFIXES["xsd"] + "string"
NCNAME_TAIL = re.compile(r"[^\W\d][\w.\-·]*$")
"""What RDF/XML needs at the end of a predicate's IRI (Namespaces in XML, NCName)."""
SHARED_SHOWN = 5
HTTP_OK = 200
ACCEPT = "text/turtle"
"""What the source is registered with here: the harvester parses by it and not by the type of the answer."""


def harvest(document: Document, fetched: Fetched | None = None) -> Harvest:
    """What fdk-harvester would make of a document, and of the way it was sent where it was fetched."""
    triples = document.default_triples
    slices = Slices(triples)
    findings = [
        *_sent(fetched),
        *_fatal(document, triples),
        *_emptied(slices),
        *_dropped(document, slices),
        *_worth_knowing(document, slices),
    ]
    catalogue_of = _catalogues(slices, triples)
    taken = []
    for dataset in sorted((d for d in slices.datasets if isinstance(d, NamedNode)), key=str):
        if loop := endless(slices, dataset):
            findings.append(
                Finding(FAILS, f"never ends at {loop}: nodes without a type lead round in a circle", dataset.value)
            )
            continue
        taken.append(_take(slices, dataset, catalogue_of.get(dataset, f"{document.place}#GeneratedCatalog")))
        if any(" _:" in line for line in taken[-1].content):
            says = "looks changed at every harvest: a blank node of which nothing is said has another name each time"
            findings.append(Finding(NOTE, says, dataset.value))
    return Harvest(NAME, tuple(taken), tuple(sorted(set(findings))))


def fdk_id(iri: str) -> str:
    """The id that data.norge.no gives a resource: Java's UUID.nameUUIDFromBytes of its IRI (version 3)."""
    return str(uuid.UUID(bytes=hashlib.md5(iri.encode(), usedforsecurity=False).digest(), version=3))


def endless(slices: Slices, dataset: Node) -> str:
    """A node at which cutting the slice never ends, or nothing.

    The harvester stops at an IRI whose type it has already; one without a type, and a blank node, it follows again.
    """
    unguarded = {n for n in slices.nodes(dataset) if isinstance(n, BlankNode) or not slices.types(n)} - {dataset}
    leads = {node: {n for n in slices.next(node) if n in unguarded} for node in unguarded}
    while leaves := [node for node, targets in leads.items() if not targets]:
        for leaf in leaves:
            del leads[leaf]
        gone = set(leaves)
        leads = {node: targets - gone for node, targets in leads.items()}
    return min(map(str, leads), default="")


def skolemised(triples: Iterable[Triple], dataset: str) -> set[str]:
    """The triples as lines, with each described blank node named by what is said of it.

    A blank node of which nothing is said stays one. Needs a slice in which blank nodes do not lead in a circle.
    """
    lines = set(triples)
    names: dict[Any, NamedNode] = {}
    while anonymous := {t.subject for t in lines if isinstance(t.subject, BlankNode)}:
        for node in anonymous:
            about = [t for t in lines if t.subject == node]
            if not any(t.object in anonymous for t in about):
                said = sorted(f"{t.predicate} {t.object}" for t in about)
                names[node] = NamedNode(f"{dataset}/.well-known/skolem/{fdk_id(chr(10).join(said))}")
        lines = {_renamed(t, names) for t in lines}
    return {f"{_text(t.subject)} {_text(t.predicate)} {_text(t.object)}" for t in lines}


def _renamed(triple: Triple, names: Mapping[Any, NamedNode]) -> Triple:
    subject, predicate, object_ = triple
    return Triple(names.get(subject, subject), predicate, names.get(object_, object_))


def _text(term: object) -> str:
    """A term as Jena writes it in toString: an IRI bare, a literal without quotation marks."""
    if isinstance(term, NamedNode):
        return term.value
    if not isinstance(term, Literal):
        return str(term)
    if term.language:
        return f"{term.value}@{term.language}"
    return term.value if term.datatype.value == XSD_STRING else f"{term.value}^^{term.datatype.value}"


def _take(slices: Slices, dataset: NamedNode, catalogue: str) -> Taken:
    content = skolemised(slices.cut(dataset), dataset.value)
    digest = hashlib.sha256("".join(f"{line}\n" for line in sorted(content)).encode())
    return Taken(
        dataset.value, dataset.value, catalogue, PAGES + fdk_id(dataset.value), digest.hexdigest(), frozenset(content)
    )


def _sent(fetched: Fetched | None) -> Iterator[Finding]:
    if fetched is None:
        return
    schemes = [urlsplit(url).scheme for url in (*fetched.redirected, fetched.url)]
    if len(set(schemes)) > 1:
        yield Finding(FAILS, f"a redirection from {schemes[0]} to {schemes[-1]} is not followed", fetched.redirected[0])
    if fetched.status != HTTP_OK:
        yield Finding(FAILS, f"the status is {fetched.status}, and only 200 is taken", fetched.url)
    if fetched.encoding:
        yield Finding(FAILS, f"Content-Encoding is {fetched.encoding}, which is taken for a character set", fetched.url)


def _fatal(document: Document, triples: Iterable[Triple]) -> Iterator[Finding]:
    if document.size > LARGEST:
        yield Finding(FAILS, f"the document has {document.size / MEBIBYTE:.0f} MiB, and 75 are taken")
    for predicate in sorted({t.predicate.value for t in triples}):
        if not NCNAME_TAIL.search(predicate):
            yield Finding(
                FAILS, "this property cannot be written in RDF/XML, which the harvester tries first", predicate
            )


def _emptied(slices: Slices) -> Iterator[Finding]:
    if not any(isinstance(dataset, NamedNode) for dataset in slices.datasets):
        yield Finding(NOTE, "nothing is taken, and everything that was taken from this source before is deleted")


def _dropped(document: Document, slices: Slices) -> Iterator[Finding]:
    if named := sum(not isinstance(q.graph_name, DefaultGraph) for q in document.quads):
        yield Finding(DROPPED, f"{named} statements in named graphs are not read")
    for dataset in slices.datasets:
        if isinstance(dataset, BlankNode):
            yield Finding(DROPPED, "a dataset without an IRI is not taken", _called(slices, dataset))


def _worth_knowing(document: Document, slices: Slices) -> Iterator[Finding]:
    for iri in relative_iris(document):
        yield Finding(NOTE, f"a relative IRI becomes one of {BASE}", iri)
    services = sum(1 for node in slices.described if SERVICE in slices.types(node) and isinstance(node, NamedNode))
    if services:
        yield Finding(
            NOTE, f"data services are another kind of source, for which the address is registered once more: {services}"
        )
    reached = Counter(node for d in slices.datasets for node in slices.nodes(d) if node != d)
    for node in sorted(reached, key=str):
        if CATALOG in slices.types(node):
            says = f"the catalogue is led to, so whatever changes in it changes each dataset that does: {reached[node]}"
            yield Finding(NOTE, says, str(node))
    described = [(node, times) for node, times in reached.most_common() if times > 1 and isinstance(node, NamedNode)]
    for node, times in sorted(described, key=lambda pair: (-pair[1], str(pair[0])))[:SHARED_SHOWN]:
        yield Finding(
            NOTE, f"a change of what is said of it makes all that lead to it look changed: {times}", node.value
        )


def _catalogues(slices: Slices, triples: Iterable[Triple]) -> dict[Node, str]:
    """The catalogue of each dataset; a series brings its members."""
    members: dict[Node, list[Node]] = {}
    for triple in triples:
        if triple.predicate == IN_SERIES and isinstance(triple.object, Node) and isinstance(triple.subject, Node):
            members.setdefault(triple.object, []).append(triple.subject)
    found: dict[Node, str] = {}
    for triple in triples:
        catalogue, dataset = triple.subject, triple.object
        if triple.predicate != MEMBER or not isinstance(catalogue, NamedNode) or not isinstance(dataset, Node):
            continue
        if CATALOG in slices.types(catalogue):
            for node in (dataset, *members.get(dataset, ())):
                found.setdefault(node, catalogue.value)
    return found


def _called(slices: Slices, node: Node) -> str:
    """What a node without an IRI is called, by its title."""
    titles = [
        t.object.value
        for t in slices.about(node)
        if t.predicate.value == PREFIXES["dct"] + "title" and isinstance(t.object, Literal)
    ]
    return min(titles, default="")
