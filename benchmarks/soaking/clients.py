"""Those who ask: well-behaved clients, one whose queries never end, and one who hangs up."""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from soaking.expected import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from soaking.expected import Expected, Pair
    from soaking.ledger import Ledger

ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9"
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PAGES = ("/nb/registry/npr", "/en/registry/kpr", "/nb/", "/catalog.ttl", "/void.ttl", "/readyz")
TIMEOUT = 60


def ask_on(port: int, expected: Expected, ledger: Ledger, number: int) -> None:
    """Ask over one connection: new queries, known ones, conditional ones, by GET and POST, and pages."""
    chance = random.Random(number)  # noqa: S311 - no secret
    tags: dict[str, tuple[str, str]] = {}
    with _connection(port) as connection:
        for count in _until(ledger):
            pair = chance.choice(expected.pairs)
            kind = chance.choice(("new", "new", "known", "known", "conditional", "posted", "page"))
            query = f"{pair.query}# {number}-{count}\n" if kind in {"new", "posted"} else pair.query
            may_be = ledger.may_answer(expected.releases)
            started = time.perf_counter()
            if kind == "page":
                connection.request("GET", chance.choice(PAGES), headers={"Accept": "text/turtle, text/html;q=0.9"})
            elif kind == "posted":
                form = {"Content-Type": "application/sparql-query", "Accept": ACCEPT}
                connection.request("POST", "/sparql", query.encode(), form)
            else:
                known = {"If-None-Match": tags[query][0]} if kind == "conditional" and query in tags else {}
                connection.request("GET", f"/sparql?query={quote(query)}", headers={"Accept": ACCEPT} | known)
            answer = connection.getresponse()
            body = answer.read()
            ended = time.perf_counter() - started
            may_be |= ledger.may_answer(expected.releases)
            wrong = _wrong(answer, body, pair if kind != "page" else None, may_be, tags.get(query))
            if wrong:
                ledger.fault(f"{kind}: {wrong}: {pair.query if kind != 'page' else body[:200]!r}")
                continue
            ledger.note("not modified" if answer.status == http.client.NOT_MODIFIED else kind, ended)
            if kind == "known" and len(may_be) == 1:
                tags[query] = (answer.headers["ETag"], *may_be)


def _wrong(
    answer: http.client.HTTPResponse, body: bytes, pair: Pair | None, may_be: set[str], tag: tuple[str, str] | None
) -> str:
    """Why an answer is not what it should be, "" where it is; `pair` is of a query, and none of a page."""
    if answer.status == http.client.NOT_MODIFIED and pair and tag:
        return "" if tag[1] in may_be else "304 for the release before"
    if answer.status != http.client.OK:
        return f"status {answer.status} {body[:200]!r}"
    if pair is None:
        return "" if body else "an empty page"
    told = in_order(body, answer.headers.get_content_type())
    return "" if any(pair.answers[name] == told for name in may_be) else f"a wrong answer {told[:200]!r}"


def overstay_on(port: int, _expected: Expected, ledger: Ledger, _number: int) -> None:
    """Ask what takes for ever, a second at most: the limit is named, and nobody else notices."""
    with _connection(port) as connection:
        for count in _until(ledger):
            started = time.perf_counter()
            connection.request("GET", f"/sparql?timeout=1&query={quote(f'{FOREVER}# {count}')}")
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != http.client.SERVICE_UNAVAILABLE or b"query-seconds" not in body:
                ledger.fault(f"overstaying: status {answer.status} {body[:200]!r}")
            ledger.note("stopped at the limit", time.perf_counter() - started)
            ledger.end.wait(4)


def hang_up_on(port: int, _expected: Expected, ledger: Ledger, _number: int) -> None:
    """Ask what takes for ever, and leave."""
    for count in _until(ledger):
        with socket.create_connection(("127.0.0.1", port), TIMEOUT) as connection:
            query = quote(f"{FOREVER}# left {count}")
            connection.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            ledger.end.wait(0.5)
        ledger.note("left", 0.5)
        ledger.end.wait(3)


@contextlib.contextmanager
def _connection(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    connection.connect()
    connection.auto_open = 0  # a connection that breaks is a fault, not to be made anew in silence
    with contextlib.closing(connection):
        yield connection


def _until(ledger: Ledger) -> Iterator[int]:
    count = 0
    while not ledger.end.is_set():
        yield count
        count += 1
