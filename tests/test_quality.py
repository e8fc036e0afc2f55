"""The quality scores: hand-made catalogues whose points are known, the official shapes as a second opinion, the verb."""

from __future__ import annotations

import csv
import http.server
import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from answering import answering
from quality_documents import EU, FILES, OFFICIAL, PERFECT, PREFIXES
from registergraf.assessment import assess, read_document
from registergraf.assessment.conformance import by_table
from registergraf.assessment.scores import metrics_of, prepared
from registergraf.assessment.shapes import by_shapes, shapes_graph
from registergraf.assessment.slices import Slices
from registergraf.assessment.tables import code_lists, expand
from registergraf.assessment.telling import to_dqv, to_json, to_text
from registergraf.errors import ContentError, DocumentError
from registergraf.namespaces import BASE
from support import SHARED, needs_shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from registergraf.assessment import Assessment
    from test_cli import Call

pytest_plugins = ["test_cli"]

ANSWERS = {"https://example.org/a": 200, "https://example.org/b": 204}


def assessed(turtle: str, answers: dict[str, int] | None = ANSWERS) -> Assessment:
    document = read_document((PREFIXES + turtle).encode(), "test.ttl")
    return assess(document.triples, FILES, BASE, answers)


def points(turtle: str, answers: dict[str, int] | None = ANSWERS) -> tuple[float, float]:
    """The European and the national points."""
    european, national = assessed(turtle, answers).scores
    return european.mean, national.mean


def test_a_perfect_dataset_has_all_points() -> None:
    """All 405 European points. Its size as DCAT-AP 3 has it breaks DCAT-AP-NO 2, which wants xsd:decimal: 30 points."""
    assert points(PERFECT) == (405, 365 - 30)
    assert points(PERFECT.replace('"7"^^xsd:nonNegativeInteger', '"7"^^xsd:decimal')) == (405 - 30, 365)


def test_an_empty_dataset_has_none() -> None:
    """Nothing but a type is no point, and a title and a description are those of conformance to DCAT-AP."""
    assert points(":d a dcat:Dataset .") == (0, 0)
    assert points(':d a dcat:Dataset ; dct:title "T" ; dct:description "D" .') == (30, 0)


@pytest.mark.parametrize(
    ("line", "european", "national"),
    [
        ("dcat:keyword", 30, 30),
        ("dct:spatial", 20, 20),
        ("dct:temporal", 20, 20),
        ("dct:accessRights", 15, 15),
        ("dcat:contactPoint", 20, 20),
        ("dct:issued", 5, 5),
        ("dct:modified", 5, 5),
        ("dcat:downloadURL", 50, 50),
        # format, alignment, non-proprietary, machine-readable; the national alignment holds by the media type alone
        ("dct:format", 20 + 10 + 20 + 20, 20),
        ("dcat:mediaType", 10 + 10, 10),
        ("dct:rights", 5, 5),
        # the European theme and publisher are optional, the national ones are not: 30 for conformance
        ("dcat:theme", 30, 30 + 30),
        ("dct:publisher", 10, 10 + 30),
        ("dct:license", 30, 30 + 30),
    ],
)
def test_what_is_missing_costs_its_points(line: str, european: int, national: int) -> None:
    """Each property away costs what the tables say, worked out by hand."""
    whole = PERFECT.replace('"7"^^xsd:nonNegativeInteger', '"7"^^xsd:decimal')
    without = "\n".join(text for text in whole.split("\n") if not text.startswith(f"  {line} "))

    assert without != whole
    assert points(without) == (375 - european, 365 - national)


@pytest.mark.parametrize(
    ("old", "new", "european", "national"),
    [
        ('dcat:keyword "k"@en', "dct:subject :s . :s a skos:Concept ; skos:prefLabel 's' . :d dct:identifier 'd'", 30, 0),
        (f"<{EU}data-theme/HEAL> ;", f"<{EU}data-theme/HEAL> , :other . :other a skos:Concept ; skos:prefLabel 'o' . :d dct:identifier 'd' ;", 0, 0),
        (f"{EU}access-right/PUBLIC", f"{EU}access-right/OPEN", 5, 5),
        (f"{EU}licence/CC_BY_4_0", f"{EU}licence/NO_SUCH", 10, 10),
        (f"{EU}file-type/CSV", "https://publications.europa.eu/resource/authority/file-type/CSV", 0, 0),
        (f"{EU}file-type/CSV", f"{EU}file-type/XLSX", 20, 0),
        (f"{EU}file-type/CSV", f"{EU}file-type/PDF", 40, 0),
        ("media-types/text/csv", "media-types/text/no-such", 10, 0),
    ],
)  # fmt: skip
def test_values_count_by_their_lists(old: str, new: str, european: int, national: int) -> None:
    """A value outside its list costs the points of the list, http and https being the same."""
    whole = PERFECT.replace('"7"^^xsd:nonNegativeInteger', '"7"^^xsd:decimal')
    assert points(whole.replace(old, new)) == (375 - european, 365 - national)


