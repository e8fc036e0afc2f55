"""The catalogue document: what is in it, that it validates, and that a harvester can live with its bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse
from rdflib import Graph
from rdflib.compare import isomorphic

from registergraf import graph
from registergraf.catalogue import FORMATS, PROFILES, export, made_by, write
from registergraf.content import load, read_files
from registergraf.errors import ContentError, QuerySyntaxError, UnknownNameError
from registergraf.namespaces import BASE
from support import CONTENT, triples_of

AS_OF = dt.date(2026, 7, 1)
CATALOG = NamedNode(BASE + "catalog")
HDAB = NamedNode(BASE + "organisation/hdab-not-named")

NPR = NamedNode(BASE + "registry/npr")
FDK = "https://organization-catalog.fellesdatakatalog.digdir.no/organizations/"

DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
DATASET = NamedNode(DCAT + "Dataset")
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def view_store(as_of: dt.date = AS_OF) -> Store:
    """The dataset of the curated content, with the view of a day."""
    content = load(read_files(CONTENT), BASE)
    return graph.assemble(content.quads, content.queries, as_of, BASE)


def query_texts() -> dict[str, str]:
    return read_files(CONTENT).under("queries", ".rq")


@pytest.fixture(scope="module")
def view() -> Store:
    return view_store()


@pytest.fixture(scope="module")
def document(view: Store) -> list[Triple]:
    return triples_of(export(view, query_texts(), "dcat-ap-no", HDAB))


@pytest.fixture(scope="module", params=PROFILES)
def each(request: pytest.FixtureRequest, view: Store) -> list[Triple]:
    """The document of each profile."""
    return triples_of(export(view, query_texts(), request.param, HDAB))


def iri(term: Any) -> str:
    """Give the text of an IRI or literal; pyoxigraph's types allow for quoted triples too."""
    return str(term.value)


def objects(triples: list[Triple], subject: NamedNode, predicate: str) -> list[str]:
    return sorted(iri(t.object) for t in triples if t.subject == subject and t.predicate.value == predicate)


def instances(triples: list[Triple], class_: NamedNode) -> set[NamedNode]:
    return {NamedNode(iri(t.subject)) for t in triples if t.predicate == TYPE and t.object == class_}


def links(triples: list[Triple]) -> dict[Any, set[Any]]:
    leads: dict[Any, set[Any]] = {}
    for triple in triples:
        if isinstance(triple.object, NamedNode):
            leads.setdefault(triple.subject, set()).add(triple.object)
    return leads


def reach(leads: dict[Any, set[Any]], start: NamedNode, stop: set[NamedNode]) -> set[Any]:
    """Follow every link from a node, as FDK's harvester does; the nodes of `stop` are reached and not followed."""
    reached, pending = {start}, [start]
    while pending:
        found = leads.get(pending.pop(), set()) - reached
        reached |= found
        pending += found - stop
    return reached


def made(query: str, turtle: str) -> list[str]:
    """Run one query that all profiles have over a little Turtle, with our usual prefixes and `:x` in the catalogue."""
    prefixes = f"""
        @prefix dcat: <{DCAT}> . @prefix dct: <{DCT}> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
        @prefix dpv: <https://w3id.org/dpv#> . @prefix prov: <http://www.w3.org/ns/prov#> .
        @prefix rg: <{BASE}ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @prefix concept: <{BASE}concept/> . @prefix : <{BASE}registry/> . @prefix period: <{BASE}period/> .
        :catalog a dcat:Catalog ; dcat:dataset :x .
    """
    store = Store()
    store.load((prefixes + turtle).encode(), format=RdfFormat.TURTLE)
    path = f"catalogue/common/{query}.rq"
    return [str(t.object) for t in triples_of(made_by("catalogue/common", store, {path: query_texts()[path]}))]


