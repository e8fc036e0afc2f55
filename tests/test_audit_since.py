"""Judging only what changed gives what judging everything gives."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pyoxigraph import Quad, Store

from registergraf import audit
from registergraf.audit.restricting import restricted_in, told_of
from registergraf.audit.since.merging import judge_since
from registergraf.audit.since.moving import Before
from registergraf.audit.since.occurrences import occurrences
from registergraf.cli.commands import registergraf
from registergraf.content import read_files
from registergraf.errors import UsageError
from registergraf.graph.queries import select
from registergraf.namespaces import BASE
from registergraf.release import build, differing
from registergraf.release.judging import judge_release
from registergraf.release.judging_since import judge_release_since, release_since
from registergraf.settings import Settings
from service import options
from support import CONTENT, DAY, SHARED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from registergraf.content import Content
    from registergraf.graph.queries import Row
    from registergraf.release import Release

    Edit = Callable[[str, str, str], Path]

KINDS = ("claim", "value", "metadata", "role", "status", "provision", "layer", "waiver", "anything")
OF_ROLES = ("#agent>", "#hadRole>", "#startDate>", "#endDate>", "qualifiedAttribution>")
ROUNDS = 1
"""How often each kind of edit is made."""
WAIVER = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX rg: <https://w3id.org/registergraf/ns#>
PREFIX rule: <https://w3id.org/registergraf/rule/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
INSERT DATA { <https://w3id.org/registergraf/waiver/planted> a rg:Waiver ; rg:waives rule:%s ; oa:hasTarget <%s> ;
  dct:valid "2027-06-30"^^xsd:date }
"""
Change = tuple[list[Quad], list[Quad]]
"""What goes and what comes."""


def edits(store: Store, kind: str, chance: random.Random, verdicts: Sequence[Mapping[str, Any]]) -> Change:
    """A random edit of a kind; the same fact goes wherever it stands: in its claim and in the view."""
    quads = sorted(store, key=str)
    in_claims = [q for q in quads if "/claim/" in str(q.graph_name)]
    claim = chance.choice(in_claims).graph_name
    if kind == "claim":
        triples = {q.triple for q in in_claims if q.graph_name == claim}
        return [q for q in quads if q.triple in triples or q.subject == claim], []
    if kind == "metadata":
        gone = chance.choice([q for q in quads if q.subject == claim])
        return [q for q in quads if q.triple == gone.triple], []
    if kind == "waiver":
        accepted = chance.choice([v for v in verdicts if v["outcome"] == "failed"])
        beside = Store()
        beside.update(WAIVER % (accepted["rule"], accepted["focus"]))
        return [], [q for q in beside if q not in store]
    if kind in {"layer", "anything"}:
        return chance.sample([q for q in quads if kind == "anything" or "/graph/" in str(q.graph_name)], 4), []
    among = {
        "value": [q for q in in_claims if q.graph_name == claim],
        "role": [q for q in in_claims if str(q.predicate).endswith(OF_ROLES)],
        "status": [q for q in quads if str(q.predicate).endswith("ns#status>")],
        "provision": [q for q in quads if "/eli/" in str(q.subject) or "/provision/" in str(q.subject)],
    }
    return replaced(quads, among[kind], chance)


def replaced(quads: Iterable[Quad], among: Sequence[Quad], chance: random.Random) -> Change:
    """One fact among some says what another says by the same property, or is gone where there is no other."""
    one = chance.choice(among)
    other = chance.choice([q for q in among if q.predicate == one.predicate]).object
    removed = [q for q in quads if q.triple == one.triple]
    added = {Quad(q.subject, q.predicate, other, q.graph_name) for q in removed} - set(quads)
    return removed, sorted(added, key=str) if other != one.object else []


@pytest.mark.slow
def test_random_edits_are_judged_as_a_whole_run_judges_them(store: Store, content: Content) -> None:
    """Verdict for verdict, in the same order, told in the same words, each edit from the audit of the one before."""
    rules = audit.load_rules(read_files(CONTENT).under("shapes"), BASE)
    around = (rules, audit.read_documents(SHARED / "sources" if SHARED.is_dir() else None), content.terms, BASE)
    same = frozenset(rule.id for rule in rules.rules)
    chance = random.Random(5)  # noqa: S311 - the same edits each time
    verdicts = told(audit.examine(store, *around))
    before = set(store)
    try:
        for kind in KINDS * ROUNDS:
            removed, added = edits(store, kind, chance, verdicts)
            for quad in removed:
                store.remove(quad)
            store.extend(added)
            part = judge_since(Before(verdicts, removed, added, same), store, *around)
            whole = audit.examine(store, *around)
            verdicts = told(whole)

            assert list(part.verdicts) == verdicts, (kind, removed, added)
            assert part.waivers == whole.waivers
    finally:
        for quad in set(store) - before:
            store.remove(quad)
        store.extend(before - set(store))


