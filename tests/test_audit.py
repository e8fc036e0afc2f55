from __future__ import annotations

from typing import TYPE_CHECKING

import pyshacl
import pytest
import rdflib

import rules_documents
import rules_registries
from registergraf import audit
from registergraf.audit.documents import Documents
from registergraf.content import Content, read_files
from registergraf.errors import MalformedError, UnknownNameError
from registergraf.graph.queries import select
from registergraf.namespaces import BASE
from registergraf.release.judging import judge_release
from support import CONTENT, DAY, needs_shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pyoxigraph import Store

    from registergraf.release import Release
    from registergraf.settings import Settings

    Edit = Callable[[str, str, str], Path]
    Judge = Callable[[Path], Iterator[audit.Verdict]]

NPR, KPR, HJERNESLAG = (f"data/registries/{slug}.trig" for slug in ("npr", "kpr", "hjerneslag"))
HREGL = "data/law/helseregisterloven-2014.ttl"


@pytest.fixture(scope="module")
def rules() -> audit.Rules:
    """The rules."""
    return audit.load_rules(read_files(CONTENT).under("shapes"), BASE)


@pytest.fixture(scope="module")
def sound(judged: Judge) -> set[tuple[str, str, str]]:
    """What fails or cannot be checked in the content as it is, by rule, run and thing."""
    return failures(judged(CONTENT))


def failures(verdicts: Iterator[audit.Verdict]) -> set[tuple[str, str, str]]:
    return {(v.rule.id, v.run, v.focus.removeprefix(BASE)) for v in verdicts if v.outcome in {"failed", "not-checked"}}


def test_every_rule_is_whole(rules: audit.Rules) -> None:
    """Title, explanation and message in three languages, a severity, a way to be judged; a rule of law has a provision."""
    for rule in rules.rules:
        assert {"nb", "nn", "en"} == set(rule.title) == set(rule.explanation) == set(rule.message), rule.id
        assert rule.severity in {"Violation", "Warning", "Info"}, rule.id
        assert rule.checks or rule.has_shape, rule.id
        assert rule.id[0] in "SW" or rule.id == "L32" or rule.sources, rule.id


def test_a_rule_applies_from_a_day_on_which_a_provision_it_rests_on_began(rules: audit.Rules, store: Store) -> None:
    """The dates of a rule of law are those of the law: of a provision it rests on, or of the act that it belongs to."""
    began = {
        (row["law"].value, row["day"].value)
        for row in select(
            store,
            "PREFIX eli: <http://data.europa.eu/eli/ontology#> SELECT ?law ?day WHERE { ?law eli:is_part_of*/eli:first_date_entry_in_force ?day }",
        )
    }

    for rule in rules.rules:
        assert bool(rule.applies_from) == bool(rule.sources), rule.id
        assert not rule.sources or any((source, rule.applies_from) in began for source in rule.sources), rule.id


def test_every_rule_of_this_release_is_there(rules: audit.Rules) -> None:
    """S01 to S13, the rules of law L01 to L39, and those on waivers."""
    ids = {rule.id for rule in rules.rules}

    assert {f"S{n:02}" for n in range(1, 14)} | {f"L{n:02}" for n in range(1, 40)} | {"W01", "W02"} == ids


def test_a_rule_rests_on_provisions_that_exist(rules: audit.Rules, content: Content) -> None:
    """The provision that a verdict names is in the graph."""
    assert {source for rule in rules.rules for source in rule.sources} <= set(content.described_in)


def test_an_unknown_rule_is_told(rules: audit.Rules) -> None:
    """A rule that does not exist is named with others of its kind."""
    with pytest.raises(UnknownNameError, match="there is no rule called 'L99'; did you mean L39 or"):
        rules.named("L99")


def test_malformed_shapes_are_told(copied: Path) -> None:
    """Shapes that are not Turtle are refused with file and line."""
    (copied / "shapes" / "law.ttl").write_text("@prefix x: <y> .\nx:a x:b\n", encoding="utf-8")

    with pytest.raises(MalformedError, match=r"shapes/law.ttl:\d+"):
        audit.load_rules(read_files(copied).under("shapes"), BASE)


FINDINGS = [
    ("L34", "hjerneslag", "§ 21", "datakilder-2020", 1250, "rejected"),
    ("L08", "hjerneslag", "§ 22", "datakilder-2020", 1250, "rejected"),
    ("L12", "barnediabetes", "§ 7", "datakilder-2020", 64, "superseded"),
    ("L07", "barnediabetes", "§ 7", "datakilder-2020", 64, "superseded"),
    ("L39", "noric", "Samtykke", "datakilder-2020", 1992, ""),
]


