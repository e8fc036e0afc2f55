"""Sending a response over ASGI, each piece within the time that a client may take."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from registergraf.server.messages import Sent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from asgiref.typing import ASGISendCallable, HTTPResponseBodyEvent, HTTPResponseStartEvent

    from registergraf.server.kept import Entry, RawHeaders
    from registergraf.server.messages import Request, Response

__all__ = ["LeftError", "raw", "send_entry", "send_response"]


class LeftError(Exception):
    """The client does not take what it asked for."""


def raw(headers: list[tuple[str, str]]) -> RawHeaders:
    """Headers as ASGI has them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def send_entry(entry: Entry, request: Request, send: ASGISendCallable) -> Sent:
    """Send what was kept, or that the client has it."""
    if entry.body is None or entry.is_named(request.header("if-none-match")):
        await _start(304, entry.unchanged, send)
        await _piece(b"", send, more=False)
        return Sent(304, 0, kept=True)
    body = b"" if request.method == "HEAD" else entry.body
    await _start(200, entry.headers, send)
    await _piece(body, send, more=False)
    return Sent(200, len(body), kept=True)


async def send_response(  # noqa: PLR0913 - what is beside the response is how to send it
    response: Response, headers: RawHeaders, send: ASGISendCallable, *, head: bool, seconds: float, threads: Executor
) -> Sent:
    """Send a response; raises `LeftError` where a client takes longer than `seconds` for a piece.

    The pieces are read in a thread, since they may come from a disk.
    """
    if response.pieces is None or head:
        body = b"" if head else response.body
        await _start(response.status, headers, send)
        await _piece(body, send, more=False)
        return Sent(response.status, len(body), kept=False)
    size = 0
    loop = asyncio.get_running_loop()
    await _start(response.status, headers, send)
    while (piece := await loop.run_in_executor(threads, _next, response.pieces)) is not None:
        size += len(piece)
        try:
            async with asyncio.timeout(seconds):
                await _piece(piece, send, more=True)
        except TimeoutError:
            raise LeftError from None
    await _piece(b"", send, more=False)
    return Sent(response.status, size, kept=False)


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)


async def _start(status: int, headers: RawHeaders, send: ASGISendCallable) -> None:
    event: HTTPResponseStartEvent = {
        "type": "http.response.start",
        "status": status,
        "headers": headers,
        "trailers": False,
    }
    await send(event)


async def _piece(body: bytes, send: ASGISendCallable, *, more: bool) -> None:
    event: HTTPResponseBodyEvent = {"type": "http.response.body", "body": body, "more_body": more}
    await send(event)
