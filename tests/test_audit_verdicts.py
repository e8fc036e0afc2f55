"""What a verdict says of itself: its law, what was seen, its passages, and the query that gives it again."""

from __future__ import annotations

import datetime
import io
import json
import re
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pyoxigraph import NamedNode, RdfFormat, Store

from registergraf import audit, cli, graph
from registergraf.audit.documents import Documents
from registergraf.audit.report import FORMATS, write_report
from registergraf.audit.trend import compare
from registergraf.cli.commands import registergraf
from registergraf.content import load, read_files
from registergraf.errors import IntegrityError, RegistergrafError, ReleaseError
from registergraf.graph import select
from registergraf.namespaces import BASE
from registergraf.release import build
from registergraf.release.judging import check_content, judge_release
from registergraf.release.store import open_release
from registergraf.release.verifying import COMMAND, text_of, verify
from registergraf.settings import Settings
from support import CONTENT, DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from registergraf.release import Release

    Edit = Callable[[str, str, str], Path]
    Judge = Callable[[Path], Iterator[audit.Verdict]]

WAIVER = """graph:editorial {{
    waiver:planted a rg:Waiver ; rg:waives rule:{rule} ; oa:hasTarget registry:{slug} ;
        prov:wasAttributedTo organisation:983544622 ; dct:dateAccepted "2026-01-01"^^xsd:date ; dct:valid "{until}"^^xsd:date ;
        dct:description "Plantet av en prøve."@nb , "Planted by a test."@en .
}}
"""


def call(settings: Settings, *arguments: str) -> tuple[int, str]:
    """The exit code and the output of the command line over the release of the tests."""
    assert cli
    options = ["--content", settings.content, "--releases", settings.releases, "--sources", settings.sources]
    answer = CliRunner().invoke(registergraf, [*options, *arguments], standalone_mode=False)
    assert answer.exception is None or isinstance(answer.exception, RegistergrafError), answer.exception
    code = answer.exception.exit_code if answer.exception else answer.return_value or 0
    return code, answer.output


def test_every_failure_leads_to_a_passage_and_a_query(release: Release) -> None:
    """Lines of a document, or a provision, and what to ask."""
    for verdict in release.verdicts:
        if verdict["outcome"] == "failed":
            assert any(detail["passages"] for detail in verdict["details"]), (verdict["rule"], verdict["label"])
            assert verdict["recheck"], (verdict["rule"], verdict["label"])


def test_the_query_of_a_verdict_gives_its_outcome_again(release: Release) -> None:
    """Asked of the published graph, the query of every failure says failed, of the thing alone."""
    again = Store()
    again.bulk_load(release.read("graph.nq"), format=RdfFormat.N_QUADS)
    told = [v for v in release.verdicts if v["outcome"] == "failed" and v["rule"] != "L36"]

    for verdict in {v["rule"]: v for v in told}.values():
        rows = [row for query in verdict["recheck"] for row in select(again, query)]
        assert {row["this"].value for row in rows} == {verdict["focus"]}
        assert "failed" in {row["outcome"].value for row in rows}, verdict["rule"]


def test_a_failure_of_a_shape_says_which_part_and_how_to_see_it(edit: Edit) -> None:
    """The shape, the component, the path and the value; the compiled query finds the thing."""
    folder = edit(
        "data/registries/npr.trig",
        'dct:title "Norsk pasientregister"@nb , "Norwegian Patient Registry"@en',
        'dct:title "Norwegian Patient Registry"@en',
    )
    dataset, judged = examined(folder, "S01")
    failed = next(v for v in judged.verdicts if v.failed)
    part = next(detail for detail in failed.details if detail.component)

    assert failed.focus == f"{BASE}registry/npr"
    assert part.shape == f"{BASE}rule/S01-title-nb"
    assert part.component.endswith("QualifiedMinCountConstraintComponent")
    assert part.path == "http://purl.org/dc/terms/title"
    found = [row for query in failed.as_json()["recheck"] for row in select(dataset, query)]
    assert NamedNode(failed.focus) in {row["this"] for row in found}


def examined(folder: Path, *ids: str, day: datetime.date = DAY) -> tuple[Store, audit.Judgement]:
    """The dataset of a content folder, and its judgement by some rules."""
    content = load(read_files(folder), BASE)
    rules = audit.load_rules(content.files.under("shapes"), BASE)
    dataset = graph.assemble([*content.quads, *rules.quads], content.queries, day, BASE)
    return dataset, audit.examine(dataset, rules.only(ids) if ids else rules, Documents({}), content.terms, BASE)


