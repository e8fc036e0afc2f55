from __future__ import annotations

import csv
import io
import json
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from builds import copied
from registergraf.cli import run
from registergraf.release import current
from support import CONTENT, DAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from registergraf.release import Release
    from registergraf.settings import Settings

    Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], release: Release, settings: Settings
) -> Call:
    """Run the command line against the session's release; gives exit code, output and talk."""
    assert release

    def invoke(
        *arguments: str, content: str = settings.content, releases: str = settings.releases
    ) -> tuple[int, str, str]:
        options = ["--content", content, "--releases", releases, "--sources", settings.sources]
        monkeypatch.setattr(sys, "argv", ["registergraf", *options, *arguments])
        code = run()
        told = capfd.readouterr()
        return code, told.out, told.err

    return invoke


def test_data_goes_to_output_and_talk_to_error(call: Call) -> None:
    """A query's answer can be piped."""
    code, out, err = call("query", "silences", "--param", "slug=noric", "--format", "csv")

    assert code == 0
    assert out.split("\r\n")[0] == "slug,facet,document"
    assert "noric,consent,datakilder-2020" in out
    assert not err


def test_the_formats_hold_the_same_answer(call: Call) -> None:
    """CSV, TSV, JSON and XML of one query have the same rows."""
    said = {
        name: call("query", "evidence", "--param", "slug=npr", "--format", name)[1]
        for name in ("csv", "tsv", "json", "xml")
    }
    rows = list(csv.DictReader(io.StringIO(said["csv"])))
    bindings = json.loads(said["json"])["results"]["bindings"]
    results = ET.fromstring(said["xml"]).findall(".//{http://www.w3.org/2005/sparql-results#}result")  # noqa: S314 - our own output

    assert len(rows) == len(bindings) == len(results) == len(said["tsv"].strip("\n").split("\n")) - 1
    assert {r["first-line"] for r in rows} - {""} == {b["first-line"]["value"] for b in bindings if "first-line" in b}


def test_the_table_is_for_people(call: Call) -> None:
    """The default format has a header, a rule and a count."""
    _, out, _ = call("query", "roles", "--param", "slug=noric")
    lines = out.strip().split("\n")

    assert lines[0].split() == ["slug", "role", "organisation", "orgnr", "from", "to", "scope"]
    assert lines[-1] == "(2 rows)"