def test_one_distribution_counts_not_the_sum_of_two() -> None:
    """The best distribution is taken whole: two halves do not make a full one."""
    halves = ':d a dcat:Dataset ; dct:title "T" ; dct:description "D" ; dcat:distribution :x , :y .'
    x = f":x a dcat:Distribution ; dcat:accessURL :a ; dct:format <{EU}file-type/PDF> ; dct:issued '2020'^^xsd:gYear ."
    y = ":y a dcat:Distribution ; dcat:accessURL :a ; dct:rights :r . :r a dct:RightsStatement ."
    stub = f"<{EU}file-type/PDF> a dct:MediaTypeOrExtent ."

    assert points(halves + x + y + stub, {})[0] == 30 + 20 + 5
    assert points(halves + x + y.replace(":y a", ":x dct:rights :r . :y a") + stub, {})[0] == 30 + 20 + 5 + 5


def test_a_distribution_without_an_iri_counts_in_europe_only() -> None:
    """The national checker leaves blank nodes out."""
    turtle = ":d a dcat:Dataset ; dcat:distribution [ a dcat:Distribution ; dct:rights [] ] ."
    assert points(turtle) == (5, 0)


def test_without_the_network_its_points_are_told_as_not_checked() -> None:
    """80 points need the network; they are neither given nor counted as lost."""
    european, national = assessed(PERFECT, None).scores

    assert (european.mean, european.checked, european.attainable, european.total) == (325, 325, 405, 405)
    assert (national.checked, national.attainable, national.total) == (285, 365, 435)
    assert "not checked: needs the network" in to_text(assessed(PERFECT, None), "x", FILES)
    assert "325.0 of 325 points checked" in to_text(assessed(PERFECT, None), "x", FILES)


def test_an_address_that_does_not_answer_costs_its_points() -> None:
    """404 and no answer are no points; 299 is."""
    assert points(PERFECT, {"https://example.org/a": 404, "https://example.org/b": 0})[0] == 405 - 80
    assert points(PERFECT, {"https://example.org/a": 299, "https://example.org/b": 300})[0] == 405 - 30


def test_a_catalogue_has_the_mean() -> None:
    """A perfect dataset and an empty one."""
    assert points(PERFECT + ":e a dcat:Dataset .")[0] == 405 / 2


def test_a_series_is_scored_nationally_only() -> None:
    """data.norge.no shows series as datasets."""
    european, national = assessed(":s a dcat:DatasetSeries ; dcat:keyword 'k' .").scores
    assert (len(european.datasets), len(national.datasets)) == (0, 1)
    assert national.mean == 30 + 30  # no rule of DCAT-AP-NO 2 speaks of a series


def test_controlled_values_are_looked_up() -> None:
    """Member, allowed list that is not at hand, partial list, literal, and what looks like a code and is none."""
    turtle = (
        PERFECT
        + f"""
      :e a dcat:Dataset ; dcat:theme <{EU}data-theme/ENV> , <https://psi.norge.no/los/tema/helse> , "health" ;
        dct:language <{EU}language/XQQ> .
    """
    )
    found = {(v.property.split("#")[-1].split("/")[-1], v.verdict): v.value for v in assessed(turtle).values}

    assert found["theme", "member"] == f"{EU}data-theme/HEAL"
    assert found["theme", "stranger"] == f"{EU}data-theme/ENV"
    assert found["theme", "elsewhere"] == "https://psi.norge.no/los/tema/helse"
    assert found["theme", "not-a-code"] == "health"
    assert found["language", "unknown"] == f"{EU}language/XQQ"


@needs_shared
def test_the_points_are_those_of_the_owners() -> None:
    """Every metric of the table has the points and the level that were read in the owners' code."""
    with (SHARED / "profiles" / "mqa.tsv").open(encoding="utf-8") as handle:
        read = list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))
    for score, system in (("eu-mqa", "EU-MQA"), ("fdk-mqa", "FDK-MQA")):
        theirs = {
            r["metric"]: (r["dimension"], int(r["points"]), r["measured_on"].replace("dataset or distribution", "both"))
            for r in read
            if r["system"] == system and r["metric"] != "total" and r["points"] != "0"
        }
        assert {m.name: (m.dimension, m.points, m.on) for m in metrics_of(FILES, score)} == theirs