def test_a_rule_does_not_apply_to_the_view_of_a_day_before_its_law() -> None:
    """Section 19 f is of 2021: in the view of 2020 no deadline breaks it; what the claims say is judged by their dates."""
    _, before = examined(CONTENT, "L23", day=datetime.date(2020, 1, 1))
    _, after = examined(CONTENT, "L23", day=datetime.date(2023, 7, 1))

    assert {v.outcome for v in before.verdicts if v.run == "view"} <= {"not-applicable"}
    assert "failed" in {v.outcome for v in after.verdicts if v.run == "view"}
    claims = [[(v.focus, v.outcome) for v in judged.verdicts if v.run == "claims"] for judged in (before, after)]
    assert claims[0] == claims[1] != []


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_verdict_is_explained(settings: Settings, release: Release, language: str) -> None:
    """The law with its page, the message, the document with its line, the claim with its status, the query."""
    verdict = next(
        v for v in release.verdicts if (v["rule"], v["registry"], v["outcome"]) == ("L34", "hjerneslag", "failed")
    )
    code, text = call(settings, "explain", verdict["id"][:10], "--language", language)

    assert code == 0
    for part in (
        verdict["message"][language].split("; ")[0], "https://lovdata.no/lov/2014-06-20-43/", "datakilder-2020:1250",
        "«hjemlet i Helseregisterloven § 21 og 22»", f"VALUES ?this {{ <{verdict['focus']}> }}", "/claim/hjerneslag-",
    ):  # fmt: skip
        assert part in text


def test_a_pass_is_explained_with_what_would_show_a_fault(settings: Settings, release: Release) -> None:
    """For a rule that is a shape: a query for each of its parts, none of which finds the thing."""
    verdict = next(v for v in release.verdicts if v["rule"] == "S09")
    _, text = call(settings, "explain", verdict["id"])

    queries = ["# " + part.split("\n\n")[0] for part in text.split("\n# ")[1:]]
    assert len(queries) == 3
    assert all(not select(release.store, query) for query in queries)


def test_a_rule_is_explained(settings: Settings) -> None:
    """Its text, law and period, what it found, and its queries."""
    code, text = call(settings, "explain", "l23", "--language", "en")

    assert code == 0
    assert "L23 A deadline is not longer than 30 working days" in text
    assert "Applies: from 2021-06-01" in text
    assert text.count("SELECT ?this ?outcome") == 2


def test_an_unknown_verdict_is_told(settings: Settings) -> None:
    """The nearest rules are named."""
    assert call(settings, "explain", "L99")[0] == 2


@pytest.mark.parametrize("name", ["report.nn.html", "report.xlsx"])
def test_a_report_of_the_release_is_verified(settings: Settings, release: Release, name: str) -> None:
    """A form that the release holds is made again, byte for byte."""
    assert verify(release.audit_file(name) or b"", settings).same


@pytest.mark.parametrize("name", FORMATS)
def test_every_form_says_how_it_is_made_again(settings: Settings, release: Release, name: str) -> None:
    """The command is found in each, so that each can be verified."""
    report = judge_release(release, settings, DAY, ["S09"])
    found = COMMAND.search(text_of(write_report(report, name, ("en",))))

    assert found is not None
    assert found[0] == report.identity.command(name, ("en",))


