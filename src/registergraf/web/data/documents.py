"""Answers that are data: bytes and entity tag follow from the release (RFC 9110, section 8.8.3)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from flask import Response, request

from registergraf import catalogue
from registergraf.catalogue import FORMATS, write
from registergraf.web.ground.headers import MAX_AGE
from registergraf.web.ground.site import site

if TYPE_CHECKING:
    from pyoxigraph import NamedNode

    from registergraf.catalogue import Format


def split_suffix(key: str) -> tuple[str, str]:
    """The key and the name of the format of a data document; no format where the key ends in none."""
    for name, format_ in FORMATS.items():
        if key.endswith(format_.suffix):
            return key.removesuffix(format_.suffix), name
    return key, ""


def format_of(media_type: str) -> str:
    """The name of the format with a media type."""
    return next(name for name, format_ in FORMATS.items() if format_.media_type == media_type)


def media_types() -> list[str]:
    """The media types of the data documents."""
    return [format_.media_type for format_ in FORMATS.values()]


def document(body: bytes, format_: Format, *, vary: str = "", view: str = "") -> Response:
    """A data document with its strong entity tag and its date; 304 without a body when the client has it.

    `view` is what else the bytes depend on, where the path and the format do not say it.
    """
    response = Response(body, content_type=f"{format_.media_type}; charset=utf-8")
    tag = hashlib.sha256(
        f"{site().release.name} {site().release.as_of} {request.path} {format_.media_type} {view}".encode()
    ).hexdigest()[:32]
    response.set_etag(tag)
    response.last_modified = site().release.published
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE
    if vary:
        response.headers["Vary"] = vary
    return response.make_conditional(request)  # type: ignore[return-value]


def entity_document(iri: NamedNode, name: str) -> bytes:
    """The description of a thing, the same bytes every time."""
    triples = [catalogue.as_triple(row, iri) for row in site().rows("entity-document", entity=iri)]
    return write(triples, name, site().prefixes)


def ontology_document(name: str) -> bytes:
    """The vocabulary, the same bytes every time."""
    triples = [catalogue.as_triple(row, None) for row in site().rows("ontology")]
    return write(triples, name, site().prefixes)