def test_every_data_source_is_in_the_catalogue(view: Store, each: list[Triple]) -> None:
    """Each data source, each part with title and description and each member of a series is a data set of the catalogue."""
    query = f"""
        PREFIX dcat: <{DCAT}> PREFIX dct: <{DCT}> PREFIX rg: <{BASE}ns#>
        SELECT DISTINCT ?dataset {{
          {{ ?dataset a rg:DataSource }} UNION {{ ?dataset a rg:RegistryPart ; dct:title ?t ; dct:description ?d }}
          UNION {{ ?dataset a rg:RegistryPart ; dct:isPartOf ?whole . ?whole a dcat:DatasetSeries }} }}
    """
    expected = {row[0] for row in view.query(query)}  # type: ignore[union-attr]
    assert instances(each, NamedNode(DCAT + "Catalog")) == {CATALOG}
    assert instances(each, DATASET) == expected
    assert objects(each, CATALOG, DCAT + "dataset") == sorted(node.value for node in expected)


def test_no_blank_nodes(each: list[Triple]) -> None:
    """Every node of the document has an IRI."""
    assert not [t for t in each if isinstance(t.subject, BlankNode) or isinstance(t.object, BlankNode)]


def test_everything_is_reachable(each: list[Triple]) -> None:
    """Every node that is described can be reached from the catalogue."""
    assert {t.subject for t in each} <= reach(links(each), CATALOG, set())


def test_no_way_back(each: list[Triple]) -> None:
    """From a data set no link leads to the catalogue, nor to another data set's description."""
    datasets, leads = instances(each, DATASET), links(each)
    for dataset in datasets:
        slice_ = reach(leads, dataset, datasets - {dataset})
        assert CATALOG not in slice_
        assert len(slice_) < 150


def test_no_way_on(each: list[Triple]) -> None:
    """A link to an IRI of ours leads to what the document itself describes; only the endpoint is not described."""
    described = {t.subject for t in each}
    ours = {t.object for t in each if isinstance(t.object, NamedNode) and t.object.value.startswith(BASE)}
    files = {t.object for t in each if t.predicate.value == DCAT + "downloadURL"}
    pages = {NamedNode(BASE)}
    assert ours - described - files <= pages


def test_every_code_has_its_stub(each: list[Triple]) -> None:
    """Each code of an EU code list that is used is described with label and scheme, and none besides."""
    authority = "http://publications.europa.eu/resource/authority/"
    used = {t.object.value for t in each if isinstance(t.object, NamedNode) and t.object.value.startswith(authority)}
    described = {iri(t.subject) for t in each if iri(t.subject).startswith(authority)}
    assert used == described
    labels = {iri(t.subject) for t in each if t.predicate.value.endswith(("#prefLabel", "/title"))}
    assert described <= labels


def test_provision_is_cited_readably(document: list[Triple]) -> None:
    """A provision bears its citation where data.norge.no looks for it, and the address where it can be read."""
    provision = NamedNode(BASE + "provision/lov-2014-06-20-43.p11.g")
    (type_,) = objects(document, provision, DCT + "type")
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    assert objects(document, NamedNode(type_), label) == ["Helseregisterloven § 11 bokstav g"]
    (page,) = objects(document, provision, "http://www.w3.org/2000/01/rdf-schema#seeAlso")
    assert page.startswith("https://lovdata.no/lov/2014-06-20-43/")
    assert provision.value in objects(document, NPR, "http://data.europa.eu/r5r/applicableLegislation")
    (rule,) = (
        r
        for r in objects(document, NPR, "http://purl.org/vocab/cpsv#follows")
        if r.endswith("-" + provision.value.rpartition("/")[2])
    )
    assert objects(document, NamedNode(rule), "http://purl.org/vocab/cpsv#implements") == [provision.value]


def test_publisher_is_the_controller_of_the_day(document: list[Triple]) -> None:
    """The publisher moves with the controllership, under the IRI of the organisation catalogue."""
    before = triples_of(export(view_store(dt.date(2022, 1, 1)), query_texts(), "dcat-ap-no", HDAB))
    assert objects(before, NPR, DCT + "publisher") == [FDK + "983544622"]
    assert objects(document, NPR, DCT + "publisher") == [FDK + "983744516"]


MAINTAINER = ":x prov:qualifiedAttribution :r . :r dcat:hadRole concept:role-maintainer ; prov:agent :c . "
PROCESSOR = ":x prov:qualifiedAttribution :q . :q dcat:hadRole concept:role-processor ; prov:agent :b . "


