"""Judging only what changed gives what judging everything gives."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pyoxigraph import NamedNode, Quad

from registergraf import audit
from registergraf.audit.since.merging import Before, judge_since
from registergraf.audit.since.occurrences import occurrences
from registergraf.cli.commands import registergraf
from registergraf.content import read_files
from registergraf.errors import UsageError
from registergraf.namespaces import BASE
from registergraf.release import build
from registergraf.release.judging import judge_release
from registergraf.release.judging_since import judge_release_since, release_since
from registergraf.settings import Settings
from service import options
from support import CONTENT, DAY, SHARED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyoxigraph import Store

    from registergraf.content import Content
    from registergraf.release import Release

    Edit = Callable[[str, str, str], Path]

EDITS = 4


def edits(store: Store, seed: int) -> tuple[list[Quad], list[Quad]]:
    """A random edit: a claim goes with its metadata, or says something else; or some quads go from anywhere."""
    chance = random.Random(seed)  # noqa: S311 - the same edits each time
    quads = sorted(store, key=str)
    in_claims = [q for q in quads if isinstance(q.graph_name, NamedNode) and "/claim/" in q.graph_name.value]
    claim = chance.choice(in_claims).graph_name
    mine = [q for q in in_claims if q.graph_name == claim]
    one = chance.choice(mine)
    kind = chance.choice(("claim", "value", "metadata", "anything"))
    if kind == "claim":
        triples = {q.triple for q in mine}
        return [q for q in quads if q.triple in triples or q.subject == claim], []
    if kind == "anything":
        return chance.sample(quads, 4), []
    if kind == "metadata":
        one = chance.choice([q for q in quads if q.subject == claim])
        return [q for q in quads if q.triple == one.triple], []
    other = chance.choice([q for q in in_claims if q.predicate == one.predicate]).object
    removed = [q for q in quads if q.triple == one.triple]
    added = {Quad(q.subject, q.predicate, other, q.graph_name) for q in removed} - set(quads)
    return ([], []) if other == one.object else (removed, sorted(added, key=str))


@pytest.mark.slow
def test_random_edits_are_judged_as_a_whole_run_judges_them(store: Store, content: Content) -> None:
    """Verdict for verdict, in the same order, told in the same words."""
    rules = audit.load_rules(read_files(CONTENT).under("shapes"), BASE)
    rules = rules.only([rule.id for rule in rules.rules if not rule.reads_verdicts])
    documents = audit.read_documents(SHARED / "sources" if SHARED.is_dir() else None)
    around = (rules, documents, content.terms, BASE)
    same = frozenset(rule.id for rule in rules.rules)
    verdicts = audit.judge(store, *around)
    for seed in range(EDITS):
        removed, added = edits(store, seed)
        for quad in removed:
            store.remove(quad)
        store.extend(added)
        try:
            whole = [v.as_json() for v in audit.judge(store, *around)]
            part = [v.as_json() for v in judge_since(Before(verdicts, removed, added, same), store, *around)]
        finally:
            for quad in added:
                store.remove(quad)
            store.extend(removed)
        assert part == whole, (seed, removed, added)


@pytest.mark.slow
def test_the_report_on_an_edited_registry_is_the_same_bytes(
    release: Release, settings: Settings, edit: Edit, tmp_path: Path
) -> None:
    """From the release before the edit, through two releases in one folder; other names are told."""
    folder = edit(
        "data/registries/npr.trig",
        "claim:npr-7 { registry:npr rg:regulatedBy",
        "claim:npr-7 { registry:npr dct:references",
    )
    shutil.copytree(release.path, tmp_path / "releases" / release.name)
    place = Settings.read({}, content=str(folder), releases=str(tmp_path / "releases"), sources=settings.sources)
    edited = build(place, DAY, lambda _: None).release

    report = judge_release_since(edited, release_since(release.name[:8], place), place)

    assert report.json == edited.report.json == judge_release(edited, place, DAY).json
    assert report.json != release.report.json
    with pytest.raises(UsageError, match="there is no release and no git commit called nothing-like-it"):
        release_since("nothing-like-it", place)


def test_options_that_do_not_go_with_since_are_told(release: Release, settings: Settings) -> None:
    """All rules, on a release."""
    call = [*options(settings), "audit", "--since", release.name, "--rule", "L01"]

    answer = CliRunner().invoke(registergraf, call, standalone_mode=False)

    assert isinstance(answer.exception, UsageError)


def test_what_a_query_reads_leads_back_to_what_its_rows_are_about() -> None:
    """Through EXISTS, OPTIONAL, subqueries and graphs, with the patterns that any row must satisfy."""
    reads = occurrences(
        "SELECT ?this ?n WHERE { ?this a <a:C> OPTIONAL { GRAPH ?g { ?this <a:p> ?v } } "
        "{ SELECT ?v (COUNT(?w) AS ?n) WHERE { ?w <a:q>/^<a:r> ?v } GROUP BY ?v } FILTER(EXISTS { ?v <a:s> ?this }) }"
    )
    by_text = {read.pattern.text: [pattern.text for pattern in read.beside] for read in reads}

    assert set(by_text) >= {
        "?this <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <a:C> .",
        "GRAPH ?g { ?this <a:p> ?v . }",
        "?v <a:s> ?this .",
    }
    assert "?this <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <a:C> ." in by_text["GRAPH ?g { ?this <a:p> ?v . }"]
    assert any("<a:q>" in text for text in by_text["?v <a:s> ?this ."])
