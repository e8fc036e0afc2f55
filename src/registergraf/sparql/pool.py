"""A fixed number of worker processes that answer queries; one that hangs or dies is replaced."""

from __future__ import annotations

import contextlib
import logging
import queue
import time
from dataclasses import replace
from threading import Condition, Event, Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from registergraf.errors import QueryError, QueryLimitError
from registergraf.namespaces import BASE
from registergraf.sparql.days import day_of
from registergraf.sparql.evaluation import Answer, Question
from registergraf.sparql.guard import scan
from registergraf.sparql.process import WorkerProcess
from registergraf.sparql.wire import Setup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from registergraf.settings import Settings

__all__ = ["WorkerPool"]

_LOG = logging.getLogger(__name__)
_RETRY_SECONDS = 1.0
_OF_VIEWS = ("view/", "inference/")
_CLOSED = "the query service is closed"


class WorkerPool:
    """Workers over one dataset, an N-Quads file; safe to be used from many threads.

    `prefixes` are for answers that have prefixes; `queries`, by their path below ``queries/``, make the views of other
    days than that of the dataset, ``<base>as-of/YYYY-MM-DD``. Making one starts ``query-workers`` processes and waits
    until they have loaded the dataset; raises `QueryError` where they cannot. Use it in a ``with`` or `close` it.
    """

    def __init__(
        self,
        dataset: Path,
        settings: Settings,
        prefixes: Mapping[str, str],
        *,
        queries: Mapping[str, str] = MappingProxyType({}),
        base: str = BASE,
    ) -> None:
        self._settings = settings
        self._setup = Setup(
            str(dataset),
            dict(prefixes),
            settings.query_seconds,
            settings.query_memory_mb,
            settings.answer_mb,
            base,
            {path: text for path, text in queries.items() if path.startswith(_OF_VIEWS)},
        )
        self._idle: queue.SimpleQueue[WorkerProcess | None] = queue.SimpleQueue()
        self._workers: set[WorkerProcess] = set()
        self._changed = Condition()
        self._closed = Event()
        try:
            for worker in [self._new_worker() for _ in range(settings.query_workers)]:
                worker.start()
                self._give(worker)
        except BaseException:
            self._closed.set()
            for worker in tuple(self._workers):
                self._dispose(worker)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

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

    def ask(self, question: Question) -> Answer:
        """Answer a question, whose default graphs may have the view of another day among them.

        Raises `QuerySyntaxError`, `QueryRefusedError`, `NotAcceptableError`, `ProtocolError` for a day that cannot be,
        `QueryLimitError` with the name of the setting, or `QueryError`.
        """
        scan(question.query, self._settings.query_length, self._settings.query_nesting)
        day, graphs = day_of(self._setup.base, question.default_graphs, question.named_graphs)
        return self._ask(replace(question, default_graphs=graphs, as_of=day or question.as_of))

    def _ask(self, question: Question) -> Answer:
        worker = self._take()
        try:
            reply = worker.ask(question)
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
        with contextlib.suppress(queue.Empty):
            while (idle := self._idle.get_nowait()) is not None:
                self._dispose(idle)
        self._idle.put(None)
        with self._changed:
            self._changed.wait_for(lambda: not self._workers)

    # A worker always has one owner, who disposes of it: the queue of idle ones, a thread that asks it, or one that
    # replaces it. So nobody closes a connection that another reads.

    def _take(self) -> WorkerProcess:
        """Wait for a worker that is free and alive."""
        end = time.monotonic() + self._settings.query_wait_seconds
        while True:
            try:
                worker = self._idle.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                message = f"all workers were busy for {self._settings.query_wait_seconds:g} seconds; try again later"
                raise QueryLimitError("query-wait-seconds", message) from None
            if worker is None:
                self._idle.put(None)  # for the next one who waits
                raise QueryError(_CLOSED)
            if worker.alive:
                return worker
            self._replace(worker)

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
                self._give(self._started_worker())
            except (QueryError, OSError) as error:
                if not self._closed.is_set():
                    _LOG.warning("a query worker could not be started, trying again in %g s: %s", _RETRY_SECONDS, error)
                self._closed.wait(_RETRY_SECONDS)
            else:
                return

    def _started_worker(self) -> WorkerProcess:
        worker = self._new_worker()
        try:
            worker.start()
        except BaseException:
            self._dispose(worker)
            raise
        return worker

    def _new_worker(self) -> WorkerProcess:
        with self._changed:
            if self._closed.is_set():
                raise QueryError(_CLOSED)
            worker = WorkerProcess(self._setup)
            self._workers.add(worker)
        return worker

    def _dispose(self, worker: WorkerProcess) -> None:
        worker.close()
        with self._changed:
            self._workers.discard(worker)
            self._changed.notify_all()
