"""Where an answer is written: in memory while it is short, then in a file that goes with the last who has it open."""

from __future__ import annotations

import io
import os
import tempfile
from typing import IO, TYPE_CHECKING, Any, Self

from registergraf.errors import QueryLimitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

__all__ = ["IN_MEMORY", "Spool", "Spooled"]

IN_MEMORY = 1 << 20
"""Bytes that an answer may have before it is written to a file."""
_MIB = 1 << 20
_CHUNK = 1 << 16


class Spool(io.RawIOBase):
    """A sink of at most `most` bytes; writing more raises `QueryLimitError`, so that no part passes for a whole."""

    def __init__(self, folder: str, most: int) -> None:
        super().__init__()
        self._folder = folder
        self._most = most
        self._target: IO[bytes] = io.BytesIO()
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._target.close()

    def writable(self) -> bool:
        """Whether one can write to it: always."""
        return True

    def write(self, data: Any) -> int:
        """Append `data`; raises `QueryLimitError` at the limit."""
        length = len(data)
        if self.size + length > self._most:
            raise QueryLimitError(
                "answer-mb", f"the answer is larger than {_told(self._most)}; ask for less, for example with LIMIT"
            )
        if self.size <= IN_MEMORY < self.size + length:
            self._move()
        self._target.write(data)
        self.size += length
        return length

    def clear(self) -> None:
        """Let go of what was written, for another to be written instead."""
        self._target.close()
        self._target = io.BytesIO()
        self.size = 0

    def _move(self) -> None:
        file = tempfile.TemporaryFile(dir=self._folder or None)  # noqa: SIM115 - closed with the spool
        file.write(self.in_memory())
        self._target = file

    @property
    def file(self) -> int:
        """The number of the open file that has the whole of it, or -1 where it is in memory."""
        if isinstance(self._target, io.BytesIO):
            return -1
        self._target.flush()
        return self._target.fileno()

    def in_memory(self) -> bytes:
        """The whole of it, where it is in memory, else nothing."""
        return self._target.getvalue() if isinstance(self._target, io.BytesIO) else b""

    def readable_copy(self) -> IO[bytes]:
        """The whole of it, to be read from the start."""
        if isinstance(self._target, io.BytesIO):
            return io.BytesIO(self._target.getbuffer())
        self._target.flush()
        return io.FileIO(f"/dev/fd/{self._target.fileno()}", "rb")


class Spooled:
    """An answer in a file of `size` bytes; any number may read it, and the file goes when nobody holds this."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self.size = size

    def __del__(self) -> None:
        os.close(self._descriptor)

    def __iter__(self) -> Iterator[bytes]:
        """The whole of it from the start, piece by piece."""
        at = 0
        while at < self.size:
            piece = os.pread(self._descriptor, _CHUNK, at)
            if not piece:
                raise OSError("an answer on disk is shorter than it was")
            at += len(piece)
            yield piece


def _told(size: int) -> str:
    return f"{size // _MIB} MiB" if size % _MIB == 0 else f"{size} bytes"