def told(judged: audit.Judgement) -> list[dict[str, Any]]:
    """The verdicts as reports tell them."""
    return [verdict.as_json() for verdict in judged.verdicts]


@pytest.mark.slow
def test_the_report_on_an_edited_registry_is_the_same_bytes(
    release: Release, settings: Settings, edit: Edit, tmp_path: Path
) -> None:
    """From the release before the edit, through two releases in one folder, by the command too; other names are told.

    A query that reaches the limit ends the process that the command watches, and is then lost by itself.
    """
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
    call = [*options(place), "audit", "--since", release.name[:8], "--format", "json", "--output", str(tmp_path / "it")]
    CliRunner().invoke(registergraf, call, standalone_mode=False)
    assert (tmp_path / "it").read_bytes() == report.json
    limits = {"REGISTERGRAF_RULE_SECONDS": "0.000001"}
    answer = CliRunner(env=limits).invoke(registergraf, call, standalone_mode=False)
    assert answer.return_value == 3
    assert "it took more than 1e-06 seconds" in (tmp_path / "it").read_text(encoding="utf-8")
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


def test_a_way_back_goes_through_a_union_and_through_what_is_bound_from_other_variables() -> None:
    """To the thing itself or the whole it is part of; to whichever of several the thing is."""
    (phrase,) = (
        read
        for read in occurrences(
            "SELECT ?this { { ?this a <a:C> BIND(?this AS ?part) } UNION { ?part <a:of> ?this } ?part <a:says> ?text }"
        )
        if read.pattern.predicate == "<a:says>"
    )
    (told,) = (
        read
        for read in occurrences(
            "SELECT ?this { ?part <a:says> ?text OPTIONAL { ?part <a:of> ?whole } "
            "BIND(COALESCE(?whole, ?part) AS ?this) BIND(EXISTS { ?text <a:in> ?language } AS ?known) }"
        )
        if read.pattern.predicate == "<a:in>"
    )

    (clause,) = (pattern.text for pattern in phrase.beside if "UNION" in pattern.text)
    assert "BIND(?this AS ?part)" in clause
    assert "?part <a:of> ?this ." in clause
    assert set(told.names) == {"?whole", "?part"}
    assert any(pattern.is_optional and "<a:of>" in pattern.text for pattern in told.beside)


def test_a_check_restricted_to_some_things_gives_their_rows(store: Store) -> None:
    """All of them and no others, for every check; also where a query tells of a whole what it finds of the parts."""
    rules = audit.load_rules(read_files(CONTENT).under("shapes"), BASE)
    asked = {(rule.id, run): text for rule in rules.rules for run, text in rule.checks.items()}
    parts = 0
    for key, text in asked.items():
        whole = select(store, text)
        things = sorted({row["this"].value for row in whole if "this" in row})
        some = random.Random(str(key)).sample(things, min(2, len(things)))  # noqa: S311 - the same each time
        wanted = [row for row in whole if "this" in row and row["this"].value in some]

        assert as_counted(select(store, restricted_in(store, text, some))) == as_counted(wanted), key
        parts += told_of(text) is not None
    assert parts, "no check tells of a whole what it finds of the parts"


def as_counted(rows: Iterable[Row]) -> Counter[tuple[tuple[str, str], ...]]:
    """Rows, each as often as it is there."""
    return Counter(tuple(sorted((name, str(term)) for name, term in row.items())) for row in rows)


@pytest.mark.parametrize("seed", range(40))
def test_the_lines_that_two_files_differ_in(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By halving, as by comparing all lines; sorted or not."""
    monkeypatch.setattr(differing, "SHORT", 8)
    chance = random.Random(seed)  # noqa: S311 - the same files each time

    def lines() -> list[bytes]:
        return sorted({f"{'x' * chance.randint(0, 3)}{chance.randint(0, 60)}".encode() for _ in range(40)})

    old = lines()
    new = [line for line in old if chance.random() < 0.9] if seed % 2 else lines()
    if seed % 5 == 0:
        chance.shuffle(new)

    found = differing.differing_lines(*(b"".join(line + b"\n" for line in one) for one in (old, new)))

    assert found == (set(old) - set(new), set(new) - set(old))
