"""One release as it is served: its query workers, its application, and the responses that are kept of it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from registergraf.server.compression import without_coding
from registergraf.server.kept import Kept
from registergraf.server.messages import Response
from registergraf.server.starting import start
from registergraf.server.threads import call
from registergraf.sparql.formats import negotiate
from registergraf.web import create_app
from registergraf.web.app import CORS_HEADERS, SECURITY_HEADERS, refuse
from registergraf.web.direct import Direct
from registergraf.web.ground.client import HTML
from registergraf.web.shown.problems import PROBLEM, problem_members

if TYPE_CHECKING:
    from concurrent.futures import Future
    from wsgiref.types import WSGIApplication

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
        self._flask = create_app(release, settings, self.pool)
        self.app: WSGIApplication = Direct(self._flask)
        if settings.proxies:
            count = settings.proxies
            self.app = ProxyFix(self.app, x_for=count, x_proto=count, x_host=count)
        self.kept = Kept(settings.answer_cache_mb)
        self._page = lru_cache(maxsize=256)(self._make_page)
        self._lock = Lock()
        self._users = 1  # until it is retired

    def enter(self) -> None:
        """Have one more who uses it."""
        with self._lock:
            self._users += 1

    def leave(self) -> bool:
        """Have one less; whether it was the last one, who is to close it."""
        with self._lock:
            self._users -= 1
            return self._users == 0

    def close(self) -> None:
        """End the workers."""
        self.pool.close()

    def ask(self, request: Request, body: bytes, **ours: object) -> Response:
        """Have the application answer a request, whose body has been read."""
        environ = request.environ(body, **ours)
        if "HTTP_IF_NONE_MATCH" in environ:
            environ["HTTP_IF_NONE_MATCH"] = without_coding(environ["HTTP_IF_NONE_MATCH"])
        return call(self.app, environ)

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
        headers = {"Accept": accept, "Accept-Language": accept_language}
        with self._flask.test_request_context(start, headers=headers):
            made = refuse(status, detail)
        return Response(made.status_code, [*made.headers.items()], made.get_data())


def open_world(settings: Settings, started: Future[Started] | None = None) -> World:
    """Make what serves the current release ready, out of what was `started` already, if anything.

    Raises `ReleaseError`, and `QueryError` where no worker starts.
    """
    return World(*(started.result() if started else start(settings)), settings)