@pytest.mark.parametrize(("rule", "slug", "seen", "document", "line", "status"), FINDINGS)
def test_what_the_documents_hold_is_found(
    release: Release, rule: str, slug: str, seen: str, document: str, line: int, status: str
) -> None:
    """A basis that is none, an empty section, a licence, a silence: each finding leads to its passage."""
    verdict = next(v for v in release.verdicts if (v["rule"], v["registry"], v["outcome"]) == (rule, slug, "failed"))
    found = [(d["value"], p["document"], p["first"], d["status"]) for d in verdict["details"] for p in d["passages"]]

    assert any(seen in value and (document, line, status) == rest for value, *rest in found for rest in [tuple(rest)])
    assert all(verdict["message"][language] for language in ("nb", "nn", "en"))


def test_passes_and_what_does_not_apply_are_counted(release: Release) -> None:
    """No findings are not an audit: NPR passes L02, Fastlegeregisteret is no health registry, KUHR no section 11 one."""
    outcome = {(v["rule"], v["run"], v["registry"]): v["outcome"] for v in release.verdicts}

    assert outcome["L02", "view", "npr"] == "passed"
    assert outcome["L25", "claims", "kuhr"] == "not-applicable"
    assert outcome["L25", "claims", "kpr"] == "passed"


# What is planted, and the only verdict that may move: rule, run, thing.
FAULTS = [
    (NPR, 'dct:title "Norsk pasientregister"@nb , "Norwegian Patient Registry"@en', 'dct:title "Norwegian Patient Registry"@en', {("S01", "view", "registry/npr")}),
    ("data/registries/noric.trig", 'dct:identifier "noric"', 'dct:identifier "npr"', {("S01", "view", "registry/noric"), ("S01", "view", "registry/npr")}),
    (NPR, 'dct:identifier "npr"', 'dct:identifier "nrp"', {("S01", "view", "registry/npr")}),
    (
        NPR,
        'period:npr-decision-authority-2 a dct:PeriodOfTime ; dcat:startDate "2023-03-15"^^xsd:date ; dcat:endDate "2023-12-31"^^xsd:date',
        'period:npr-decision-authority-2 a dct:PeriodOfTime ; dcat:startDate "2023-03-15"^^xsd:date ; dcat:endDate "2022-12-31"^^xsd:date',
        {("S02", "claims", "period/npr-decision-authority-2")},
    ),
    (HREGL, "provision:lov-2014-06-20-43.kap6 a eli:LegalResourceSubdivision ;", "provision:lov-2014-06-20-43.kap6 a eli:LegalResourceSubdivision , eli:LegalResource ;", {("S04", "view", "provision/lov-2014-06-20-43.kap6")}),
    ("data/organisations.trig", 'dct:identifier "983744516"', 'dct:identifier "983744517"', {("S05", "view", "organisation/983744516")}),
    (HJERNESLAG, "skos:broader concept:purpose-research", "skos:related concept:purpose-research", {("S09", "view", "purpose/hjerneslag-")}),
    ("ontology/concepts.ttl", 'skos:prefLabel "Forkastet"@nb , "Forkasta"@nn , "Rejected"@en', 'skos:prefLabel "Forkastet"@nb , "Rejected"@en', {("S11", "view", "concept/status-rejected")}),
    ("data/registries/noric.trig", "rg:facet concept:facet-consent", "rg:facet concept:facet-access", {("S12", "claims", "registry/noric")}),
    (NPR, "claim:npr-7 { registry:npr rg:regulatedBy", "claim:npr-7 { registry:npr dct:references", {("L02", "view", "registry/npr")}),
    (
        NPR,
        'period:npr-decision-authority-3 a dct:PeriodOfTime ; dcat:startDate "2024-01-01"^^xsd:date',
        'period:npr-decision-authority-3 a dct:PeriodOfTime ; dcat:startDate "2024-02-01"^^xsd:date',
        {("L25", "claims", "registry/npr")},
    ),
    (
        NPR,
        'period:npr-controller-2 a dct:PeriodOfTime ; dcat:startDate "2024-01-01"^^xsd:date',
        'period:npr-controller-2 a dct:PeriodOfTime ; dcat:startDate "2024-01-03"^^xsd:date',
        {("L01", "claims", "registry/npr")},
    ),
    (
        NPR,
        'period:npr-controller-2 a dct:PeriodOfTime ; dcat:startDate "2024-01-01"^^xsd:date',
        'period:npr-controller-2 a dct:PeriodOfTime ; dcat:startDate "2027-01-01"^^xsd:date',
        {("L01", "claims", "registry/npr"), ("L01", "view", "registry/npr")},
    ),
    (
        NPR,
        'period:npr-controller-2 a dct:PeriodOfTime ; dcat:startDate "2024-01-01"^^xsd:date',
        'period:npr-controller-2 a dct:PeriodOfTime ; dcat:startDate "2023-12-01"^^xsd:date',
        {("L32", "claims", "registry/npr")},
    ),
    (NPR, "claim:npr-6 { registry:npr rg:statutoryBasis provision:lov-2014-06-20-43.p11.g", "claim:npr-6 { registry:npr rg:statutoryBasis provision:lov-2014-06-20-43.p9.b", {("L08", "claims", "registry/npr"), ("L05", "view", "registry/npr"), ("L05", "claims", "registry/npr")}),
    (NPR, "claim:npr-6 { registry:npr rg:statutoryBasis provision:lov-2014-06-20-43.p11.g", "claim:npr-6 { registry:npr rg:statutoryBasis provision:lov-2014-06-20-43.p24", {("L08", "claims", "registry/npr"), ("L34", "claims", "registry/npr")}),
    # the controller is gone: who held the role is a processor of whose agreement nothing is said
    (
        "data/registries/ntr.trig",
        "role:ntr-controller-1 a rg:RoleAssignment ; prov:agent organisation:993467049 ; dcat:hadRole concept:role-controller",
        "role:ntr-controller-1 a rg:RoleAssignment ; prov:agent organisation:993467049 ; dcat:hadRole concept:role-processor",
        {(rule, run, "registry/ntr") for rule, run in (("L01", "view"), ("L01", "claims"), ("S12", "claims"), ("L15", "view"), ("L15", "claims"))},
    ),
    (KPR, "claim:kpr-1 {", "claim:kpr-999 {", {("S07", "claims", "claim/kpr-1"), ("S07", "claims", "claim/kpr-999"), ("S01", "view", "registry/kpr")}),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("path", "old", "new", "moved"), [*FAULTS, *rules_registries.FAULTS, *rules_documents.FAULTS])
