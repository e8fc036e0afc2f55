"""What a stranger may try, through a real socket: afterwards others are served at once and the memory is back."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from listening import listening
from service import Service, options, running
from support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from registergraf.release import Release
    from registergraf.settings import Settings

pytestmark = pytest.mark.slow

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUERY = {"Content-Type": "application/sparql-query"}
PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
ASK = "/sparql?query=" + quote("ASK { ?s ?p ?o } #")
MIB = 1 << 20
SLACK = 64 * MIB
"""How much more memory the service may have than before, for what its allocators keep."""


@pytest.fixture(scope="module")
def service(release: Release, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with two workers, whose limits are reached soon."""
    assert release
    limits = {"query_workers": 2, "query_seconds": 2, "query_memory_mb": 200, "answer_mb": 4, "answer_cache_mb": 1}
    with running(tmp_path_factory.mktemp("attacked"), *options(settings), request_seconds=2, **limits) as service:
        yield service


@pytest.fixture(scope="module")
def usual(service: Service) -> int:
    """Bytes of memory of the service once each worker has read the whole graph and refused something."""
    scan = "/sparql?query=" + quote("SELECT (COUNT(DISTINCT ?o) AS ?n) { GRAPH ?g { ?s ?p ?o } } #")
    refused = "/sparql?query=" + quote("CLEAR ALL #")
    for path in (scan, refused):
        together(service, [f"{path}{number}" for number in range(4)])
    for path in ("/nb/registry/npr", "/rdf-graph-store?graph=x:none", "/nb/registry/nprr"):
        service.ask(path)  # the first page takes a while, since what makes pages is loaded with it
    return memory(service.process.pid)


@pytest.fixture(autouse=True)
def unharmed(service: Service, usual: int) -> Iterator[None]:
    """After each attack others are served by all workers, and the memory is what it was before all of them."""
    yield
    well(service)
    until(lambda: memory(service.process.pid) < usual + SLACK, "the memory is not back")


def well(service: Service) -> None:
    """Each of two who ask together is answered."""
    assert together(service, [f"{ASK}{time.monotonic_ns()}", f"{ASK}b"]) == [200, 200]


def together(service: Service, paths: list[str]) -> list[int]:
    """Statuses of requests that are made at once."""
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda path: statuses.append(service.ask(path)[0]), args=(path,)) for path in paths
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return statuses


def until(true: Callable[[], bool], what: str, seconds: float = 10) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def memory(pid: int) -> int:
    """Bytes that a process and those it started have, what they share counted once."""
    size = 0
    with contextlib.suppress(OSError):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        size = 1024 * sum(map(int, re.findall(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)))
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            size += sum(memory(int(child)) for child in (task / "children").read_text().split())
    return size


def sent(service: Service, text: str) -> tuple[int, str]:
    """Post a query; status and body."""
    status, _, body = service.ask("/sparql", "POST", text.encode(), QUERY)
    return status, body.decode()


# ---------------------------------------------------------------- queries


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}",
        f"SELECT * {{ {PRODUCT} }} ORDER BY ?i",
        "ASK { ?a (!<x:a>|^!<x:a>)* ?b . ?b (!<x:a>|^!<x:a>)* ?c . FILTER(?a = <x:no>) }",
        f"CONSTRUCT {{ ?a ?h ?f }} WHERE {{ {PRODUCT} FILTER(STR(?i) = STRLEN(STR(?a))) }}",
        'SELECT * { ?s ?p ?o FILTER(REGEX(STR(?o), "(a*)*(b*)*(c*)*d$") && ?o = ?t) { ?t ?u ?v . ?w ?x ?y } }',
    ],
)
def test_a_query_that_never_ends(service: Service, text: str) -> None:
    """It is ended by one of the limits, which is named."""
    status, body = sent(service, text)

    assert status in {413, 503}
    assert re.search(r'"limit": "(query-seconds|query-memory-mb|answer-mb)"', body)


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT (GROUP_CONCAT(STR(?i)) AS ?all) {{ {PRODUCT} }}",
        f"SELECT DISTINCT ?a ?d ?g {{ {PRODUCT} }} ORDER BY ?a",
        "SELECT ?z { ?a ?b ?c BIND(CONCAT(STR(?c), STR(?c), STR(?c), STR(?c), STR(?c), STR(?c), STR(?c)) AS ?d) "
        + " ".join(f"BIND(CONCAT({', '.join([f'?v{n}' if n else '?d'] * 9)}) AS ?v{n + 1})" for n in range(9))
        + " BIND(STRLEN(?v9) AS ?z) }",
    ],
)
def test_a_query_that_explodes(service: Service, text: str) -> None:
    """It costs its own worker, at most."""
    status, body = sent(service, text)

    assert status in {413, 503}
    assert re.search(r'"limit": "(query-seconds|query-memory-mb|answer-mb)"', body)


