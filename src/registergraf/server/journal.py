"""The access log: a line of JSON for each request, without what was asked and without who asked.

An address is told as its network (/24, /48), and a query by its length; ``access-log-queries`` adds its text.
"""

from __future__ import annotations

import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote_plus

import orjson

from registergraf.server.rate import network_of

if TYPE_CHECKING:
    from registergraf.server.messages import Request, Sent

__all__ = ["Journal"]

_NETWORK = {4: 24, 6: 48}
_MOST_WAITING = 1 << 16
"""Letters of lines that wait to be written together; one write for each would cost more than a kept response does."""


class Journal:
    """Writes to a file, to standard error for "-", or nowhere for ""; `flush` is for the caller to do now and then."""

    def __init__(self, target: str, *, queries: bool) -> None:
        self._queries = queries
        self._opened = bool(target) and target != "-"
        self._file: IO[str] | None = None
        self._waiting: list[str] = []
        self._size = 0
        if self._opened:
            self._file = Path(target).open("a", encoding="utf-8")  # noqa: SIM115 - for as long as the service runs
        elif target:
            self._file = sys.stderr

    def note(self, request: Request, client: str, sent: Sent, seconds: float) -> None:
        """Write the line of a request."""
        if self._file is None:
            return
        line = (
            f'{{"time": "{_now()}", "client": "{_network(client)}", "method": {_quoted(request.method)}, '
            f'"path": {_quoted(request.path)}, "query_length": {len(request.raw_query)}, "status": {sent.status}, '
            f'"bytes": {sent.size}, "ms": {seconds * 1000:.2f}, "kept": {"true" if sent.kept else "false"}'
        )
        if self._queries:
            line += f', "query": {_quoted(unquote_plus(request.query_string))}'
        self._waiting.append(line + "}\n")
        self._size += len(line)
        if self._size > _MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Write what is still in memory."""
        if self._file is not None and self._waiting:
            self._file.write("".join(self._waiting))
            self._file.flush()
            self._waiting.clear()
            self._size = 0

    def close(self) -> None:
        """Close the file."""
        self.flush()
        if self._opened and self._file is not None:
            self._file.close()


@lru_cache(maxsize=1024)
def _network(client: str) -> str:
    return network_of(client, _NETWORK)


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()


def _now() -> str:
    seconds, rest = divmod(time.time_ns() // 1_000_000, 1000)
    return f"{_second(seconds)}.{rest:03}+00:00"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
