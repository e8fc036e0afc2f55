"""Responses kept in memory, bounded by their bytes: a cache in front of the application (RFC 9111).

What is kept is what says so of itself: an answer to GET with a strong entity tag that anybody may have, or that a
client with that tag has it still. It never goes stale, since everything here follows from one release, and with the
next one the cache is another.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registergraf.server.sending import Ready
from registergraf.sparql.seen import Seen
from registergraf.web.endpoint.replies import names_tag

if TYPE_CHECKING:
    from registergraf.server.messages import Request, Response
    from registergraf.server.sending import RawHeaders

__all__ = ["Kept", "Key", "key_of"]

_OVERHEAD = 1024
"""Bytes that a response is counted as beside its body."""
_NOT_MODIFIED = 304
_VARIES = frozenset({"accept", "accept-language", "accept-profile", "accept-encoding"})
_NOT_OF_304 = frozenset({"content-type", "content-length", "content-encoding", "content-disposition"})

Key = tuple[str, bytes, bytes, bytes, bytes, bytes, str]
"""What of a request a kept response may depend on: address, host, what is accepted, and how it is compressed."""


def key_of(request: Request, encoding: str) -> Key:
    """The key of a request whose answer would be compressed so."""
    header = request.raw_headers.get
    return (
        request.path,
        request.raw_query,
        header(b"host", b""),
        header(b"accept", b""),
        header(b"accept-language", b""),
        header(b"accept-profile", b""),
        encoding,
    )


@dataclass(frozen=True)
class _Entry:
    """A response, ready to be sent, and ready to be told that it has not changed; or only the latter."""

    tag: str
    whole: Ready | None
    unchanged: Ready

    def is_named(self, if_none_match: str) -> bool:
        """Whether a client has it already; a star is met by an answer that was seen, not by a tag that was told."""
        if if_none_match == "*":
            return self.whole is not None
        return bool(if_none_match) and names_tag(if_none_match, self.tag)


class Kept:
    """The responses; for one thread."""

    def __init__(self, mib: float) -> None:
        self._most = int(mib * (1 << 20))
        self._seen = Seen()
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self.size = 0

    def get(self, key: Key, if_none_match: str = "") -> Ready | None:
        """What was kept for a client that has such tags: the response, or that it has it; nothing, where neither is."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        ready = entry.unchanged if entry.is_named(if_none_match) else entry.whole
        if ready is not None:
            self._entries.move_to_end(key)
        return ready

    def offer(self, key: Key, response: Response, headers: RawHeaders) -> None:
        """Keep a response to GET that may be kept and was asked for before."""
        if not self._seen.again(key):
            return
        tag = response.header("etag")
        if response.status not in {200, _NOT_MODIFIED} or response.pieces is not None or not tag.startswith('"'):
            return
        if "public" not in response.header("cache-control") or not _varies(response) <= _VARIES:
            return
        unchanged = [(name, value) for name, value in headers if name.decode("ascii") not in _NOT_OF_304]
        self._forget(key)
        whole = None if response.status == _NOT_MODIFIED else Ready(200, headers, response.body)
        self._entries[key] = _Entry(tag, whole, Ready(_NOT_MODIFIED, unchanged))
        self.size += _cost(key, self._entries[key])
        while self.size > self._most:
            self._forget(next(iter(self._entries)))

    def _forget(self, key: Key) -> None:
        gone = self._entries.pop(key, None)
        if gone is not None:
            self.size -= _cost(key, gone)


def _varies(response: Response) -> set[str]:
    return {part.strip().lower() for part in response.header("vary").split(",")} - {""}


def _cost(key: Key, entry: _Entry) -> int:
    return (entry.whole.sent.size if entry.whole else 0) + sum(map(len, key)) + _OVERHEAD
