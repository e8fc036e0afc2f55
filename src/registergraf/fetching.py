"""Getting documents of others over HTTP: a whole body within limits, or only whether an address answers."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registergraf.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable

ACCEPT = (
    "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/n-triples;q=0.8, "
    "application/trig;q=0.7, application/n-quads;q=0.7"
)
AGENT = "registergraf"
METHOD_NOT_ALLOWED = 405
NO_ANSWER = 0
MEBIBYTE = 2**20
FAILURES = (OSError, http.client.HTTPException, ValueError)
"""What a request can end in besides a status; urllib's errors are OSErrors."""


@dataclass(frozen=True)
class Fetched:
    """A body with its media type and where it was found in the end."""

    body: bytes
    media_type: str
    url: str
    status: int
    encoding: str
    """The Content-Encoding, which was not asked for."""
    redirected: tuple[str, ...]
    """The addresses that led on to another."""


def is_address(place: str) -> bool:
    """Whether a place is an address of the web, and not a file."""
    return place.startswith(("http://", "https://"))


class _Redirections(urllib.request.HTTPRedirectHandler):
    """Follows redirections, and remembers them."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:  # noqa: PLR0913, PLR0917 - as urllib calls it
        """Remember the address, then do what urllib does."""
        self.seen.append(req.full_url)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(url: str, seconds: float, megabytes: int, accept: str = ACCEPT) -> Fetched:
    """GET a document as RDF; raises `DocumentError` when there is none, or it is larger than the limit."""
    request = urllib.request.Request(url, headers={"Accept": accept, "User-Agent": AGENT})  # noqa: S310 - see below
    redirections = _Redirections()
    try:
        with _open(request, seconds, redirections) as answer:
            body = answer.read(megabytes * MEBIBYTE + 1)
            type_, encoding = (answer.headers.get(name, "") for name in ("Content-Type", "Content-Encoding"))
            found = Fetched(body, type_, answer.url, answer.status, encoding, tuple(redirections.seen))
    except FAILURES as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        raise DocumentError(f"{url} cannot be fetched: {getattr(error, 'reason', None) or error}") from error
    if len(body) > megabytes * MEBIBYTE:
        raise DocumentError(f"{url} is larger than {megabytes} MiB, the limit that fetch-mb sets")
    return found


def statuses(urls: Iterable[str], seconds: float, at_once: int) -> dict[str, int]:
    """The status that each address answers with; 0 for none within the time, or for what is no web address."""
    wanted = list(dict.fromkeys(urls))
    with ThreadPoolExecutor(at_once) as threads:
        return dict(zip(wanted, threads.map(lambda url: status(url, seconds), wanted), strict=True))


def status(url: str, seconds: float) -> int:
    """The status of a HEAD, or of a GET where HEAD is not allowed, redirections followed."""
    code = _status(url, "HEAD", seconds)
    return _status(url, "GET", seconds) if code == METHOD_NOT_ALLOWED else code


def _status(url: str, method: str, seconds: float) -> int:
    if not is_address(url):
        return NO_ANSWER
    try:
        request = urllib.request.Request(url, method=method, headers={"User-Agent": AGENT})  # noqa: S310 - http(s) only
        with _open(request, seconds) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except FAILURES:
        return NO_ANSWER


def _open(
    request: urllib.request.Request, seconds: float, redirections: _Redirections | None = None
) -> http.client.HTTPResponse:
    """Open a web address; anything else than http and https is refused, redirections included."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        redirections or _Redirections(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener.open(request, timeout=seconds)  # type: ignore[no-any-return]
