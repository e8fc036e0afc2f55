"""A fixed number of worker processes that answer queries; one that hangs or dies is replaced."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from concurrent.futures import Future
from dataclasses import replace
from threading import Condition, Event, Lock, Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from registergraf.errors import CalledOffError, QueryError, QueryLimitError
from registergraf.namespaces import BASE
from registergraf.sparql.days import day_of
from registergraf.sparql.evaluation import Answer, Question
from registergraf.sparql.guard import scan
from registergraf.sparql.process import KilledError, Nursery, WorkerProcess
from registergraf.sparql.wire import Setup

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from registergraf.settings import Settings

__all__ = ["Ticket", "WorkerPool"]

_LOG = logging.getLogger(__name__)
_RETRY_SECONDS = 1.0
_TRIES = 3
"""Workers that are asked a question before it is taken to be what ends them."""
_OF_VIEWS = ("view/", "inference/")
_CLOSED = "the query service is closed"


class Ticket:
    """Whoever holds one may call off, from another thread, the question it was handed in with."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked: tuple[asyncio.AbstractEventLoop, asyncio.Task[Answer]] | None = None
        self.called_off = False

    def call_off(self) -> None:
        """Let the answer go; a worker that is at it is killed, and a place in the queue given up."""
        with self._lock:
            self.called_off = True
            if self._asked is not None:
                loop, task = self._asked
                loop.call_soon_threadsafe(task.cancel)

    def run(self, work: Coroutine[None, None, Answer]) -> Answer:
        """Give what the work gives; raises `CalledOffError` where it is called off before."""

        async def wait() -> Answer:
            task = asyncio.ensure_future(work)
            with self._lock:
                self._asked = asyncio.get_running_loop(), task
                if self.called_off:
                    task.cancel()
            try:
                return await task
            except asyncio.CancelledError:
                if self.called_off:
                    raise CalledOffError from None
                raise
            finally:
                with self._lock:
                    self._asked = None

        return asyncio.run(wait())


