"""The emulated harvests: what is taken and under which identity, what is dropped or breaks, what looks changed and why."""

from __future__ import annotations

import hashlib
import http.server
import json
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import NamedNode

from answering import answering
from registergraf import graph
from registergraf.assessment import ckan, fdk, read_document
from registergraf.assessment.harvest import DROPPED, FAILS, NOTE, differ
from registergraf.assessment.slices import Slices
from registergraf.catalogue import export, write_document
from registergraf.content import load, read_files
from registergraf.namespaces import BASE
from support import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from registergraf.assessment.harvest import Harvest
    from test_cli import Call

pytest_plugins = ["test_cli"]

HDAB = NamedNode(BASE + "organisation/hdab-not-named")
PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix : <https://example.org/> .
"""
TWO = """
:c a dcat:Catalog ; dcat:dataset :d , :e .
:d a dcat:Dataset ; dct:title "D" ; dct:publisher :p .
:e a dcat:Dataset ; dct:title "E" ; dct:publisher :p .
:p a foaf:Agent ; foaf:name "P" .
"""


def national(turtle: str, place: str = "c.ttl") -> Harvest:
    return fdk.harvest(read_document((PREFIXES + turtle).encode(), place))


def european(turtle: str, place: str = "c.ttl") -> Harvest:
    return ckan.harvest(read_document((PREFIXES + turtle).encode(), place))


def says(harvest: Harvest, kind: str) -> list[str]:
    return [f.says for f in harvest.findings if f.kind == kind]


def test_an_empty_catalogue_deletes_everything() -> None:
    """It is taken, and to the harvester all that is missing is gone."""
    assert says(national(":c a dcat:Catalog ."), NOTE) == [
        "nothing is taken, and everything that was taken from this source before is deleted"
    ]
    assert not any("deleted" in text for text in says(national(TWO), NOTE))


def test_what_is_taken_and_under_which_identity() -> None:
    """A dataset is known by its IRI; the id of data.norge.no is Java's UUID of it."""
    taken = national(TWO).taken

    assert [t.identity for t in taken] == ["https://example.org/d", "https://example.org/e"]
    assert {t.catalogue for t in taken} == {"https://example.org/c"}
    assert len(taken[0].content) == 5
    # what Java's UUID.nameUUIDFromBytes gives for these five bytes
    assert fdk.fdk_id("hello") == "5d41402a-bc4b-3a76-b971-9d911017c592"
    assert taken[0].page.endswith("/datasets/" + fdk.fdk_id("https://example.org/d"))


def test_the_checksum_is_that_of_the_sorted_triples() -> None:
    """SHA-256 over lines as Jena writes terms, worked out by hand."""
    taken = national(
        ':d a dcat:Dataset ; dct:title "D"@en ; dct:issued "2020"^^<http://www.w3.org/2001/XMLSchema#gYear> .'
    ).taken
    lines = sorted(taken[0].content)

    assert lines == [
        "https://example.org/d http://purl.org/dc/terms/issued 2020^^http://www.w3.org/2001/XMLSchema#gYear",
        "https://example.org/d http://purl.org/dc/terms/title D@en",
        "https://example.org/d http://www.w3.org/1999/02/22-rdf-syntax-ns#type http://www.w3.org/ns/dcat#Dataset",
    ]
    assert taken[0].checksum == hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def test_a_slice_stops_at_other_datasets_and_pulls_in_the_rest() -> None:
    """Everything that is described and reached belongs to it; another dataset and its triples do not."""
    turtle = TWO.replace(":d a dcat:Dataset ;", ":d a dcat:Dataset ; dct:source :e ; dct:isPartOf :c ;")
    document = read_document((PREFIXES + turtle).encode(), "c.ttl")
    nodes = {str(n) for n in Slices(document.triples).nodes(NamedNode("https://example.org/d"))}

    assert nodes == {f"<https://example.org/{x}>" for x in "dpc"}
    assert "the catalogue is led to, so whatever changes in it changes each dataset that does: 1" in says(
        national(turtle), NOTE
    )


