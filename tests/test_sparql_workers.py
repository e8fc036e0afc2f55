"""The pool: what a query may take, and what happens when it takes more or a process dies."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pools import FOREVER, PREFIXES, busy, exists, pids, settings, wait_until
from registergraf.errors import CalledOffError, QueryError, QueryLimitError
from registergraf.sparql import Question, Ticket, WorkerPool, expecting, waiting
from registergraf.sparql import pool as pools_of_workers
from registergraf.sparql.expecting import kind_of
from registergraf.sparql.process import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from registergraf.sparql.evaluation import Answer


pytestmark = pytest.mark.slow

BOMB = (
    f'SELECT ?x0 {{ BIND("{"x" * 90_000}" AS ?x0) '
    + "".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1}) " for i in range(12))
    + "}"
)


@pytest.fixture(scope="module")
def hasty(dataset: Path) -> Iterator[WorkerPool]:
    """Start workers with little time and memory."""
    given = settings(query_workers=2, query_seconds=1.0, query_wait_seconds=5.0, query_memory_mb=500, answer_mb=1)
    with WorkerPool(dataset, given, PREFIXES) as made:
        yield made


@pytest.fixture
def single(dataset: Path) -> Callable[..., WorkerPool]:
    """Give a function that starts a pool of one worker."""
    return lambda **given: WorkerPool(dataset, settings(query_workers=1, **given), PREFIXES)


def test_bounds_before_parsing(pool: WorkerPool) -> None:
    """Three thousand braces and a query that is too long are refused without a worker."""
    before = pids(pool)
    for query, limit in (("ASK {" + "{" * 3000, "query-nesting"), ("#" * 100_001, "query-length")):
        with pytest.raises(QueryLimitError) as caught:
            pool.answer(query, None)
        assert caught.value.limit == limit
    assert pids(pool) == before


def test_a_short_question_begins_before_long_ones_that_came_earlier(single: Callable[..., WorkerPool]) -> None:
    """Once it is known what they take; and those that came earlier are answered, too."""
    product = "".join(f"VALUES ?v{i} {{{' '.join(map(str, range(40)))}}}" for i in range(3))
    ended: list[str] = []

    async def ask(pool: WorkerPool, query: str) -> None:
        await pool.ask_soon(Question(query))
        ended.append(query)

    async def together(pool: WorkerPool) -> None:
        long = [f"SELECT (COUNT(*) AS ?n) {{ {product} }} # {number}" for number in range(4)]
        await asyncio.gather(*(ask(pool, query) for query in (*long, "ASK {}")))

    with single() as pool:
        for _ in range(3):
            ended.clear()
            pool.home.run(together(pool))

    assert len(ended) == 5
    assert ended.index("ASK {}") < 3


def test_what_is_killed_at_its_limit_is_expected_to_take_long(single: Callable[..., WorkerPool]) -> None:
    """Else a question without end would begin before others each time that it comes."""
    with single(query_seconds=0.3) as pool:
        with pytest.raises(QueryLimitError):
            pool.answer(FOREVER, None)
        assert pool._expected.seconds(kind_of(FOREVER)) >= 0.3


def test_deadline_kills_one_worker_only(hasty: WorkerPool) -> None:
    """A query past its time is ended; meanwhile others are answered, and afterwards there are as many workers."""
    before = pids(hasty)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(hasty.answer, FOREVER, None)
        time.sleep(0.2)
        start = time.perf_counter()
        assert hasty.answer("ASK {}", None).body
        assert time.perf_counter() - start < 0.5
        with pytest.raises(QueryLimitError, match="1 seconds") as caught:
            slow.result(5)
    assert caught.value.limit == "query-seconds"
    wait_until(lambda: len(pids(hasty)) == 2 and pids(hasty) != before)
    assert len(pids(hasty) & before) == 1


def test_back_soon_after_a_kill(single: Callable[..., WorkerPool]) -> None:
    """With its only worker killed, a pool answers again within a second."""
    with single(query_seconds=0.3) as pool:
        with pytest.raises(QueryLimitError):
            pool.answer(FOREVER, None)
        start = time.perf_counter()
        assert pool.answer("ASK {}", None).body
        assert time.perf_counter() - start < 1


def test_short_questions_take_turns_at_the_processors(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is worked on than there are processors, by the same workers; what takes long has others beside it."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    monkeypatch.setattr(pools_of_workers, "_SHORT_SECONDS", 0.0)
    under_way: set[int] = set()
    most: list[int] = []
    ask = WorkerProcess.ask

    async def noted(worker: WorkerProcess, question: Question) -> Answer | QueryError:
        under_way.add(worker.pid)
        most.append(len(under_way))
        try:
            return await ask(worker, question)
        finally:
            under_way.remove(worker.pid)

    monkeypatch.setattr(WorkerProcess, "ask", noted)
    given = settings(query_workers=3, query_seconds=2.0)
    with WorkerPool(dataset, given, PREFIXES) as pool, ThreadPoolExecutor(8) as threads:
        short = [threads.submit(pool.answer, f"ASK {{}} # {number}", None) for number in range(40)]
        assert all(answer.result(5).body for answer in short)
        assert max(most) == 2
        slow = [threads.submit(pool.answer, FOREVER, None) for _ in range(2)]
        wait_until(lambda: len(under_way) == 2)
        assert pool.answer("ASK {}", None).body
        assert not any(answer.done() for answer in slow)


def test_a_short_question_begins_beside_as_many_as_may(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it is known to be short; another waits until one of those is done."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    monkeypatch.setattr(pools_of_workers, "_SHORT_SECONDS", 0.5)
    monkeypatch.setattr(pools_of_workers, "_LONG_SECONDS", 60.0)
    given = settings(query_workers=3, query_seconds=2.0, query_wait_seconds=0.1)
    with WorkerPool(dataset, given, PREFIXES) as pool, ThreadPoolExecutor(2) as threads:
        assert pool.answer("ASK {}", None).body
        slow = [threads.submit(pool.answer, query, None) for query in (FOREVER, f"{FOREVER} OFFSET 0")]
        wait_until(lambda: pool._busy == 2)
        monkeypatch.setattr(expecting, "_UNKNOWN", 1.0)
        assert pool.answer("ASK {}", None).body
        with pytest.raises(QueryLimitError, match="busy"):
            pool.answer("ASK { } # not known", None)
        assert not any(answer.done() for answer in slow)


def test_what_is_due_is_not_passed_by_short_questions(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They would else keep it waiting for as long as they come; one that gives up holds up nobody."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    monkeypatch.setattr(pools_of_workers, "_LONG_SECONDS", 60.0)
    monkeypatch.setattr(waiting, "_PATIENCE", 0)
    given = settings(query_workers=3, query_seconds=4.0, query_wait_seconds=0.5)
    with WorkerPool(dataset, given, PREFIXES) as pool, ThreadPoolExecutor(4) as threads:
        assert pool.answer("ASK {}", None).body
        monkeypatch.setattr(pools_of_workers, "_SHORT_SECONDS", 0.5)
        slow = [threads.submit(pool.answer, query, None) for query in (FOREVER, f"{FOREVER} OFFSET 0")]
        wait_until(lambda: pool._busy == 2)
        monkeypatch.setattr(expecting, "_UNKNOWN", 1.0)
        due = threads.submit(pool.answer, "ASK { } # not known", None)
        wait_until(lambda: pool.waiting == 1)
        time.sleep(0.2)
        short = threads.submit(pool.answer, "ASK {}", None)
        wait_until(lambda: pool.waiting == 2)
        with pytest.raises(QueryLimitError, match="busy"):
            due.result(5)
        assert short.result(5).body
        assert not any(answer.done() for answer in slow)


def test_waiting_is_bounded(single: Callable[..., WorkerPool]) -> None:
    """A query that finds no free worker in time is told so."""
    with single(query_seconds=1.5, query_wait_seconds=0.1) as pool, ThreadPoolExecutor(1) as threads:
        slow = threads.submit(pool.answer, FOREVER, None)
        time.sleep(0.2)
        with pytest.raises(QueryLimitError) as caught:
            pool.answer("ASK {}", None)
        assert caught.value.limit == "query-wait-seconds"
        with pytest.raises(QueryLimitError):
            slow.result(5)


def test_memory_is_bounded(single: Callable[..., WorkerPool], capfd: pytest.CaptureFixture[str]) -> None:
    """A query that needs too much memory is ended as such, and the pool goes on."""
    with single(query_memory_mb=500) as pool:
        with pytest.raises(QueryLimitError) as caught:
            pool.answer(BOMB, None)
        assert caught.value.limit == "query-memory-mb"
        assert pool.answer("ASK {}", None).body
    assert "memory allocation" in capfd.readouterr().err


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { MANY }",
        'CONSTRUCT { ?u ?p ?v0 } { MANY BIND(<http://x/p> AS ?p) BIND(IRI(CONCAT("http://x/", ?v0, ?v1, ?v2)) AS ?u) }',
    ],
)
def test_answers_are_bounded(single: Callable[..., WorkerPool], query: str) -> None:
    """An answer that is too large is an error, never a part; for tables and for graphs."""
    terms = " ".join(f"'{number}-'" for number in range(30))
    many = "".join(f"VALUES ?v{i} {{{terms}}}" for i in range(3))
    with single(answer_mb=1) as pool, pytest.raises(QueryLimitError) as caught:
        pool.answer(query.replace("MANY", many), None, "nt" if "CONSTRUCT" in query else "json")
    assert caught.value.limit == "answer-mb"


def test_a_crash_costs_one_worker(hasty: WorkerPool) -> None:
    """A query that crashes the engine gets a sentence, and the pool goes on."""
    with pytest.raises(QueryError, match="crashed the engine"):
        hasty.answer("ASK { FILTER(1" + "+1" * 45_000 + ") }", None)
    assert hasty.answer("ASK {}", None).body


def test_a_worker_that_dies_idle_is_not_noticed(single: Callable[..., WorkerPool]) -> None:
    """A worker that something else killed is replaced before it gets a query."""
    with single() as pool:
        (pid,) = pids(pool)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not pids(pool))
        assert pool.answer("ASK {}", None).body
        assert pid not in pids(pool)


def test_a_question_whose_worker_is_killed_is_asked_again(single: Callable[..., WorkerPool]) -> None:
    """The client has the whole answer, since nothing of it had been sent."""
    query = "SELECT (COUNT(*) AS ?n) {" + "".join(f"VALUES ?v{i} {{{'1 ' * 100}}}" for i in range(3)) + "}"
    with single() as pool, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(pool.ask, Question(query, "text/csv"))
        os.kill(busy(pool), signal.SIGKILL)
        assert asked.result().body.split() == [b"n", b"1000000"]


def test_a_question_is_not_asked_for_ever(single: Callable[..., WorkerPool]) -> None:
    """After three workers that were killed over it there is an error, and the pool goes on."""
    with single() as pool, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(pool.ask, Question(FOREVER))
        gone = 0
        for _ in range(3):
            gone = busy(pool, gone)
            os.kill(gone, signal.SIGKILL)
        with pytest.raises(QueryError, match="was killed"):
            asked.result()
        assert pool.answer("ASK {}", None).body


def test_the_process_that_forks_may_die(single: Callable[..., WorkerPool]) -> None:
    """Its worker answers on, and where that one is gone too another is started by a new one."""
    with single() as pool:
        (pid,) = pids(pool)
        assert pool._nursery._process
        pool._nursery._process.kill()
        pool._nursery._process.wait()
        assert pool.answer("ASK {}", None).body
        assert pids(pool) == {pid}
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not pids(pool))
        assert pool.answer("ASK {}", None).body
        assert pid not in pids(pool)


def test_a_place_in_the_queue_is_given_up(single: Callable[..., WorkerPool]) -> None:
    """A question that is called off while it waits makes room at once for another one."""
    with single(query_queue=1) as pool, ThreadPoolExecutor(2) as threads:
        tickets = [Ticket(), Ticket()]
        slow = threads.submit(pool.ask, Question(FOREVER), tickets[0])
        busy(pool)
        waits = threads.submit(pool.ask, Question("ASK {}"), tickets[1])
        wait_until(lambda: pool.waiting == 1)
        with pytest.raises(QueryLimitError, match="wait already"):
            pool.answer("ASK {}", None)
        tickets[1].call_off()
        with pytest.raises(CalledOffError):
            waits.result(5)
        assert pool.waiting == 0
        tickets[0].call_off()
        with pytest.raises(CalledOffError):
            slow.result(5)
        assert pool.answer("ASK {}", None).body


def test_an_idle_worker_gives_memory_back(single: Callable[..., WorkerPool]) -> None:
    """What a large query left free is not kept from other processes while nothing is asked."""

    def private(pid: int) -> int:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
        return int(re.findall(r"^Private_Dirty: +(\d+) kB", told, re.MULTILINE)[0]) >> 10

    product = "".join(f"VALUES ?v{i} {{{' '.join(map(str, range(40)))}}}" for i in range(3))
    text = f"BIND(CONCAT(STR(?v0), '{'-' * 40}', STR(?v1), STR(?v2)) AS ?text)"
    with single() as pool:
        (pid,) = pids(pool)
        pool.answer(f"SELECT ?text {{ {product} {text} }} ORDER BY ?text LIMIT 5", None)
        assert private(pid) > 10
        wait_until(lambda: private(pid) < 8, 10)


def test_nothing_is_left(single: Callable[..., WorkerPool]) -> None:
    """A closed pool leaves neither processes nor file descriptors, also after kills and with a query under way."""
    descriptors = len(list(Path("/dev/fd").iterdir()))
    with single(query_seconds=0.2) as pool:
        seen = pids(pool)
        for _ in range(3):
            with pytest.raises(QueryLimitError):
                pool.answer(FOREVER, None)
            wait_until(lambda: bool(pids(pool)))
            seen |= pids(pool)
    with single() as pool, ThreadPoolExecutor(1) as threads:
        seen |= pids(pool)
        slow = threads.submit(pool.answer, FOREVER, None)
        time.sleep(0.2)
        pool.close()
        with pytest.raises(QueryError):
            slow.result(5)
    with pytest.raises(QueryError, match="closed"):
        pool.answer("ASK {}", None)
    assert not any(map(exists, seen))
    wait_until(lambda: len(list(Path("/dev/fd").iterdir())) == descriptors)


def test_a_dataset_that_cannot_be_loaded(tmp_path: Path) -> None:
    """A dataset that is not there or not N-Quads is told when the pool is made, and leaves nothing."""
    with pytest.raises(QueryError, match=r"cannot be loaded: .*No such file"):
        WorkerPool(tmp_path / "none.nq", settings(), {})
    broken = tmp_path / "broken.nq"
    broken.write_text("<http://x/a> nonsense")
    with pytest.raises(QueryError, match="cannot be loaded"):
        WorkerPool(broken, settings(), {})


SCRIPT = """\
import sys, threading
from pathlib import Path
from registergraf.settings import Settings
from registergraf.sparql import WorkerPool
pool = WorkerPool(Path(sys.argv[1]), Settings.read({"REGISTERGRAF_QUERY_SECONDS": "1"}), {})
print(pool.answer("ASK {}", None, "csv").body.decode(), *(worker.pid for worker in pool._workers), flush=True)
threading.Thread(target=pool.answer, args=(sys.argv[2], None)).start()
print("asked", flush=True)
input()
"""


def test_a_script_without_a_guard(dataset: Path, tmp_path: Path) -> None:
    """A script may make a pool at its top level; when it is killed its workers end, also one that evaluates."""
    script = tmp_path / "script"
    script.write_text(SCRIPT)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = [sys.executable, str(script), str(dataset), FOREVER]
    with subprocess.Popen(
        arguments, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        word, *numbers = parent.stdout.readline().split()
        assert parent.stdout.readline() == "asked\n"
        time.sleep(0.2)
        parent.kill()
    assert word == "true"
    assert len(numbers) == 4
    wait_until(lambda: sum(map(_runs, numbers)) <= 1, 2)
    wait_until(lambda: not any(map(_runs, numbers)))


def _runs(number: str) -> bool:
    """Tell whether a process runs; one that has ended and that nobody reaped does not."""
    try:
        status = Path(f"/proc/{number}/stat").read_text()
    except FileNotFoundError:
        return False
    return re.search(r"\) Z ", status) is None


def test_workers_leave_the_network(pool: WorkerPool) -> None:
    """Where the system permits it, a worker has a network of its own with no interface in it."""
    (pid, *_) = pids(pool)
    if subprocess.run(["unshare", "-Un", "true"], check=False, capture_output=True).returncode:  # noqa: S607
        pytest.skip("namespaces are not permitted here")
    assert Path(f"/proc/{pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
