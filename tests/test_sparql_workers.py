from __future__ import annotations

import dataclasses
import datetime
import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

from registergraf import graph
from registergraf.errors import QueryError, QueryLimitError, QueryRefusedError, QuerySyntaxError
from registergraf.namespaces import BASE
from registergraf.settings import Settings
from registergraf.sparql import NotAcceptableError, ProtocolError, Question, Ticket, WorkerPool
from registergraf.sparql.days import Days
from registergraf.sparql.formats import GRAPHS, RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from registergraf.release import Release

pytestmark = pytest.mark.slow

PREFIXES = {"x": "http://x/"}
XSD = "http://www.w3.org/2001/XMLSchema#"
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
# Twelve doublings of a string of 90 thousand characters, each kept.
BOMB = (
    f'SELECT ?x0 {{ BIND("{"x" * 90_000}" AS ?x0) '
    + "".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1}) " for i in range(12))
    + "}"
)


def settings(**given: Any) -> Settings:
    """Make settings that the environment does not change."""
    return dataclasses.replace(Settings.read({}), **given)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a small N-Quads file."""
    path = tmp_path_factory.mktemp("sparql") / "dataset.nq"
    path.write_text(DATA, "utf-8")
    return path


@pytest.fixture(scope="module")
def pool(dataset: Path) -> Iterator[WorkerPool]:
    """Start workers with the default settings."""
    with WorkerPool(dataset, settings(), PREFIXES) as made:
        yield made


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


@pytest.mark.parametrize("form", RESULTS, ids=lambda form: form.name)
@pytest.mark.parametrize(
    "query", ["SELECT ?o { <http://x/a> <http://x/p> ?o }", "ASK { ?s ?p ?o }"], ids=["select", "ask"]
)
def test_tables(pool: WorkerPool, query: str, form: Any) -> None:
    """SELECT and ASK are answered in each of the formats for results, by Accept and by name."""
    answer = pool.answer(query, form.media_type)
    assert answer.media_type == form.media_type
    assert (b"http://x/b" if "SELECT" in query else b"true") in answer.body
    assert pool.answer(query, "text/turtle", form.name) == answer


@pytest.mark.parametrize("form", GRAPHS, ids=lambda form: form.name)
@pytest.mark.parametrize(
    "query",
    ["CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(?s != <http://x/b>) }", "DESCRIBE <http://x/a>"],
    ids=["construct", "describe"],
)
def test_graphs(pool: WorkerPool, query: str, form: Any) -> None:
    """CONSTRUCT and DESCRIBE are answered in each of the formats for graphs, all with the same graph."""
    answer = pool.answer(query, form.media_type)
    assert answer.media_type == form.media_type
    graph = Dataset(parse(answer.body, form.writer))
    reference = Dataset(parse(pool.answer(query, None, "nt").body, RdfFormat.N_TRIPLES))
    for one in (graph, reference):
        one.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert len(graph) >= 3
    assert graph == reference
    assert pool.answer(query, "text/csv", form.name) == answer


def test_the_form_decides_the_formats(pool: WorkerPool) -> None:
    """Without Accept a table is JSON and a graph is Turtle; a format of the other form is not acceptable."""
    assert pool.answer("ASK {}", None).media_type == "application/sparql-results+json"
    assert pool.answer("DESCRIBE <http://x/a>", "*/*").media_type == "text/turtle"
    with pytest.raises(NotAcceptableError) as caught:
        pool.answer("ASK {}", "text/turtle")
    assert caught.value.offered == tuple(form.media_type for form in RESULTS)
    with pytest.raises(NotAcceptableError) as caught:
        pool.answer("DESCRIBE <http://x/a>", None, "csv")
    assert caught.value.offered == tuple(form.media_type for form in GRAPHS)


def test_prefixes(pool: WorkerPool) -> None:
    """Turtle has the prefixes that the pool was given."""
    body = pool.answer("CONSTRUCT { ?s <http://x/p> ?o } { ?s <http://x/p> ?o }", "text/turtle").body
    assert body == b"@prefix x: <http://x/> .\nx:a x:p x:b .\n"


@pytest.mark.parametrize("form", GRAPHS, ids=lambda form: form.name)
def test_same_query_same_bytes(pool: WorkerPool, form: Any) -> None:
    """A graph is the same bytes each time, from each worker, with blank nodes of the data and of the query."""
    query = "CONSTRUCT { ?s ?p ?o . [] <http://x/of> ?s } { ?s ?p ?o FILTER(?s != <http://x/b>) }"
    with ThreadPoolExecutor(4) as threads:
        bodies = set(threads.map(lambda _: pool.answer(query, form.media_type).body, range(40)))
    assert len(bodies) == 1


def test_rdf_xml_that_cannot_be(pool: WorkerPool) -> None:
    """A property without an XML name is not acceptable as RDF/XML, and the error names it."""
    with pytest.raises(NotAcceptableError, match="http://x/1"):
        pool.answer("DESCRIBE <http://x/b>", "application/rdf+xml")


def values(
    pool: WorkerPool, query: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
) -> list[str]:
    """Ask for ?v and give the values, sorted."""
    answer = pool.answer(query, None, default_graphs=default_graphs, named_graphs=named_graphs)
    bindings = json.loads(answer.body)["results"]["bindings"]
    return sorted(row["v"]["value"] for row in bindings)


def test_dataset_of_the_protocol(pool: WorkerPool) -> None:
    """Graphs named by the protocol are the dataset, whatever FROM says; the kind not named is empty."""
    default, named = "SELECT ?v { ?s <http://x/p> ?v }", "SELECT ?v { GRAPH ?g { ?s <http://x/p> ?v } }"
    g1, g2 = ["http://x/g1"], ["http://x/g2"]
    assert values(pool, default) == ["http://x/b"]
    assert values(pool, default, default_graphs=g1 + g2) == ["in g1", "in g2"]
    assert values(pool, named, default_graphs=g1) == []
    assert values(pool, default, named_graphs=g1) == []
    assert values(pool, named, named_graphs=g1) == ["in g1"]
    assert values(pool, default.replace("{", "FROM <http://x/g1> {", 1)) == ["in g1"]
    assert values(pool, default.replace("{", "FROM <http://x/g1> {", 1), default_graphs=g2) == ["in g2"]


def test_syntax_error(pool: WorkerPool) -> None:
    """A syntax error tells its place through the process boundary."""
    with pytest.raises(QuerySyntaxError) as caught:
        pool.answer("SELECT * {\n  ?s ?p }", None)
    assert (caught.value.line, caught.value.column) == (2, 9)


@pytest.mark.parametrize(
    "query", ["INSERT DATA { <http://x/a> <http://x/b> 1 }", "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"]
)
def test_refusals(pool: WorkerPool, query: str) -> None:
    """Updates and SERVICE are refused."""
    with pytest.raises(QueryRefusedError):
        pool.answer(query, None)


def test_what_cannot_be_evaluated(pool: WorkerPool) -> None:
    """What the engine cannot evaluate is an error with its words, and half a character is no SPARQL."""
    with pytest.raises(QueryError, match="not supported"):
        pool.answer("SELECT * { FILTER(<http://x/f>(1)) }", None)
    with pytest.raises(QueryError, match="could not be evaluated"):
        pool.answer("ASK {}", None, default_graphs=["not an IRI"])
    with pytest.raises(QuerySyntaxError, match="Unicode"):
        pool.answer("ASK { ?s ?p '\ud800' }", None)


def test_bounds_before_parsing(pool: WorkerPool) -> None:
    """Three thousand braces and a query that is too long are refused without a worker."""
    before = pids(pool)
    for query, limit in (("ASK {" + "{" * 3000, "query-nesting"), ("#" * 100_001, "query-length")):
        with pytest.raises(QueryLimitError) as caught:
            pool.answer(query, None)
        assert caught.value.limit == limit
    assert pids(pool) == before


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


def busy(ticket: Ticket, after: int = 0) -> int:
    """Wait until a worker other than that of a number is at the question of a ticket; give its number."""
    wait_until(lambda: ticket._worker is not None and ticket._worker.pid != after)
    assert ticket._worker
    return ticket._worker.pid


def test_a_question_whose_worker_is_killed_is_asked_again(single: Callable[..., WorkerPool]) -> None:
    """The client has the whole answer, since nothing of it had been sent."""
    query = "SELECT (COUNT(*) AS ?n) {" + "".join(f"VALUES ?v{i} {{{'1 ' * 100}}}" for i in range(3)) + "}"
    ticket = Ticket()
    with single() as pool, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(pool.ask, Question(query, "text/csv"), ticket)
        os.kill(busy(ticket), signal.SIGKILL)
        assert asked.result().body.split() == [b"n", b"1000000"]


def test_a_question_is_not_asked_for_ever(single: Callable[..., WorkerPool]) -> None:
    """After three workers that were killed over it there is an error, and the pool goes on."""
    ticket = Ticket()
    with single() as pool, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(pool.ask, Question(FOREVER), ticket)
        gone = 0
        for _ in range(3):
            gone = busy(ticket, gone)
            os.kill(gone, signal.SIGKILL)
        with pytest.raises(QueryError, match="was killed"):
            asked.result()
        assert pool.answer("ASK {}", None).body


def test_the_process_that_forks_may_die(single: Callable[..., WorkerPool]) -> None:
    """Its workers go with it, and the next question starts it anew."""
    with single() as pool:
        assert pool._nursery._process
        pool._nursery._process.kill()
        wait_until(lambda: not pids(pool))
        assert pool.answer("ASK {}", None).body


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


# ---------------------------------------------------------------- other days


@pytest.fixture(scope="module")
def of_release(release: Release) -> Iterator[WorkerPool]:
    """Start a worker over the release, which can make the views of other days."""
    given = settings(query_workers=1)
    with WorkerPool(release.graph_file, given, {}, queries=release.queries, base=release.base) as made:
        yield made


CONTROLLERS = f"""PREFIX rg: <{BASE}ns#> PREFIX dpv: <https://w3id.org/dpv#>
SELECT ?v {{ <registry/npr> dpv:hasDataController ?v }}"""


def test_another_day(of_release: WorkerPool, release: Release) -> None:
    """The view of a day is the default graph where it is asked for, and holds what was in force that day."""
    day = f"{BASE}as-of/2019-01-01"
    then = graph.view_as_of(release.store, release.queries, datetime.date(2019, 1, 1), BASE)
    expected = sorted(row["v"].value for row in graph.select(then, CONTROLLERS.replace("<reg", f"<{BASE}reg")))
    assert expected
    assert values(of_release, CONTROLLERS, [day]) == expected
    assert values(of_release, CONTROLLERS) != expected
    assert values(of_release, "SELECT (COUNT(*) AS ?v) { GRAPH ?g { ?s ?p ?o } }", [day]) == ["0"]
    asked = Question("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", None, as_of="2019-01-01")
    assert b'"0"' not in of_release.ask(asked).body


def test_days_that_cannot_be(of_release: WorkerPool) -> None:
    """What looks like a day and is none, two days, and a day as a named graph are refused."""
    days = [f"{BASE}as-of/{day}" for day in ("2019-01-01", "2020-01-01", "2019-02-30", "20190101", "")]
    for default, named in ((days[:2], []), (days[2:3], []), (days[3:4], []), (days[4:], []), ([], days[:1])):
        with pytest.raises(ProtocolError) as caught:
            of_release.answer("ASK {}", None, default_graphs=default, named_graphs=named)
        assert caught.value.status == 400


def test_unknown_graph_is_empty(of_release: WorkerPool) -> None:
    """A graph that is not there is an empty one, as the W3C's tests have it."""
    assert b"false" in of_release.answer("ASK { ?s ?p ?o }", None, default_graphs=[f"{BASE}graph/none"]).body


