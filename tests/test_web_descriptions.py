"""What the service says of itself, and its named queries; one service with a worker for all tests."""

from __future__ import annotations

import csv
import datetime
import io
import re
from typing import TYPE_CHECKING, cast

import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, parse

from registergraf import graph
from registergraf.graph.asking import ask_release
from registergraf.namespaces import BASE
from registergraf.settings import Settings
from registergraf.sparql import WorkerPool
from registergraf.sparql.formats import RESULTS
from registergraf.web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from pyoxigraph import QuerySolutions

    from registergraf.release import Release

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
VOID, SD = "http://rdfs.org/ns/void#", "http://www.w3.org/ns/sparql-service-description#"


@pytest.fixture(scope="module")
def pool(release: Release) -> Iterator[WorkerPool]:
    """Start a worker over the release."""
    given = Settings.read({}, query_workers=1)
    with WorkerPool(release.graph_file, given, {}, queries=release.queries, base=release.base) as made:
        yield made


@pytest.fixture(scope="module")
def client(release: Release, pool: WorkerPool) -> FlaskClient:
    """A client of the service over the worker."""
    return create_app(release, Settings.read({}), pool).test_client()


# ---------------------------------------------------------------- descriptions


def test_void(client: FlaskClient, release: Release) -> None:
    """VoID is found where it is looked for, counts what there is, and is the same in every format."""
    assert (client.get("/.well-known/void").status_code, client.get("/.well-known/void").location) == (302, "/void")
    negotiated = client.get("/void", headers={"Accept": "application/n-triples"})
    assert negotiated.headers["Vary"] == "Accept"
    triples = {quad.triple for quad in parse(negotiated.data, RdfFormat.N_TRIPLES)}
    for suffix, syntax in (("ttl", "TURTLE"), ("jsonld", "JSON_LD"), ("rdf", "RDF_XML"), ("nt", "N_TRIPLES")):
        answer = client.get(f"/void.{suffix}")
        assert {quad.triple for quad in parse(answer.data, getattr(RdfFormat, syntax))} == triples
    counted = len(list(release.store.quads_for_pattern(None, None, None, DefaultGraph())))
    dataset = NamedNode(f"{BASE}void#dataset")
    said = {t.predicate.value.partition("#")[2]: t.object.value for t in triples if t.subject == dataset}
    assert said["triples"] == str(counted)
    assert said["sparqlEndpoint"] == f"{BASE}sparql"
    assert {"classPartition", "propertyPartition", "vocabulary", "exampleResource", "dataDump", "subset"} <= said.keys()
    assert client.get("/void.pdf").status_code == 404
    assert client.get("/void", headers={"Accept": "image/png"}).status_code == 406


def test_what_void_names_is_there(client: FlaskClient) -> None:
    """The dump, the endpoint and the examples of VoID are answered."""
    triples = [quad.triple for quad in parse(client.get("/void.nt").data, RdfFormat.N_TRIPLES)]
    for name in ("dataDump", "sparqlEndpoint", "exampleResource"):
        found = [t.object.value for t in triples if t.predicate.value.endswith(f"void#{name}")]
        assert found
        for iri in found:
            assert client.get("/" + iri.removeprefix(BASE)).status_code in {200, 303}


def counts(release: Release, query: str) -> dict[str, int]:
    """What a query of two columns counts, by IRI."""
    rows = (tuple(row) for row in cast("QuerySolutions", release.store.query(query)))
    return {thing.value: int(count.value) for thing, count in rows}


def described(client: FlaskClient, path: str, key: str, count: str) -> dict[str, int]:
    """What a description says that there is of each thing."""
    triples = [quad.triple for quad in parse(client.get(path).data, RdfFormat.N_TRIPLES)]
    values = {(t.subject, t.predicate.value): t.object for t in triples}
    keyed = [t for t in triples if t.predicate.value == key]
    return {t.object.value: int(values[t.subject, count].value) for t in keyed if (t.subject, count) in values}


