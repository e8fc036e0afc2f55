"""The client: wrk, which costs the machine little beside the servers."""

from __future__ import annotations

import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bench_http.servers import Server

SCRIPT = Path(__file__).with_name("load.lua")
ANSWER_SECONDS = 60
NO_TAG = '"none"'
"""What a client sends that has no entity tag, which is none that a server gives."""
TAGS_AT_ONCE = 8
"""Entity tags that are asked for at the same time."""
BEGUN_SECONDS = 0.5
"""After which all clients of a load are at work."""
ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"


Times = dict[str, list[float]]


class NoAnswerError(Exception):
    """A server that refuses, fails, or takes longer than `ANSWER_SECONDS`."""


class Round(NamedTuple):
    """What one run of the client saw; times in milliseconds."""

    rate: float
    """Requests answered in a second."""
    median: float
    p99: float
    not_modified: int
    refused: int
    """Answers that were neither 200 nor 304."""
    broken: int
    """Connections that failed."""
    passes: float
    """How often the list was asked; above 1 a query that should never repeat did."""


def write_targets(server: Server, queries: Iterable[str], count: int, target: Path, *, tags: bool = False) -> Path:
    """Write the addresses that ask a server so many queries; with `tags` what the server gave as entity tag."""
    asked = [*islice(queries, count)]
    ends = [f"\t{tag}" for tag in _tags(server, asked)] if tags else [""] * len(asked)
    with target.open("w", encoding="ascii") as file:
        file.writelines(f"{server.path}{quote(query, safe='')}{end}\n" for query, end in zip(asked, ends, strict=True))
    return target


def _tags(server: Server, queries: Sequence[str]) -> list[str]:
    """What a server gives as entity tag of each; one that gives none with the first is not asked for the others."""
    first = _tag(server, queries[0])
    if first == NO_TAG:
        return [NO_TAG] * len(queries)
    with ThreadPoolExecutor(TAGS_AT_ONCE) as threads:
        return [first, *threads.map(partial(_tag, server), queries[1:])]


def _tag(server: Server, query: str) -> str:
    try:
        return ask(server, query)[1] or NO_TAG
    except NoAnswerError:
        return NO_TAG


def run(server: Server, targets: Path, clients: int, seconds: float) -> Round:
    """Ask the addresses from so many connections for so long."""
    threads = min(2, clients)
    command = [
        str(shutil.which("wrk")),
        f"-t{threads}",
        f"-c{clients}",
        f"-d{max(1, round(seconds))}s",
        "--timeout",
        "60s",
    ]
    address = f"http://127.0.0.1:{server.port}"
    made = subprocess.run(
        [*command, "-s", str(SCRIPT), address, "--", str(targets), str(threads)],
        check=True,
        capture_output=True,
        text=True,
    )
    line = next(line for line in made.stdout.splitlines() if line.startswith("RESULT "))
    requests, duration, median, p99, not_modified, refused, broken, passes = map(float, line.split()[1:])
    return Round(
        requests / duration * 1e6, median / 1e3, p99 / 1e3, int(not_modified), int(refused), int(broken), passes
    )


def run_beside(server: Server, targets: Path, others: int, seconds: float, queries: Iterator[tuple[str, str]]) -> Times:
    """Ask named queries one after the other, beside so many other clients that ask the addresses for so long.

    Gives the milliseconds that those of each name took. `run` asks from connections that all do the same, and does not
    tell which query took how long.
    """
    times: Times = {}
    connection = HTTPConnection("127.0.0.1", server.port, timeout=ANSWER_SECONDS)
    with ThreadPoolExecutor(1) as beside:
        load = beside.submit(run, server, targets, others, seconds)
        time.sleep(BEGUN_SECONDS)
        while not load.done():
            name, query = next(queries)
            started = time.perf_counter()
            connection.request("GET", f"{server.path}{quote(query, safe='')}", headers={"Accept": ACCEPT})
            connection.getresponse().read()
            if not load.done():  # else it had the server for itself in the end
                times.setdefault(name, []).append((time.perf_counter() - started) * 1000)
    connection.close()
    return times


def ask(server: Server, query: str, accept: str = ACCEPT) -> tuple[bytes, str]:
    """One answer, and its entity tag, "" where there is none."""
    address = f"http://127.0.0.1:{server.port}{server.path}{quote(query, safe='')}"
    try:
        with urlopen(Request(address, headers={"Accept": accept}), timeout=ANSWER_SECONDS) as answer:
            return answer.read(), answer.headers.get("ETag", "")
    except OSError as error:
        raise NoAnswerError from error
