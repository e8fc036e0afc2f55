"""How much an answer may be: what a client asks for less of, where answers are written, what calling off does."""

from __future__ import annotations

import dataclasses
import gc
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from pools import wait_until
from registergraf.errors import CalledOffError, QueryLimitError
from registergraf.settings import Settings
from registergraf.sparql import ProtocolError, Question, Ticket, WorkerPool
from registergraf.sparql.protocol import read_query
from registergraf.sparql.spool import IN_MEMORY, Spool, Spooled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TWENTY = "SELECT ?n { VALUES ?n { " + " ".join(map(str, range(20))) + " } }"
ROWS = "SELECT * {" + "".join(f"VALUES ?v{i} {{{'1 ' * 100}}}" for i in range(3)) + "}"
MANY = ROWS.replace("SELECT *", "SELECT (COUNT(*) AS ?n)").replace("{", f"{{ VALUES ?w {{{'1 ' * 10}}} ", 1)
"""A second of work for the engine."""
FOREVER = "SELECT (COUNT(*) AS ?n) {" + "".join(f"VALUES ?v{i} {{{'1 ' * 100}}}" for i in range(8)) + "}"
FORMS = ["json", "xml", "csv", "tsv"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with thirty triples."""
    path = tmp_path_factory.mktemp("limits") / "dataset.nq"
    path.write_text("".join(f"<http://x/{n}> <http://x/p> <http://x/o> .\n" for n in range(30)), "utf-8")
    return path


def pool_of(dataset: Path, **given: Any) -> WorkerPool:
    """A pool of one worker."""
    return WorkerPool(dataset, dataclasses.replace(Settings.read({}), query_workers=1, **given), {})


@pytest.fixture(scope="module")
def pool(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerPool]:
    """A pool whose long answers are written to a folder of their own."""
    folder = tmp_path_factory.mktemp("spool")
    with pool_of(dataset, answer_rows=1000, answer_mb=1000, spool=str(folder)) as made:
        yield made


def limit(pool: WorkerPool, query: str, **given: Any) -> str:
    """The limit that a question reaches."""
    with pytest.raises(QueryLimitError) as raised:
        pool.ask(Question(query, **given))
    return raised.value.limit


# ---------------------------------------------------------------- what a client asks for


def test_the_parameters_are_read() -> None:
    """By name, as numbers that are more than nothing."""
    read = read_query("GET", b"query=ASK{}&timeout=0.5&max-rows=7&max-bytes=900", None, b"").question("*/*")

    assert (read.most_seconds, read.most_rows, read.most_bytes) == (0.5, 7, 900)


@pytest.mark.parametrize("text", ["0", "-1", "many", "nan", "inf", "1e999", ""])
@pytest.mark.parametrize("name", ["timeout", "max-rows", "max-bytes"])
def test_a_limit_that_is_none_is_refused(name: str, text: str) -> None:
    """400, with the name of the parameter: silence would read as if it had been kept."""
    with pytest.raises(ProtocolError, match=name) as raised:
        read_query("GET", f"query=ASK{{}}&{name}={text}".encode(), None, b"")

    assert raised.value.status == 400


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMS)
def test_a_client_may_ask_for_fewer_rows(pool: WorkerPool, name: str) -> None:
    """Counted in the answer itself, header and line breaks in values left aside."""
    broken = 'SELECT ?n { VALUES ?n { "a\\nb" "c\\n\\"d" "" } }'

    assert limit(pool, TWENTY, name=name, most_rows=19) == "answer-rows"
    assert pool.ask(Question(TWENTY, name=name, most_rows=20)).body
    assert limit(pool, broken, name=name, most_rows=2) == "answer-rows"
    assert pool.ask(Question(broken, name=name, most_rows=3)).body


@pytest.mark.slow
def test_a_client_may_not_ask_for_more(pool: WorkerPool) -> None:
    """The service's own limits hold whatever is asked."""
    assert limit(pool, "SELECT ?s { ?s ?p ?o . ?t ?p ?o . ?u ?p ?o }", most_rows=10**9) == "answer-rows"
    assert limit(pool, FOREVER, most_seconds=0.3) == "query-seconds"
    assert limit(pool, "CONSTRUCT WHERE { ?s ?p ?o }", most_rows=29) == "answer-rows"
    assert pool.ask(Question("CONSTRUCT WHERE { ?s ?p ?o }", most_rows=30)).body


@pytest.mark.slow
def test_fewer_bytes(pool: WorkerPool) -> None:
    """An answer of exactly so many bytes is let through, one of a byte more is not."""
    size = len(pool.ask(Question(TWENTY, name="csv")).body)

    assert len(pool.ask(Question(TWENTY, name="csv", most_bytes=size)).body) == size
    assert limit(pool, TWENTY, name="csv", most_bytes=size - 1) == "answer-mb"


# ---------------------------------------------------------------- where answers are written


@pytest.mark.slow
def test_a_long_answer_is_a_file_that_goes(dataset: Path, tmp_path: Path) -> None:
    """It has no name, so that nothing is left behind, and can be read more than once."""
    with pool_of(dataset, spool=str(tmp_path)) as pool:
        answer = pool.ask(Question(ROWS, name="csv"))
        assert answer.file is not None
        assert not answer.body
        assert list(tmp_path.iterdir()) == []
        assert answer.whole() == b"".join(answer.file)
        assert answer.whole().count(b"\n") == 100**3 + 1


@pytest.mark.slow
def test_a_folder_that_is_not_there_is_told(dataset: Path, tmp_path: Path) -> None:
    """A long answer is an error then, a short one is not."""
    with pool_of(dataset, spool=str(tmp_path / "none")) as pool:
        assert pool.ask(Question(TWENTY)).body
        with pytest.raises(Exception, match=r"could not be evaluated.*No such file"):
            pool.ask(Question(ROWS))
        assert pool.ask(Question(TWENTY)).body


@pytest.mark.parametrize("size", [0, 1, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY])
def test_a_spool_gives_back_what_was_written(tmp_path: Path, size: int) -> None:
    """In memory up to a mebibyte, in a file above."""
    data = os.urandom(size)
    with Spool(str(tmp_path), 4 * IN_MEMORY) as spool:
        for start in range(0, size, 300_000):
            spool.write(data[start : start + 300_000])
        with spool.readable_copy() as copy:
            assert copy.read() == data
        assert (spool.file == -1) == (size <= IN_MEMORY)
        assert spool.in_memory() == (data if size <= IN_MEMORY else b"")
        if spool.file != -1:
            assert b"".join(Spooled(os.dup(spool.file), size)) == data


def test_a_spool_is_bounded() -> None:
    """What does not fit is refused whole."""
    with Spool("", 10) as spool:
        spool.write(b"12345")
        with pytest.raises(QueryLimitError, match="10 bytes"):
            spool.write(b"678901")
        assert spool.in_memory() == b"12345"


def test_a_file_that_shrank_is_an_error(tmp_path: Path) -> None:
    """A part of an answer never passes for the whole."""
    path = tmp_path / "answer"
    path.write_bytes(b"half")

    with pytest.raises(OSError, match="shorter"):
        b"".join(Spooled(os.open(path, os.O_RDONLY), 8))


def test_a_file_is_closed_with_its_last_holder(tmp_path: Path) -> None:
    """Descriptors do not pile up."""
    path = tmp_path / "answer"
    path.write_bytes(b"whole")
    descriptor = os.open(path, os.O_RDONLY)
    held = Spooled(descriptor, 5)
    del held
    gc.collect()

    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


# ---------------------------------------------------------------- calling off


@pytest.mark.slow
def test_calling_off_frees_the_worker(pool: WorkerPool) -> None:
    """Whoever asked is told so, and the next one is answered."""
    ticket = Ticket()
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(pool.ask, Question(FOREVER), ticket)
        wait_until(lambda: not pool._idle)
        ticket.call_off()
        with pytest.raises(CalledOffError):
            asked.result(timeout=10)

    assert pool.ask(Question(TWENTY)).body


@pytest.mark.slow
def test_calling_off_what_waits_harms_nobody(pool: WorkerPool) -> None:
    """The question under way before it is answered by the same worker."""
    first, second = Ticket(), Ticket()
    pid = next(iter(pool._workers)).pid
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(pool.ask, Question(MANY, name="csv"), first)
        wait_until(lambda: not pool._idle)
        waiting = threads.submit(pool.ask, Question(FOREVER), second)
        wait_until(lambda: pool.waiting == 1)
        second.call_off()
        with pytest.raises(CalledOffError):
            waiting.result(timeout=20)
        assert slow.result(timeout=20).body.split()[-1] == b"10000000"

    assert {worker.pid for worker in pool._workers} == {pid}
