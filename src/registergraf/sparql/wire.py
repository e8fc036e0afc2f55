"""What the service and its workers say to each other: a header as JSON, the bytes of an answer, and open files.

Not pickle: a worker has read a stranger's query, and unpickling what it sends would be to trust it.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import time
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from registergraf.errors import QueryError, QueryLimitError, QueryRefusedError, QuerySyntaxError
from registergraf.sparql.evaluation import Question
from registergraf.sparql.formats import NotAcceptableError

if TYPE_CHECKING:
    from types import TracebackType

__all__ = [
    "Channel",
    "ChannelClosedError",
    "Inbox",
    "Message",
    "Setup",
    "message_of",
    "pack_error",
    "packed",
    "unpack_error",
    "unpack_question",
]

_LENGTHS = struct.Struct(">IQ")
_MOST_HEADER = 1 << 24
_PIECE = 1 << 18
_NUMBER = struct.Struct("i")
_ROOM = socket.CMSG_SPACE(_NUMBER.size)
"""Bytes that one open file takes beside a message."""

# An error is sent as its kind and the arguments that make it anew; "text" is the error's own text.
_KINDS: dict[str, tuple[type[QueryError], tuple[str, ...]]] = {
    "syntax": (QuerySyntaxError, ("fault", "line", "column", "source", "guesses")),
    "limit": (QueryLimitError, ("limit", "text")),
    "not-acceptable": (NotAcceptableError, ("asked", "offered")),
    "refused": (QueryRefusedError, ("text",)),
    "error": (QueryError, ("text",)),
}


class ChannelClosedError(Exception):
    """The other end is gone, or says what nobody of ours would."""


class Message(NamedTuple):
    """What was received: a header, a body, and the number of an open file that is now the receiver's, or -1."""

    header: dict[str, Any]
    body: bytes
    file: int


@dataclass(frozen=True)
class Setup:
    """What the process that forks the workers is told once, at its start."""

    dataset: str
    """Path of the N-Quads file."""
    index: str
    """Folder of the same as an index on disk, made where it is missing; "" holds the dataset in memory."""
    spool: str
    """Folder for answers that are long."""
    prefixes: dict[str, str]
    query_seconds: float
    query_memory_mb: int
    answer_mb: int
    answer_rows: int
    base: str
    queries: dict[str, str]
    """What views of other days are made with, by path below ``queries/``."""


class Channel:
    """One end of a connection between processes of ours; raises `ChannelClosedError` where the other end is gone."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._piece = bytearray(_PIECE)

    @classmethod
    def pair(cls) -> tuple[Channel, Channel]:
        """Two ends of a new connection."""
        ours, theirs = socket.socketpair()
        return cls(ours), cls(theirs)

    @classmethod
    def of(cls, descriptor: int) -> Channel:
        """The end with a file descriptor; it closes with the channel."""
        return cls(socket.socket(fileno=descriptor))

    def fileno(self) -> int:
        """The file descriptor of this end."""
        return self.connection.fileno()

    def close(self) -> None:
        """Close this end."""
        self.connection.close()

    def is_silent(self) -> bool:
        """Whether the other end is there and has sent nothing, as it is for one that waits for a question."""
        try:
            self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def hears(self, seconds: float) -> bool:
        """Wait until the other end says something or is gone; False past the seconds."""
        poll = select.poll()  # of any number of file, where `select` takes those below 1,024
        poll.register(self.connection, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def piece(self) -> tuple[memoryview, list[int]]:
        """Receive what has arrived, into the same memory each time, and the numbers of open files that came along."""
        size, beside, _, _ = self.connection.recvmsg_into([self._piece], _ROOM)
        files = [
            number
            for level, kind, data in beside
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
            for (number,) in _NUMBER.iter_unpack(data[: len(data) - len(data) % _NUMBER.size])
        ]
        return memoryview(self._piece)[:size], files

    def send(self, header: dict[str, Any], body: bytes = b"", file: int = -1) -> None:
        """Send a message; a file is the sender's to close afterwards."""
        data = packed(header, body)
        try:
            self.connection.settimeout(None)
            sent = socket.send_fds(self.connection, [data], [file]) if file >= 0 else 0
            self.connection.sendall(data[sent:] if sent else data)
        except OSError as error:
            raise ChannelClosedError(str(error)) from error

    def receive(self, most: int = 0, seconds: float | None = None) -> Message:
        """Wait for a message with a body of at most `most` bytes; raises `TimeoutError` past the seconds."""
        end = None if seconds is None else time.monotonic() + seconds
        with Inbox(most) as inbox:
            while True:
                try:
                    self.connection.settimeout(None if end is None else max(0.001, end - time.monotonic()))
                    whole = inbox.takes(self)
                except TimeoutError:
                    raise
                except OSError as error:
                    raise ChannelClosedError(str(error)) from error
                if whole:
                    return inbox.message()


class Inbox:
    """One message, as its pieces arrive; files that came and were not handed on are closed with it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._data = bytearray()
        self._files: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files that nobody took."""
        while self._files:
            os.close(self._files.pop())

    def takes(self, channel: Channel) -> bool:
        """Take a piece; whether it was the last. The other end says nothing more until it is answered."""
        piece, files = channel.piece()
        self._files += files
        if not piece:
            raise ChannelClosedError("the other end is closed")
        self._data += piece
        if len(self._data) < _LENGTHS.size:
            return False
        length = _LENGTHS.size + sum(_lengths(self._data, self._most))
        if len(self._data) > length:
            raise ChannelClosedError("more than one message")
        return len(self._data) == length

    def message(self) -> Message:
        """The whole message; its file is now the receiver's."""
        text_length, body_length = _LENGTHS.unpack_from(self._data)
        at = _LENGTHS.size + text_length
        try:
            header = json.loads(self._data[_LENGTHS.size : at])
        except ValueError as error:
            raise ChannelClosedError(str(error)) from error
        return Message(header, bytes(self._data[at : at + body_length]), self._files.pop(0) if self._files else -1)


def packed(header: dict[str, Any], body: bytes) -> bytes:
    """A message as it goes over a channel."""
    text = json.dumps(header).encode("ascii")
    return b"".join((_LENGTHS.pack(len(text), len(body)), text, body))


def _lengths(start: bytearray, most: int) -> tuple[int, int]:
    text_length, body_length = _LENGTHS.unpack_from(start)
    if text_length > _MOST_HEADER or body_length > most:
        raise ChannelClosedError(f"a message of {text_length + body_length} bytes")
    return text_length, body_length


_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in (Setup, Question)}


def message_of(value: Setup | Question) -> dict[str, Any]:
    """Write a setup or a question as a header."""
    return {name: getattr(value, name) for name in _FIELDS[type(value)]}


def unpack_question(values: dict[str, Any]) -> Question:
    """Read what `message_of` wrote."""
    graphs = {name: tuple(values[name]) for name in ("default_graphs", "named_graphs")}
    bindings = {name: tuple(term) for name, term in values["bindings"].items()}
    return Question(**(values | graphs | {"bindings": bindings}))


def pack_error(error: QueryError) -> dict[str, Any]:
    """Write an error from a worker."""
    kind, fields = next((kind, fields) for kind, (cls, fields) in _KINDS.items() if isinstance(error, cls))
    return {"error": kind, "arguments": [str(error) if name == "text" else getattr(error, name) for name in fields]}


def unpack_error(header: dict[str, Any]) -> QueryError:
    """Make the error that `pack_error` wrote."""
    cls, _ = _KINDS[header["error"]]
    error: QueryError = cls(*header["arguments"])
    return error
