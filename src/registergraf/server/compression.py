"""Compression for clients that ask for it by name, never otherwise (RFC 9110, section 12.5.3).

The levels are those that cost well under a millisecond for the pages here; the strongest ones cost thirty.
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import brotli
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from registergraf.server.messages import Response

__all__ = ["choose", "compress", "without_coding"]

_TEXT = re.compile(r"text/|application/(?:[\w.+-]*(?:json|xml|sparql)|n-triples|n-quads|trig|javascript)|image/svg")
_NOT_MODIFIED = 304
_GZIP = 31
"""zlib's word for a gzip header and the largest window."""
_CODED_TAG = re.compile(r'-(?:zstd|br|gzip)"')


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Compressor(quality=4)

    def compress(self, data: bytes) -> bytes:
        return bytes(self._inner.process(data))

    def flush(self) -> bytes:
        return bytes(self._inner.finish())


# Of those that a client likes as well, the first.
_COMPRESSORS: dict[str, Callable[[], _Compressor]] = {
    "zstd": lambda: zstandard.ZstdCompressor(level=3).compressobj(),
    "br": _Brotli,
    "gzip": lambda: zlib.compressobj(1, zlib.DEFLATED, _GZIP),
}


@lru_cache(maxsize=256)
def choose(accept_encoding: str) -> str:
    """The coding a client wants most of those there are; "" for none, which ``*`` does not change."""
    weights = dict(map(_weight, accept_encoding.lower().split(",")))
    best = max(_COMPRESSORS, key=lambda coding: weights.get(coding, 0.0))
    return best if weights.get(best, 0.0) > 0 else ""


def _weight(element: str) -> tuple[str, float]:
    coding, _, parameter = element.partition(";")
    name, _, value = parameter.partition("=")
    try:
        return coding.strip(), float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return coding.strip(), 0.0


def compress(response: Response, if_none_match: str, coding: str, least: int) -> None:
    """Compress a response in the coding chosen, where it is text of at least `least` bytes; "" only says it varies.

    A representation of its own has an entity tag of its own (RFC 9110, section 8.8.3); one that a client is told to
    have is told by the tag that the client named, and no longer says what type it is of.
    """
    may_vary = response.status == _NOT_MODIFIED or _is_text(response.header("content-type"))
    if not may_vary or response.header("content-encoding"):
        return
    vary = response.header("vary")
    response.set("Vary", f"{vary}, Accept-Encoding" if vary else "Accept-Encoding")
    if not coding and response.status != _NOT_MODIFIED:
        return
    tag = response.header("etag")
    if response.status == _NOT_MODIFIED:
        named = [coded for coded in (_tag_of(tag, one) for one in _COMPRESSORS) if coded in if_none_match]
        if tag not in if_none_match and named:
            response.set("ETag", named[0])
        return
    if not coding or (response.pieces is None and _size(response) < least):
        return
    if tag:
        response.set("ETag", _tag_of(tag, coding))
    response.set("Content-Encoding", coding)
    if not response.body and response.pieces is None:  # an answer to HEAD
        response.unset("Content-Length")
        return
    compressor = _COMPRESSORS[coding]()
    if response.pieces is not None:
        response.unset("Content-Length")
        response.pieces = _compressed(response.pieces, compressor)
        return
    response.body = compressor.compress(response.body) + compressor.flush()
    response.set("Content-Length", str(len(response.body)))


@lru_cache(maxsize=256)
def _is_text(content_type: str) -> bool:
    return bool(_TEXT.match(content_type))


def _tag_of(tag: str, coding: str) -> str:
    return f'{tag[:-1]}-{coding}"'


def _size(response: Response) -> int:
    told = response.header("content-length")
    return int(told) if told.isdecimal() else len(response.body)


def _compressed(pieces: Iterator[bytes], compressor: _Compressor) -> Iterator[bytes]:
    for piece in pieces:
        if made := compressor.compress(piece):
            yield made
    yield compressor.flush()


def without_coding(if_none_match: str) -> str:
    """The tags of a client as the application knows them, which does not compress."""
    return _CODED_TAG.sub('"', if_none_match)
