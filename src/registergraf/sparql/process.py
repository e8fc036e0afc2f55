"""One worker process, seen from the service."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from registergraf.errors import QueryError, QueryLimitError
from registergraf.sparql.evaluation import Answer
from registergraf.sparql.wire import pack, unpack_error

if TYPE_CHECKING:
    from registergraf.sparql.evaluation import Question
    from registergraf.sparql.wire import Setup

__all__ = ["WorkerProcess"]

# A program of its own and not multiprocessing, whose children import the parent's __main__ once more: the whole command
# line for each worker, and without end where a script has no `if __name__` guard. -P: nothing from the working folder.
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from registergraf.sparql.worker import main; main(int(sys.argv[2]))"
)
_START_SECONDS = 600.0
_HEADER_BYTES = 1 << 20
_MIB = 1 << 20


class WorkerProcess:
    """A worker: `start` it, `ask` it one question at a time, `kill` it, and `close` it in the end."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        ours, theirs = socket.socketpair()
        with ours, theirs:
            arguments = [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path), str(theirs.fileno())]
            # A session of its own: Ctrl-C in the terminal is for the service to handle.
            self._process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                env=os.environ | {"RUST_BACKTRACE": "0"},
            )
            self._connection = Connection(ours.detach())

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def start(self) -> None:
        """Have it load the dataset; raises `QueryError` where it cannot."""
        header = self._exchange(pack(self._setup), _START_SECONDS)
        if header is None:
            raise QueryError(f"{self._setup.dataset} was not loaded in {_START_SECONDS:g} seconds")
        if header:
            raise QueryError(f"{self._setup.dataset} cannot be loaded: {unpack_error(header)}")

    def ask(self, question: Question) -> Answer | QueryError:
        """Give the answer, or the error that the worker reports; it can be asked again.

        Raises `QueryLimitError` past the time, and `QueryError` where the worker died; then it is of no more use.
        """
        header = self._exchange(pack(question), self._setup.query_seconds)
        if header is None:
            message = f"the query took longer than the {self._setup.query_seconds:g} seconds that are allowed"
            raise QueryLimitError("query-seconds", message)
        if "error" in header:
            return unpack_error(header)
        return Answer(header["media_type"], self._receive(self._setup.answer_mb * _MIB))

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._process.kill()

    def close(self) -> None:
        """Kill it and give its resources back."""
        self.kill()
        self._process.wait()
        self._connection.close()

    def _exchange(self, message: bytes, seconds: float) -> dict[str, Any] | None:
        """Send a message and read the header of the reply; None where there is none in time."""
        try:
            self._connection.send_bytes(message)
            if not self._connection.poll(seconds):
                return None
        except OSError as error:
            raise self._death() from error
        header: dict[str, Any] = json.loads(self._receive(_HEADER_BYTES))
        return header

    def _receive(self, most: int) -> bytes:
        try:
            return self._connection.recv_bytes(most)
        except (EOFError, OSError) as error:
            raise self._death() from error

    def _death(self) -> QueryError:
        """Tell what the process died of."""
        self.kill()
        code = -self._process.wait()
        memory = self._setup.query_memory_mb
        if code == signal.SIGABRT:  # what Rust does when it is given no more memory
            return QueryLimitError("query-memory-mb", f"the query needs more than {memory} MiB of memory")
        if code == signal.SIGSEGV:
            return QueryError(
                "the query crashed the engine: it is nested too deeply, or has too long a chain of operators"
            )
        return QueryError(f"the process that answered the query ended (status {-code})")
