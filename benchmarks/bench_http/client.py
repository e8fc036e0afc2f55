"""The client: wrk, which costs the machine little beside the servers."""

from __future__ import annotations

import shutil
import subprocess
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench_http.servers import Server

SCRIPT = Path(__file__).with_name("load.lua")
ANSWER_SECONDS = 60
ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"


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
    with target.open("w", encoding="ascii") as file:
        for query in islice(queries, count):
            address = f"{server.path}{quote(query, safe='')}"
            tag = f"\t{_tag(server, query)}" if tags else ""
            file.write(f"{address}{tag}\n")
    return target


def _tag(server: Server, query: str) -> str:
    try:
        return ask(server, query)[1] or '"none"'
    except NoAnswerError:
        return '"none"'


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


def ask(server: Server, query: str, accept: str = ACCEPT) -> tuple[bytes, str]:
    """One answer, and its entity tag, "" where there is none."""
    address = f"http://127.0.0.1:{server.port}{server.path}{quote(query, safe='')}"
    try:
        with urlopen(Request(address, headers={"Accept": accept}), timeout=ANSWER_SECONDS) as answer:
            return answer.read(), answer.headers.get("ETag", "")
    except OSError as error:
        raise NoAnswerError from error
