"""Data that we did not make: files in any syntax, services, profiles and shapes of one's own; and bad input."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat, parse, serialize

from registergraf.audit.report import FORMATS, write_report
from registergraf.cli.commands import registergraf
from registergraf.errors import RegistergrafError, UnknownNameError, UsageError
from registergraf.release.judging import judge_release
from registergraf.release.judging_others import Asked, judge_data, known_profiles
from registergraf.release.verifying import verify
from service import options, running
from support import DAY, SHARED, needs_shared

if TYPE_CHECKING:
    from pathlib import Path

    from registergraf.audit.report import Report
    from registergraf.release import Release
    from registergraf.settings import Settings

SHAPES = """
@prefix ex: <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:Book a sh:NodeShape ; sh:name "Bok"@nb , "Book"@en ; sh:targetClass ex:Book ;
  sh:property [ sh:path ex:title ; sh:minCount 1 ] ,
    [ sh:path ex:pages ; sh:datatype xsd:nonNegativeInteger ; sh:severity sh:Warning ; sh:message "pages are counted"@en ] .
ex:Odd a sh:NodeShape ; sh:targetClass ex:Book ; sh:property [ sh:path ex:title ; sh:minCount "some" ] .
"""
DATA = """
@prefix ex: <http://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:a a ex:Book ; ex:title "A" ; ex:pages "12"^^xsd:nonNegativeInteger .
ex:shelf { ex:b a ex:Book ; ex:pages 12 . [] a ex:Book ; ex:title "C" . }
"""
EXPECTED = {
    ("Violation", "a"): "passed",
    ("Violation", "b"): "failed",
    ("Warning", "a"): "passed",
    ("Warning", "b"): "failed",
}


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """Shapes of one's own, one of which is not well-formed."""
    place = tmp_path / "books.ttl"
    place.write_text(SHAPES, encoding="utf-8")
    return place


def outcomes(report: Report) -> dict[tuple[str, str], str]:
    """By severity and name of a thing."""
    return {
        (v["severity"], v["focus"].rpartition("/")[2]): v["outcome"]
        for v in report.verdicts
        if v["focus"].startswith("http://example.org/") and v["rule"].startswith("books-Book")
    }


def written(ending: str) -> bytes:
    quads = list(parse(DATA.encode(), format=RdfFormat.TRIG))
    format_ = RdfFormat.from_extension(ending)
    assert format_
    plain = [q.triple for q in quads] if not format_.supports_datasets else quads
    return serialize(plain, format=format_) or b""


@pytest.mark.parametrize(
    "name", ["d.trig", "d.nq", "d.nt", "d.ttl", "d.rdf", "d.jsonld", "d.nq.gz", "no-ending", "no-ending.gz"]
)
def test_any_syntax_packed_or_not_named_graphs_or_not(
    release: Release, settings: Settings, shapes: Path, tmp_path: Path, name: str
) -> None:
    """The same verdicts, literals as they were written."""
    ending = name.removesuffix(".gz").rpartition(".")[2]
    data = written("trig" if ending == "no-ending" else ending)
    place = tmp_path / name
    place.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)

    report = judge_data(release, settings, Asked(str(place), shapes=(shapes,)))

    assert outcomes(report) == EXPECTED
    assert not report.complete, "the shape that is not well-formed has a verdict of its own"
    assert Counter(v["outcome"] for v in report.verdicts)["not-checked"] == 1
    assert report.json == judge_data(release, settings, Asked(str(place), shapes=(shapes,))).json


def test_a_finding_says_what_is_wrong_in_every_language(
    release: Release, settings: Settings, shapes: Path, tmp_path: Path
) -> None:
    """In the shape's words where it has some, else in ours; with the query that re-checks it."""
    place = tmp_path / "d.trig"
    place.write_text(DATA, encoding="utf-8")

    found = {
        v["severity"]: v
        for v in judge_data(release, settings, Asked(str(place), shapes=(shapes,))).verdicts
        if v["outcome"] == "failed"
    }

    assert found["Warning"]["message"] == dict.fromkeys(("nb", "nn", "en"), "pages are counted")
    assert found["Violation"]["message"]["nn"] == "http://example.org/title har færre enn 1 verdiar"
    assert "SELECT DISTINCT ?this" in found["Violation"]["recheck"][0]
    assert "VALUES ?this { <http://example.org/b> }" in found["Violation"]["recheck"][0]


