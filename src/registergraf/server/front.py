"""The ASGI application: one `Front` a process, which lets requests in, has them answered, and sends what came of them.

A request passes the rate, what is kept, what the service tells of itself, the number of those under way, and its body's
limits, in this order: what costs least comes first. Only then is there work for a thread.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import math
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from registergraf.errors import RegistergrafError
from registergraf.memory import settle
from registergraf.server.compression import choose, compress
from registergraf.server.figures import Figures
from registergraf.server.journal import Journal
from registergraf.server.kept import key_of
from registergraf.server.leaving import unless_left
from registergraf.server.messages import BODY_METHODS, Request, Response, Sent, TooLargeError, discard, read_body
from registergraf.server.rate import Rate
from registergraf.server.sending import LeftError, raw, send_response
from registergraf.server.world import open_world
from registergraf.sparql import Ticket
from registergraf.web.ground.contract import TICKET
from registergraf.web.ground.i18n import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future

    from asgiref.typing import (
        ASGIReceiveCallable,
        ASGISendCallable,
        HTTPScope,
        LifespanScope,
        LifespanShutdownCompleteEvent,
        LifespanStartupCompleteEvent,
        LifespanStartupFailedEvent,
    )

    from registergraf.server.starting import Started
    from registergraf.server.world import World
    from registergraf.settings import Settings

__all__ = ["Front"]

_LOG = logging.getLogger(__name__)
_OF_QUERIES = frozenset({"sparql", "query", "q", "rdf-graph-store"})
_SPARE_THREADS = 8
"""Threads for those who are to be told that the queue is full."""
_FORGOTTEN = 1.0
"""Seconds after which nobody refers any more to a release that was ended."""
_PAUSE = 0.01
"""Seconds that are waited, at least, before the next page is made that nobody asked for."""
_SAFE = ("GET", "HEAD")
_MOST_DISCARDED = 64 << 20
"""Bytes of a body that is too long which are still read, so that the client gets to know."""
_OF_ITSELF = frozenset({"/healthz", "/readyz", "/metrics"})
_LEFT = 499
"""What the log has for a client that left, as others write it."""


class Front:
    """Serves the current release; a hang-up signal has it change to the one that is current then.

    `ready` is told the name of the release when the first request can be answered; `started` is what was begun of it.
    """

    def __init__(
        self, settings: Settings, ready: Callable[[str], None], started: Future[Started] | None = None
    ) -> None:
        self._settings = settings
        self._ready = ready
        self._started = started
        self._rate = Rate(settings.rate, settings.rate_burst, loopback=bool(settings.rate_loopback))
        self._journal = Journal(settings.access_log, queries=bool(settings.access_log_queries))
        self._figures = Figures()
        self._most_bytes = 12 * settings.query_length
        self._query_threads = ThreadPoolExecutor(
            settings.query_workers + settings.query_queue + _SPARE_THREADS, "query"
        )
        self._page_threads = ThreadPoolExecutor(settings.threads, "page")
        self._under_way = 0
        self._world: World
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Future[None]] = set()

    async def __call__(
        self, scope: HTTPScope | LifespanScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer a request, or live from start to shutdown."""
        if scope["type"] == "http":
            await self._exchange(Request(scope), receive, send)
        else:
            await self._live(receive, send)

    # ---------------------------------------------------------------- life

    async def _live(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await receive()
        loop = asyncio.get_running_loop()
        try:
            self._world = await loop.run_in_executor(None, open_world, self._settings, loop, self._started)
        except Exception as error:  # noqa: BLE001 - whatever it is, the server would else answer without a release
            message = str(error) if isinstance(error, RegistergrafError) else f"the service cannot start: {error!r}"
            failed: LifespanStartupFailedEvent = {"type": "lifespan.startup.failed", "message": message}
            await send(failed)
            return
        loop.add_signal_handler(signal.SIGHUP, lambda: self._later(self.reload()))
        flushing = loop.create_task(self._flush())
        self._ready(self._world.release.name)
        started: LifespanStartupCompleteEvent = {"type": "lifespan.startup.complete"}
        await send(started)
        await receive()
        flushing.cancel()
        await self._retire(self._world)
        self._journal.close()
        # The server's own threads may still hold connections, and abort the process if the interpreter ends them.
        atexit.register(os._exit, 0)
        ended: LifespanShutdownCompleteEvent = {"type": "lifespan.shutdown.complete"}
        await send(ended)

    async def reload(self) -> None:
        """Change to the release that is current now; where that fails the one before is served on."""
        async with self._reloading:
            loop = asyncio.get_running_loop()
            try:
                fresh = await loop.run_in_executor(None, open_world, self._settings, loop)
                if not self._world.is_cold:
                    await self._warm_first(fresh)
            except RegistergrafError as error:
                self._figures.note_reload("failed")
                _LOG.error("the release could not be changed, %s is served on: %s", self._world.release.name, error)
                return
            before, self._world = self._world, fresh
            self._figures.note_reload("done")
            self._ready(fresh.release.name)
            if not fresh.is_cold:
                self._later(self._make_ahead(fresh))
            await self._retire(before)

    async def _warm_first(self, world: World) -> None:
        """Have a world warm before it is served, where pages are read: nobody is to wait for those of a new release."""
        world.is_cold = False
        try:
            await asyncio.get_running_loop().run_in_executor(None, world.warm)
        except RegistergrafError:
            await self._retire(world)
            raise

    async def _retire(self, world: World) -> None:
        """Take away a user of a world, and end it with the last one."""
        if world.leave():
            await self._end(world)

    async def _end(self, world: World) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, world.close)
        # The graph of a release is large, and nothing of it is to stay when the next one is there.
        loop.call_later(_FORGOTTEN, loop.run_in_executor, None, settle)

    async def _warm(self, world: World) -> None:
        """Have the pages of a world ready for the next one who reads, behind the first one."""
        world.enter()
        try:
            await asyncio.get_running_loop().run_in_executor(None, world.warm)
        finally:
            await self._retire(world)
        await self._make_ahead(world)

    async def _make_ahead(self, world: World) -> None:
        """Have pages made that nobody asked for yet, while nothing is under way, and as long as the world is served.

        They take at most half of the time, so that who comes meanwhile is answered.
        """
        loop = asyncio.get_running_loop()
        pages = world.make_ahead()
        more = True
        while more and self._world is world:
            started = loop.time()
            if not self._under_way:
                more = await loop.run_in_executor(self._page_threads, next, pages, False)
            await asyncio.sleep(max(_PAUSE, loop.time() - started))

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(1)
            self._journal.flush()

    # ---------------------------------------------------------------- one request

    async def _exchange(self, request: Request, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        started = time.perf_counter()
        world = self._world
        world.enter()
        self._under_way += 1
        sent = Sent(_LEFT, 0, kept=False)
        try:
            sent = await self._serve(request, world, receive, send)
        except (LeftError, ConnectionError):
            pass  # nobody is there to be told
        finally:
            self._under_way -= 1
            if world.leave():
                self._later(self._end(world))
            self._note(request, sent, time.perf_counter() - started)

    async def _serve(
        self, request: Request, world: World, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> Sent:
        coding = choose(request.header("accept-encoding"))
        tags = request.header("if-none-match")
        dated = request.header("if-modified-since") and not tags  # what is kept has no date
        key = key_of(request, coding) if request.method in _SAFE and not dated else None
        head = request.method == "HEAD"
        response = self._not_let_in(request, world)
        if response is None and key and (ready := world.kept.get(key, tags)) is not None:
            return await ready.send(send, head=head)
        response = response or self._of_itself(request, world)
        if response is None:
            response = await self._ask(request, world, receive)
            compress(response, tags, coding, self._settings.compress_bytes)
        headers = raw(response.headers)
        if key is not None and request.method == "GET":
            world.kept.offer(key, response, headers)
        try:
            return await send_response(
                response,
                headers,
                send,
                head=head,
                seconds=self._settings.request_seconds,
                threads=self._page_threads,
            )
        finally:
            response.close()

    def _not_let_in(self, request: Request, world: World) -> Response | None:
        wait = self._rate.wait(request.client(self._settings.proxies))
        if not wait:
            return None
        response = world.refusal(request, 429, "too many requests from this address; see 'rate' and 'rate-burst'")
        response.set("Retry-After", str(math.ceil(wait)))
        return response

    def _of_itself(self, request: Request, world: World) -> Response | None:
        """What the service tells about itself: alive, ready, and in figures."""
        if request.method not in _SAFE:
            if request.path in _OF_ITSELF:
                response = world.refusal(request, 405, f"{request.path} is asked with GET or HEAD")
                response.set("Allow", ", ".join(_SAFE))
                return response
            return None
        match request.path:
            case "/healthz":
                return _line(200, "alive")
            case "/readyz":
                return _line(200, "ready") if world.pool.ready else _line(503, "no query worker is up")
            case "/metrics" if self._settings.metrics:
                return self._figures.tell(world, self._under_way)
        return None

    async def _ask(self, request: Request, world: World, receive: ASGIReceiveCallable) -> Response:
        """Have the application answer in a thread; raises `LeftError` when the client does not wait for it."""
        if self._under_way > self._settings.connections:
            message = f"{self._under_way} requests are under way, more than 'connections' allows; try again later"
            response = world.refusal(request, 503, message)
            response.set("Retry-After", "1")
            return response
        body = b"" if request.method not in BODY_METHODS else await self._body(request, world, receive)
        if isinstance(body, Response):
            return body
        if world.endpoint.takes(request):
            answer = world.endpoint.respond(request, body)
            return answer if isinstance(answer, Response) else await unless_left(answer, receive)
        ticket = Ticket()
        loop = asyncio.get_running_loop()
        threads = self._query_threads if _area(request.path) == "query" else self._page_threads
        work = loop.run_in_executor(threads, partial(world.ask, request, body, **{TICKET: ticket}))
        if world.is_cold:
            world.is_cold = False
            work.add_done_callback(lambda _: self._later(self._warm(world)))
        try:
            return await unless_left(asyncio.shield(work), receive)
        except LeftError:
            ticket.call_off()
            (await work).close()
            raise

    async def _body(self, request: Request, world: World, receive: ASGIReceiveCallable) -> bytes | Response:
        """Read the body of a request, or refuse it and have the connection end, since what follows cannot be read."""
        seconds = self._settings.request_seconds
        try:
            return await read_body(request, receive, self._most_bytes, seconds)
        except TooLargeError:
            with contextlib.suppress(TimeoutError):
                await discard(receive, _MOST_DISCARDED, seconds)
            status, why = 413, f"the body is longer than {self._most_bytes} bytes, which is what 'query-length' allows"
        except TimeoutError:
            status, why = 408, f"the body took longer than the {seconds:g} s of 'request-seconds'"
        except ConnectionError:
            status, why = 400, "the body is not encoded as the head says, or ends before it is whole"
        response = world.refusal(request, status, why)
        response.set("Connection", "close")
        return response

    def _note(self, request: Request, sent: Sent, seconds: float) -> None:
        self._figures.note(_area(request.path), request.method, sent, seconds)
        client = request.client(self._settings.proxies)
        self._journal.note(request, client, sent, seconds)


def _area(path: str) -> str:
    """What kind of work an address is: a query, or a page or document."""
    parts = path.split("/", 3)
    first = parts[2] if len(parts) > 2 and parts[1] in LANGUAGES else parts[1] if len(parts) > 1 else ""  # noqa: PLR2004
    return "query" if first in _OF_QUERIES else "page"


def _line(status: int, text: str) -> Response:
    body = f"{text}\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    return Response(status, [*headers, ("Cache-Control", "no-store")], body)