def test_few_days_are_kept(release: Release) -> None:
    """The last days asked for stay, the others go."""
    days = Days(release.store, release.queries, BASE)
    made = [days.store(f"20{year}-01-01") for year in (10, 11, 12)]
    assert days.store("2010-01-01") is made[0]
    days.store("2013-01-01")
    assert days.store("2010-01-01") is made[0]
    assert days.store("2011-01-01") is not made[1]
    assert days.store("") is release.store


def test_no_views_without_their_queries(pool: WorkerPool) -> None:
    """A pool that was not given the queries says that it has no other days."""
    with pytest.raises(QueryError, match="no views of other days"):
        pool.answer("ASK {}", None, default_graphs=[f"{BASE}as-of/2019-01-01"])


def test_bindings(pool: WorkerPool) -> None:
    """A variable that the query projects is fixed to a term, and never to a piece of the query."""
    query = "SELECT ?s ?v { ?s <http://x/label> ?v }"
    for value, datatype, rows in (("part", XSD + "string", 1), ('" } #', XSD + "string", 0)):
        answer = pool.ask(Question(query, bindings={"v": (value, datatype)}))
        assert len(json.loads(answer.body)["results"]["bindings"]) == rows
    fixed = pool.ask(Question("SELECT ?s ?v { ?s <http://x/p> ?v }", bindings={"s": ("http://x/a", "")}))
    assert b"http://x/b" in fixed.body


def test_relative_iris_are_resolved(pool: WorkerPool) -> None:
    """A relative IRI is taken from the base of the release, with the word service in the query too."""
    assert BASE.encode() in pool.answer("SELECT (<registry/npr> AS ?service) {}", None).body
