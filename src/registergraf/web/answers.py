"""From a question to a response: what the endpoint, the graph store and the named queries have in common.

The strong entity tag of an answer follows from the release, the question and the format (RFC 9110, section 8.8.3), so
that a client that has it is told so without anything being run.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from flask import Response, request

from registergraf.errors import QueryError, QueryLimitError, QueryRefusedError, QuerySyntaxError
from registergraf.sparql.cache import identity, is_stable
from registergraf.sparql.formats import RESULTS, NotAcceptableError
from registergraf.sparql.protocol import ProtocolError
from registergraf.web.client import HTML, accepted, language
from registergraf.web.documents import MAX_AGE
from registergraf.web.problems import problem
from registergraf.web.results import EXCEL, excel, read_table
from registergraf.web.site import site

if TYPE_CHECKING:
    from collections.abc import Callable

    from registergraf.sparql import Question
    from registergraf.web.contract import Answer
    from registergraf.web.results import Table

    Page = Callable[[Table], Response]

JSON = RESULTS[0].media_type
MADE_HERE = {"html": HTML, "excel": EXCEL}
"""Formats that are made from the JSON of a table, by their name in ``?format=``."""

SAFE = ("GET", "HEAD", "QUERY")
"""Methods whose answers are the same for the same address and body."""

LIMITS = {"query-length": 413, "query-nesting": 400, "answer-mb": 413}
"""Limits that a query breaks by itself; any other one is the service's (503)."""

ENGINE = " ".join(f"{name} {version(name)}" for name in ("registergraf", "pyoxigraph"))


@dataclass(frozen=True)
class Wanted:
    """A question as the pool is to be asked, and what its table is made into here, if anything."""

    question: Question
    made: str = ""

    @property
    def tag(self) -> str:
        """The entity tag; "" for a question whose answer may be another the next time."""
        if not is_stable(self.question):
            return ""
        made = f"{self.made} {language()}" if self.made == HTML else self.made
        whole = f"{site().release.name} {ENGINE} {request.path} {identity(self.question)} {made}"
        return hashlib.sha256(whole.encode()).hexdigest()[:32]


def wanted(question: Question, *, page: bool) -> Wanted:
    """Tell apart what the workers write and what is made here: a page, where there can be one, and a sheet."""
    name = (question.name or "").lower()
    if name in MADE_HERE and (page or name != "html"):
        return Wanted(replace(question, accept=JSON, name=None), MADE_HERE[name])
    if page and not name and accepted([*(form.media_type for form in RESULTS), HTML]) == HTML:
        # A table as JSON, and a graph as the client likes it.
        return Wanted(replace(question, accept=f"{JSON}, {question.accept}"), HTML)
    return Wanted(question)


def respond(question: Question, page: Page | None = None) -> Response:
    """Answer a question; `page` makes the page of a table for a browser. A refusal is told as a problem."""
    asked = wanted(question, page=page is not None)
    tag = asked.tag if request.method in SAFE else ""
    if tag and _has(tag):
        return _with_headers(Response(status=304), tag, asked)
    try:
        answer = site().pool.ask(asked.question)
    except QueryError as error:
        return refusal(error)
    return _with_headers(_dressed(answer, asked, page), tag, asked)


def _has(tag: str) -> bool:
    """Whether the client names the tag; ``*`` is for what exists, which is known only when it was asked."""
    known = request.if_none_match
    return not known.star_tag and known.contains_weak(tag)


def _dressed(answer: Answer, asked: Wanted, page: Page | None) -> Response:
    if asked.made and answer.media_type == JSON:
        table = read_table(answer.body)
        if asked.made == HTML and page is not None:
            return page(table)
        return Response(excel(table), content_type=EXCEL, headers={"Content-Disposition": "attachment"})
    return Response(answer.body, content_type=content_type(answer.media_type))


def _with_headers(response: Response, tag: str, asked: Wanted) -> Response:
    response.headers["Vary"] = "Accept, Accept-Language" if asked.made == HTML else "Accept"
    if tag:
        response.set_etag(tag)
        response.cache_control.public = True
        response.cache_control.max_age = MAX_AGE
        if request.if_none_match.star_tag:
            response.status_code = 304
            response.set_data(b"")
    elif request.method in SAFE:
        response.cache_control.no_store = True
    return response


def content_type(media_type: str) -> str:
    """The Content-Type of an answer; only the text types have a parameter for the encoding, which is always UTF-8."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


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
            return 406, {"available": [*error.offered, *([HTML] if JSON in error.offered else [])]}
        case QueryLimitError():
            return LIMITS.get(error.limit, 503), {"limit": error.limit}
        case _:
            return 500, {}
