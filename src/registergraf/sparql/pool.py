"""A fixed number of worker processes that answer queries; one that hangs or dies is replaced."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import deque
from dataclasses import replace
from threading import Condition, Event, Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from registergraf.errors import QueryError, QueryLimitError
from registergraf.namespaces import BASE
from registergraf.sparql.days import day_of
from registergraf.sparql.evaluation import Answer, Question
from registergraf.sparql.expecting import Expected, kind_of
from registergraf.sparql.guard import scan
from registergraf.sparql.home import Home, Ticket
from registergraf.sparql.process import KilledError, Nursery, WorkerProcess
from registergraf.sparql.waiting import WaitingLine
from registergraf.sparql.wire import Setup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from registergraf.settings import Settings

__all__ = ["WorkerPool"]

_LOG = logging.getLogger(__name__)
_RETRY_SECONDS = 1.0
_TRIES = 3
"""Workers that are asked a question before it is taken to be what ends them."""
_LONG_SECONDS = 0.2
"""How long a question is worked on until another may begin beside it."""
_SHORT_SECONDS = 0.004
"""What is expected to take less is short: one more may begin beside as many as may, from which it takes little."""
_OF_VIEWS = ("view/", "inference/")
_CLOSED = "the query service is closed"


class WorkerPool:
    """Workers over one dataset, an N-Quads file, asked in one event loop, which is `home`, or from many threads.

    `prefixes` are for answers that have prefixes; `queries`, by their path below ``queries/``, make the views of other
    days than that of the dataset, ``<base>as-of/YYYY-MM-DD``. `index` is the folder where a dataset that is larger than
    ``graph-memory-mb`` is kept as an index. Making one starts ``query-workers`` processes and waits until the dataset
    is loaded; raises `QueryError` where it cannot be. Use it in a ``with`` or `close` it.

    One question more is worked on at once than there are processors, so that none of these waits for the next: still
    more would take from each other what the processors have at hand. Those that take long do not count, so that they
    hold up the short ones only while there are no more workers. One that is short by what its kind has taken lately may
    begin beside these all, unless others wait that are due before it (`WaitingLine`).
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
        size = dataset.stat().st_size if dataset.is_file() else 0
        on_disk = index is not None and size > settings.graph_memory_mb << 20
        self._setup = Setup(
            dataset=str(dataset),
            index=str(index) if on_disk else "",
            spool=settings.spool,
            prefixes=dict(prefixes),
            query_seconds=settings.query_seconds,
            query_memory_mb=settings.query_memory_mb,
            answer_mb=settings.answer_mb,
            answer_rows=settings.answer_rows,
            base=base,
            queries={path: text for path, text in queries.items() if path.startswith(_OF_VIEWS)},
        )
        self.home = Home()
        self._nursery = Nursery(self._setup)
        # Of the loop: who is free, and who waits. Of all threads, by `_changed`: who lives.
        self._idle: deque[WorkerProcess] = deque()
        self._queue: WaitingLine[WorkerProcess] = WaitingLine(settings.query_queue, settings.query_wait_seconds)
        self._expected = Expected()
        self._at_once = _processors() + 1
        self._busy = 0
        self._workers: set[WorkerProcess] = set()
        self._changed = Condition()
        self._closed = Event()
        try:
            for _ in range(settings.query_workers):
                self._idle.append(self._new_worker())
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
        """Answer a question, from a thread other than that of the loop; raises what `ask_soon` raises."""
        if self._closed.is_set():
            raise QueryError(_CLOSED)
        return (ticket or Ticket()).wait(self.home, self.ask_soon(question))

    async def ask_soon(self, question: Question) -> Answer:
        """Answer a question in the loop; its default graphs may have the view of another day among them.

        Raises `QuerySyntaxError`, `QueryRefusedError`, `NotAcceptableError`, `ProtocolError` for a day that cannot be,
        `QueryLimitError` with the name of the setting, or `QueryError`. A task that is cancelled has its worker killed.
        """
        scan(question.query, self._settings.query_length, self._settings.query_nesting)
        day, graphs = day_of(self._setup.base, question.default_graphs, question.named_graphs)
        if day or graphs != question.default_graphs:
            question = replace(question, default_graphs=graphs, as_of=day or question.as_of)
        tries = _TRIES
        while True:
            try:
                return await self._ask(question)
            except KilledError:
                tries -= 1
                if not tries:
                    raise

    async def _ask(self, question: Question) -> Answer:
        kind = kind_of(question.query)
        worker = await self._take(self._expected.seconds(kind))
        turn = _Turn(self._make_room)
        try:
            reply = await worker.ask(question)
        except BaseException as error:
            self._part_with(worker)
            seconds = turn.end()
            if isinstance(error, QueryLimitError):  # one whose client left tells nothing of what it takes
                self._expected.note(kind, seconds)
            raise
        if isinstance(reply, QueryLimitError) and reply.limit == "query-memory-mb":
            self._part_with(worker)  # it would start the next query with what this one left
        else:
            self._give(worker)
        self._expected.note(kind, turn.end())
        if isinstance(reply, Answer):
            return reply
        raise reply

    def close(self) -> None:
        """End all workers and wait until they are gone, in a thread other than that of the loop.

        A query under way ends with `QueryError`.
        """
        with self._changed:
            self._closed.set()
        if self._workers:
            self.home.loop.call_soon_threadsafe(self._shut)
        with self._changed:
            self._changed.wait_for(lambda: not self._workers)
        self.home.close()
        self._nursery.close()

    # A worker always has one owner, who parts with it: the row of idle ones, a task that asks it, or a thread that
    # replaces it. So nobody closes a connection that another reads.

    def _shut(self) -> None:
        self._queue.end(QueryError(_CLOSED))
        with self._changed:
            living = [*self._workers]
        for worker in living:
            worker.kill()
        while self._idle:
            self._part_with(self._idle.popleft())

    async def _take(self, seconds: float) -> WorkerProcess:
        """Wait for a worker, expected to be needed for so long, unless too many wait already.

        Raises `QueryError` where the pool is closed.
        """
        if self._closed.is_set():
            raise QueryError(_CLOSED)
        if self._queue.goes_first(seconds) and (worker := self._next_worker(seconds)):
            return worker
        try:
            return await self._queue.wait(seconds, self._take_back)
        except BaseException:
            self._hand_over()  # to those whom this one held up
            raise

    def _next_worker(self, seconds: float) -> WorkerProcess | None:
        """One that is free and alive, if a question may begin that is expected to take so long.

        It is the last one that was at work, which is the quickest.
        """
        at_once = self._at_once + (seconds < _SHORT_SECONDS)
        while self._idle and self._busy < at_once:
            worker = self._idle.pop()
            if worker.alive:
                self._busy += 1
                return worker
            self._part_with(worker)
        return None

    def _make_room(self) -> None:
        """Count a question no more."""
        self._busy -= 1
        self._hand_over()

    def _give(self, worker: WorkerProcess) -> None:
        """Put a worker with those that are idle, for the one who waits longest."""
        if self._closed.is_set():
            self._part_with(worker)
            return
        self._idle.append(worker)
        self._hand_over()

    def _hand_over(self) -> None:
        """Have those begin who are next, as far as they may."""
        while (seconds := self._queue.next()) is not None and (worker := self._next_worker(seconds)):
            self._queue.hand_over(worker)

    def _take_back(self, worker: WorkerProcess) -> None:
        """Have one again that was handed to somebody who is gone."""
        self._give(worker)
        self._make_room()

    def _part_with(self, worker: WorkerProcess) -> None:
        """Kill a worker now; reap it and start another in the background."""
        worker.leave()
        worker.kill()
        Thread(target=self._refill, args=(worker,), name="replace-query-worker", daemon=True).start()

    def _refill(self, gone: WorkerProcess) -> None:
        self._dispose(gone)
        while not self._closed.is_set():
            try:
                worker = self._new_worker()
            except (QueryError, OSError) as error:
                if not self._closed.is_set():
                    _LOG.warning("a query worker could not be started, trying again in %g s: %s", _RETRY_SECONDS, error)
                self._closed.wait(_RETRY_SECONDS)
            else:
                self.home.loop.call_soon_threadsafe(self._give, worker)
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


def _processors() -> int:
    """How many processors this process may use; all there are where the system does not tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Turn:
    """The time a question is worked on: `made_room` is called when it ends, or before, when it has taken long."""

    def __init__(self, made_room: Callable[[], None]) -> None:
        self._made_room: Callable[[], None] | None = made_room
        self._began = time.perf_counter()
        self._long = asyncio.get_running_loop().call_later(_LONG_SECONDS, self.end)

    def end(self) -> float:
        """Make room, unless that was done; gives the seconds since it began."""
        self._long.cancel()
        made_room, self._made_room = self._made_room, None
        if made_room:
            made_room()
        return time.perf_counter() - self._began
