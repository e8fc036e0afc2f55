"""Calling a WSGI application in a thread."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from registergraf.server.messages import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import WSGIApplication

__all__ = ["call"]

_IN_MEMORY = 1 << 20


def call(app: WSGIApplication, environ: dict[str, Any]) -> Response:
    """Give the response of an application; a long body is left to be read piece by piece."""
    told: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _exc_info: object = None
    ) -> Callable[[bytes], object]:
        told[:] = [(status, headers)]
        return _no_write

    result = app(environ, start_response)
    pieces = iter(result)
    first = next(pieces, b"")  # an application may start its response as late as this (PEP 3333)
    status, headers = told[0]
    response = Response(int(status[:3]), list(headers), source=result)
    length = response.header("content-length")
    if length.isdecimal() and int(length) <= _IN_MEMORY:
        return _whole(response, chain((first,), pieces))
    if isinstance(result, (list, tuple)) and len(result) <= 1:
        return _whole(response, (first,))
    response.pieces = chain((first,), pieces)
    return response


def _whole(response: Response, pieces: Iterable[bytes]) -> Response:
    try:
        response.body = b"".join(pieces)
    finally:
        response.close()
    response.source = None
    return response


def _no_write(_data: bytes) -> None:
    raise NotImplementedError("the write callable of WSGI is for old applications; there are none here")