def test_a_changed_report_is_told(settings: Settings, release: Release, tmp_path: Path) -> None:
    """One outcome changed by hand: 4, and the verdict is named."""
    document = json.loads(release.read("audit/report.json"))
    verdict = next(v for v in document["verdicts"] if v["outcome"] == "failed")
    verdict["outcome"] = "passed"
    place = tmp_path / "report.json"
    place.write_text(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    code, text = call(settings, "verify", str(place))

    assert code == 4
    assert f"verdict {verdict['id']}: passed in the report, failed here" in text
    assert "the report has been changed" in text


def test_documents_that_are_not_the_same_are_told(settings: Settings, release: Release, tmp_path: Path) -> None:
    """Without the documents, or with others: 1, and the hash that differs is named."""
    (tmp_path / "other.txt").write_text("x\n", encoding="utf-8")
    place = tmp_path / "report.nb.html"
    place.write_bytes(release.audit_file("report.nb.html") or b"")
    code, text = call(Settings(**{**vars(settings), "sources": str(tmp_path)}), "verify", str(place))

    assert code == 1
    assert "sources/other.txt: the report was made with none" in text


def test_what_is_no_report_is_told(settings: Settings, release: Release, tmp_path: Path) -> None:
    """Not a report; a report of a release that is not here; a damaged release; a workbook that is none."""
    with pytest.raises(RegistergrafError, match="no report"):
        verify(b"# nothing of ours", settings)
    with pytest.raises(RegistergrafError, match="no workbook"):
        verify(b"PK\x03\x04nothing", settings)
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as other:
        other.writestr("a", "b")
    with pytest.raises(RegistergrafError, match="no report"):
        verify(buffer.getvalue(), settings)
    elsewhere = Settings(**{**vars(settings), "releases": str(tmp_path)})
    with pytest.raises(ReleaseError, match="there is no release"):
        verify(release.read("audit/report.json"), elsewhere)


def test_a_damaged_release_verifies_nothing(settings: Settings, release: Release, tmp_path: Path) -> None:
    """The files of the release are checked first."""
    shutil.copytree(release.path, tmp_path / release.name)
    with (tmp_path / release.name / "catalogue" / "dcat-ap-no.ttl").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(IntegrityError, match="is broken"):
        verify(release.read("audit/report.json"), Settings(**{**vars(settings), "releases": str(tmp_path)}))


def test_a_report_is_written_whole_or_not_at_all(settings: Settings, tmp_path: Path) -> None:
    """Nothing is left beside it, and a place that cannot be written is told."""
    place = tmp_path / "l34.sarif"
    code, _ = call(settings, "audit", "--rule", "L34", "--format", "sarif", "--output", str(place))

    assert (code, [file.name for file in tmp_path.iterdir()]) == (0, ["l34.sarif"])
    assert {r["ruleId"] for r in json.loads(place.read_bytes())["runs"][0]["results"]} == {"L34"}
    assert verify(place.read_bytes(), settings).same
    assert call(settings, "audit", "--rule", "L34", "--output", str(tmp_path / "no" / "such"))[0] == 2


def waived(copied: Path, rule: str, slug: str, until: str) -> Path:
    """The copy of the content with a waiver in it."""
    with (copied / "data" / "waivers.trig").open("a", encoding="utf-8") as file:
        file.write(WAIVER.format(rule=rule, slug=slug, until=until))
    return copied


def test_a_waiver_in_force_accepts_and_hides_nothing(copied: Path) -> None:
    """The failure is still a failure, marked with the waiver; other things are not."""
    _, judged = examined(waived(copied, "L39", "npr", "2027-01-01"), "L39", "S13", "W01", "W02")
    failed = [v for v in judged.verdicts if v.failed and v.rule.id == "L39"]

    assert {v.label for v in failed if v.waiver} == {"npr"}
    assert len(failed) > 50
    assert {v.rule.id: v.outcome for v in judged.verdicts if v.focus.endswith("waiver/planted")} == {"S13": "passed", "W01": "passed", "W02": "passed"}  # fmt: skip
    assert [w.as_json(judged.day, judged.failures)["state"] for w in judged.waivers] == ["in-force"]


def test_an_expired_waiver_fails_and_accepts_nothing(copied: Path) -> None:
    """W01 is a violation in the view, so the gate closes."""
    _, judged = examined(waived(copied, "L39", "npr", "2026-11-20"), "L39", "W01", "W02")

    assert not any(v.waiver for v in judged.verdicts)
    assert [(v.rule.id, v.severity, v.run) for v in judged.verdicts if v.failed and v.rule.id != "L39"] == [("W01", "Violation", "view")]  # fmt: skip
    assert [w.as_json(judged.day, judged.failures)["state"] for w in judged.waivers] == ["expired"]


def test_a_waiver_that_matches_nothing_is_named(copied: Path) -> None:
    """Nothing of NPR breaks L02."""
    _, judged = examined(waived(copied, "L02", "npr", "2027-01-01"), "L02", "W01", "W02")

    assert [(v.rule.id, v.focus) for v in judged.verdicts if v.failed] == [("W02", f"{BASE}waiver/planted")]
    assert "Norwegian Patient Registry" in next(v for v in judged.verdicts if v.failed).explain("en")


def test_a_waiver_that_is_not_whole_is_told_where_it_stands(copied: Path, settings: Settings) -> None:
    """For a rule that does not exist: a problem of structure, with file and line, which stops a build."""
    waived(copied, "L99", "npr", "2027-01-01")
    broken = Settings(**{**vars(settings), "content": str(copied)})
    told = [problem for problem in check_content(broken).problems if "S13" in problem.text]

    assert [(problem.file, problem.line > 1) for problem in told] == [("data/waivers.trig", True)]


def test_a_violation_that_is_accepted_keeps_the_gate_open(edit: Edit, copied: Path) -> None:
    """One who accepted it signs for it."""
    edit(
        "data/registries/npr.trig",
        "claim:npr-7 { registry:npr rg:regulatedBy",
        "claim:npr-7 { registry:npr dct:references",
    )
    waived(copied, "L02", "npr", "2027-01-01")
    _, judged = examined(copied, "L02", "W01", "W02")
    failed = [v for v in judged.verdicts if v.failed]

    assert [(v.rule.id, v.label, bool(v.waiver)) for v in failed] == [("L02", "npr", True)]


def test_the_trend_of_two_audits(release: Release) -> None:
    """New, fixed, still there, unsure; by rule; a rule that only one of them has is named."""
    before = release.report
    verdicts = [dict(v) for v in before.verdicts]
    failed = [v for v in verdicts if v["rule"] == "L08" and v["outcome"] == "failed"]
    passed = next(v for v in verdicts if v["rule"] == "L08" and v["outcome"] == "passed")
    failed[0]["outcome"], failed[1]["outcome"], passed["outcome"] = "passed", "not-checked", "failed"
    rules: list[Mapping[str, Any]] = [rule for rule in before.rules if rule["id"] != "S11"]
    found = compare(before, type(before)(before.identity, rules, verdicts, [], before.names))

    assert dict(found.by_rule["L08"]) == {"new": 1, "fixed": 1, "unsure": 1, "still": len(failed) - 2}
    assert {move["verdict"] for move in found.moves if move["move"] == "new"} == {passed["id"]}
    assert all(set(counts) == {"still"} for rule, counts in found.by_rule.items() if rule != "L08")
    assert (found.rules_added, found.rules_removed, found.rules_changed) == ([], ["S11"], [])


@pytest.mark.slow
def test_two_releases_are_compared(settings: Settings, release: Release, edit: Edit, tmp_path: Path) -> None:
    """A planted fault is the one new finding; the command leaves with 1 and names it."""
    folder = edit(
        "data/registries/tvilling.trig", "cost:tvilling-1 a cv:Cost ;", "cost:tvilling-1 a cv:Cost ; cv:hasValue 900 ;"
    )
    later = build(
        Settings(**{**vars(settings), "content": str(folder), "releases": str(tmp_path)}), DAY, lambda _: None
    )
    place = tmp_path / "before.json"
    place.write_bytes(release.read("audit/report.json"))
    there = Settings(**{**vars(settings), "content": str(folder), "releases": str(tmp_path)})
    code, text = call(there, "trend", str(place), later.release.name[:8], "--language", "en")

    assert code == 1
    assert [line.split(":")[1].split()[:2] for line in text.splitlines() if line.startswith("new:")] == [
        ["L24", "tvilling"]
    ] * 2
    rows = json.loads(call(there, "trend", str(place), "--format", "json")[1])
    assert rows["counts"]["L24"]["new"] == 2
    assert open_release(tmp_path / later.release.name).report.identity.release == later.release.name


def test_a_report_as_of_another_day_names_the_day(release: Release, settings: Settings) -> None:
    """The identity is that of the judgement, not of the release."""
    report = judge_release(release, settings, datetime.date(2022, 6, 1), ["L23"])

    assert (report.identity.as_of, report.identity.release, report.identity.rules) == (
        "2022-06-01",
        release.name,
        ("L23",),
    )
    assert "--as-of 2022-06-01 --rule L23 --format json" in report.identity.command("json", ("nb", "nn", "en"))


def test_a_report_in_another_form_is_told(release: Release, tmp_path: Path) -> None:
    """A release that another version made: what to do, not a crash."""
    old = b'{"rules": [], "verdicts": []}\n'
    manifest = release.manifest.with_reports({"audit/report.json": old})
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "report.json").write_bytes(old)

    with pytest.raises(ReleaseError, match="not in the form of this version; build again"):
        _ = type(release)(tmp_path, manifest).report


