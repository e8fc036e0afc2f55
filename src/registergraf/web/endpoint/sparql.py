"""The SPARQL endpoint over HTTP: `registergraf.sparql` reads and answers, errors are problem details (RFC 9457)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request

from registergraf.errors import QueryError
from registergraf.sparql.formats import GRAPHS, RESULTS
from registergraf.sparql.protocol import METHODS, QueryRequest, read_query
from registergraf.web.data.descriptions import service_description
from registergraf.web.data.documents import media_types
from registergraf.web.endpoint.answers import refusal, respond
from registergraf.web.ground.client import HTML, accepted, language
from registergraf.web.ground.days import AS_OF, read_day
from registergraf.web.ground.site import site
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    from registergraf.web.ground.results import Table

blueprint = Blueprint("sparql", __name__)

ROWS_SHOWN = 500
"""Rows of an answer that its page shows; the whole answer is a link away."""


@blueprint.route("/sparql", methods=METHODS)
def endpoint() -> Response:
    """Answer a query (SPARQL 1.1 Protocol, section 2.1); without one, tell what this is."""
    if request.method in {"GET", "HEAD"} and not request.args:
        offer = accepted([*media_types(), HTML])
        if offer:
            return form() if offer == HTML else service_description()
    try:
        asked = read_query(
            request.method, request.query_string, request.headers.get("Content-Type"), request.get_data()
        )
    except QueryError as error:
        return refusal(error)
    question = asked.question(request.headers.get("Accept"))
    if request.args.get(AS_OF):
        question = replace(question, as_of=read_day(request.args[AS_OF]).isoformat())
    return respond(question, partial(answer_page, asked))


def answer_page(asked: QueryRequest, table: Table) -> Response:
    """The page of an answer: its rows, the whole of it in every format, and the query to go on from."""
    graphs = [("default-graph-uri", iri) for iri in asked.default_graphs]
    graphs += [("named-graph-uri", iri) for iri in asked.named_graphs]
    day = [(AS_OF, request.args[AS_OF])] if request.args.get(AS_OF) else []
    pairs = [("query", asked.query), *graphs, *day]
    addresses = [(f.media_type, "/sparql?" + urlencode([*pairs, ("format", f.name)])) for f in RESULTS]
    return form(asked.query, table=table, addresses=addresses, graphs=graphs)


def form(query: str = "", **answer: Any) -> Response:
    """A form that asks with GET and needs no script, below an answer where there is one."""
    formats = [("html", f"{HTML} (SELECT, ASK)")]
    formats += [(f.name, f"{f.media_type} (SELECT, ASK)") for f in RESULTS]
    formats += [(f.name, f"{f.media_type} (CONSTRUCT, DESCRIBE)") for f in GRAPHS]
    g.scripted = True
    response = render("sparql.html", language(), query=query or example(), formats=formats, shown=ROWS_SHOWN, **answer)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def example() -> str:
    """A query to begin with."""
    return (
        f"PREFIX rg: <{site().release.base}ns#>\nPREFIX dct: <http://purl.org/dc/terms/>\n\n"
        "SELECT ?registry ?title WHERE {\n  ?registry a rg:HealthRegistry ; dct:title ?title .\n}\nORDER BY ?title\n"
    )
