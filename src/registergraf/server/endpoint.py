"""The SPARQL endpoint for machines, without a framework or a thread, which would cost more than most queries.

What is read, asked and told is what the view of `registergraf.web.endpoint.sparql` reads, asks and tells, by the same
functions. Whatever may end in a page is left to the application: a browser, a request without a query, another
address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.errors import QueryError
from registergraf.server.compression import without_coding
from registergraf.server.messages import Response
from registergraf.sparql.formats import negotiate
from registergraf.sparql.protocol import METHODS, read_query
from registergraf.web.endpoint.replies import (
    ATTACHMENT,
    Call,
    content_type,
    headers_of,
    prefers_page,
    prepare,
    status_of,
)
from registergraf.web.ground.headers import CORS_HEADERS, HTML, SECURITY_HEADERS
from registergraf.web.ground.members import PROBLEM, problem_members
from registergraf.web.ground.results import EXCEL, excel, read_table

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from registergraf.release import Release
    from registergraf.server.messages import Request
    from registergraf.sparql.cache import CachedPool
    from registergraf.web.endpoint.replies import Prepared, Reply

__all__ = ["Endpoint"]

_ADDRESS = "/sparql"
_HEADERS = [*SECURITY_HEADERS.items(), *CORS_HEADERS.items()]
_ERRORS = (PROBLEM, "application/json", HTML)


class Endpoint:
    """The endpoint of one release."""

    def __init__(self, release: Release, pool: CachedPool) -> None:
        self._release = release.name
        self._base = release.base
        self._pool = pool

    def takes(self, request: Request) -> bool:
        """Whether a request is a query whose answer, refusals included, is no page."""
        if request.path != _ADDRESS or request.method not in METHODS or request.header("transfer-encoding"):
            return False
        if request.method in {"GET", "HEAD"} and "query=" not in request.query_string:
            return False
        accept = request.said("accept")
        asks_for_page = "format=html" in request.query_string
        return not asks_for_page and not prefers_page(accept) and negotiate(accept, _ERRORS) != HTML

    def respond(self, request: Request, body: bytes) -> Response | Coroutine[None, None, Response]:
        """The response, at once where nothing has to be run for it."""
        try:
            query_string = request.query_string.encode("latin-1")
            asked = read_query(request.method, query_string, request.said("content-type"), body)
            call = Call(request.method, _ADDRESS, without_coding(request.header("if-none-match")))
            question = asked.question(request.said("accept"))
            ready = prepare(self._release, call, question, page=True)
            if ready.known:
                return _sent(ready.unchanged())
            known = self._pool.known(ready.asked.question)
            return _sent(ready.reply(known)) if known else self._asked(request, ready)
        except QueryError as error:
            return self._refusal(error, request)

    async def _asked(self, request: Request, ready: Prepared) -> Response:
        try:
            return _sent(ready.reply(await self._pool.ask_soon(ready.asked.question)))
        except QueryError as error:
            return self._refusal(error, request)

    def _refusal(self, error: QueryError, request: Request) -> Response:
        from registergraf.web.endpoint.teaching import language_of  # noqa: PLC0415 - the texts are needed by few

        status, extra = status_of(error, language_of(request.said("accept-language")), self._base)
        body = problem_members(self._base, status, instance=request.target, **extra)
        headers = {"Content-Type": PROBLEM, "Content-Length": str(len(body)), "Vary": "Accept, Accept-Language"}
        return Response(status, [*(headers | headers_of(error)).items(), *_HEADERS], body)


def _sent(reply: Reply) -> Response:
    headers = [*reply.headers.items(), *_HEADERS]
    answer = reply.answer
    if answer is None:
        return Response(reply.status, headers)
    if reply.made:
        sheet = excel(read_table(answer.whole()))
        headers += [("Content-Type", EXCEL), ("Content-Length", str(len(sheet))), *ATTACHMENT.items()]
        return Response(reply.status, headers, sheet)
    size = answer.file.size if answer.file else len(answer.body)
    headers += [("Content-Type", content_type(answer.media_type)), ("Content-Length", str(size))]
    return Response(reply.status, headers, answer.body, iter(answer.file) if answer.file else None)
