"""The SPARQL endpoint over HTTP: `registergraf.sparql` reads and answers, errors are problem details (RFC 9457)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from registergraf.errors import QueryError, QueryLimitError, QueryRefusedError, QuerySyntaxError
from registergraf.sparql.formats import GRAPHS, RESULTS, NotAcceptableError
from registergraf.sparql.protocol import ProtocolError, read_query
from registergraf.web.client import HTML, accepted, language
from registergraf.web.problems import PROBLEM, problem
from registergraf.web.render import render
from registergraf.web.site import site

if TYPE_CHECKING:
    from registergraf.web.contract import Answer

blueprint = Blueprint("sparql", __name__)

LIMITS = {"query-length": 413, "query-nesting": 400, "answer-mb": 413}
"""Limits that a query breaks by itself; any other one is the service's (503)."""


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Answer a query (SPARQL 1.1 Protocol, section 2.1); without one, a browser gets the form."""
    if request.method in {"GET", "HEAD"} and "query" not in request.args and accepted([PROBLEM, HTML]) == HTML:
        return form()
    try:
        answer = ask()
    except QueryError as error:
        return refusal(error)
    response = Response(answer.body, content_type=content_type(answer.media_type))
    response.headers["Vary"] = "Accept"
    return response


def ask() -> Answer:
    """Read the request and let the pool answer it; raises `QueryError`."""
    asked = read_query(request.method, request.query_string, request.headers.get("Content-Type"), request.get_data())
    return site().pool.answer(
        asked.query,
        request.headers.get("Accept"),
        asked.format or None,
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
    )


def content_type(media_type: str) -> str:
    """The Content-Type of an answer; only the text types have a parameter for the encoding, which is always UTF-8."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def form() -> Response:
    """A form that asks with GET and needs no script."""
    query = (
        f"PREFIX rg: <{site().release.base}ns#>\nPREFIX dct: <http://purl.org/dc/terms/>\n\n"
        "SELECT ?registry ?title WHERE {\n  ?registry a rg:HealthRegistry ; dct:title ?title .\n}\nORDER BY ?title\n"
    )
    formats = [(f.name, f"{f.media_type} (SELECT, ASK)") for f in RESULTS]
    formats += [(f.name, f"{f.media_type} (CONSTRUCT, DESCRIBE)") for f in GRAPHS]
    response = render("sparql.html", language(), query=query, formats=formats)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def refusal(error: QueryError) -> Response:
    """A query that was not answered, as a problem that says what to change."""
    status, extra = status_of(error)
    response = problem(status, str(error), **extra)
    if isinstance(error, ProtocolError) and error.allow:
        response.headers["Allow"] = error.allow
    return response


def status_of(error: QueryError) -> tuple[int, dict[str, Any]]:
    """The status of a refusal, and the members that its problem has beside the usual ones."""
    match error:
        case ProtocolError():
            return error.status, {}
        case QuerySyntaxError():
            return 400, {"line": error.line, "column": error.column}
        case QueryRefusedError():
            return 403, {}
        case NotAcceptableError():
            return 406, {"available": list(error.offered)}
        case QueryLimitError():
            return LIMITS.get(error.limit, 503), {"limit": error.limit}
        case _:
            return 500, {}