@pytest.mark.parametrize(
    ("roles", "publisher"),
    [
        (":x dpv:hasDataController :b , :a . " + MAINTAINER, "a"),
        (PROCESSOR + MAINTAINER, "c"),
        (PROCESSOR, "b"),
        (":x dpv:hasDataController :unknown .", "us"),
        ("", "us"),
    ],
)
def test_one_publisher(roles: str, publisher: str) -> None:
    """There is one publisher: a controller, otherwise the next role, otherwise ours; and one that has a name."""
    names = " ".join(f':{name} foaf:name "{name}" .' for name in ("a", "b", "c", "us"))
    triples = made("publisher", f":x a rg:DataSource . :catalog a dcat:Catalog ; dct:publisher :us . {names} {roles}")
    assert set(triples) - {f"<{BASE}registry/us>", '"us"'} == (
        {"<http://xmlns.com/foaf/0.1/Agent>", "<http://data.europa.eu/m8g/ContactPoint>", f"<{BASE}>"}
        | {f"<{BASE}catalogue-contact/{name}>" for name in ("us", publisher)}
        | ({f"<{BASE}registry/{publisher}>", f'"{publisher}"'} if publisher != "us" else set())
    )


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ('"1997"^^xsd:gYear', '"2004"^^xsd:gYear', "1997-01-01", "2004-12-31"),
        ('"1997-03"^^xsd:gYearMonth', '"2004-02"^^xsd:gYearMonth', "1997-03-01", "2004-02-29"),
        ('"1899-12"^^xsd:gYearMonth', '"1900-02"^^xsd:gYearMonth', "1899-12-01", "1900-02-28"),
        ('"1999-12"^^xsd:gYearMonth', '"2000-02"^^xsd:gYearMonth', "1999-12-01", "2000-02-29"),
        ('"2001-01"^^xsd:gYearMonth', '"2003-06"^^xsd:gYearMonth', "2001-01-01", "2003-06-30"),
        ('"2001-01-15"^^xsd:date', '"2003-07-14"^^xsd:date', "2001-01-15", "2003-07-14"),
    ],
)
def test_period_in_whole_days(start: str, end: str, first: str, last: str) -> None:
    """A year or month begins on its first day and ends on its last; a day stays as it is."""
    days = made(
        "temporal",
        f":x a rg:DataSource ; dct:temporal period:x . period:x dcat:startDate {start} ; dcat:endDate {end} .",
    )
    date = "http://www.w3.org/2001/XMLSchema#date"
    assert {d for d in days if date in d} == {f'"{first}"^^<{date}>', f'"{last}"^^<{date}>'}


def test_open_period() -> None:
    """A bound that is not known is not invented."""
    days = made("temporal", ':x a rg:DataSource ; dct:temporal period:x . period:x dcat:startDate "1997"^^xsd:gYear .')
    assert len([d for d in days if "#date" in d]) == 1


def test_description_fallback() -> None:
    """A data source without a description gets its title and a sentence that says there is none."""
    (text,) = made("description", ':x a rg:DataSource ; dct:title "Registeret"@nb .')
    assert text == '"Registeret. Registergraf har ingen nærmere beskrivelse av datakilden."@nb'
    assert made("description", ':x a rg:DataSource ; dct:title "Registeret"@nb ; dct:description "Om noe."@nb .') == [
        '"Om noe."@nb'
    ]
    (member,) = made(
        "description", ':x a rg:RegistryPart ; dct:title "Delen"@nb ; dcat:inSeries :s . :s dct:title "Serien"@nb .'
    )
    assert member == '"Delen, del av Serien. Registergraf har ingen nærmere beskrivelse av datakilden."@nb'


def test_one_title_in_each_language() -> None:
    """Where two documents give two titles, the document has one in each language."""
    assert made("title", ':x a rg:DataSource ; dct:title "B"@nb , "A"@nb , "C"@en , "D" .') == ['"A"@nb', '"C"@en']


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_formats_hold_the_same_graph(document: list[Triple]) -> None:
    """Every syntax reads back as the same triples, for pyoxigraph to the letter and for rdflib."""
    graphs = {name: Graph().parse(data=write(document, name), format=FORMATS[name].media_type) for name in FORMATS}
    for name, format_ in FORMATS.items():
        assert sorted((q.triple for q in parse(write(document, name), format=format_.rdf_format)), key=str) == document
        assert isomorphic(graphs[name], graphs["n-triples"])
        assert len(graphs[name]) == len(document)


