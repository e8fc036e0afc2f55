"""The process that forks workers, and each worker, seen from the service."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from registergraf.errors import QueryError, QueryLimitError
from registergraf.sparql.evaluation import Answer
from registergraf.sparql.line import Line
from registergraf.sparql.spool import Spooled
from registergraf.sparql.wire import Channel, ChannelClosedError, message_of, unpack_error
from registergraf.sparql.worker import too_much_memory

if TYPE_CHECKING:
    from registergraf.sparql.evaluation import Question
    from registergraf.sparql.wire import Message, Setup

__all__ = ["KilledError", "Nursery", "WorkerProcess"]

# A program of its own and not multiprocessing, whose children import the parent's __main__ once more: the whole command
# line, and without end where a script has no `if __name__` guard. -P: nothing from the working folder.
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from registergraf.sparql.nursery import main; main(int(sys.argv[2]))"
)
_START_SECONDS = 1800.0
_FORK_SECONDS = 30.0
_MIB = 1 << 20
_KILLED = frozenset({signal.SIGKILL, signal.SIGTERM, 0})
"""What somebody else ends a worker with, 0 for one that nobody knows any more because the nursery ended."""


class KilledError(QueryError):
    """The worker was ended from outside, before it answered: the question is not at fault and can be asked again."""


class Nursery:
    """The process that has the dataset and forks the workers; one that died is started anew by the next `fork`.

    Its workers outlive it, so each is told with its `litter`: the process, counted, that is its parent.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._loaded = False
        self._litter = 0

    def launch(self) -> None:
        """Start the process and return at once; `fork` waits until it has loaded the dataset."""
        with self._lock:
            self._launch()

    def fork(self) -> tuple[int, int, Channel]:
        """Fork a worker: its litter, its number, the channel to it; raises `QueryError` where nothing can be loaded."""
        ours, theirs = Channel.pair()
        try:
            with self._lock:
                reply = self._order_twice({"fork": True}, theirs.fileno())
                litter = self._litter
            return litter, int(reply["pid"]), ours
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()

    def reap(self, litter: int, pid: int) -> int:
        """Wait for a worker that ends; give its status as `subprocess` has it, 0 where nobody knows any more."""
        with self._lock:
            if self._channel is None or litter != self._litter:
                return 0
            try:
                self._channel.send({"reap": pid})
                return int(self._channel.receive(seconds=_FORK_SECONDS).header["status"])
            except (ChannelClosedError, TimeoutError):
                self._end()
                return 0

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _launch(self) -> Channel:
        ours, theirs = Channel.pair()
        arguments = [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path), str(theirs.fileno())]
        # A session of its own: Ctrl-C in the terminal is for the service to handle.
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            env=os.environ | {"RUST_BACKTRACE": "0"},
        )
        theirs.close()
        Thread(target=self._watch, args=(self._process,), name="watch-nursery", daemon=True).start()
        self._channel = ours
        self._loaded = False
        self._litter += 1
        ours.send(message_of(self._setup))
        return ours

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Start another at once where one ends that had loaded the dataset, so that it is ready when it is needed."""
        process.wait()
        with self._lock:
            if self._process is process and self._loaded:
                self._end()
                self._launch()

    def _order_twice(self, order: dict[str, Any], file: int) -> dict[str, Any]:
        """Give an order, and once more to another process where the first had ended without our knowing."""
        with contextlib.suppress(ChannelClosedError, TimeoutError):
            return self._order(order, file)
        try:
            return self._order(order, file)
        except (ChannelClosedError, TimeoutError) as error:
            raise QueryError("the process that starts the query workers ended") from error

    def _order(self, order: dict[str, Any], file: int) -> dict[str, Any]:
        channel = self._channel or self._launch()
        try:
            if not self._loaded:
                self._load(channel)
            channel.send(order, file=file)
            return channel.receive(seconds=_FORK_SECONDS).header
        except (ChannelClosedError, TimeoutError):
            self._end()
            raise

    def _load(self, channel: Channel) -> None:
        header = channel.receive(seconds=_START_SECONDS).header
        if "error" in header:
            self._end()
            raise QueryError(f"{self._setup.dataset} cannot be loaded: {unpack_error(header)}")
        self._loaded = True

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._channel is not None:
            self._channel.close()
        self._process = self._channel = None


class WorkerProcess:
    """A worker: `ask` it one question at a time, always in the same event loop, `leave` it there, and `close` it."""

    def __init__(self, nursery: Nursery, setup: Setup) -> None:
        self._nursery = nursery
        self._setup = setup
        self._lock = Lock()
        self._ended = False
        self._litter, self.pid, self._channel = nursery.fork()
        self._handle = _handle_of(self.pid)
        self._line: Line | None = None

    @property
    def alive(self) -> bool:
        """Whether it waits for a question."""
        return not self._ended and self._channel.is_silent()

    async def ask(self, question: Question) -> Answer | QueryError:
        """Give the answer, or the error that the worker reports; it can be asked again.

        Raises `QueryLimitError` past the time, and `QueryError` where the worker died; then it is of no more use.
        """
        seconds = min(self._setup.query_seconds, question.most_seconds or self._setup.query_seconds)
        if self._line is None:
            self._line = Line(self._channel)
        try:
            return _read(await self._line.exchange(message_of(question), self._setup.answer_mb * _MIB, seconds))
        except TimeoutError:
            message = f"the query took longer than the {seconds:g} seconds that are allowed"
            raise QueryLimitError("query-seconds", message) from None
        except ChannelClosedError as error:
            raise await asyncio.to_thread(self._death) from error

    def leave(self) -> None:
        """Listen to it no more; to be called in the event loop it was asked in, before another thread closes it."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def kill(self) -> None:
        """End it at once, whatever it does."""
        with self._lock:
            if not self._ended:
                self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            else:
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill it and give its resources back."""
        self._reap()
        self._channel.close()

    def _reap(self) -> int:
        """Have it ended and forgotten; its status is that of its own end, where that came first."""
        with self._lock:
            if self._ended:
                return 0
            self._kill()
            self._ended = True
            if self._handle >= 0:
                os.close(self._handle)
            return self._nursery.reap(self._litter, self.pid)

    def _death(self) -> QueryError:
        """Tell what the process died of."""
        code = -self._reap()
        if code == signal.SIGABRT:  # what Rust does when it is given no more memory
            return too_much_memory(self._setup.query_memory_mb)
        if code == signal.SIGSEGV:
            return QueryError(
                "the query crashed the engine: it is nested too deeply, or has too long a chain of operators"
            )
        if code in _KILLED:
            return KilledError("the process that answered the query was killed")
        return QueryError(f"the process that answered the query ended (status {-code})")


def _handle_of(pid: int) -> int:
    """A file that stands for the process itself, whatever has its number later; -1 where the system has no such."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return -1


def _read(message: Message) -> Answer | QueryError:
    if "error" in message.header:
        return unpack_error(message.header)
    if message.file < 0:
        return Answer(message.header["media_type"], message.body)
    return Answer(message.header["media_type"], file=Spooled(message.file, message.header["size"]))