class WorkerPool:
    """Workers over one dataset, an N-Quads file; safe to be used from many threads.

    `prefixes` are for answers that have prefixes; `queries`, by their path below ``queries/``, make the views of other
    days than that of the dataset, ``<base>as-of/YYYY-MM-DD``. `index` is the folder where a dataset that is larger than
    ``graph-memory-mb`` is kept as an index. Making one starts ``query-workers`` processes and waits until the dataset
    is loaded; raises `QueryError` where it cannot be. Use it in a ``with`` or `close` it.
    """

    def __init__(  # noqa: PLR0913 - what is beside the dataset, the settings and the prefixes is named
        self,
        dataset: Path,
        settings: Settings,
        prefixes: Mapping[str, str],
        *,
        queries: Mapping[str, str] = MappingProxyType({}),
        base: str = BASE,
        index: Path | None = None,
    ) -> None:
        self._settings = settings
        large = index is not None and dataset.is_file() and dataset.stat().st_size > settings.graph_memory_mb << 20
        self._setup = Setup(
            dataset=str(dataset),
            index=str(index) if large else "",
            spool=settings.spool,
            prefixes=dict(prefixes),
            query_seconds=settings.query_seconds,
            query_memory_mb=settings.query_memory_mb,
            answer_mb=settings.answer_mb,
            answer_rows=settings.answer_rows,
            base=base,
            queries={path: text for path, text in queries.items() if path.startswith(_OF_VIEWS)},
        )
        self._nursery = Nursery(self._setup)
        self._idle: deque[WorkerProcess] = deque()
        self._queue: dict[Future[WorkerProcess], None] = {}
        self._workers: set[WorkerProcess] = set()
        self._changed = Condition()
        self._closed = Event()
        try:
            for _ in range(settings.query_workers):
                self._give(self._new_worker())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def ready(self) -> bool:
        """Whether there is a worker to answer, now or when it is free."""
        return bool(self._workers) and not self._closed.is_set()

    @property
    def waiting(self) -> int:
        """The questions that wait for a worker."""
        return len(self._queue)

    def answer(
        self,
        query: str,
        accept: str | None,
        name: str | None = None,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Answer a query in the format called `name`, else the one `accept`, an Accept header, prefers; see `ask`."""
        return self.ask(Question(query, accept, name, tuple(default_graphs), tuple(named_graphs)))

    def ask(self, question: Question, ticket: Ticket | None = None) -> Answer:
        """Answer a question, from a thread that has no event loop; raises what `ask_soon` raises."""
        return (ticket or Ticket()).run(self.ask_soon(question))

    async def ask_soon(self, question: Question) -> Answer:
        """Answer a question, whose default graphs may have the view of another day among them.

        Raises `QuerySyntaxError`, `QueryRefusedError`, `NotAcceptableError`, `ProtocolError` for a day that cannot be,
        `QueryLimitError` with the name of the setting, or `QueryError`. A task that is cancelled has its worker killed.
        """
        scan(question.query, self._settings.query_length, self._settings.query_nesting)
        day, graphs = day_of(self._setup.base, question.default_graphs, question.named_graphs)
        if day or graphs != question.default_graphs:
            question = replace(question, default_graphs=graphs, as_of=day or question.as_of)
        for _ in range(_TRIES - 1):
            with contextlib.suppress(KilledError):
                return await self._ask(question)
        return await self._ask(question)

    async def _ask(self, question: Question) -> Answer:
        worker = await self._take()
        try:
            reply = await worker.ask(question)
        except BaseException:
            self._replace(worker)
            raise
        if isinstance(reply, Answer):
            self._give(worker)
            return reply
        if isinstance(reply, QueryLimitError) and reply.limit == "query-memory-mb":
            self._replace(worker)  # it would start the next query with what this one left
        else:
            self._give(worker)
        raise reply

    def close(self) -> None:
        """End all workers and wait until they are gone; a query under way ends with `QueryError`."""
        with self._changed:
            self._closed.set()
            for worker in self._workers:
                worker.kill()
            waiting, self._queue = [*self._queue], {}
            idle, self._idle = [*self._idle], deque()
        for place in waiting:
            if place.set_running_or_notify_cancel():
                place.set_exception(QueryError(_CLOSED))
        for worker in idle:
            self._dispose(worker)
        with self._changed:
            self._changed.wait_for(lambda: not self._workers)
        self._nursery.close()

    # A worker always has one owner, who disposes of it: the row of idle ones, a task that asks it, or a thread that
    # replaces it. So nobody closes a connection that another reads.

    async def _take(self) -> WorkerProcess:
        """Wait for a worker that is free and alive, unless too many wait already."""
        while True:
            place = self._place()
            if not place.done():
                await self._wait(place)
            worker = place.result()
            if worker.alive:
                return worker
            self._replace(worker)

    def _place(self) -> Future[WorkerProcess]:
        """A place in the queue, which may be served at once; raises `QueryError` where the queue is full or closed."""
        place: Future[WorkerProcess] = Future()
        with self._changed:
            if self._closed.is_set():
                raise QueryError(_CLOSED)
            if self._idle:
                place.set_result(self._idle.popleft())
                return place
            if len(self._queue) >= self._settings.query_queue:
                message = f"{len(self._queue)} queries wait already, as many as may; try again later"
                raise QueryLimitError("query-queue", message)
            self._queue[place] = None
        return place

    async def _wait(self, place: Future[WorkerProcess]) -> None:
        """Wait until a place is served; it is given up where that takes too long or nobody waits any more."""
        seconds = self._settings.query_wait_seconds
        try:
            async with asyncio.timeout(seconds):
                await asyncio.wrap_future(place)
        except BaseException as error:
            self._give_up(place)
            if not isinstance(error, TimeoutError):
                raise
            message = f"all workers were busy for {seconds:g} seconds; try again later"
            raise QueryLimitError("query-wait-seconds", message) from None

    def _give_up(self, place: Future[WorkerProcess]) -> None:
        with self._changed:
            self._queue.pop(place, None)
        if not place.cancel() and place.exception() is None:
            self._give(place.result())

    def _give(self, worker: WorkerProcess) -> None:
        """Hand a worker to the one who waits longest, else put it with those that are idle."""
        with self._changed:
            while not self._closed.is_set():
                if not self._queue:
                    self._idle.append(worker)
                    return
                place = next(iter(self._queue))
                del self._queue[place]
                if place.set_running_or_notify_cancel():
                    place.set_result(worker)
                    return
        self._dispose(worker)

    def _replace(self, worker: WorkerProcess) -> None:
        """Kill a worker now; reap it and start another in the background."""
        worker.kill()
        Thread(target=self._refill, args=(worker,), name="replace-query-worker", daemon=True).start()

    def _refill(self, gone: WorkerProcess) -> None:
        self._dispose(gone)
        while not self._closed.is_set():
            try:
                self._give(self._new_worker())
            except (QueryError, OSError) as error:
                if not self._closed.is_set():
                    _LOG.warning("a query worker could not be started, trying again in %g s: %s", _RETRY_SECONDS, error)
                self._closed.wait(_RETRY_SECONDS)
            else:
                return

    def _new_worker(self) -> WorkerProcess:
        with self._changed:
            if self._closed.is_set():
                raise QueryError(_CLOSED)
        worker = WorkerProcess(self._nursery, self._setup)
        with self._changed:
            self._workers.add(worker)
            if not self._closed.is_set():
                return worker
        self._dispose(worker)
        raise QueryError(_CLOSED)

    def _dispose(self, worker: WorkerProcess) -> None:
        worker.close()
        with self._changed:
            self._workers.discard(worker)
            self._changed.notify_all()