def test_absolute_iris_and_own_context(document: list[Triple]) -> None:
    """No syntax needs a base, and JSON-LD needs no context from elsewhere."""
    assert b"@base" not in write(document, "turtle")
    assert b"xml:base" not in write(document, "rdf-xml")
    context = json.loads(write(document, "json-ld"))["@context"]
    assert context["dcat"] == DCAT
    assert all(
        isinstance(namespace, str) and namespace.startswith(("http://", "https://")) for namespace in context.values()
    )


SECOND_PROCESS = """
import hashlib, json, sys
from pyoxigraph import NamedNode, RdfFormat, Store
from registergraf import graph
from registergraf.catalogue import export, write_all
given = json.load(sys.stdin)
view = Store()
view.load(given["view"].encode(), format=RdfFormat.N_QUADS)
document = export(view, given["queries"], "dcat-ap-no", NamedNode("https://w3id.org/registergraf/organisation/hdab-not-named"))
print(json.dumps({name: hashlib.sha256(written).hexdigest() for name, written in write_all(document)}))
"""


@pytest.mark.slow
def test_same_bytes_in_another_process(view: Store, document: list[Triple]) -> None:
    """A second process with another hash seed, and with the view loaded in another order, writes the same bytes."""
    dumped = io.BytesIO()
    view.dump(dumped, RdfFormat.N_QUADS)  # dates come from the claims
    lines = sorted(dumped.getvalue().decode().splitlines(keepends=True), reverse=True)
    answer = subprocess.run(
        [sys.executable, "-c", SECOND_PROCESS],
        input=json.dumps({"view": "".join(lines), "queries": query_texts()}),
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert json.loads(answer.stdout) == {name: hashlib.sha256(write(document, name)).hexdigest() for name in FORMATS}


def test_order_and_repetition_do_not_matter(document: list[Triple]) -> None:
    """The bytes depend on which triples there are, not on how they come."""
    assert document == sorted(set(document), key=str)
    for name in FORMATS:
        assert write([*reversed(document), *document], name) == write(document, name)


def test_literals_survive_json_ld() -> None:
    """Language tags, datatypes, quotes and the text of a number come back as they were."""
    subject, predicate = NamedNode("https://example.org/a b".replace(" ", "%20")), NamedNode(DCT + "title")
    values = [
        Literal('"x"\n', language="nb"),
        Literal("1.10", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal")),
        Literal("x"),
    ]
    triples = [Triple(subject, predicate, value) for value in values]
    read = {q.triple for q in parse(write(triples, "json-ld"), format=RdfFormat.JSON_LD)}
    assert read == set(triples)


def test_unknown_names() -> None:
    """A profile or format that does not exist is refused with the nearest that do."""
    with pytest.raises(UnknownNameError, match="did you mean dcat-ap-no") as profile:
        export(Store(), {}, "dcat-ap-noo", HDAB)
    assert profile.value.nearest[0] == "dcat-ap-no"
    with pytest.raises(UnknownNameError, match="there is no format called 'turtel'; did you mean turtle"):
        write([], "turtel")


def test_broken_queries() -> None:
    """A profile without queries, a query that gives a blank node and one that is not SPARQL are all refused."""
    store = Store()
    store.add(Quad(NPR, TYPE, DATASET))
    with pytest.raises(ContentError, match="holds no query for the profile"):
        export(store, {"view/claims.rq": "SELECT"}, "dcat-ap-no", HDAB)
    with pytest.raises(ContentError, match=r"queries/catalogue/common/x\.rq:1: gives a node without an IRI"):
        made_by("catalogue/common", store, {"catalogue/common/x.rq": "CONSTRUCT { ?s a [] } WHERE { ?s a ?c }"})
    with pytest.raises(QuerySyntaxError):
        made_by("catalogue/common", store, {"catalogue/common/x.rq": "CONSTRUCT {"})
