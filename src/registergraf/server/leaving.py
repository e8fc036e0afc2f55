"""Clients that leave before they are answered: what is done for them is called off."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from registergraf.server.sending import LeftError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from asgiref.typing import ASGIReceiveCallable

    from registergraf.server.messages import Response

__all__ = ["unless_left"]

_PATIENCE = 0.1
"""Seconds of work after which it is worth watching whether the client is still there."""


async def unless_left(work: Awaitable[Response], receive: ASGIReceiveCallable) -> Response:
    """Give what the work gives; raises `LeftError`, and cancels the work, where its client leaves before."""
    watch = _Watch(receive)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.has_left:
            raise LeftError from None
        raise
    finally:
        watch.end()


class _Watch:
    """Cancels the task that makes it where the client leaves; it begins to look when the task takes long."""

    def __init__(self, receive: ASGIReceiveCallable) -> None:
        self._receive = receive
        self._task = asyncio.current_task()
        self._looking: asyncio.Task[None] | None = None
        self._later = asyncio.get_running_loop().call_later(_PATIENCE, self._begin)
        self.has_left = False

    def _begin(self) -> None:
        self._looking = asyncio.ensure_future(self._look())

    async def _look(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if self._task is not None:
            self.has_left = True
            self._task.cancel()

    def end(self) -> None:
        self._later.cancel()
        if self._looking is not None:
            self._looking.cancel()
        if self.has_left and self._task is not None:
            self._task.uncancel()