@needs_shared
def test_the_profiles_find_nothing_in_what_all_of_them_accept_and_what_was_taken_out(
    release: Release, settings: Settings, tmp_path: Path
) -> None:
    """One document that DCAT-AP-NO and HealthDCAT-AP accept, whole and without its publishers."""
    settings = replace(settings, profiles=str(SHARED / "profiles"))
    whole = SHARED / "profiles" / "example-all-profiles.ttl"
    place = tmp_path / "without.ttl"
    place.write_text(
        "\n".join(line for line in whole.read_text().split("\n") if "dct:publisher" not in line), encoding="utf-8"
    )
    names = ("dcat-ap-no", "healthdcat-ap")

    good, bad = (judge_data(release, settings, Asked(str(path), names)) for path in (whole, place))

    assert good.complete
    assert good.conforms
    assert not bad.conforms


@needs_shared
def test_every_file_that_a_profile_names_is_there(release: Release) -> None:
    """`shapes/profiles.ttl` and the folder of the profiles agree."""
    for files in known_profiles(release).values():
        assert all((SHARED / "profiles" / file).is_file() for file in files)


@pytest.mark.slow
def test_a_service_is_asked_and_gives_the_verdicts_of_its_release(
    release: Release, settings: Settings, tmp_path: Path, shapes: Path
) -> None:
    """Our own service, over a real socket: what needs the documents beside the data says that it could not be checked."""
    with running(tmp_path, *options(settings)) as service:
        report = judge_data(release, settings, Asked(f"{service.base}/sparql", ("structure", "law"), (shapes,)))

    def kept(verdicts: list[dict[str, Any]], rules: set[str]) -> set[tuple[str, ...]]:
        return {tuple(v[k] for k in ("rule", "run", "focus", "outcome")) for v in verdicts if v["rule"] in rules}

    lost = {v["rule"] for v in report.verdicts if v["outcome"] == "not-checked" and "/rule/" in v["focus"]}
    same = {r["id"] for r in release.rules if r["id"][0] in "SL"} - lost
    plain = judge_release(release, settings, DAY, sorted(same))
    assert lost == {"S08", "S10"}
    assert kept(list(report.verdicts), same) == kept(list(plain.verdicts), same)


def test_a_service_that_does_not_answer_is_told_for_every_rule(
    release: Release, settings: Settings, shapes: Path
) -> None:
    """And is not asked again for each."""
    report = judge_data(release, settings, Asked("http://127.0.0.1:9/sparql", ("law",), (shapes,)))

    assert {v["outcome"] for v in report.verdicts} == {"not-checked"}
    assert "http://127.0.0.1:9/sparql did not answer the query" in report.verdicts[0]["message"]["en"]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("d.ttl", b"<a> <b>", "cannot be read as TriG: "),
        ("d.nq.gz", b"\x1f\x8bnot gzip", "begins like gzip and cannot be unpacked"),
        ("photo", b"\xff\xd8\xff\xe0", "is in no syntax of RDF that is read here"),
        ("none.ttl", None, "cannot be read: No such file or directory"),
        ("large.nt", b"<a:a> <a:a> <a:a> .\n" * 60_000, "has 1 MiB, and at most 1 MiB are read"),
        ("large.nt.gz", gzip.compress(b"<a:a> <a:a> <a:a> .\n" * 60_000), "MiB, packed, and at most 1 MiB are read"),
    ],
)
def test_data_that_cannot_be_read_are_refused_with_the_reason(
    release: Release, settings: Settings, shapes: Path, tmp_path: Path, name: str, data: bytes | None, told: str
) -> None:
    """What, where, and what would be right."""
    if data is not None:
        (tmp_path / name).write_bytes(data)

    with pytest.raises(RegistergrafError, match=told):
        judge_data(release, replace(settings, audit_input_mb=1), Asked(str(tmp_path / name), shapes=(shapes,)))


def test_a_set_that_does_not_exist_or_is_not_at_hand_is_told(
    release: Release, settings: Settings, tmp_path: Path
) -> None:
    """With the nearest, or with the setting."""
    with pytest.raises(
        UnknownNameError, match="there is no set of rules called 'dcat-ap-nno'; did you mean dcat-ap-no"
    ):
        judge_data(release, settings, Asked("d.ttl", ("dcat-ap-nno",)))
    with pytest.raises(UsageError, match=r"the shapes of dcat-ap are not at hand: .*REGISTERGRAF_PROFILES"):
        judge_data(release, replace(settings, profiles=str(tmp_path)), Asked("d.ttl", ("dcat-ap",)))