def test_what_cannot_be_checked_is_not_told_as_a_failure(release: Release) -> None:
    """A document without a date, or an act without its dates: neither is said to break the rule, in any language."""
    cited = [verdict for verdict in release.verdicts if verdict["rule"] == "L12"]
    unchecked, failed = (
        [detail["message"] for verdict in cited if verdict["outcome"] == outcome for detail in verdict["details"]]
        for outcome in ("not-checked", "failed")
    )

    assert unchecked
    assert all("ukjent" in message["nb"] for message in unchecked)
    assert not any("gjaldt ikke" in m["nb"] or "galdt ikkje" in m["nn"] or "not in force" in m["en"] for m in unchecked)
    assert all("gjaldt ikke" in message["nb"] for message in failed)


def test_no_sentence_of_a_verdict_has_a_gap(release: Release) -> None:
    """What is not known is said to be unknown, in words; what is quoted may have a dash of its own."""
    texts = {text for v in release.verdicts for detail in v["details"] for text in detail["message"].values()}
    ours = [re.sub(r"«[^»]*»|\"[^\"]*\"|“[^”]*”", "«»", text) for text in texts]

    assert len(texts) > 100
    assert not [text for text in ours if re.search(r"(?:^|\s)–(?:[\s;,.]|$)|\{\?", text)]
