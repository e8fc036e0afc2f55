"""A fixed number of worker processes that answer queries; one that hangs or dies is replaced."""

from __future__ import annotations

import contextlib
import logging
import queue
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
    from collections.abc import Iterator, Mapping, Sequence
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
    """Whoever holds one may call off the question it was handed in with."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._worker: WorkerProcess | None = None
        self.called_off = False

    def call_off(self) -> None:
        """Let the answer go; a worker that is at it is killed."""
        with self._lock:
            self.called_off = True
            if self._worker is not None:
                self._worker.kill()

    @contextlib.contextmanager
    def at(self, worker: WorkerProcess) -> Iterator[None]:
        """Have the question be that worker's for the block; raises `CalledOffError` where it was called off."""
        with self._lock:
            if self.called_off:
                raise CalledOffError
            self._worker = worker
        try:
            yield
        finally:
            with self._lock:
                self._worker = None


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
        self._idle: queue.SimpleQueue[WorkerProcess | None] = queue.SimpleQueue()
        self._workers: set[WorkerProcess] = set()
        self._waiting = 0
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
        return self._waiting

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
        """Answer a question, whose default graphs may have the view of another day among them.

        Raises `QuerySyntaxError`, `QueryRefusedError`, `NotAcceptableError`, `ProtocolError` for a day that cannot be,
        `QueryLimitError` with the name of the setting, or `QueryError`.
        """
        scan(question.query, self._settings.query_length, self._settings.query_nesting)
        day, graphs = day_of(self._setup.base, question.default_graphs, question.named_graphs)
        if day or graphs != question.default_graphs:
            question = replace(question, default_graphs=graphs, as_of=day or question.as_of)
        ticket = ticket or Ticket()
        for _ in range(_TRIES - 1):
            with contextlib.suppress(KilledError):
                return self._ask(question, ticket)
        return self._ask(question, ticket)

    def _ask(self, question: Question, ticket: Ticket) -> Answer:
        worker = self._take()
        if ticket.called_off:
            self._give(worker)
            raise CalledOffError
        try:
            with ticket.at(worker):
                reply = worker.ask(question)
        except BaseException as error:
            self._replace(worker)
            if ticket.called_off:
                raise CalledOffError from error
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
        with contextlib.suppress(queue.Empty):
            while (idle := self._idle.get_nowait()) is not None:
                self._dispose(idle)
        self._idle.put(None)
        with self._changed:
            self._changed.wait_for(lambda: not self._workers)
        self._nursery.close()

    # A worker always has one owner, who disposes of it: the queue of idle ones, a thread that asks it, or one that
    # replaces it. So nobody closes a connection that another reads.

    def _take(self) -> WorkerProcess:
        """Wait for a worker that is free and alive, unless too many wait already."""
        with contextlib.suppress(queue.Empty):
            return self._living(self._idle.get_nowait())
        with self._changed:
            if self._waiting >= self._settings.query_queue:
                message = f"{self._waiting} queries wait already, as many as may; try again later"
                raise QueryLimitError("query-queue", message)
            self._waiting += 1
        try:
            return self._living(self._idle.get(timeout=self._settings.query_wait_seconds))
        except queue.Empty:
            message = f"all workers were busy for {self._settings.query_wait_seconds:g} seconds; try again later"
            raise QueryLimitError("query-wait-seconds", message) from None
        finally:
            with self._changed:
                self._waiting -= 1

    def _living(self, worker: WorkerProcess | None) -> WorkerProcess:
        """Give the worker, or a new one where it has died; raises `QueryError` where the pool is closed."""
        if worker is None:
            self._idle.put(None)  # for the next one who waits
            raise QueryError(_CLOSED)
        if worker.alive:
            return worker
        self._dispose(worker)
        return self._new_worker()

    def _give(self, worker: WorkerProcess) -> None:
        with self._changed:
            if not self._closed.is_set():
                self._idle.put(worker)
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
