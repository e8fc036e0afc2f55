"""What tells machines what is here: VoID, the service description, and the prefixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from registergraf.json_text import json_text
from registergraf.catalogue import FORMATS, write
from registergraf.web.ground.client import accepted
from registergraf.web.data.documents import document, format_of, media_types, split_suffix
from registergraf.web.shown.links import add_links, data_links
from registergraf.web.shown.problems import NothingAcceptable, UnknownThing
from registergraf.web.ground.site import site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("descriptions", __name__)

VOID = "void"
SERVICE = "service-description"
ENDPOINT = NamedNode("http://www.w3.org/ns/sparql-service-description#endpoint")


@blueprint.get(f"/<any({VOID}, '{SERVICE}'):name>")
def negotiated(name: str) -> Response:
    """A description in the format that the client prefers."""
    response = document(site().release.description(name, chosen()), FORMATS[chosen()], vary="Accept")
    add_links(response, data_links(f"/{name}"))
    return response


@blueprint.get(f"/<any({VOID}, '{SERVICE}'):name>.<suffix>")
def fixed(name: str, suffix: str) -> Response:
    """A description in one format."""
    stem, format_name = split_suffix(f"{name}.{suffix}")
    if stem != name:
        raise UnknownThing("document", f"{name}.{suffix}")
    return document(site().release.description(name, format_name), FORMATS[format_name])


@blueprint.get("/.well-known/void")
def well_known() -> AnyResponse:
    """Where VoID is looked for (Describing Linked Datasets with the VoID Vocabulary, section 7.2)."""
    return redirect("/void", 302)


@blueprint.get("/prefixes.json")
def prefixes() -> Response:
    """The prefixes in use, each with its namespace."""
    return Response(json_text(site().prefixes), content_type="application/json")


@blueprint.get("/terms.json")
def terms() -> Response:
    """The classes and the properties in use, which an editor completes."""
    known: dict[str, list[str]] = {"class": [], "property": []}
    for row in site().rows("used-terms"):
        known[row["kind"].value].append(row["term"].value)
    return Response(json_text(known), content_type="application/json")


def service_description() -> Response:
    """What the endpoint answers without a query (SPARQL 1.1 Service Description, section 2).

    The endpoint is named both as the release knows it and as it was just asked, which the W3C's tests look for.
    """
    name = chosen()
    triples = [quad.triple for quad in parse(site().release.description(SERVICE, "n-triples"), RdfFormat.N_TRIPLES)]
    here = NamedNode(request.base_url)
    described = [Triple(t.subject, ENDPOINT, here) for t in triples if t.predicate == ENDPOINT]
    response = document(write([*triples, *described], name, site().prefixes), FORMATS[name], vary="Accept")
    add_links(response, data_links(f"/{SERVICE}"))
    return response


def chosen() -> str:
    """The name of the format that the client prefers."""
    found = accepted(media_types())
    if found is None:
        raise NothingAcceptable(media_types())
    return format_of(found)