def test_a_planted_fault_is_found_under_its_rule_and_moves_nothing_else(
    edit: Edit,
    judged: Judge,
    sound: set[tuple[str, str, str]],
    path: str,
    old: str,
    new: str,
    moved: set[tuple[str, str, str]],
) -> None:
    """Each fault moves the verdicts it should and no other."""
    fresh = failures(judged(edit(path, old, new))) - sound

    assert moved
    for rule, run, thing in fresh:
        assert any((rule, run) == (r, n) and thing.startswith(t) for r, n, t in moved), (rule, run, thing)
    for rule, run, thing in moved:
        assert any((rule, run) == (r, n) and t.startswith(thing) for r, n, t in fresh), (rule, run, thing)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "old", "new", "turned"), rules_registries.TURNED)
def test_a_verdict_that_nothing_decides_yet_is_turned_by_what_would_decide_it(
    edit: Edit, judged: Judge, path: str, old: str, new: str, turned: tuple[str, str, str, str]
) -> None:
    """Rules that cannot be checked anywhere in the real data pass and fail where their facts are planted."""
    rule, run, thing, outcome = turned
    verdicts = judged(edit(path, old, new))

    assert {v.outcome for v in verdicts if (v.rule.id, v.run, v.focus) == (rule, run, BASE + thing)} == {outcome}


def test_a_rule_alone_is_judged_where_others_fail(release: Release, settings: Settings) -> None:
    """What SHACL finds for a rule outside the selection is left out."""
    assert {v["rule"] for v in judge_release(release, settings, DAY, ["L35"]).verdicts} == {"L35"}


@needs_shared
@pytest.mark.slow
def test_a_phrase_one_word_off_is_found(edit: Edit, judged: Judge, sound: set[tuple[str, str, str]]) -> None:
    """S08 reads the lines of the document."""
    fresh = (
        failures(judged(edit(NPR, "er et personidentifiserbart register", "er et identifiserbart register"))) - sound
    )

    assert {("S08", "claims")} == {(rule, run) for rule, run, _ in fresh}


def test_without_the_documents_phrases_cannot_be_checked(release: Release, settings: Settings, tmp_path: Path) -> None:
    """S08 does not pass unseen: where the documents are not at hand it says so."""
    report = judge_release(release, type(settings)(**{**vars(settings), "sources": str(tmp_path)}), DAY, ["S08"])

    assert {v["outcome"] for v in report.verdicts} == {"not-checked"}


def test_lines_are_counted_from_one_and_white_space_is_folded() -> None:
    """A NO-BREAK SPACE is a space, and a passage may run over lines."""
    documents = Documents({"d.txt": "en\nto\u00a0tre \n  fire\n".encode()})

    assert documents.text("d.txt", 2, 3) == "to tre fire"
    assert documents.text("other.txt", 1, 1) is None


@pytest.mark.slow
def test_the_shapes_are_valid_shacl() -> None:
    """PySHACL's own check of shapes against the shapes of SHACL finds nothing."""
    shapes = rdflib.Graph()
    for text in read_files(CONTENT).under("shapes", ".ttl").values():
        shapes.parse(data=text, format="turtle")

    conforms, _, text = pyshacl.validate(rdflib.Graph(), shacl_graph=shapes, meta_shacl=True)
    assert conforms, text