@pytest.mark.parametrize(
    ("turtle", "kind", "message"),
    [
        ('[] a dcat:Dataset ; dct:title "nameless" .' + TWO, DROPPED, "a dataset without an IRI is not taken"),
        (":d <https://example.org/prop/1> 'x' ." + TWO, FAILS, "this property cannot be written in RDF/XML"),
        (":d dct:relation _:a . _:a dct:relation _:b . _:b dct:relation _:a ." + TWO, FAILS, "never ends at"),
        (":d dct:relation :x . :x dct:relation :y . :y dct:relation :x ." + TWO, FAILS, "never ends at"),
        (":d dct:rights [] ." + TWO, NOTE, "looks changed at every harvest"),
        (":d dct:relation <rel> ." + TWO, NOTE, "a relative IRI becomes one of http://example.com/"),
        (":s a dcat:DataService ." + TWO, NOTE, "for which the address is registered once more: 1"),
        (TWO, NOTE, "all that lead to it look changed: 2"),
    ],
)  # fmt: skip
def test_what_the_national_harvester_stumbles_over(turtle: str, kind: str, message: str) -> None:
    """Each is told with its kind."""
    told = says(national(turtle), kind)
    assert any(message in text for text in told), told


def test_a_circle_with_a_type_in_it_ends() -> None:
    """The harvester stops at an IRI whose type it has."""
    assert not national(":d dct:relation :x . :x a foaf:Agent ; dct:relation :y . :y dct:relation :x ." + TWO).fails


def test_named_graphs_are_not_read() -> None:
    """N-Quads are read into one model, and what stands in named graphs is lost."""
    body = "\n".join(
        f"<https://example.org/d> <{p}> <{o}> {g}."
        for p, o, g in (
            ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://www.w3.org/ns/dcat#Dataset", ""),
            ("http://purl.org/dc/terms/publisher", "https://example.org/p", "<https://example.org/g> "),
        )
    )
    harvest = fdk.harvest(read_document(body.encode(), "c.nq"))

    assert says(harvest, DROPPED) == ["1 statements in named graphs are not read"]
    assert len(harvest.taken[0].content) == 1
    assert ckan.harvest(read_document(body.encode(), "c.nq")).fails


def test_datasets_in_no_catalogue_are_gathered() -> None:
    """They go into a catalogue that the harvester makes; a series brings its members into its own."""
    taken = national(
        ":d a dcat:Dataset . :c a dcat:Catalog ; dcat:dataset :s . :s a dcat:DatasetSeries . :m a dcat:Dataset ; dcat:inSeries :s ."
    ).taken
    assert {t.identity[-1]: t.catalogue for t in taken} == {
        "d": "c.ttl#GeneratedCatalog",
        "m": "https://example.org/c",
        "s": "https://example.org/c",
    }


def test_blank_nodes_are_named_by_what_is_said_of_them() -> None:
    """Other labels and another order are the same content; another value is not; equal ones become one."""
    period = ":d dct:temporal [ a dct:PeriodOfTime ; dct:description 'x' ; dct:spatial [ dct:title 'inner' ] ] ."
    same = (
        ":d dct:temporal _:q . _:z dct:title 'inner' . _:q dct:spatial _:z ; dct:description 'x' ; a dct:PeriodOfTime ."
    )

    assert differ(national(TWO + period), national(TWO + same)).is_none
    assert len(differ(national(TWO + period), national(TWO + same.replace("inner", "other"))).changed) == 1
    twice = national(TWO + ":d dct:temporal [ dct:title 'x' ] , [ dct:title 'x' ] .").taken[0]
    assert len(twice.content) == 5 + 2


# ---------------------------------------------------------------- CKAN