FAULTS = (
    ("", ""),
    (' dct:title "T"@en ;', ""),
    ('dct:title "T"@en', "dct:title :t"),
    (' dct:description "D"@en ;', ""),
    (' dct:identifier "d" ;', ""),
    (":contact a vcard:Kind .", ""),
    (":publisher a foaf:Agent ;", ":publisher"),
    ('dct:issued "2020-01-01"^^xsd:date', 'dct:issued "2020-01-01"^^xsd:date , "2020-01-02"^^xsd:date'),
    ('dct:modified "2021-01-01"^^xsd:date', 'dct:modified "2021"'),
    (":period a dct:PeriodOfTime", ':period a dct:PeriodOfTime ; dcat:startDate "yesterday"'),
    ("dcat:accessURL <https://example.org/a> ;", ""),
    ("dct:publisher :publisher", "dct:publisher :publisher , :second . :second a foaf:Agent ; foaf:name 'S' . :d dct:identifier 'd'"),
    (f"skos:inScheme <{EU}data-theme>", "skos:inScheme :mine"),
    (f"skos:inScheme <{EU}licence>", "skos:inScheme :mine"),
    (f"skos:inScheme <{EU}country>", ""),
    ("xsd:nonNegativeInteger", "xsd:string"),
    ('skos:prefLabel "Health"@en ;', ""),
    ("dcat:distribution :x", "dcat:distribution :x ; dct:source :e . :e a dcat:Dataset ; dct:title 'e' ; dct:description 'e'"),
    ("dcat:distribution :x", "dcat:distribution :x ; dct:conformsTo :std . :std a dct:Standard"),
    ("dct:rights :rights", 'dct:rights "all"'),
)  # fmt: skip


UNCHECKED = [fault for fault in FAULTS if '"2021"' in fault[1] or "yesterday" in fault[1]]
"""The shapes of DCAT-AP 3.0.1 write sh:shape for sh:node at these, which checks nothing; ours do."""


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("profile", OFFICIAL)
def test_the_tables_of_rules_agree_with_the_official_shapes(profile: str) -> None:
    """For catalogues with one fault each, our table and pySHACL on the official shapes find the same datasets fit."""
    shapes = shapes_graph((path, (SHARED / "profiles" / path).read_bytes()) for path in OFFICIAL[profile])
    fit = []
    for old, new in FAULTS:
        triples = read_document((PREFIXES + PERFECT.replace(old, new)).encode(), "test.ttl").triples
        slices = Slices(triples)
        ours = by_table(prepared(triples, FILES, BASE), slices, FILES, BASE, profile)
        theirs = by_shapes(slices, shapes)
        if profile == "dcat-ap-3" and (old, new) in UNCHECKED:
            continue
        assert ours.conforming == theirs.conforming, (old, new, ours.breaches, theirs.breaches)
        fit.append(bool(ours.conforming))
    assert True in fit or profile == "dcat-ap-no-2"
    assert False in fit


def test_a_code_list_says_where_it_comes_from() -> None:
    """Each has source, version and licence, and no member twice."""
    lists = code_lists(FILES)

    assert len(lists) == 18
    for list_ in lists.values():
        assert list_.source
        assert list_.version
        assert list_.licence
        assert not [code for code, times in Counter(list_.members).items() if times > 1], list_.name


def test_a_table_that_is_broken_is_told() -> None:
    """A row with too few cells, a code list without a head."""
    with pytest.raises(ContentError, match=r"metrics.tsv:2: has 1 cells, and the head of the table 2"):
        metrics_of({"data/quality/metrics.tsv": "score\tmetric\nx\n"}, "eu-mqa")
    with pytest.raises(ContentError, match="needs a line '# prefix: …'"):
        code_lists({"data/code-lists/x.txt": "# list: a\nb\n"})
    assert expand("<http://schema.org/x>").value == "http://schema.org/x"


def test_json_and_dqv_hold_the_same(tmp_path: Path) -> None:
    """Every checked metric of every dataset is a measurement, and the same in both."""
    found = assessed(PERFECT + ":e a dcat:Dataset .", None)
    told = json.loads(to_json(found, "x", FILES))["scores"]["eu-mqa"]
    (tmp_path / "q.ttl").write_bytes(to_dqv(found))
    measured = {
        str(q.object.value)
        for q in parse((tmp_path / "q.ttl").read_bytes(), format=RdfFormat.TURTLE)
        if q.predicate.value.endswith("#value")
    }

    assert [d["points"] for d in told["datasets"]] == [325, 0]
    assert told["datasets"][0]["lacks"] == []
    assert "dcatApCompliance" in told["datasets"][1]["lacks"]
    assert {"true", "false", "325"} <= measured
    assert to_dqv(found) == to_dqv(found)


