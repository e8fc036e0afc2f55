"""The RDF harvester of CKAN, emulated (ckanext-dcat 2.4.4, harvesters/rdf.py and processors.py).

It knows a dataset by its IRI, else its identifier, else the address of the source and a name made of the title. It
compares nothing: each harvest writes every dataset again, and deletes what the source no longer has.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, RdfFormat

from registergraf.assessment.harvest import DROPPED, FAILS, NOTE, Finding, Harvest, Taken
from registergraf.assessment.slices import DATASET, Node, Slices
from registergraf.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registergraf.assessment.documents import Document
    from registergraf.fetching import Fetched

NAME = "ckanext-dcat"
MEBIBYTE = 2**20
LARGEST = 50 * MEBIBYTE
HYDRA = "http://www.w3.org/ns/hydra/core#"
PAGES = {HYDRA + "PagedCollection", HYDRA + "PartialCollectionView"}
NEXT = (HYDRA + "next", HYDRA + "nextPage")
TITLE, IDENTIFIER = PREFIXES["dct"] + "title", PREFIXES["dct"] + "identifier"
QUADS = (RdfFormat.TRIG, RdfFormat.N_QUADS)
NAME_LENGTH = 100
ACCEPT = "*/*"
"""It asks for nothing particular, and parses by the type of the answer."""
MEDIA_TYPE = "application/rdf+xml"
"""What it takes an answer without a type for."""


def harvest(document: Document, fetched: Fetched | None = None) -> Harvest:
    """What ckanext-dcat would make of a document, with its default settings, and of the type it came with."""
    slices = Slices(document.default_triples)
    findings = [*_sent(fetched), *_fatal(document, slices), *_others(slices)]
    datasets = sorted((d for d in slices.datasets if DATASET in slices.types(d)), key=str)
    taken = [_take(slices, dataset, document.place) for dataset in datasets if _literal(slices, dataset, TITLE)]
    seen: set[str] = set()
    for one in taken:
        if one.identity in seen:
            findings.append(
                Finding(NOTE, "two datasets have this identity, and the later one overwrites", one.identity)
            )
        seen.add(one.identity)
    return Harvest(NAME, tuple(taken), tuple(sorted(set(findings))))


def _take(slices: Slices, dataset: Node, place: str) -> Taken:
    name = _name(_literal(slices, dataset, TITLE))
    identity = dataset.value if isinstance(dataset, NamedNode) else _literal(slices, dataset, IDENTIFIER)
    identity = identity or f"{place.rstrip('/')}/{name}"
    content = frozenset(str(triple) for triple in slices.cut(dataset))
    return Taken(str(dataset) if not isinstance(dataset, NamedNode) else dataset.value, identity, "", name, "", content)


def _sent(fetched: Fetched | None) -> Iterator[Finding]:
    if fetched and not fetched.media_type:
        yield Finding(NOTE, "the answer has no type, so it is read as RDF/XML", fetched.url)


def _fatal(document: Document, slices: Slices) -> Iterator[Finding]:
    if document.size >= LARGEST:
        yield Finding(FAILS, f"the document has {document.size / MEBIBYTE:.0f} MiB, and less than 50 are taken")
    if document.syntax in QUADS:
        yield Finding(FAILS, f"{document.syntax.name} is not read into a single graph")
    for dataset in slices.datasets:
        if DATASET in slices.types(dataset) and not _literal(slices, dataset, TITLE):
            says = "a dataset without a title ends the harvest, and nothing of the document is taken"
            yield Finding(FAILS, says, dataset.value if isinstance(dataset, NamedNode) else "")


def _others(slices: Slices) -> Iterator[Finding]:
    for node in slices.datasets:
        if DATASET not in slices.types(node):
            yield Finding(DROPPED, "a series is no dataset to CKAN", getattr(node, "value", ""))
        elif not isinstance(node, NamedNode):
            known = "identifier" if _literal(slices, node, IDENTIFIER) else "title: another title is another dataset"
            yield Finding(NOTE, f"a dataset without an IRI is known by its {known}", _literal(slices, node, TITLE))
    for node in slices.described:
        if {getattr(t, "value", "") for t in slices.types(node)} & PAGES:
            for triple in slices.about(node):
                if triple.predicate.value in NEXT:
                    yield Finding(NOTE, "the harvester would go on to this page", getattr(triple.object, "value", ""))


def _literal(slices: Slices, node: Node, predicate: str) -> str:
    values = [
        t.object.value for t in slices.about(node) if t.predicate.value == predicate and isinstance(t.object, Literal)
    ]
    return min((value for value in values if value), default="")


def _name(title: str) -> str:
    """A name of letters, digits and hyphens, as CKAN makes it of a title."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"-+", "-", re.sub(r"[^a-z0-9_]+", "-", plain)).strip("-")[:NAME_LENGTH]
