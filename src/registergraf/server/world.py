"""One release as it is served: its query workers, its application, and the responses that are kept of it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from registergraf.memory import move_to_large_pages, settle
from registergraf.server.compression import without_coding
from registergraf.server.endpoint import Endpoint
from registergraf.server.kept import Kept
from registergraf.server.messages import Response
from registergraf.server.starting import start
from registergraf.server.threads import call
from registergraf.sparql.cache import CachedPool
from registergraf.sparql.formats import negotiate
from registergraf.web.ground.headers import CORS_HEADERS, HTML, SECURITY_HEADERS
from registergraf.web.ground.members import PROBLEM, problem_members

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Iterator
    from concurrent.futures import Future
    from wsgiref.types import WSGIApplication

    from flask import Flask

    from registergraf.release import Release
    from registergraf.server.messages import Request
    from registergraf.server.starting import Started
    from registergraf.settings import Settings
    from registergraf.sparql import WorkerPool

__all__ = ["World", "open_world"]


class World:
    """Everything that is of one release; it ends when it was retired and the last one who uses it has left."""

    def __init__(self, release: Release, pool: WorkerPool, settings: Settings) -> None:
        self.release = release
        self.pool = pool
        self._settings = settings
        # Half for responses, by address, and half for answers, by what was asked; most of them are the same bytes.
        self._answers = CachedPool(pool, settings.answer_cache_mb / 2)
        self.kept = Kept(settings.answer_cache_mb / 2)
        self.endpoint = Endpoint(release, self._answers)
        self._page = lru_cache(maxsize=256)(self._make_page)
        self._making = Lock()
        self._made: Flask | None = None
        self._users = 1  # until it is retired
        self.is_cold = True  # until a page is asked for; for the event loop alone, too

    @property
    def _flask(self) -> Flask:
        """The application, whose imports take as long as the start of everything else: made when it is needed."""
        with self._making:
            if self._made is None:
                from registergraf.web import create_app  # noqa: PLC0415

                self._made = create_app(self.release, self._settings, self._answers)
            return self._made

    def warm(self) -> None:
        """Make what the first page of each kind would be waited for."""
        from registergraf.web.app import warm  # noqa: PLC0415

        warm(self._flask)
        settle()
        move_to_large_pages(self._settings.large_pages_mb)

    def make_ahead(self) -> Iterator[bool]:
        """Make the pages that most will ask for, one with each step, which is true."""
        from registergraf.web.pages.ahead import ahead_of  # noqa: PLC0415

        return ahead_of(self._flask).make(self._flask)

    @property
    def pages_ahead(self) -> int:
        """How many pages there are that were made before anybody asked."""
        from registergraf.web.pages.ahead import ahead_of  # noqa: PLC0415

        return len(ahead_of(self._made)) if self._made else 0

    def enter(self) -> None:
        """Have one more who uses it; this and `leave` are for the event loop alone."""
        self._users += 1

    def leave(self) -> bool:
        """Have one less; whether it was the last one, who is to close it."""
        self._users -= 1
        return self._users == 0

    def close(self) -> None:
        """End the workers, and let go what refers back to it."""
        self.pool.close()
        self._page.cache_clear()
        del self._page

    def ask(self, request: Request, body: bytes, **ours: object) -> Response:
        """Have the application answer a request, whose body has been read."""
        environ = request.environ(body, **ours)
        if "HTTP_IF_NONE_MATCH" in environ:
            environ["HTTP_IF_NONE_MATCH"] = without_coding(environ["HTTP_IF_NONE_MATCH"])
        app: WSGIApplication = self._flask
        if count := self._settings.proxies:
            from werkzeug.middleware.proxy_fix import ProxyFix  # noqa: PLC0415

            app = ProxyFix(app, x_for=count, x_proto=count, x_host=count)
        return call(app, environ)

    def refusal(self, request: Request, status: int, detail: str) -> Response:
        """Tell in the client's form why a request is not let in, with as little work as can be."""
        accept = request.header("accept")
        if negotiate(accept, (PROBLEM, "application/json", HTML)) == HTML:
            page = self._page(status, detail, request.path[:4], accept, request.header("accept-language"))
            return replace(page, headers=[*page.headers])
        body = problem_members(self.release.base, status, detail, request.target)
        headers = {"Content-Type": PROBLEM, "Content-Length": str(len(body)), "Vary": "Accept, Accept-Language"}
        return Response(status, [*headers.items(), *SECURITY_HEADERS.items(), *CORS_HEADERS.items()], body)

    def _make_page(self, status: int, detail: str, start: str, accept: str, accept_language: str) -> Response:
        """The page is the same for all who ask alike below the same language, so it is made once for them."""
        from registergraf.web.app import refuse  # noqa: PLC0415

        headers = {"Accept": accept, "Accept-Language": accept_language}
        with self._flask.test_request_context(start, headers=headers):
            made = refuse(status, detail)
        return Response(made.status_code, [*made.headers.items()], made.get_data())


def open_world(settings: Settings, loop: AbstractEventLoop, started: Future[Started] | None = None) -> World:
    """Make what serves the current release from a loop ready, out of what was `started` already, if anything.

    Raises `ReleaseError`, and `QueryError` where no worker starts.
    """
    release, pool = started.result() if started else start(settings)
    pool.home.settle(loop)
    return World(release, pool, settings)
