"""A rule that takes too long, crashes or is malformed: the verdict says so, and the others are judged."""

from __future__ import annotations

import os
import resource
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

from click.testing import CliRunner
from pyoxigraph import RdfFormat, Store

from registergraf import audit
from registergraf.audit.apart import Limits, Lost, Task, done_apart, done_watched
from registergraf.audit.asking import HereAsker, StoreAsker
from registergraf.audit.lost import is_lost
from registergraf.cli.commands import registergraf
from registergraf.content import read_files
from registergraf.namespaces import BASE
from support import CONTENT, DAY

if TYPE_CHECKING:
    from pathlib import Path

    from registergraf.content import Content
    from registergraf.settings import Settings

ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
QUICK = Limits(seconds=1)


def test_each_task_is_done_or_its_loss_is_told() -> None:
    """Done, too long, crashed, out of memory, an error: in the order they were given."""
    store = Store()
    store.load(" ".join(f"<a:{n}> <a:p> <a:{n}> ." for n in range(2000)).encode(), format=RdfFormat.TURTLE)

    def crash() -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    tasks = [
        Task(lambda: b"done", bytes.decode),
        Task(lambda: str(bool(list(store.query(ENDLESS)))).encode(), bytes.decode),  # type: ignore[arg-type]
        Task(crash, bytes.decode),
        Task(lambda: bytes(1 << 40), bytes.decode),
        Task(lambda: b"done too", bytes.decode),
    ]

    done, long, crashed, much, too = done_apart(tasks, QUICK)

    assert (done, too) == ("done", "done too")
    assert (long, crashed) == (Lost("time", "1"), Lost("crash", "SIGKILL"))
    assert isinstance(much, Lost)
    assert "MemoryError" in much.text


def test_a_query_that_is_not_sparql_is_lost_and_the_others_are_not() -> None:
    """An error is told in the engine's words."""
    lost, rows = StoreAsker(Store(), QUICK).ask_all(["SELECT ?x {", "SELECT (1 AS ?x) {}"])

    assert isinstance(lost, Lost)
    assert lost.kind == "error"
    assert len(rows) == 1


def test_what_ends_a_watched_process_gives_nothing() -> None:
    """Too long, a crash, an error; what is done is given."""
    store = Store()
    store.load(" ".join(f"<a:{n}> <a:p> <a:{n}> ." for n in range(2000)).encode(), format=RdfFormat.TURTLE)
    asker = HereAsker(store, QUICK)

    assert done_watched(lambda: str(len(asker.ask_all(["SELECT * { ?s <a:p> ?s }"])[0])).encode()) == b"2000"
    assert done_watched(lambda: str(asker.ask_all([ENDLESS])).encode()) is None
    assert done_watched(lambda: str(os.kill(os.getpid(), signal.SIGKILL)).encode()) is None
    assert done_watched(lambda: str(1 // 0).encode()) is None


def test_asked_here_a_query_has_the_same_answer(store: Store) -> None:
    """As in a process apart, what is not SPARQL included; the limits hold for the queries only."""
    queries = ["SELECT * { ?s a ?class }", "SELECT ?x {", "SELECT * { ?s a ?class }"]
    before = resource.getrlimit(resource.RLIMIT_AS)
    here, apart = (asker.ask_all(queries) for asker in (HereAsker(store), StoreAsker(store)))

    assert here == apart
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_rule_that_is_lost_has_a_verdict_on_itself_and_the_others_are_judged(store: Store, content: Content) -> None:
    """In three languages, with the reason."""
    rules = audit.load_rules(read_files(CONTENT).under("shapes"), BASE).only({"S01", "S04", "L02"})
    endless = [replace(r, checks={"view": ENDLESS}) if r.id == "L02" else r for r in rules.rules]
    broken = (
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <https://w3id.org/registergraf/rule/S04> sh:nodeKind sh:Thing ."
    )
    rules = replace(rules, rules=tuple(endless), shapes=(*rules.shapes, broken))

    verdicts = audit.judge(store, rules, audit.read_documents(None), content.terms, BASE, limits=QUICK)

    lost = {v.rule.id: v for v in verdicts if is_lost(v)}
    assert set(lost) == {"S04", "L02"}
    assert lost["L02"].explain("nn") == "Regelen kunne ikkje prøvast: det tok meir enn 1 sekund"
    assert "could not be checked" in lost["S04"].explain("en")
    assert {v.rule.id for v in verdicts if v.outcome == "passed"} >= {"S01"}


def test_the_audit_leaves_with_3_when_a_rule_could_not_be_judged(
    release: object, settings: Settings, tmp_path: Path
) -> None:
    """The report is written all the same."""
    assert release
    place = tmp_path / "report.json"
    call = ["--content", settings.content, "--releases", settings.releases, "--sources", settings.sources, "audit"]

    answer = CliRunner(env={"REGISTERGRAF_RULE_SECONDS": "0.000001"}).invoke(
        registergraf,
        [*call, "--rule", "L02", "--as-of", DAY.isoformat(), "--format", "json", "--output", str(place)],
        standalone_mode=False,
    )

    assert answer.return_value == 3
    assert "could not be checked" in place.read_text(encoding="utf-8")


def test_the_check_leaves_with_3_when_a_rule_could_not_be_judged(settings: Settings) -> None:
    """The rule and the reason are told on standard error."""
    call = ["--content", settings.content, "--releases", settings.releases, "--sources", settings.sources, "check"]

    answer = CliRunner(env={"REGISTERGRAF_RULE_SECONDS": "0.000001"}).invoke(registergraf, call, standalone_mode=False)

    assert answer.return_value == 3
    assert "S01: The rule could not be checked: it took more than 1e-06 seconds" in answer.stderr