def test_the_command_leaves_with_3_and_writes_the_report(
    release: Release, settings: Settings, shapes: Path, tmp_path: Path
) -> None:
    """A shape that is not well-formed is told; the others are judged."""
    assert release
    (tmp_path / "d.trig").write_text(DATA, encoding="utf-8")
    call = [*options(settings), "audit", "--data", str(tmp_path / "d.trig"), "--shapes", str(shapes)]

    answer = CliRunner().invoke(registergraf, [*call, "--format", "json"], standalone_mode=False)
    text = CliRunner().invoke(registergraf, [*call, "--language", "en"], standalone_mode=False)

    assert answer.return_value == 3
    assert json.loads(answer.stdout)["identity"]["data"].endswith("d.trig")
    assert "The rule could not be checked" in text.stdout
    assert f"registergraf audit --release {release.name} --data {tmp_path / 'd.trig'} --shapes {shapes}" in text.stdout


@pytest.mark.parametrize(
    "more", [["--shapes", "x.ttl"], ["--data", "x.ttl"], ["--data", "x", "--rules", "law", "--rule", "L01"]]
)
def test_options_that_do_not_go_together_are_told(release: Release, settings: Settings, more: list[str]) -> None:
    """A usage error, not a surprise."""
    assert release
    answer = CliRunner().invoke(registergraf, [*options(settings), "audit", *more], standalone_mode=False)

    assert isinstance(answer.exception, UsageError)


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_report_on_data_of_others_is_made_again(
    release: Release, settings: Settings, shapes: Path, tmp_path: Path, name: str
) -> None:
    """The file is read where it was; a name that needs quoting survives each format. Another file is told by its hash."""
    place = tmp_path / 'it\'s "mine" & yours.trig'
    place.write_text(DATA, encoding="utf-8")
    report = write_report(judge_data(release, settings, Asked(str(place), (), (shapes,))), name)

    assert verify(report, settings).same

    place.write_text(DATA.replace("ex:pages 12", 'ex:pages "13"^^xsd:nonNegativeInteger'), encoding="utf-8")
    again = verify(report, settings)
    assert not again.same
    assert any(line.startswith("data: ") for line in again.inputs) or name == "csv"  # which holds no hashes

    place.unlink()
    with pytest.raises(RegistergrafError, match="cannot be read"):
        verify(report, settings)


def test_a_report_on_json_ld_is_made_again(release: Release, settings: Settings, shapes: Path, tmp_path: Path) -> None:
    """With a blank node among the things, as it is in the file."""
    place = tmp_path / "books.jsonld"
    place.write_bytes(written("jsonld"))

    report = write_report(judge_data(release, settings, Asked(str(place), (), (shapes,))), "json")

    assert verify(report, settings).same


def test_a_shape_that_applies_to_nothing_is_in_the_table(release: Release, settings: Settings, tmp_path: Path) -> None:
    """With nothing counted, so that it is seen that it was asked."""
    data, shapes = tmp_path / "books.trig", tmp_path / "films.ttl"
    data.write_text(DATA, encoding="utf-8")
    shapes.write_text(SHAPES.replace("ex:Book ;", "ex:Film ;").replace('"some"', "1"), encoding="utf-8")

    text = write_report(judge_data(release, settings, Asked(str(data), (), (shapes,))), "text").decode()

    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.startswith("films-")}
    assert rows
    assert all(row == ["–", "0", "0", "0", "0"] for row in rows.values())


def test_shapes_that_are_none_and_data_that_say_nothing_are_refused(
    release: Release, settings: Settings, shapes: Path, tmp_path: Path
) -> None:
    """Nothing judged by nothing would pass."""
    data, empty = tmp_path / "books.trig", tmp_path / "empty.ttl"
    data.write_text(DATA, encoding="utf-8")
    empty.write_text("# nothing", encoding="utf-8")

    with pytest.raises(RegistergrafError, match="no statement in"):
        judge_data(release, settings, Asked(str(empty), (), (shapes,)))
    with pytest.raises(RegistergrafError, match=r"no SHACL shape in .*books\.trig has a target"):
        judge_data(release, settings, Asked(str(data), (), (data,)))
    # a shape that applies to nothing is told, and passes nothing
    data.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    report = judge_data(release, settings, Asked(str(data), (), (shapes,)))
    assert "books-Book" in {rule["id"] for rule in report.rules}
