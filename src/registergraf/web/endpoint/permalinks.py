"""Permalinks: a query that is stored with its answer has a short address, which can be cited and asked again.

``POST /q`` takes what the endpoint takes (SPARQL 1.1 Protocol, section 2.1), asks it, and answers 303 with the address.
There the answer is what it was, in every format of its form; the page says which release it was asked of.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request
from pyoxigraph import RdfFormat, parse, parse_query_results, serialize

from registergraf.errors import QueryError
from registergraf.sparql.evaluation import Question, check_xml_names
from registergraf.sparql.formats import GRAPHS, RESULTS, choose, negotiate
from registergraf.sparql.protocol import read_query
from registergraf.web.endpoint.answers import refusal
from registergraf.web.endpoint.replies import ATTACHMENT, JSON, content_type
from registergraf.web.endpoint.sparql import ROWS_SHOWN
from registergraf.web.ground.client import HTML, language
from registergraf.web.ground.contract import TICKET
from registergraf.web.ground.headers import MAX_AGE
from registergraf.web.ground.results import EXCEL, excel, read_table
from registergraf.web.ground.shelf import StoredQuery
from registergraf.web.ground.site import site
from registergraf.web.shown.links import Link, add_links
from registergraf.web.shown.problems import problem
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("permalinks", __name__)

N_TRIPLES = "application/n-triples"
QUERY = "application/sparql-query"
QUERY_NAME = "rq"
"""The name in ``?format=`` for the text of the query itself."""
HTML_NAME = "html"
CHARACTERS_SHOWN = 20_000
"""Characters of a graph that its page shows."""


@dataclass(frozen=True)
class Written:
    """An answer as it is sent."""

    body: bytes
    media_type: str


@blueprint.post("/q")
def store() -> AnyResponse:
    """Ask a query and store it with its answer."""
    try:
        asked = read_query("POST", request.query_string, request.headers.get("Content-Type"), request.get_data())
        wanted = f"{JSON}, {N_TRIPLES}"
        question = Question(asked.query, wanted, None, asked.default_graphs, asked.named_graphs)
        answer = site().pool.ask(question, request.environ.get(TICKET))
        body = answer.whole()
        entry = StoredQuery(
            query=asked.query,
            default_graphs=asked.default_graphs,
            named_graphs=asked.named_graphs,
            release=site().release.name,
            as_of=site().release.as_of.isoformat(),
            stored=datetime.datetime.now(datetime.UTC).date().isoformat(),
            media_type=answer.media_type,
            sha256=hashlib.sha256(body).hexdigest(),
            answer=body.decode(),
        )
        return redirect(f"/q/{site().shelf.put(entry)}", 303)
    except QueryError as error:
        return refusal(error)


@blueprint.get("/q/<name>")
def show(name: str) -> Response:
    """The page of a stored query, or its answer in the format that the client prefers."""
    entry = site().shelf.get(name)
    if entry is None:
        return problem(404, f"There is no stored query '{name}' here.")
    formats = RESULTS if entry.media_type == JSON else GRAPHS
    asked_for = request.args.get("format") or None
    accept = request.headers.get("Accept")
    if "lang" in g and not asked_for:
        asked_for = HTML_NAME
    if asked_for == HTML_NAME or (
        not asked_for and negotiate(accept, [*(f.media_type for f in formats), HTML]) == HTML
    ):
        return page(entry)
    try:
        written = write(entry, accept, asked_for)
    except QueryError as error:
        return refusal(error)
    if written is None:
        message = (
            "The answer was longer than 'stored-answer-kb' and is not kept. "
            f"Its SHA-256 as {entry.media_type} was {entry.sha256}; ask the query again and compare."
        )
        return problem(404, message, release=entry.release, sha256=entry.sha256)
    response = Response(written.body, content_type=content_type(written.media_type))
    if written.media_type == EXCEL:
        response.headers.update(ATTACHMENT)
    response.set_etag(hashlib.sha256(written.body).hexdigest()[:32])
    response.headers.update({"Vary": "Accept", "Cache-Control": f"public, max-age={MAX_AGE}"})
    add_links(response, [Link("cite-as", address(entry))])
    return response.make_conditional(request)  # type: ignore[return-value]


def write(entry: StoredQuery, accept: str | None, name: str | None) -> Written | None:
    """The stored answer, or the query, in a format; None where it is not kept.

    Raises `NotAcceptableError`.
    """
    if name == QUERY_NAME:
        return Written(entry.query.encode(), QUERY)
    if entry.answer is None:
        return None
    body = entry.answer.encode()
    if entry.media_type == JSON:
        if name == "excel":
            return Written(excel(read_table(body)), EXCEL)
        table = choose(RESULTS, accept, name)
        if table.media_type == JSON:
            return Written(body, JSON)
        return Written(
            parse_query_results(body, RESULTS[0].writer).serialize(format=table.writer) or b"", table.media_type
        )
    form = choose(GRAPHS, accept, name)
    triples = [quad.triple for quad in parse(body, RdfFormat.N_TRIPLES)]
    if form.writer == RdfFormat.RDF_XML:
        check_xml_names(triples)
    return Written(serialize(triples, format=form.writer, prefixes=dict(site().prefixes)) or b"", form.media_type)


def page(entry: StoredQuery) -> Response:
    """The page: what was asked of which release, the answer, how to cite it, and the way to ask it anew."""
    is_table = entry.media_type == JSON
    names = [(f.media_type, f.name) for f in (RESULTS if is_table else GRAPHS)]
    names += [("Excel", "excel")] * is_table + [(QUERY, QUERY_NAME)]
    graphs = [("default-graph-uri", iri) for iri in entry.default_graphs]
    graphs += [("named-graph-uri", iri) for iri in entry.named_graphs]
    text = None if is_table else write(entry, None, "ttl")
    links = [Link("cite-as", address(entry))]
    response = render(
        "permalink.html",
        language(),
        links,
        entry=entry,
        address=address(entry),
        table=read_table(entry.answer.encode()) if is_table and entry.answer is not None else None,
        graph=text and text.body.decode()[:CHARACTERS_SHOWN],
        graphs=graphs,
        shown=ROWS_SHOWN,
        addresses=[(shown, f"/q/{entry.name}?" + urlencode({"format": name})) for shown, name in names],
    )
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def address(entry: StoredQuery) -> str:
    """What is cited: an address of this service, since another one has not stored it."""
    return f"{request.host_url}q/{entry.name}"
