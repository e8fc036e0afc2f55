"""The parts of the server that need no socket: requests, compression, what is kept, the rate, the access log."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import brotli
import pytest
import zstandard

from registergraf.errors import ReleaseError
from registergraf.server import front
from registergraf.server.compression import choose, compress, without_coding
from registergraf.server.journal import Journal
from registergraf.server.kept import Kept, key_of
from registergraf.server.messages import Request, Response, Sent, TooLargeError, read_body
from registergraf.server.rate import Rate, network_of
from registergraf.server.sending import raw
from registergraf.server.threads import call
from registergraf.settings import Settings
from registergraf.web.endpoint.replies import names_tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

TEXT = b"Norsk pasientregister " * 200
DECODED = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


def request(path: str = "/", query: str = "", method: str = "GET", *headers: tuple[str, str]) -> Request:
    """A request from a client at 192.0.2.7."""
    scope: Any = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode("latin-1"),
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("192.0.2.7", 40000),
        "server": ("127.0.0.1", 8000),
        "scheme": "http",
        "http_version": "1.1",
    }
    return Request(scope)


def page(body: bytes = TEXT, **headers: str) -> Response:
    """A response with a strong entity tag, which anybody may have."""
    told = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body)),
        "ETag": '"one"',
        "Cache-Control": "public, max-age=60",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return Response(200, list(told.items()), body)


# ---------------------------------------------------------------- requests


def test_headers_of_one_name_are_joined() -> None:
    """As RFC 9110, section 5.3, has it."""
    asked = request("/", "", "GET", ("accept", "text/turtle"), ("accept", "text/html;q=0.5"))

    assert asked.header("accept") == "text/turtle, text/html;q=0.5"
    assert asked.header("range") == ""


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, "203.0.113.9", "192.0.2.7"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "192.0.2.7"),
    ],
)
def test_the_client_is_who_our_own_proxies_saw(proxies: int, forwarded: str, client: str) -> None:
    """What a client writes into X-Forwarded-For itself is before what our proxies add, and is not read."""
    assert request("/", "", "GET", ("X-Forwarded-For", forwarded)).client(proxies) == client


def test_wsgi_gets_the_request_as_it_was_sent() -> None:
    """The path's letters survive, the query string is not decoded, and the length is that of the body read."""
    sent = request("/nb/søk", "q=h%C3%B8yre", "POST", ("Content-Type", "text/plain"), ("Content-Length", "9999"))
    environ = sent.environ(b"abc", ours=1)

    assert environ["PATH_INFO"].encode("latin-1").decode() == "/nb/søk"
    assert environ["QUERY_STRING"] == "q=h%C3%B8yre"
    assert environ["CONTENT_LENGTH"] == "3"
    assert environ["wsgi.input"].read() == b"abc"
    assert environ["ours"] == 1
    assert "HTTP_CONTENT_LENGTH" not in environ