def test_void_counts_what_is_there(client: FlaskClient, release: Release) -> None:
    """Classes, properties and the graph of every claim, each with the number that counting gives."""
    partitions = {
        "class": ("entities", "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c FILTER(ISIRI(?c)) } GROUP BY ?c"),
        "property": ("triples", "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"),
    }
    for kind, (count, query) in partitions.items():
        said = described(client, "/void.nt", f"{VOID}{kind}", f"{VOID}{count}")
        assert said
        assert said == counts(release, query)
    claims = {graph.value for graph in release.store.named_graphs() if graph.value.startswith(f"{BASE}claim/")}
    said = described(client, "/void.nt", f"{SD}name", f"{VOID}triples")
    assert said.keys() == claims
    assert said == {
        iri: sum(1 for _ in release.store.quads_for_pattern(None, None, None, NamedNode(iri))) for iri in claims
    }
    everything = next(
        t.object.value
        for q in parse(client.get("/void.nt").data, RdfFormat.N_TRIPLES)
        if (t := q.triple).subject == NamedNode(f"{BASE}void#claims") and t.predicate.value == f"{VOID}triples"
    )
    assert int(everything) == sum(said.values())


def test_the_service_description_counts_its_layers(client: FlaskClient, release: Release) -> None:
    """Each named graph that is no claim, with its size, and each answers at the graph store."""
    triples = [quad.triple for quad in parse(client.get("/service-description.nt").data, RdfFormat.N_TRIPLES)]
    graphs = {t.subject: t.object for t in triples if t.predicate.value == f"{SD}graph"}
    names = {graphs[t.subject]: t.object.value for t in triples if t.predicate.value == f"{SD}name"}
    said = {
        names[t.subject]: int(t.object.value)
        for t in triples
        if t.predicate.value == f"{VOID}triples" and t.subject in names
    }
    layers = {graph.value for graph in release.store.named_graphs() if not graph.value.startswith(f"{BASE}claim/")}
    assert said == {
        iri: sum(1 for _ in release.store.quads_for_pattern(None, None, None, NamedNode(iri))) for iri in layers
    }
    for iri in layers:
        assert client.head("/rdf-graph-store", query_string={"graph": iri}).status_code == 200


def test_prefixes(client: FlaskClient, release: Release) -> None:
    """The prefixes are those that the answers are written with, and whatever a named query declares is among them."""
    told = client.get("/prefixes.json").json
    assert told["rg"] == f"{BASE}ns#"
    declared = {
        pair
        for query in graph.named_queries(release.queries).values()
        for pair in re.findall(r"^PREFIX ([\w-]*): <(.*)>", query.text, re.MULTILINE)
    }
    assert declared
    assert declared <= told.items()


# ---------------------------------------------------------------- named queries


def test_list_of_named_queries(client: FlaskClient, release: Release) -> None:
    """Every named query is in the list for machines and in that for people."""
    told = {one["name"]: one for one in client.get("/query/").json}
    assert told.keys() == graph.named_queries(release.queries).keys()
    slug, role = told["roles"]["parameters"]
    assert (slug["name"], slug["type"], slug["help"]["nn"]) == (
        "slug",
        "text",
        "ei datakjelde, ved kortnamnet, som npr",
    )
    assert "controller" in role["choices"]
    assert set(told["roles"]["question"]) == {"nb", "nn", "en"}
    page = client.get("/en/query/").text
    assert all(f'href="/en/query/{name}"' in page for name in told)
    assert client.get("/query/", headers={"Accept": BROWSER}).mimetype == "text/html"


def test_named_query_is_bound(client: FlaskClient) -> None:
    """Parameters of the address are bound, an empty one is open, and what looks like SPARQL is only text."""
    asked = {"slug": "noric", "role": "controller"}
    rows = client.get("/query/roles", query_string=asked).json["results"]["bindings"]
    assert [row["organisation"]["value"] for row in rows] == ["Folkehelseinstituttet"]
    more = client.get("/query/roles", query_string={**asked, "role": ""}).json["results"]["bindings"]
    assert len(more) > len(rows)
    spliced = client.get("/query/roles", query_string={"slug": '" ) } SELECT * { ?s ?p ?o } #'})
    assert spliced.json["results"]["bindings"] == []


