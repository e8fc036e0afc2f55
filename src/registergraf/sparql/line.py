"""A channel as an event loop has it: the other end is asked, and replies, one message at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from registergraf.sparql.wire import ChannelClosedError, Inbox, packed

if TYPE_CHECKING:
    from registergraf.sparql.wire import Channel, Message

__all__ = ["Line"]


class Line:
    """Listens from when it is made until it is closed, since to begin and end listening costs as much as to read."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._inbox = Inbox(0)
        self._reply: asyncio.Future[None] | None = None
        channel.connection.setblocking(False)
        self._loop.add_reader(channel.connection, self._read)

    async def exchange(self, header: dict[str, Any], most: int, seconds: float) -> Message:
        """Send a message and wait for the reply, whose body has at most `most` bytes.

        Raises `TimeoutError` past the seconds, and `ChannelClosedError`; then, or when cancelled, it is of no more use.
        """
        reply = self._reply = self._loop.create_future()
        with Inbox(most) as self._inbox:
            late = self._loop.call_later(seconds, _be_late, reply)
            try:
                await self._send(packed(header, b""), seconds)
                await reply
            except OSError as error:
                if isinstance(error, TimeoutError):
                    raise
                raise ChannelClosedError(str(error)) from error
            finally:
                late.cancel()
                self._reply = None
            return self._inbox.message()

    async def _send(self, data: bytes, seconds: float) -> None:
        if (sent := self._channel.connection.send(data)) < len(data):  # the other end reads on
            await asyncio.wait_for(self._loop.sock_sendall(self._channel.connection, data[sent:]), seconds)

    def _read(self) -> None:
        try:
            whole = self._inbox.takes(self._channel)
        except BlockingIOError:
            return
        except (OSError, ChannelClosedError) as error:
            self.close()
            self._settle(ChannelClosedError(str(error)))
            return
        if whole:
            self._settle(None)

    def _settle(self, error: ChannelClosedError | None) -> None:
        if self._reply is None or self._reply.done():
            return
        if error is None:
            self._reply.set_result(None)
        else:
            self._reply.set_exception(error)

    def close(self) -> None:
        """Listen no more; to be called in the loop, before the channel is closed."""
        self._loop.remove_reader(self._channel.connection)
        self._inbox.close()


def _be_late(reply: asyncio.Future[None]) -> None:
    if not reply.done():
        reply.set_exception(TimeoutError())
