"""Pools of query workers over a few triples, for the tests of the SPARQL service."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registergraf.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from registergraf.sparql import WorkerPool

PREFIXES = {"x": "http://x/"}
DATA = """\
<http://x/a> <http://x/p> <http://x/b> .
<http://x/a> <http://x/label> "\u00e6, \\"\u00f8\\""@nb .
<http://x/a> <http://x/part> _:one .
_:one <http://x/label> "part" .
<http://x/b> <http://x/1> "no XML name" .
<http://x/g1> <http://x/p> "in g1" <http://x/g1> .
<http://x/g2> <http://x/p> "in g2" <http://x/g2> .
"""
FOREVER = "SELECT (COUNT(*) AS ?n) {" + "".join(f"VALUES ?v{i} {{{'1 ' * 100}}}" for i in range(8)) + "}"


def settings(**given: Any) -> Settings:
    """Make settings that the environment does not change."""
    return dataclasses.replace(Settings.read({}), **given)


def written(folder: Path) -> Path:
    """Write the triples as N-Quads."""
    path = folder / "dataset.nq"
    path.write_text(DATA, "utf-8")
    return path


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> float:
    """Wait for a condition; return the seconds it took."""
    start = time.perf_counter()
    while not condition():
        assert time.perf_counter() - start < seconds, "waited too long"
        time.sleep(0.005)
    return time.perf_counter() - start


def pids(pool: WorkerPool) -> set[int]:
    """Give the numbers of the processes that are alive."""
    return {worker.pid for worker in tuple(pool._workers) if worker.alive}


def exists(pid: int) -> bool:
    """Tell whether there is a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def busy(pool: WorkerPool, after: int = 0) -> int:
    """Wait until a worker other than that of a number is at work; give its number."""

    def at_work() -> list[int]:
        return [one for one in pids(pool) if one != after and ticks(one) >= 3]

    wait_until(lambda: bool(at_work()))
    return at_work()[0]


def ticks(pid: int) -> int:
    """Give the processor time that a process has had, in hundredths of a second; 0 for one that is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])
    except FileNotFoundError:
        return 0


def values(
    pool: WorkerPool, query: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
) -> list[str]:
    """Ask for ?v and give the values, sorted."""
    answer = pool.answer(query, None, default_graphs=default_graphs, named_graphs=named_graphs)
    bindings = json.loads(answer.body)["results"]["bindings"]
    return sorted(row["v"]["value"] for row in bindings)
