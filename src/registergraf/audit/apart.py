"""Work done in processes apart: what takes too long or crashes ends there, and the rest is still done.

pyoxigraph has no time limit of its own and cannot be interrupted, so each child gives itself a time after which the
system ends it. The children are forked: they share the pages of the dataset that is loaded already.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import resource
import signal
import warnings
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.process import BaseProcess

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


def done_apart(tasks: Sequence[Task[T]], limits: Limits, most: int | None = None) -> list[T | Lost]:
    """The answers to the tasks in their order; each child does one task at a time.

    There are as many children as processors, or `most` of them.
    """
    number = min(len(tasks), most or os.cpu_count() or 1)
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


def _started(tasks: Sequence[Task[T]], index: int, limits: Limits) -> _Child:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(tasks, theirs, ours, limits), daemon=True)
    with warnings.catch_warnings():
        # Python 3.12 warns where there are threads; a child runs none of their code
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
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
    _limit_memory(limits.memory_mb)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while (index := connection.recv()) is not None:
            signal.setitimer(signal.ITIMER_REAL, limits.seconds)
            try:
                answer = DONE + tasks[index].run()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the other tasks are done
                answer = FAILED + (str(error) or type(error).__name__).encode()
            signal.setitimer(signal.ITIMER_REAL, 0)
            connection.send_bytes(answer)


def _limit_memory(mebibytes: int) -> None:
    """Bound the address space to so much more than it is, where the system can."""
    with contextlib.suppress(ValueError, OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + mebibytes * MIB
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
