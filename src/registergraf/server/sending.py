"""Sending a response over ASGI, each piece within the time that a client may take."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from registergraf.server.messages import Sent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from asgiref.typing import ASGISendCallable, HTTPResponseBodyEvent, HTTPResponseStartEvent

    from registergraf.server.messages import Response

__all__ = ["LeftError", "RawHeaders", "Ready", "raw", "send_response"]

RawHeaders = list[tuple[bytes, bytes]]


class LeftError(Exception):
    """The client does not take what it asked for."""


def raw(headers: list[tuple[str, str]]) -> RawHeaders:
    """Headers as ASGI has them, but Date, which is when an answer goes out and not when it was made.

    The server gives it (RFC 9110, section 6.6.1); a cache would take what was kept here to have aged there.
    """
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers if name != "Date"]


class Ready:
    """A response that was kept, as ASGI's events, which are the same each time that it goes out."""

    def __init__(self, status: int, headers: RawHeaders, body: bytes = b"") -> None:
        self.sent = Sent(status, len(body), kept=True)
        self._start = _head(status, headers)
        self._body = _part(body)

    async def send(self, send: ASGISendCallable, *, head: bool) -> Sent:
        """Send it; to HEAD without its body."""
        await send(self._start)
        if head:
            await send(_END)
            return self.sent._replace(size=0)
        await send(self._body)
        return self.sent


async def send_response(  # noqa: PLR0913 - what is beside the response is how to send it
    response: Response, headers: RawHeaders, send: ASGISendCallable, *, head: bool, seconds: float, threads: Executor
) -> Sent:
    """Send a response; raises `LeftError` where a client takes longer than `seconds` for a piece.

    The pieces are read in a thread, since they may come from a disk.
    """
    if response.pieces is None or head:
        body = b"" if head else response.body
        await send(_head(response.status, headers))
        await send(_part(body))
        return Sent(response.status, len(body), kept=False)
    size = 0
    loop = asyncio.get_running_loop()
    await send(_head(response.status, headers))
    while (piece := await loop.run_in_executor(threads, _next, response.pieces)) is not None:
        size += len(piece)
        try:
            async with asyncio.timeout(seconds):
                await send(_part(piece, more=True))
        except TimeoutError:
            raise LeftError from None
    await send(_END)
    return Sent(response.status, size, kept=False)


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)


def _head(status: int, headers: RawHeaders) -> HTTPResponseStartEvent:
    return {"type": "http.response.start", "status": status, "headers": headers, "trailers": False}


def _part(body: bytes, *, more: bool = False) -> HTTPResponseBodyEvent:
    return {"type": "http.response.body", "body": body, "more_body": more}


_END = _part(b"")