@pytest.mark.parametrize("format_", [RdfFormat.RDF_XML, RdfFormat.JSON_LD, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS])
def test_every_syntax_gives_the_same_points(format_: RdfFormat) -> None:
    """The catalogue in any syntax of RDF."""
    triples = read_document((PREFIXES + PERFECT).encode(), "test.ttl").triples
    again = read_document(serialize(triples, format=format_) or b"", f"test.{format_.file_extension}")

    assert assess(again.triples, FILES, BASE, ANSWERS).scores[0].mean == 405


@pytest.mark.parametrize(
    ("body", "place", "message"),
    [
        (b":d a", "c.ttl", "c.ttl is not Turtle"),
        (b"<a><b></a>", "c.rdf", "c.rdf is not RDF/XML"),
        (b"x", "c.html", "has the ending 'html', which is that of no syntax of RDF; say which with --syntax"),
        (b"<!DOCTYPE html><title>C</title>", "c.ttl", "c.ttl is not Turtle but a page in HTML"),
        (b"\x1f\x8b\x08\x00", "c.ttl.gz", "c.ttl.gz is compressed with gzip; unpack it first"),
        (b'{"@context": "https://example.org/c.jsonld", "@id": "x"}', "c.jsonld", "is not fetched; embed the context"),
    ],
)
def test_a_document_that_cannot_be_read_is_told(body: bytes, place: str, message: str) -> None:
    """What it is not, and what would be right."""
    with pytest.raises(DocumentError, match=message):
        read_document(body, place)


# ---------------------------------------------------------------- the verb


@pytest.fixture
def web() -> Iterator[str]:
    """A web server with a catalogue, one address that answers, one that knows no HEAD, and one that is not there."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            base = f"http://{self.headers['Host']}"
            body = (
                (PREFIXES + PERFECT)
                .replace("https://example.org/a", f"{base}/no-head")
                .replace("https://example.org/b", f"{base}/gone")
            )
            self.send_response(404 if self.path == "/gone" else 200)
            self.send_header("Content-Type", "text/turtle; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode() if self.path == "/catalog" else b"")

        def do_HEAD(self) -> None:
            self.send_response(405 if self.path == "/no-head" else 404)
            self.end_headers()

    with answering(Handler) as address:
        yield address


def test_a_catalogue_from_the_web_with_its_addresses_tried(call: Call, web: str) -> None:
    """The catalogue by its media type; an address without HEAD is asked by GET; 404 is no points."""
    code, out, _ = call("quality", "--catalogue", f"{web}/catalog", "--network", "--format", "json")
    told = json.loads(out)["scores"]["eu-mqa"]

    assert code == 0
    assert (told["mean"], told["checked"]) == (405 - 30, 405)
    assert told["datasets"][0]["lacks"] == ["downloadUrlStatusCode"]


def test_the_verb_tells_what_is_out_of_reach(call: Call, tmp_path: Path) -> None:
    """Of our own catalogue; of another's nothing is known."""
    _, out, _ = call("quality", "--profile", "dcat-ap")
    told = json.loads(call("quality", "--profile", "dcat-ap-no", "--format", "json")[1])["scores"]["fdk-mqa"]
    (tmp_path / "c.ttl").write_text(PREFIXES + PERFECT, encoding="utf-8")

    assert "out of reach: temporalAvailability (20 points), 46 datasets. No document says which period" in out
    assert "lacks what it could have" not in out
    assert told["mean"] == told["withinReach"] < told["checked"]
    assert told["unexplained"] == []
    assert "within reach" not in call("quality", "--catalogue", str(tmp_path / "c.ttl"))[1]


def test_the_verb_scores_the_release(call: Call) -> None:
    """Without a catalogue it is that of the release; --at-least makes it a gate."""
    code, out, _ = call("quality", "--at-least", "406", "--datasets")

    assert code == 1
    assert f"{BASE}registry/npr" in out
    assert call("quality", "--at-least", "1")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--catalogue", "no-such.ttl"], 3, "no-such.ttl cannot be read: No such file"),
        (["--catalogue", "http://127.0.0.1:9/c"], 3, "http://127.0.0.1:9/c cannot be fetched"),
        (["--shapes", "x=y"], 2, "--shapes x=y names no score"),
    ],
)
def test_what_goes_wrong_is_told(call: Call, arguments: list[str], code: int, message: str) -> None:
    """One sentence, and the exit code of its kind."""
    got, _, err = call("quality", *arguments)

    assert got == code
    assert message in err


def test_a_document_without_datasets_is_told(call: Call, tmp_path: Path) -> None:
    """There is nothing to score."""
    (tmp_path / "c.ttl").write_text("<a:b> <a:c> <a:d> .", encoding="utf-8")
    code, _, err = call("quality", "--catalogue", str(tmp_path / "c.ttl"))

    assert code == 3
    assert "describes no dcat:Dataset" in err