def test_an_answer_that_is_too_long_is_no_answer(service: Service) -> None:
    """Not a part of one that looks whole."""
    status, body = sent(service, "SELECT * { ?a ?b ?c . ?d ?e ?f }")

    assert status == 413
    assert "answer-mb" in body
    assert "bindings" not in body


@pytest.mark.parametrize("bracket", ["(", "{", "["])
def test_a_million_brackets(service: Service, bracket: str) -> None:
    """The length is refused before anybody reads the text; as many as are let through by length, by their depth."""
    longest, deepest = sent(service, "ASK { FILTER" + bracket * 1_000_000), sent(service, "ASK " + bracket * 90_000)

    assert (longest[0], deepest[0]) == (413, 400)
    assert "query-length" in longest[1]
    assert "query-nesting" in deepest[1]


@pytest.mark.parametrize("sign", ["", "/", "|"])
def test_a_long_path(service: Service, sign: str) -> None:
    """Thousands of steps end like any query that takes too long, or in an answer."""
    text = "ASK { ?s " + (f"<x:a>{sign or '*'}" if sign else "!") * (3000 if sign else 1) + "<x:a> ?o }"

    assert sent(service, text)[0] in {200, 400, 413, 503}


def test_ten_megabytes_of_query(service: Service) -> None:
    """Announced or not, in an address or in a body."""
    text = b"ASK { ?s ?p ?o } #" + b"x" * (10 * MIB)
    posted = service.ask("/sparql", "POST", text, QUERY)
    as_form = service.ask("/sparql", "POST", b"query=" + text, FORM)
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        with contextlib.suppress(ConnectionError):  # it is not read to its end
            client.sendall(b"GET /sparql?query=" + text.replace(b" ", b"+") + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            assert b" 200 " not in client.recv(1024)

    assert (posted[0], as_form[0]) == (413, 413)


def test_service_reaches_nobody(service: Service) -> None:
    """However it is asked for, and whatever a graph is called."""
    with listening() as listener:
        there = f"<http://127.0.0.1:{listener.port}/>"
        texts = [
            f"SELECT * {{ SERVICE {there} {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE SILENT {there} {{ ?s ?p ?o }} }}",
            f"SELECT * {{ {{ SELECT * {{ BIND({there} AS ?x) SERVICE ?x {{ ?s ?p ?o }} }} }} }}",
            f"SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE {there} {{ ?s ?p ?o }} }} }}",
            f"SELECT * {{ \\u0053ERVICE {there} {{ ?s ?p ?o }} }}",
            f"LOAD {there}",
            f"LOAD SILENT {there} INTO GRAPH <x:g>",
            f"SELECT * FROM {there} {{ ?s ?p ?o }}",
            f"SELECT * FROM NAMED {there} {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            f"DESCRIBE {there}",
        ]
        statuses = [sent(service, text)[0] for text in texts]
        graph = quote(there.strip("<>"))
        statuses += [
            service.ask(f"/sparql?default-graph-uri={graph}&query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D")[0],
            service.ask(f"/rdf-graph-store?graph={graph}")[0],
        ]

        assert listener.connections == 0
    assert all(status in {200, 400, 403, 404} for status in statuses)
    assert all(status in {400, 403} for status in statuses[:7])


@pytest.mark.parametrize("file", ["/etc/passwd", "/proc/self/environ"])
def test_no_file_is_read(service: Service, file: str) -> None:
    """As a graph, or as an address with steps upwards."""
    _, body = sent(service, f"SELECT * FROM <file://{file}> {{ ?s ?p ?o }}")
    paths = [
        file,
        f"/static/..{file}",
        f"/static/..%2f..%2f..{quote(file, safe='')}",
        f"//{file}",
        f"/dump/%2e%2e{file}",
    ]

    assert "root:" not in body
    for path in paths:
        with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        assert re.match(rb"HTTP/1.1 (400|404|30[18]) ", answer), path
        assert b"root:x" not in answer


# ---------------------------------------------------------------- heads


@pytest.mark.parametrize(
    "path",
    [
        "/nb/registry/npr%0d%0aSet-Cookie:%20a=b",
        "/registry/%0d%0aSet-Cookie:%20a=b",
        "/query/roles?slug=%0d%0aSet-Cookie:%20a=b",
        "/sparql?query=ASK%20%7B%7D&format=%0d%0aSet-Cookie:%20a=b",
        "//evil.example/nb",
        "/%5cevil.example",
        "/?lang=%0d%0aSet-Cookie:%20a=b",
    ],
)
def test_nothing_of_an_address_becomes_a_header(service: Service, path: str) -> None:
    """No header of the sender's own, and nobody is sent to another host."""
    status, headers, _ = service.ask(path)

    assert status < 500
    assert "set-cookie" not in headers
    assert "evil.example" not in re.sub(r"^/[^/].*", "", headers.get("location", ""))


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET",
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
        b"GET " + b"/" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\n",
        b"GET /%ff%fe/%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nAccept: " + b"text/html;q=0.1," * 5000 + b"\r\nConnection: close\r\n\r\n",
        b"\r\n" * 5000,
    ],
)
def test_a_head_that_is_none(service: Service, head: bytes) -> None:
    """It is refused or answered; never a failure of the service, and no second request is read out of a body."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        with contextlib.suppress(OSError):  # the service need not read it to its end
            client.sendall(head)
            client.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionError):
            answer = b"".join(iter(lambda: client.recv(65536), b""))

    assert not re.match(rb"HTTP/1.\d 5", answer)
    assert answer.count(b"HTTP/1.1 ") <= 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/sparql?query=%7B"), ("GET", "/nb/registry/nprr"), ("DELETE", "/sparql"), ("GET", "/registry/x'\"<b>")],
)
def test_an_error_tells_nothing_of_the_machine(service: Service, method: str, path: str) -> None:
    """No path, trace or version, and what was asked for is escaped."""
    for accept in ("text/html", "application/json"):
        status, headers, body = service.ask(quote(path, safe="/?=%&"), method, headers={"Accept": accept})
        text = body.decode()

        assert 400 <= status < 500
        assert not re.search(
            rf"Traceback|\.py\b|site-packages|{re.escape(str(ROOT))}|/usr/|/home/|pyoxigraph|[Ww]erkzeug", text
        )
        assert "<b>" not in text or headers["content-type"] == "application/problem+json"
        assert not re.search(r"\d+\.\d+", headers.get("server", ""))
        assert headers["x-content-type-options"] == "nosniff"


# ---------------------------------------------------------------- clients


def test_many_who_are_slow(service: Service) -> None:
    """Two hundred who send a byte and then nothing, and fifty who do not read, are in nobody's way."""
    wide = "/sparql?format=json&query=" + quote("SELECT * { ?s ?p ?o } LIMIT 8000")
    with contextlib.ExitStack() as stack:
        for number in range(250):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", service.port)))
            client.sendall(b"G" if number < 200 else f"GET {wide} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        well(service)
        assert service.ask("/nb/registry/npr")[0] == 200


def test_many_who_hang_up(service: Service) -> None:
    """A hundred ask for what never ends and leave."""
    endless = "/sparql?query=" + quote(f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }} #")
    for number in range(100):
        with socket.create_connection(("127.0.0.1", service.port)) as client:
            client.sendall(f"GET {endless}{number} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    until(lambda: service.ask(f"{ASK}{time.monotonic_ns()}")[0] == 200, "the queue is still full of those who left")


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <x:s> <x:p> <x:o> }",
        "DELETE WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "DROP SILENT ALL",
        "CREATE GRAPH <x:g>",
        "COPY DEFAULT TO <x:g>",
        "WITH <x:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_an_update_changes_nothing(service: Service, text: str) -> None:
    """403 however it comes, and the number of triples is what it was."""
    count = "/sparql?format=csv&query=" + quote("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    before = service.ask(count)[2]
    statuses = {
        service.ask("/sparql", "POST", text.encode(), {"Content-Type": "application/sparql-update"})[0],
        service.ask("/sparql", "POST", f"update={quote(text)}".encode(), FORM)[0],
        sent(service, text)[0],
    }

    assert statuses == {403}
    assert service.ask(f"{count}%23")[2] == before