def body_of(pieces: list[bytes], most: int, *headers: tuple[str, str]) -> bytes:
    """Read a body that comes in pieces; an empty list is a client that leaves."""
    messages: list[Any] = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ] or [{"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    return asyncio.run(read_body(request("/", "", "POST", *headers), receive, most, 5))


def test_a_body_is_read_up_to_its_limit() -> None:
    """A length that is announced is refused unread, one that is not as soon as it is too long."""
    assert body_of([b"ab", b"cd"], 4) == b"abcd"
    with pytest.raises(TooLargeError):
        body_of([b"ab", b"cde"], 4)
    with pytest.raises(TooLargeError):
        body_of([b""], 4, ("Content-Length", "5"))
    with pytest.raises(ConnectionError):
        body_of([], 4)


def test_a_body_that_does_not_come_ends_in_time() -> None:
    """The limit is for the whole body."""

    async def receive() -> Any:
        await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        asyncio.run(read_body(request("/", "", "POST"), receive, 4, 0.01))


# ---------------------------------------------------------------- compression


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("", ""),
        ("identity", ""),
        ("*", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, GZIP", "gzip"),
        ("gzip;q=0", ""),
        ("gzip;q=much", ""),
        ("x-gzip", ""),
    ],
)
def test_compression_is_for_those_who_name_it(accept: str, coding: str) -> None:
    """By weight, then by our preference; a wildcard names nothing."""
    assert choose(accept) == coding


@pytest.mark.parametrize("coding", sorted(DECODED))
def test_a_compressed_answer_is_another_representation(coding: str) -> None:
    """It reads as what it was made from, has a tag of its own, and says how long it is and what it depends on."""
    response = page()
    compress(response, "", coding, 1024)

    assert DECODED[coding](response.body) == TEXT
    assert response.header("content-encoding") == coding
    assert response.header("content-length") == str(len(response.body))
    assert response.header("etag") == f'"one-{coding}"'
    assert response.header("vary") == "Accept-Encoding"


@pytest.mark.parametrize("coding", sorted(DECODED))
def test_pieces_are_compressed_as_they_come(coding: str) -> None:
    """The pieces together are one stream, whose length is not known before."""
    response = page()
    response.body, response.pieces = b"", iter([TEXT[:1000], TEXT[1000:]])
    compress(response, "", coding, 1024)

    assert response.pieces is not None
    assert DECODED[coding](b"".join(response.pieces)) == TEXT
    assert response.header("content-length") == ""


def test_what_is_short_or_no_text_is_left_as_it_is() -> None:
    """So is what was compressed already; only what could have been compressed varies."""
    short, picture, packed = page(b"kort"), page(Content_Type="image/png"), page(Content_Encoding="gzip")
    for response in (short, picture, packed):
        before = response.body
        compress(response, "", "gzip", 1024)
        assert response.body is before
        assert response.header("etag") == '"one"'

    assert short.header("vary") == "Accept-Encoding"
    assert picture.header("vary") == packed.header("vary") == ""


def test_head_is_told_of_the_same_representation() -> None:
    """The tag and the coding are those of GET."""
    response = page()
    response.body = b""
    compress(response, "", "br", 1024)

    assert (response.header("etag"), response.header("content-encoding")) == ('"one-br"', "br")
    assert response.header("content-length") == ""


@pytest.mark.parametrize(
    ("named", "told"), [('"one"', '"one"'), ('"one-gzip"', '"one-gzip"'), ('"x", "one-br"', '"one-br"')]
)
def test_not_modified_names_the_tag_that_the_client_has(named: str, told: str) -> None:
    """The application compares without codings, and the client gets its own tag back."""
    response = Response(304, [("ETag", '"one"')])
    compress(response, named, "gzip", 1024)

    assert without_coding(named).endswith('"one"')
    assert response.header("etag") == told
    assert response.header("vary") == "Accept-Encoding"


# ---------------------------------------------------------------- what is kept


def offered(kept: Kept, response: Response, path: str = "/", **headers: str) -> bool:
    """Offer a response twice, since once is not enough; whether it is there afterwards."""
    key = key_of(request(path, "", "GET", *headers.items()), "")
    kept.offer(key, response, raw(response.headers))
    assert kept.get(key) is None
    kept.offer(key, response, raw(response.headers))
    return kept.get(key) is not None


def test_only_what_anybody_may_have_and_can_be_told_apart_is_kept() -> None:
    """A strong tag, public, whole, 200, and no dependence on headers that are not in the key."""
    kept = Kept(1)
    failed = page()
    failed.status = 404
    long = page()
    long.pieces = iter([b""])

    assert offered(kept, page(Vary="Accept, Accept-Language"))
    assert not offered(Kept(1), page(ETag='W/"one"'))
    assert not offered(Kept(1), page(Cache_Control="private"))
    assert not offered(Kept(1), page(Vary="Cookie"))
    assert not offered(Kept(1), failed)
    assert not offered(Kept(1), long)


def test_that_nothing_changed_is_kept_for_those_who_have_it() -> None:
    """A client with the tag is told again; one without it, or with a star, has to be answered by the application."""
    kept = Kept(1)
    key = key_of(request("/"), "")
    unchanged = page(b"")
    unchanged.status = 304

    assert not offered(kept, unchanged)
    assert [bool(kept.get(key, tags)) for tags in ('"one"', 'W/"one"', '"two"', "*")] == [True, True, False, False]
    kept.offer(key, page(b"whole"), raw(page().headers))
    assert [bool(kept.get(key, tags)) for tags in ("", '"two"', "*")] == [True, True, True]


def test_the_key_tells_apart_what_the_answer_depends_on() -> None:
    """Address, its host included, what is accepted, language and coding."""
    asked = [
        key_of(request("/a", "b"), ""),
        key_of(request("/a"), ""),
        key_of(request("/a", "", "GET", ("Host", "registergraf.example")), ""),
        key_of(request("/a"), "br"),
        key_of(request("/a", "", "GET", ("Accept", "text/html")), ""),
        key_of(request("/a", "", "GET", ("Accept-Language", "nn")), ""),
    ]
    assert len(set(asked)) == len(asked)
    assert key_of(request("/a"), "") == key_of(request("/a"), "")


def test_the_oldest_goes_when_there_is_no_room() -> None:
    """The bound holds in bytes, and what was asked for lately stays."""
    kept = Kept(1)
    body = b"x" * 300_000
    for path in ("/1", "/2", "/3"):
        assert offered(kept, page(body), path)
    assert kept.get(key_of(request("/1"), ""))
    assert offered(kept, page(body), "/4")

    assert kept.size <= 1 << 20
    assert [bool(kept.get(key_of(request(path), ""))) for path in ("/1", "/2", "/3", "/4")] == [True, False, True, True]


def test_what_is_larger_than_all_the_room_is_not_kept() -> None:
    """And leaves the count at nothing."""
    kept = Kept(1)

    assert not offered(kept, page(b"x" * (1 << 21)))
    assert kept.size == 0
    assert not offered(Kept(0), page())


@pytest.mark.parametrize(
    ("header", "has"),
    [('"one"', True), ('W/"one"', True), ('"two", "one"', True), ('"two"', False), ('"one-br"', False)],
)
def test_a_condition_is_compared_weakly(header: str, has: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """RFC 9110, section 13.1.2."""
    assert names_tag(header, '"one"') is has


# ---------------------------------------------------------------- the rate


def test_a_client_has_its_burst_and_then_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait that is told is the one after which a request passes."""
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    rate = Rate(2, 3, loopback=False)
    waits = [rate.wait("192.0.2.1") for _ in range(4)]
    other = rate.wait("192.0.2.2")
    now += waits[-1]

    assert waits[:3] == [0, 0, 0]
    assert waits[3] == pytest.approx(0.5)
    assert other == 0
    assert rate.wait("192.0.2.1") == 0
    assert rate.wait("192.0.2.1") > 0


def test_one_client_is_an_address_or_a_network_of_version_six() -> None:
    """A home has a /64 to choose addresses from; loopback counts only where it is told to."""
    networks = [network_of(f"2001:db8:0:{net}::{host}", {6: 64}) for net, host in ((1, 1), (1, 2), (2, 1))]
    assert [one == other for one, other in pairwise(networks)] == [True, False]
    quiet, strict = Rate(1, 1, loopback=False), Rate(1, 1, loopback=True)

    assert [quiet.wait("127.0.0.1") for _ in range(3)] == [0, 0, 0]
    assert [strict.wait("127.0.0.1") > 0 for _ in range(2)] == [False, True]
    assert [strict.wait("not an address") for _ in range(3)] == [0, 0, 0]
    assert [Rate(0, 1, loopback=True).wait("192.0.2.1") for _ in range(3)] == [0, 0, 0]


# ---------------------------------------------------------------- the log


@pytest.mark.parametrize(("queries", "text"), [(False, None), (True, "query=ASK {}")])
def test_the_log_says_how_long_and_only_when_told_what(tmp_path: Path, queries: bool, text: str | None) -> None:  # noqa: FBT001 - a parameter of the test
    """A line of JSON; who asked is told as a network, the query as a length."""
    target = tmp_path / "access.log"
    journal = Journal(str(target), queries=queries)
    journal.note(request("/sparql", "query=ASK+%7B%7D"), "192.0.2.77", Sent(200, 12, kept=True), 0.0123)
    journal.close()
    line = json.loads(target.read_text(encoding="utf-8"))

    assert line.pop("time").endswith("+00:00")
    assert line.pop("query", None) == text
    assert line == {
        "client": "192.0.2.0",
        "method": "GET",
        "path": "/sparql",
        "query_length": 16,
        "status": 200,
        "bytes": 12,
        "ms": 12.3,
        "kept": True,
    }


def test_a_line_of_the_log_cannot_be_forged(tmp_path: Path) -> None:
    """A line break in an address stays inside its string."""
    target = tmp_path / "access.log"
    journal = Journal(str(target), queries=False)
    journal.note(request('/a\n{"status": 200}'), "192.0.2.1", Sent(404, 0, kept=False), 0)
    journal.close()

    assert len(target.read_text(encoding="utf-8").splitlines()) == 1


# ---------------------------------------------------------------- calling the application


def application(pieces: Iterable[bytes], *headers: tuple[str, str]) -> Callable[..., Iterable[bytes]]:
    """A WSGI application that answers with these pieces."""

    def app(_environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
        start_response("200 OK", list(headers))
        return pieces

    return app


def test_short_answers_are_whole_and_long_ones_in_pieces() -> None:
    """A length up to a mebibyte, or a list of one piece, is read at once; anything else is left to be read."""
    known = call(application(iter([b"a", b"b"]), ("Content-Length", "2")), {})
    listed = call(application([b"ab"]), {})
    long = call(application(iter([b"a", b"b"])), {})

    assert (known.body, known.pieces) == (b"ab", None)
    assert (listed.body, listed.pieces) == (b"ab", None)
    assert long.pieces is not None
    assert list(long.pieces) == [b"a", b"b"]


def test_what_an_answer_holds_is_given_back() -> None:
    """Closed when it was read, or when it is not wanted any more."""
    closed = []

    class Held:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a", b"b"])

        def close(self) -> None:
            closed.append(self)

    call(application(Held(), ("Content-Length", "2")), {})
    assert len(closed) == 1
    long = call(application(Held()), {})
    assert len(closed) == 1
    long.close()
    assert len(closed) == 2


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ReleaseError("there is no release"), "there is no release"),
        (OSError(30, "Read-only file system"), "the service cannot start: OSError(30, 'Read-only file system')"),
    ],
)
def test_whatever_stops_the_start_ends_the_service(
    error: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server would else take the front for one that does not care for starting, and answer 500 to everybody."""

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(front, "open_world", fails)
    told: list[Any] = []

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(event: Any) -> None:
        told.append(event)

    scope: Any = {"type": "lifespan"}
    asyncio.run(front.Front(Settings.read({}), told.append)(scope, receive, send))

    assert told == [{"type": "lifespan.startup.failed", "message": message}]