def test_ckan_knows_a_dataset_by_iri_then_identifier_then_title() -> None:
    """The order in _get_guid."""
    turtle = (
        TWO
        + ":x dct:relation [ a dcat:Dataset ; dct:title 'By identifier' ; dct:identifier 'i' ] . [] a dcat:Dataset ; dct:title 'Å, by title!' ."
    )
    harvest = european(turtle, "https://example.org/c.ttl")

    assert sorted(t.identity for t in harvest.taken) == [
        "https://example.org/c.ttl/a-by-title",
        "https://example.org/d",
        "https://example.org/e",
        "i",
    ]
    assert sorted(says(harvest, NOTE)) == [
        "a dataset without an IRI is known by its identifier",
        "a dataset without an IRI is known by its title: another title is another dataset",
    ]


def test_ckan_stops_at_a_dataset_without_a_title() -> None:
    """The name is made of the title before anything else, and a missing one ends the gathering."""
    assert says(european(TWO + ":x a dcat:Dataset ."), FAILS) == [
        "a dataset without a title ends the harvest, and nothing of the document is taken"
    ]


def test_ckan_leaves_series_out_and_follows_pages() -> None:
    """A series is no dataset; hydra:next is followed."""
    harvest = european(
        TWO + ":s a dcat:DatasetSeries ; dct:title 'S' . :p1 a hydra:PartialCollectionView ; hydra:next :p2 ."
    )

    assert says(harvest, DROPPED) == ["a series is no dataset to CKAN"]
    assert [(f.says, f.about) for f in harvest.findings if f.kind == NOTE] == [
        ("the harvester would go on to this page", "https://example.org/p2")
    ]


def test_ckan_writes_everything_again() -> None:
    """It compares nothing: what stays is updated, what is gone deleted."""
    found = differ(european(TWO), european(TWO.replace("dcat:dataset :d , :e", "dcat:dataset :d").split(":e a")[0]))
    assert (found.removed, found.updated_anyway, found.changed) == (("https://example.org/e",), 1, ())


# ---------------------------------------------------------------- two harvests


def test_what_looks_changed_and_why() -> None:
    """One title: one dataset, with the triples that make it so. A shared publisher: both."""
    one = differ(national(TWO), national(TWO.replace('"D"', '"New"')))
    both = differ(national(TWO), national(TWO.replace('"P"', '"Q"')))

    assert [(c.identity, c.gone, c.come) for c in one.changed] == [
        (
            "https://example.org/d",
            ("https://example.org/d http://purl.org/dc/terms/title D",),
            ("https://example.org/d http://purl.org/dc/terms/title New",),
        )
    ]
    assert one.unchanged == 1
    assert len(both.changed) == 2


def test_a_failed_harvest_changes_nothing_and_an_empty_one_deletes() -> None:
    """A document that breaks leaves what was there; one that is empty deletes it all."""
    broken = national(TWO + ":d <https://example.org/prop/1> 'x' .")

    assert differ(national(TWO), broken).is_none
    assert len(differ(national(TWO), national(":c a dcat:Catalog .")).removed) == 2
    assert len(differ(broken, national(TWO)).added) == 2


def catalogue_of(folder: Path) -> bytes:
    """The catalogue document of a content folder, as of the day of the tests."""
    files = read_files(folder)
    content = load(files, BASE)
    view = graph.assemble(content.quads, content.queries, DAY, BASE, schema=[])
    return write_document(export(view, content.queries, "dcat-ap-no", HDAB), "turtle")


@pytest.mark.slow
def test_a_change_of_one_registry_makes_exactly_one_dataset_look_changed(
    edit: Callable[[str, str, str], Path], copied: Path
) -> None:
    """Through the real content and the real queries: one description edited, one dataset republished."""
    before = catalogue_of(copied)
    edit(
        "data/registries/npr.trig",
        "venter på behandling i spesialisthelsetjenesten: sykehus",
        "venter på behandling: sykehus",
    )
    after = catalogue_of(copied)
    found = differ(fdk.harvest(read_document(before, "before.ttl")), fdk.harvest(read_document(after, "after.ttl")))

    assert [change.identity for change in found.changed] == [BASE + "registry/npr"]
    assert (found.added, found.removed) == ((), ())
    assert found.unchanged > 80


