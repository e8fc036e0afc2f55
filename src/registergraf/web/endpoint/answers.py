"""Answering a question in a view: what the endpoint, the graph store and the named queries have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from registergraf.errors import QueryError
from registergraf.web.endpoint.replies import ATTACHMENT, Call, content_type, headers_of, prepare, status_of
from registergraf.web.endpoint.teaching import language_of
from registergraf.web.ground.client import HTML, language
from registergraf.web.ground.contract import TICKET
from registergraf.web.ground.results import EXCEL, excel, read_table
from registergraf.web.ground.site import site
from registergraf.web.shown.problems import problem, wants_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from registergraf.sparql import Question
    from registergraf.web.endpoint.replies import Reply
    from registergraf.web.ground.results import Table

    Page = Callable[[Table], Response]


def respond(question: Question, page: Page | None = None) -> Response:
    """Answer a question; `page` makes the page of a table for a browser. A refusal is told as a problem."""
    call = Call(request.method, request.path, request.headers.get("If-None-Match", ""), language())
    ready = prepare(site().release.name, call, question, page=page is not None)
    try:
        made = (
            ready.unchanged()
            if ready.known
            else ready.reply(site().pool.ask(ready.asked.question, request.environ.get(TICKET)))
        )
    except QueryError as error:
        return refusal(error)
    response = _dressed(made, page)
    response.headers.update(made.headers)
    return response


def _dressed(made: Reply, page: Page | None) -> Response:
    answer = made.answer
    if answer is None:
        return Response(status=made.status)
    if made.made == HTML and page is not None:
        return page(read_table(answer.whole()))
    if made.made:
        return Response(excel(read_table(answer.whole())), content_type=EXCEL, headers=ATTACHMENT)
    response = Response(answer.file or answer.body, content_type=content_type(answer.media_type))
    if answer.file:
        response.content_length = answer.file.size
    return response


def refusal(error: QueryError) -> Response:
    """A query that was not answered, as a problem that says what to change."""
    header = request.headers.get("Accept-Language")
    status, extra = status_of(error, language() if wants_page() else language_of(header), site().release.base)
    response = problem(status, **extra)
    response.headers.update(headers_of(error))
    return response
