"""Responses kept in memory, bounded by their bytes: a cache in front of the application (RFC 9111).

What is kept is what says so of itself: an answer to GET with a strong entity tag that anybody may have, or that a
client with that tag has it still. It never goes stale, since everything here follows from one release, and with the
next one the cache is another.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from registergraf.sparql.seen import Seen
from registergraf.web.endpoint.replies import names_tag

if TYPE_CHECKING:
    from registergraf.server.messages import Request, Response

__all__ = ["Entry", "Kept", "Key", "key_of"]

_OVERHEAD = 1024
"""Bytes that a response is counted as beside its body."""
_NOT_MODIFIED = 304
_VARIES = frozenset({"accept", "accept-language", "accept-profile", "accept-encoding"})
_NOT_OF_304 = frozenset({"content-type", "content-length", "content-encoding", "content-disposition"})

RawHeaders = list[tuple[bytes, bytes]]


class Key(NamedTuple):
    """What of a request a kept response may depend on."""

    host: str
    target: str
    accept: str
    language: str
    profile: str
    encoding: str


def key_of(request: Request, encoding: str) -> Key:
    """The key of a request whose answer would be compressed so."""
    return Key(
        request.header("host"),
        request.target,
        request.header("accept"),
        request.header("accept-language"),
        request.header("accept-profile"),
        encoding,
    )


@dataclass(frozen=True)
class Entry:
    """A response, ready to be sent, and ready to be told that it has not changed; without a body only the latter."""

    tag: str
    headers: RawHeaders
    unchanged: RawHeaders
    body: bytes | None

    def is_named(self, if_none_match: str) -> bool:
        """Whether a client has it already; a star is met by an answer that was seen, not by a tag that was told."""
        if if_none_match == "*":
            return self.body is not None
        return bool(if_none_match) and names_tag(if_none_match, self.tag)


class Kept:
    """The responses; for one thread."""

    def __init__(self, mib: float) -> None:
        self._most = int(mib * (1 << 20))
        self._seen = Seen()
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self.size = 0

    def get(self, key: Key, if_none_match: str = "") -> Entry | None:
        """A response that was kept, as the last one asked for, where it is one to a client that has such tags."""
        entry = self._entries.get(key)
        if entry is None or (entry.body is None and not entry.is_named(if_none_match)):
            return None
        self._entries.move_to_end(key)
        return entry

    def offer(self, key: Key, response: Response, headers: RawHeaders) -> None:
        """Keep a response to GET that may be kept and was asked for before."""
        tag = response.header("etag")
        if response.status not in {200, _NOT_MODIFIED} or response.pieces is not None or not tag.startswith('"'):
            return
        if "public" not in response.header("cache-control") or not _varies(response) <= _VARIES:
            return
        if not self._seen.again(key):
            return
        unchanged = [(name, value) for name, value in headers if name.decode("ascii") not in _NOT_OF_304]
        self._forget(key)
        body = None if response.status == _NOT_MODIFIED else response.body
        self._entries[key] = Entry(tag, headers, unchanged, body)
        self.size += _cost(key, self._entries[key])
        while self.size > self._most:
            self._forget(next(iter(self._entries)))

    def _forget(self, key: Key) -> None:
        gone = self._entries.pop(key, None)
        if gone is not None:
            self.size -= _cost(key, gone)


def _varies(response: Response) -> set[str]:
    return {part.strip().lower() for part in response.header("vary").split(",")} - {""}


def _cost(key: Key, entry: Entry) -> int:
    return len(entry.body or b"") + len(key.target) + _OVERHEAD