def test_standard_input_and_files_are_queries(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`-` reads standard input, a path reads a file."""
    (tmp_path / "q.rq").write_text("ASK { ?s ?p ?o }", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO("ASK { ?s ?p ?o }"))

    assert call("query", "-")[:2] == (0, "true\n")
    assert call("query", str(tmp_path / "q.rq"))[:2] == (0, "true\n")


def test_a_graph_comes_as_turtle(call: Call, tmp_path: Path) -> None:
    """CONSTRUCT answers with Turtle; a format of rows is refused."""
    path = tmp_path / "q.rq"
    path.write_text("CONSTRUCT { ?s a ?t } WHERE { ?s a ?t } LIMIT 2", encoding="utf-8")

    assert "@prefix" in call("query", str(path))[1]
    assert call("query", str(path), "--format", "csv")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["query", "rolls"], 2, "there is no query called 'rolls'; did you mean roles"),
        (["query", "roles", "--param", "slug"], 2, "--param slug has no value"),
        (
            ["query", "roles", "--param", "slugg=npr"],
            2,
            "the query roles has no parameter slugg; it has slug",
        ),
        (["query", "roles", "--as-of", "yesterday"], 2, "'yesterday' is not a date; write it like 2022-06-01"),
        (["query", "no/such.rq"], 3, "the query file no/such.rq cannot be read: No such file or directory"),
        (
            ["query", "roles", "--endpoint", "http://127.0.0.1:9/sparql"],
            3,
            "http://127.0.0.1:9/sparql did not answer the query",
        ),
        (
            ["query", "roles", "--endpoint", "http://127.0.0.1:9/", "--as-of", "2022-06-01"],
            2,
            "--as-of needs the release at hand",
        ),
        (["audit", "--rule", "L99"], 2, "there is no rule called 'L99'"),
        (["check", "no-such-file.trig"], 2, "there is no file no-such-file.trig"),
        (["fmt", "no-such-file.trig"], 2, "there is no file no-such-file.trig"),
        (["export", "--profile", "dcat"], 2, "'dcat' is not"),
        (["fly"], 2, "No such command 'fly'"),
    ],
)
def test_wrong_calls_are_told_in_a_sentence(call: Call, arguments: list[str], code: int, told: str) -> None:
    """The exit code says what kind of wrong, the sentence what would be right; there is no traceback."""
    exit_code, out, err = call(*arguments)

    assert exit_code == code
    assert told in err
    assert not out
    assert "Traceback" not in err


def test_a_syntax_error_has_its_position(call: Call, tmp_path: Path) -> None:
    """A malformed query is told with line and column."""
    (tmp_path / "q.rq").write_text("SELECT * WHERE {\n  ?s ?p }", encoding="utf-8")
    code, _, err = call("query", str(tmp_path / "q.rq"))

    assert code == 3
    assert "line 2, column" in err


def test_check_is_quiet_when_all_is_well(call: Call) -> None:
    """Nothing on output, exit code 0."""
    assert call("check") == (0, "", "no problem found\n")


def test_check_tells_file_line_and_rule(call: Call, edit: Callable[[str, str, str], Path]) -> None:
    """A period that ends before it starts is told at its line; another file's check stays quiet."""
    old = 'period:npr-decision-authority-2 a dct:PeriodOfTime ; dcat:startDate "2023-03-15"'
    content = edit("data/registries/npr.trig", old, old.replace("2023-03-15", "2024-03-15"))
    code, out, _ = call("check", content=str(content))
    line = (content / "data/registries/npr.trig").read_text(encoding="utf-8").split("\n")

    place = next(n for n, text in enumerate(line, 1) if "period:npr-decision-authority-2" in text)
    assert code == 1
    assert out == (
        f"data/registries/npr.trig:{place}: S02: period/npr-decision-authority-2: "
        "The role or the period is wrong: 2024-03-15 – 2023-12-31\n"
    )
    assert call("check", str(content / "data/registries/kpr.trig"), content=str(content))[0] == 0


def test_a_malformed_file_stops_the_build_with_code_3(
    call: Call, edit: Callable[[str, str, str], Path], settings: Settings
) -> None:
    """The release before stays current."""
    before = current(settings.releases_dir).name
    content = edit("data/contacts.ttl", "contact:msis-fhi a", "contact:msis-fhi b c")
    code, _, err = call("build", content=str(content))

    assert code == 3
    assert "data/contacts.ttl:" in err
    assert current(settings.releases_dir).name == before


def test_an_unwritable_folder_is_told(call: Call, tmp_path: Path) -> None:
    """A file where the releases folder should be: one sentence, exit code 3."""
    (tmp_path / "releases").write_text("", encoding="utf-8")
    code, _, err = call("build", releases=str(tmp_path / "releases"))

    assert code == 3
    assert "the release cannot be written to" in err


def test_a_broken_release_has_code_4(call: Call, tmp_path: Path) -> None:
    """Integrity is a code of its own."""
    copied(DAY, tmp_path)
    (tmp_path / "current" / "graph.nq").write_bytes(b"")
    code, _, err = call("query", "roles", releases=str(tmp_path))

    assert code == 4
    assert "is broken: graph.nq" in err


def test_a_query_without_a_release_builds_one(call: Call, tmp_path: Path) -> None:
    """The first question is answered, and the build is told about on standard error."""
    code, out, err = call("query", "data-sources", "--param", "slug=npr", "--format", "csv", releases=str(tmp_path))

    assert code == 0
    assert "npr,Norsk pasientregister" in out
    assert "data sources" in err


def test_audit_text_is_in_the_language_asked_for(call: Call) -> None:
    """nb, nn and en; the exit code is that of the gate."""
    said = {language: call("audit", "--rule", "L34", "--language", language) for language in ("nb", "nn", "en")}

    assert "En oppgitt hjemmel kan bære et register" in said["nb"][1]
    assert "Ein oppgitt heimel kan bere eit register" in said["nn"][1]
    assert "A cited provision is one that can ground a registry" in said["en"][1]
    assert {code for code, _, _ in said.values()} == {0}


def test_audit_leaves_with_1_when_the_view_has_a_violation(
    call: Call, edit: Callable[[str, str, str], Path], tmp_path: Path
) -> None:
    """A section 11 registry without a regulation closes the gate."""
    content = edit("data/registries/npr.trig", "registry:npr rg:regulatedBy", "registry:npr dct:references")
    options = {"content": str(content), "releases": str(tmp_path / "r")}

    assert call("build", **options)[0] == 0
    assert call("audit", "--rule", "L02", **options)[0] == 1


def test_export_writes_the_catalogue(call: Call) -> None:
    """Each format begins as its syntax does."""
    assert call("export", "--format", "turtle")[1].startswith("@prefix")
    assert json.loads(call("export", "--format", "json-ld")[1])["@context"]
    assert call("export", "--format", "rdf-xml")[1].startswith("<?xml")
    assert call("export", "--format", "n-triples")[1].startswith("<")


def test_the_content_folder_may_be_anywhere(call: Call) -> None:
    """A folder that is no content is refused in a sentence."""
    code, _, err = call("check", content=str(CONTENT / "ontology"))

    assert code == 3
    assert "is not a content folder: it has no ontology" in err
