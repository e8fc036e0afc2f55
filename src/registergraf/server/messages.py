"""A request as it came over ASGI, and a response as it goes."""

from __future__ import annotations

import asyncio
import io
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgiref.typing import ASGIReceiveCallable, HTTPScope

__all__ = ["BODY_METHODS", "Request", "Response", "Sent", "TooLargeError", "discard", "read_body"]

BODY_METHODS = frozenset({"POST", "QUERY", "PUT", "PATCH"})
"""Methods whose body is read (RFC 9110, section 9.3); that of others means nothing."""


class TooLargeError(Exception):
    """A body that is longer than it may be."""


class Request:
    """The head of a request, of which no more is decoded than somebody reads: most of them are answered by then."""

    def __init__(self, scope: HTTPScope) -> None:
        self.scope = scope
        self.method = scope["method"]
        self.path = scope["path"]
        """With escapes resolved."""
        self.raw_query = scope["query_string"]
        self.raw_headers = _joined(scope["headers"])
        """By their names in lower case; several of a name are joined (RFC 9110, section 5.3)."""

    @property
    def query_string(self) -> str:
        """What follows the question mark, as it was sent."""
        return self.raw_query.decode("latin-1")

    @property
    def target(self) -> str:
        """The path and the query string."""
        return f"{self.path}?{self.query_string}" if self.raw_query else self.path

    @property
    def headers(self) -> dict[str, str]:
        """The headers by their names in lower case."""
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.raw_headers.items()}

    def header(self, name: str) -> str:
        """A header by its name in lower case; "" where there is none."""
        return self.raw_headers.get(name.encode(), b"").decode("latin-1")

    def said(self, name: str) -> str | None:
        """The same, with `None` where there is none."""
        value = self.raw_headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    def client(self, proxies: int = 0) -> str:
        """The client's address, as the outermost of so many reverse proxies of ours saw it."""
        address = self.scope["client"]
        seen = address[0] if address else ""
        if proxies:
            told = [part.strip() for part in self.header("x-forwarded-for").split(",") if part.strip()]
            seen = told[-proxies] if len(told) >= proxies else seen
        return seen

    def environ(self, body: bytes, **ours: Any) -> dict[str, Any]:
        """The same for WSGI (PEP 3333)."""
        server = self.scope["server"] or ("localhost", None)
        client = self.scope["client"] or ("", 0)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path.encode().decode("latin-1"),
            "QUERY_STRING": self.query_string,
            "CONTENT_TYPE": self.header("content-type"),
            "CONTENT_LENGTH": str(len(body)) if body else "",
            "SERVER_NAME": server[0],
            "SERVER_PORT": str(server[1] or 80),
            "SERVER_PROTOCOL": f"HTTP/{self.scope['http_version']}",
            "REMOTE_ADDR": client[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.scope["scheme"],
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **ours,
        }
        for name, value in self.headers.items():
            if name not in {"content-type", "content-length", "transfer-encoding"}:
                environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        return environ


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    pairs = [*headers]
    joined = dict(pairs)
    if len(joined) == len(pairs):
        return joined
    joined = {}
    for name, value in pairs:
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined


@dataclass
class Response:
    """A status, headers, and a body in memory or piece by piece."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    pieces: Iterator[bytes] | None = None
    source: Iterable[bytes] | None = None
    """What the pieces come from, to be closed where it can be."""

    def header(self, name: str) -> str:
        """A header by its name in lower case; "" where there is none."""
        for one, value in self.headers:
            if one.lower() == name:
                return value
        return ""

    def set(self, name: str, value: str) -> None:
        """Set a header in place of those of the same name."""
        self.unset(name)
        self.headers.append((name, value))

    def unset(self, name: str) -> None:
        """Take a header away."""
        self.headers = [(one, text) for one, text in self.headers if one.lower() != name.lower()]

    def close(self) -> None:
        """Give back what the pieces hold."""
        close = getattr(self.source, "close", None)
        if close is not None:
            close()


class Sent(NamedTuple):
    """What went out: status, bytes of the body, and whether the response had been kept."""

    status: int
    size: int
    kept: bool


async def read_body(request: Request, receive: ASGIReceiveCallable, most: int, seconds: float) -> bytes:
    """Read the body of a request; raises `TooLargeError`, `TimeoutError`, and `ConnectionError` for one who left."""
    length = request.header("content-length")
    if length.isdecimal() and int(length) > most:
        raise TooLargeError
    pieces = []
    size = 0
    async with asyncio.timeout(seconds):
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise ConnectionError
            pieces.append(message["body"])
            size += len(message["body"])
            if size > most:
                raise TooLargeError
            if not message["more_body"]:
                return b"".join(pieces)


async def discard(receive: ASGIReceiveCallable, most: int, seconds: float) -> None:
    """Read what is left of a body and let it go, up to so many bytes; raises `TimeoutError`.

    Most clients send the whole body before they read, and one whose connection is closed meanwhile never sees why.
    """
    async with asyncio.timeout(seconds):
        while most > 0 and (message := await receive())["type"] == "http.request" and message["more_body"]:
            most -= len(message["body"])