def test_our_own_catalogue_is_taken_whole(release: Any) -> None:
    """Nothing fails, nothing is left out, nothing looks changed for no reason, in any format."""
    harvests = [
        fdk.harvest(read_document(release.catalogue("dcat-ap-no", name), f"c{suffix}"))
        for name, suffix in (("turtle", ".ttl"), ("rdf-xml", ".rdf"), ("json-ld", ".jsonld"), ("n-triples", ".nt"))
    ]

    assert not any(harvest.fails or harvest.loses for harvest in harvests)
    assert len({t.checksum for t in harvests[0].taken}) == len(harvests[0].taken)
    assert all(differ(harvests[0], other).is_none for other in harvests[1:])
    assert not any("every harvest" in text or "the catalogue" in text for text in says(harvests[0], NOTE))
    assert all(t.catalogue == BASE + "catalog" for t in harvests[0].taken)


# ---------------------------------------------------------------- the verb


@pytest.fixture
def web() -> Iterator[str]:
    """A server that answers with a catalogue, compressed unasked at one address, without a type at another."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            turtle = PREFIXES + TWO
            asked = self.headers["Accept"] == "text/turtle"
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/catalog")
                self.end_headers()
                return
            self.send_response(404 if self.path == "/none" else 200)
            if self.path == "/coded":
                self.send_header("Content-Encoding", "UTF-8")
            if self.path != "/untyped":
                self.send_header("Content-Type", "text/turtle" if asked or self.path != "/html" else "text/html")
            self.end_headers()
            self.wfile.write(turtle.encode())

    with answering(Handler) as address:
        yield address


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("/catalog", 0, "CKAN (ckanext-dcat): 2 datasets taken"),
        ("/moved", 0, "data.norge.no (fdk-harvester): 2 datasets taken"),
        ("/coded", 1, "the whole harvest fails: Content-Encoding is UTF-8, which is taken for a character set"),
        ("/untyped", 1, "is not RDF/XML"),
        ("/html", 1, "which is no syntax of RDF"),
    ],
)
def test_an_address_is_asked_as_each_harvester_asks(call: Call, web: str, path: str, code: int, message: str) -> None:
    """fdk-harvester by Accept, CKAN by the type of the answer."""
    got, out, _ = call("harvest-check", web + path)

    assert got == code, out
    assert message in out


def test_an_address_that_nobody_can_read(call: Call, web: str) -> None:
    """One sentence, could not be read."""
    code, _, err = call("harvest-check", f"{web}/none")

    assert code == 3
    assert "cannot be fetched" in err


def test_the_verb_tells_what_changed(call: Call, tmp_path: Path) -> None:
    """Table and JSON; 1 when there is something to do, 0 when there is nothing."""
    now, former = tmp_path / "now.ttl", tmp_path / "former.ttl"
    now.write_text(PREFIXES + TWO, encoding="utf-8")
    former.write_text(PREFIXES + TWO.replace('"D"', '"Old"'), encoding="utf-8")
    code, out, _ = call("harvest-check", str(now), "--former", str(former), "--datasets")
    told = json.loads(call("harvest-check", str(now), "--former", str(former), "--format", "json")[1])

    assert code == 1
    assert "since the former copy: 0 new, 1 look changed, 0 would be deleted, 1 unchanged" in out
    assert "+ https://example.org/d http://purl.org/dc/terms/title D" in out
    assert told["harvests"][0]["sinceFormer"]["changed"][0]["dataset"] == "https://example.org/d"
    assert told["harvests"][1]["sinceFormer"]["updatedAnyway"] == 2
    assert call("harvest-check", str(now), "--former", str(now))[0] == 0


def test_the_verb_reads_the_release(call: Call) -> None:
    """Without a place it is the catalogue of the release."""
    code, out, _ = call("harvest-check")

    assert code == 0
    assert "the catalogue of the current release" in out
