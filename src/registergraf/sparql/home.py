"""The event loop that a pool lives in, and how threads ask what is answered in it."""

from __future__ import annotations

import asyncio
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar

from registergraf.errors import CalledOffError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["Home", "Ticket"]

T = TypeVar("T")


class Home:
    """One event loop: that of the service where it is told, else one in a thread of its own, begun when it is needed.

    What lives in one loop needs no locks.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    def settle(self, loop: asyncio.AbstractEventLoop) -> None:
        """Live in a loop that somebody else runs; before anything is asked."""
        self._loop = loop

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop, which runs."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(target=self._loop.run_forever, name="query-loop", daemon=True)
                self._thread.start()
            return self._loop

    def run(self, work: Coroutine[None, None, T]) -> T:
        """Have work done in the loop, and wait for what it gives, in another thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def close(self) -> None:
        """End the loop where it is our own."""
        with self._lock:
            loop, thread, self._thread = self._loop, self._thread, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_finish(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _finish() -> None:
    """Wait until everybody who waits in the loop has been told."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()


class Ticket:
    """Whoever holds one may call off, from another thread, the question it was handed in with."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._call_off: Callable[[], object] | None = None
        self.called_off = False

    def call_off(self) -> None:
        """Let the answer go; a worker that is at it is killed, and a place in the queue given up."""
        with self._lock:
            self.called_off = True
            if self._call_off is not None:
                self._call_off()

    def wait(self, home: Home, work: Coroutine[None, None, T]) -> T:
        """Give what the work gives; raises `CalledOffError` where it is called off before."""
        return home.run(self._until_called_off(work))

    async def _until_called_off(self, work: Coroutine[None, None, T]) -> T:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        with self._lock:
            self._call_off = partial(loop.call_soon_threadsafe, task.cancel)
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
                self._call_off = None
