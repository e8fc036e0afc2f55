"""Linked data: an entity's address answers 303 with its page or a data document (Cool URIs, section 4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, redirect, request

from registergraf.catalogue import FORMATS
from registergraf.web.data.documents import (
    document,
    entity_document,
    format_of,
    media_types,
    ontology_document,
    split_suffix,
)
from registergraf.web.ground.client import HTML, accepted, language
from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.ground.site import site
from registergraf.web.pages.general import terms
from registergraf.web.shown.carried import carried
from registergraf.web.shown.links import LINKSET, add_links, dataset_links, document_links, linkset, page_links
from registergraf.web.shown.problems import NothingAcceptable, UnknownThing

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("linked_data", __name__)

NEGOTIATED = "Accept, Accept-Language"
SET = ".linkset"
"""The suffix of the document of links about a thing."""


@blueprint.get("/<kind:kind>/<key>")
def entity(kind: str, key: str) -> AnyResponse:
    """A thing, or a data document about it where the address ends in the suffix of one."""
    iri = site().iri(kind, key)
    if site().knows(iri) or _is_rule(kind, key):
        return see_other(kind, key)
    if key.endswith(SET) and site().knows(site().iri(kind, key.removesuffix(SET))):
        return signposts(kind, key.removesuffix(SET))
    stem, name = split_suffix(key)
    iri = site().iri(kind, stem)
    if not name or not site().knows(iri):
        raise UnknownThing(kind, stem)
    response = document(entity_document(iri, name), FORMATS[name])
    add_links(response, document_links(f"/{kind}/{stem}", iri.value))
    return response


def signposts(kind: str, key: str) -> Response:
    """Every link of the pages and documents about a thing, in one document (FAIR Signposting, level 2)."""
    path, iri = f"/{kind}/{key}", site().iri(kind, key).value
    page = dataset_links(path, iri) if kind == "registry" else page_links(path, iri)
    anchored = {f"/{lang}{path}": page for lang in LANGUAGES}
    anchored |= {path + format_.suffix: document_links(path, iri) for format_ in FORMATS.values()}
    return Response(linkset(anchored, request.url_root), content_type=LINKSET)


def see_other(kind: str, key: str) -> AnyResponse:
    """303 to the page in the client's language, or to the data document in its format."""
    chosen = accepted([HTML, *media_types()])
    if chosen is None:
        raise NothingAcceptable([HTML, *media_types()])
    place = f"/{kind}/{key}"
    target = f"/{language()}{place}" if chosen == HTML else place + FORMATS[format_of(chosen)].suffix
    if "day" in g:
        target = carried(target, g.day.isoformat())
    response = redirect(target, 303)
    response.headers["Vary"] = NEGOTIATED
    return response


def _is_rule(kind: str, key: str) -> bool:
    return kind == "rule" and any(rule["id"] == key for rule in site().release.rules)


@blueprint.get("/ns")
def vocabulary() -> Response:
    """The vocabulary: its terms have hash addresses, so the document itself is the answer."""
    offers = ["text/turtle", HTML, *media_types()]
    chosen = accepted(offers)
    if chosen is None:
        raise NothingAcceptable(offers)
    if chosen == HTML:
        response = terms(language())
        response.headers["Vary"] = NEGOTIATED
        return response
    name = format_of(chosen)
    return document(ontology_document(name), FORMATS[name], vary=NEGOTIATED)


@blueprint.get("/ns.<suffix>")
def vocabulary_document(suffix: str) -> Response:
    """The vocabulary in one format."""
    stem, name = split_suffix(f"ns.{suffix}")
    if stem != "ns":
        raise UnknownThing("document", f"ns.{suffix}")
    return document(ontology_document(name), FORMATS[name])
