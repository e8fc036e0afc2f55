"""The endpoint for machines, without Flask: most requests are queries, and most of their cost was the framework.

What is read, asked and told is what `registergraf.web.endpoint.sparql` reads, asks and tells, by the same functions.
Whatever may end in a page goes on to Flask: a browser, a request without a query, another address.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from registergraf.errors import QueryError
from registergraf.sparql.formats import negotiate
from registergraf.sparql.protocol import METHODS, read_query
from registergraf.web.app import CORS_HEADERS, SECURITY_HEADERS
from registergraf.web.endpoint.answers import (
    ATTACHMENT,
    TICKET,
    Call,
    content_type,
    headers_of,
    prefers_page,
    reply,
    status_of,
)
from registergraf.web.endpoint.teaching import language_of
from registergraf.web.ground.client import HTML
from registergraf.web.ground.results import EXCEL, excel, read_table
from registergraf.web.ground.site import EXTENSION
from registergraf.web.shown.problems import PROBLEM, problem_members

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask import Flask

    from registergraf.web.endpoint.answers import Reply
    from registergraf.web.ground.site import Site

ADDRESS = "/sparql"
HEADERS = [*SECURITY_HEADERS.items(), *CORS_HEADERS.items()]
REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
ERRORS = (PROBLEM, "application/json", HTML)


class Direct:
    """A WSGI application in front of that of Flask."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._site: Site = app.extensions[EXTENSION]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a query of a machine; have Flask answer the rest."""
        if environ["PATH_INFO"] != ADDRESS or not is_for_machines(environ):
            return self._app(environ, start_response)
        query_string = environ.get("QUERY_STRING", "").encode("latin-1")
        body = environ["wsgi.input"].read(self._app.config["MAX_CONTENT_LENGTH"]) if environ["CONTENT_LENGTH"] else b""
        try:
            asked = read_query(environ["REQUEST_METHOD"], query_string, environ.get("CONTENT_TYPE"), body)
            call = Call(
                environ["REQUEST_METHOD"],
                ADDRESS,
                environ.get("HTTP_IF_NONE_MATCH", ""),
                ticket=environ.get(TICKET),
            )
            question = asked.question(environ.get("HTTP_ACCEPT"))
            made = reply(self._site.pool, self._site.release.name, call, question, page=True)
        except QueryError as error:
            return self._refuse(error, environ, start_response)
        return send(made, start_response)

    def _refuse(self, error: QueryError, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        base = self._site.release.base
        status, extra = status_of(error, language_of(environ.get("HTTP_ACCEPT_LANGUAGE")), base)
        instance = f"{ADDRESS}?{environ.get('QUERY_STRING', '')}".rstrip("?")
        body = problem_members(base, status, instance=instance, **extra)
        headers = {"Content-Type": PROBLEM, "Content-Length": str(len(body)), "Vary": "Accept, Accept-Language"}
        start_response(REASONS[status], [*(headers | headers_of(error)).items(), *HEADERS])
        return [body]


def is_for_machines(environ: WSGIEnvironment) -> bool:
    """Whether a request to the endpoint is a query whose answer, refusals included, is no page."""
    if environ["REQUEST_METHOD"] not in METHODS or environ.get("HTTP_TRANSFER_ENCODING"):
        return False
    if environ["REQUEST_METHOD"] in {"GET", "HEAD"} and "query=" not in environ.get("QUERY_STRING", ""):
        return False
    accept = environ.get("HTTP_ACCEPT")
    asks_for_page = "format=html" in environ.get("QUERY_STRING", "")
    return not asks_for_page and not prefers_page(accept) and negotiate(accept, ERRORS) != HTML


def send(made: Reply, start_response: StartResponse) -> Iterable[bytes]:
    """Send a reply that is no page."""
    headers = [*made.headers.items(), *HEADERS]
    answer = made.answer
    if answer is None:
        start_response(REASONS[made.status], headers)
        return []
    if made.made:
        sheet = excel(read_table(answer.whole()))
        headers += [("Content-Type", EXCEL), ("Content-Length", str(len(sheet))), *ATTACHMENT.items()]
        start_response(REASONS[made.status], headers)
        return [sheet]
    size = answer.file.size if answer.file else len(answer.body)
    headers += [("Content-Type", content_type(answer.media_type)), ("Content-Length", str(size))]
    start_response(REASONS[made.status], headers)
    return answer.file or [answer.body]
