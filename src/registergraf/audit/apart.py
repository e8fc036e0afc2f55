"""Work done in processes apart: what takes too long or crashes ends there, and the rest is still done.

pyoxigraph has no time limit of its own and cannot be interrupted, so each child gives itself a time after which the
system ends it. The children are forked: they share the pages of the dataset that is loaded already.

A page that is shared is copied when either writes to it, which costs small work more than the work itself. So that can
be done where the dataset is, in a process that has been forked before anything was loaded, and that another watches.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import warnings
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.process import BaseProcess
    from typing import IO

T = TypeVar("T")
DONE, FAILED = b"+", b"!"
MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one piece of work may take."""

    seconds: float = 60.0
    memory_mb: int = 4096
    """Memory beside that of the dataset, in MiB."""


class Lost(NamedTuple):
    """A piece of work that was not done, and why."""

    kind: str
    """"time", "crash" or "error"."""
    text: str
    """The seconds that were allowed, the signal that ended it, or the error's own words."""


class Task(NamedTuple, Generic[T]):
    """A piece of work: what a child does, and how the answer is read from its bytes."""

    run: Callable[[], bytes]
    read: Callable[[bytes], T]


class _Child(NamedTuple):
    process: BaseProcess
    connection: Connection
    number: int
    """The task that it is at."""


def in_words(error: Exception) -> str:
    """An error's own words, or its kind where it has none."""
    return str(error) or type(error).__name__


def done_apart(tasks: Sequence[Task[T]], limits: Limits) -> list[T | Lost]:
    """The answers to the tasks in their order; there are as many children as processors, each at one task at a time."""
    number = min(len(tasks), os.cpu_count() or 1)
    left = deque(range(len(tasks)))
    answers: dict[int, T | Lost] = {}
    children: dict[Connection, _Child] = {}
    try:
        while left or children:
            while left and len(children) < number:
                child = _started(tasks, left.popleft(), limits)
                children[child.connection] = child
            for ready in wait(list(children)):
                child = children.pop(ready)  # type: ignore[call-overload] # only connections are waited for
                answers[child.number] = answer = _answer(tasks, child, limits)
                if left and not (isinstance(answer, Lost) and answer.kind != "error"):
                    again = child._replace(number=left.popleft())
                    again.connection.send(again.number)
                    children[ready] = again  # type: ignore[index]
                else:
                    _end(child)
    finally:
        for child in children.values():
            child.process.kill()
            _end(child)
    return [answers[index] for index in range(len(tasks))]


def done_watched(work: Callable[[], bytes]) -> bytes | None:
    """What some work gives that loads its own dataset, done in one process apart; None where that ends without it."""
    with tempfile.TemporaryFile() as answer:
        process = _forked(_watched, work, answer)
        try:
            process.join()
        finally:
            process.kill()
        answer.seek(0)
        return None if process.exitcode else answer.read()


@contextlib.contextmanager
def ending_after(seconds: float) -> Iterator[None]:
    """Have the system end this process when what is done in the context takes longer."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextlib.contextmanager
def within_memory(mebibytes: int) -> Iterator[None]:
    """Bound the address space to so much more than it is, where the system can."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(ValueError, OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + mebibytes * MIB, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _forked(target: Callable[..., None], *given: object) -> BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=target, args=given, daemon=True)
    with warnings.catch_warnings():
        # Python 3.12 warns where there are threads; a child runs none of their code
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    return process


def _watched(work: Callable[[], bytes], answer: IO[bytes]) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    try:
        answer.write(work())
        answer.flush()
    except Exception:  # noqa: BLE001 - who watches does it otherwise, and meets the error there
        sys.exit(1)


def _started(tasks: Sequence[Task[T]], index: int, limits: Limits) -> _Child:
    ours, theirs = multiprocessing.Pipe()
    process = _forked(_work, tasks, theirs, ours, limits)
    theirs.close()
    ours.send(index)
    return _Child(process, ours, index)


def _answer(tasks: Sequence[Task[T]], child: _Child, limits: Limits) -> T | Lost:
    try:
        data = child.connection.recv_bytes()
    except (EOFError, OSError):
        child.process.join()
        number = -(child.process.exitcode or 0)
        if number == signal.SIGALRM:
            return Lost("time", f"{limits.seconds:g}")
        return Lost("crash", signal.Signals(number).name if number > 0 else f"exit code {-number}")
    if data[:1] == FAILED:
        return Lost("error", data[1:].decode())
    return tasks[child.number].read(data[1:])


def _end(child: _Child) -> None:
    """Have a child end; that the pipe is closed does not tell it, for the other children hold its end too."""
    with contextlib.suppress(OSError):
        child.connection.send(None)
    child.connection.close()
    child.process.join()


def _work(tasks: Sequence[Task[T]], connection: Connection, other_end: Connection, limits: Limits) -> None:
    """The life of a child: a task for each number that comes, until there is none."""
    other_end.close()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    gc.freeze()  # to look through what is shared with the parent would copy it
    broken = contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError)
    with within_memory(limits.memory_mb), broken:
        while (index := connection.recv()) is not None:
            try:
                with ending_after(limits.seconds):
                    answer = DONE + tasks[index].run()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the other tasks are done
                answer = FAILED + in_words(error).encode()
            connection.send_bytes(answer)