def test_named_query_as_of_a_day(client: FlaskClient, release: Release) -> None:
    """A day gives what the same query gives from the view of that day."""
    query = graph.find_query(release.queries, "data-sources")
    for day in ("2010-01-01", "2024-01-01"):
        expected = ask_release(query, {}, release, datetime.date.fromisoformat(day))
        rows = client.get("/query/data-sources", query_string={"as-of": day}).json["results"]["bindings"]
        assert len(rows) == len(expected.rows)


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/query/rolles", 404, "roles"),
        ("/query/roles?slugg=npr", 400, "slug"),
        ("/query/roles?as-of=yesterday", 400, "as-of"),
        ("/query/roles?slug=npr&slug=kpr", 400, "slug"),
        ("/query/roles?role=controler", 400, "controller"),
        ("/query/roles?format=ttl", 406, "csv"),
    ],
)
def test_wrong_calls_are_told(client: FlaskClient, path: str, status: int, word: str) -> None:
    """An unknown name, parameter, day or format is refused with what would be right."""
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert word in answer.text


def test_formats_of_named_queries(client: FlaskClient) -> None:
    """Every format of a table, a sheet among them, and a page with the form in each language."""
    asked = {"slug": "npr"}
    for form in RESULTS:
        assert client.get("/query/roles", query_string={**asked, "format": form.name}).mimetype == form.media_type
    sheet = client.get("/query/roles", query_string={**asked, "format": "excel"})
    assert sheet.data.startswith(b"\xef\xbb\xbfslug;role;organisation;")
    assert sheet.headers["Content-Type"].startswith("text/csv")
    for lang in ("nb", "en"):
        page = client.get(f"/{lang}/query/roles", query_string=asked)
        assert page.headers["Content-Language"] == lang
        assert 'name="slug" type="text" value="npr"' in page.text
        assert "format=excel" in page.text
    known = client.get("/query/roles", query_string=asked, headers={"If-None-Match": sheet.headers["ETag"]})
    assert known.status_code == 200


def test_every_named_query_is_csv_twice(client: FlaskClient, release: Release) -> None:
    """Once by RFC 4180 and once as Norwegian Excel opens it, each with the rows of the JSON."""
    for name in graph.named_queries(release.queries):
        told = client.get(f"/query/{name}").json
        rows, columns = told["results"]["bindings"], told["head"]["vars"]
        plain = client.get(f"/query/{name}?format=csv")
        assert plain.text.count("\r\n") == len(rows) + 1
        read = list(csv.DictReader(io.StringIO(plain.text, newline=""), strict=True))
        assert read == [{column: row.get(column, {"value": ""})["value"] for column in columns} for row in rows], name
        sheet = client.get(f"/query/{name}?format=excel").data.decode("utf-8-sig")
        for got, row in zip(
            csv.reader(io.StringIO(sheet, newline=""), delimiter=";", strict=True), [columns, *read], strict=True
        ):
            expected = row if isinstance(row, list) else list(row.values())
            assert [cell.removeprefix("'").replace(",", ".") for cell in got] == [
                cell.replace(",", ".") for cell in expected
            ], name


def test_a_form_offers_the_choices(client: FlaskClient) -> None:
    """A code is chosen by its name, in every language, and the one that was asked for stays chosen."""
    names = {"nb": "Databehandler", "nn": "Databehandlar", "en": "Processor"}
    for lang, name in names.items():
        page = client.get(f"/{lang}/query/roles?role=processor&slug=kpr").text
        assert f'<option value="processor" selected>{name}</option>' in page
        assert '<option value="controller">' in page


def test_examples(client: FlaskClient) -> None:
    """Every named query is an executable of SHACL whose text is that query, and its address leads to it."""
    triples = [quad.triple for quad in parse(client.get("/.well-known/sparql-examples").data, RdfFormat.TURTLE)]
    texts = {t.subject.value: t.object.value for t in triples if t.predicate.value.endswith("shacl#select")}
    roles = f"{BASE}.well-known/sparql-examples/roles"
    assert len(texts) == len(client.get("/query/").json)
    declared = {t.subject: t.object.value for t in triples if t.predicate.value.endswith("shacl#prefix")}
    spaces = {declared[t.subject]: t.object.value for t in triples if t.predicate.value.endswith("shacl#namespace")}
    assert spaces == client.get("/prefixes.json").json
    comments = [
        t.object.language
        for t in triples
        if t.subject.value.endswith("/roles") and t.predicate.value.endswith("comment")
    ]
    assert sorted(comments) == ["en", "nb", "nn"]
    assert "prov:qualifiedAttribution" in texts[roles]
    answer = client.get("/" + roles.removeprefix(BASE))
    assert (answer.status_code, answer.location) == (303, "/query/roles")
