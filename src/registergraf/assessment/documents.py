"""Reading an RDF document of others, in whatever syntax it comes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, parse

from registergraf.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad, Triple

BASE = "http://example.com/"
"""What a relative IRI is resolved against: fdk-harvester's own base, so that ours end where its do."""

GZIP = b"\x1f\x8b"
PAGE = re.compile(rb"<(!doctype html|html)\b", re.IGNORECASE)
SHOWING = 1000
"""How many bytes of a document show whether it is a page."""
NOWHERE = "http://nowhere.invalid/"
"""Another base, to tell relative IRIs from those that are written out."""

SYNTAXES = {
    "turtle": RdfFormat.TURTLE,
    "rdf-xml": RdfFormat.RDF_XML,
    "json-ld": RdfFormat.JSON_LD,
    "n-triples": RdfFormat.N_TRIPLES,
    "trig": RdfFormat.TRIG,
    "n-quads": RdfFormat.N_QUADS,
    "n3": RdfFormat.N3,
}
"""The syntaxes by the names the command line takes."""


@dataclass(frozen=True)
class Document:
    """A document that was read: its triples, whatever graph they stand in."""

    place: str
    syntax: RdfFormat
    quads: tuple[Quad, ...] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.body)

    @property
    def triples(self) -> list[Triple]:
        """Each triple once, in the order of the document."""
        return list(dict.fromkeys(quad.triple for quad in self.quads))

    @property
    def default_triples(self) -> list[Triple]:
        """The triples that stand in no named graph, each once."""
        return list(dict.fromkeys(q.triple for q in self.quads if isinstance(q.graph_name, DefaultGraph)))


def read_document(body: bytes, place: str, media_type: str = "", syntax: str = "") -> Document:
    """Read a document; its syntax is the one given, else that of the media type, else that of the place's suffix.

    Raises `DocumentError` where the syntax is not known or the document is not in it, with line and column.
    """
    if body.startswith(GZIP):
        raise DocumentError(f"{place} is compressed with gzip; unpack it first")
    format_ = syntax_of(place, media_type, syntax)
    if format_ == RdfFormat.JSON_LD:
        refuse_remote_context(body, place)
    try:
        quads = tuple(parse(body, format=format_, base_iri=BASE))
    except (SyntaxError, ValueError) as error:
        if PAGE.search(body[:SHOWING]):
            raise DocumentError(f"{place} is not {format_.name} but a page in HTML") from error
        says = error.msg if isinstance(error, SyntaxError) else error
        raise DocumentError(f"{place} is not {format_.name}: {says}") from error
    return Document(place, format_, quads, body)


def syntax_of(place: str, media_type: str = "", syntax: str = "") -> RdfFormat:
    """The syntax of a document; raises `DocumentError` where nothing tells it."""
    if syntax:
        return SYNTAXES[syntax]
    suffix = PurePosixPath(place.partition("?")[0]).suffix.removeprefix(".")
    plain = media_type.partition(";")[0].strip()
    found = RdfFormat.from_media_type(plain) if plain else None
    found = found or (RdfFormat.from_extension(suffix) if suffix else None)
    if found is None:
        told = f"came as {plain}, which is" if plain else f"has the ending '{suffix}', which is that of"
        raise DocumentError(f"{place} {told} no syntax of RDF; say which with --syntax")
    return found


def relative_iris(document: Document) -> list[str]:
    """The IRIs of a document that were written relative, as they come out, each once."""
    if not any(iri.startswith(BASE) for iri in _iris(document.quads)):
        return []
    elsewhere = parse(document.body, format=document.syntax, base_iri=NOWHERE)
    return sorted({iri.replace(NOWHERE, BASE) for iri in _iris(elsewhere) if iri.startswith(NOWHERE)})


def _iris(quads: Iterable[Quad]) -> Iterator[str]:
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, NamedNode):
                yield term.value


def refuse_remote_context(body: bytes, place: str) -> None:
    """Raise `DocumentError` for JSON-LD whose context would have to be fetched."""
    try:
        document = json.loads(body)
    except ValueError:
        return
    contexts = [
        node.get("@context")
        for node in (document if isinstance(document, list) else [document])
        if isinstance(node, dict)
    ]
    remote = [part for c in contexts for part in (c if isinstance(c, list) else [c]) if isinstance(part, str)]
    if remote:
        raise DocumentError(
            f"{place} leaves its JSON-LD context at {remote[0]}, which is not fetched; embed the context"
        )
