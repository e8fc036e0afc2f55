"""The SPARQL service over HTTP: methods, formats, the graph store, caching; one service with a worker for all tests."""

from __future__ import annotations

import asyncio
import csv
import datetime
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, cast

import pytest
from pyoxigraph import Dataset, DefaultGraph, NamedNode, RdfFormat, parse

from registergraf import graph
from registergraf.errors import QueryError
from registergraf.graph.asking import ask_release
from registergraf.namespaces import BASE
from registergraf.settings import Settings
from registergraf.sparql import Answer, Question, WorkerPool
from registergraf.sparql.cache import CachedPool, identity, is_stable
from registergraf.sparql.formats import GRAPHS, RESULTS
from registergraf.web import create_app
from registergraf.web.ground.results import excel, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from pyoxigraph import QuerySolutions

    from registergraf.release import Release

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SELECT = (
    f"SELECT ?s ?title {{ ?s a <{BASE}ns#DataSource> ; <http://purl.org/dc/terms/title> ?title }} ORDER BY ?s ?title"
)
VOID, SD = "http://rdfs.org/ns/void#", "http://www.w3.org/ns/sparql-service-description#"
CONSTRUCT = f"CONSTRUCT {{ ?s a ?t }} WHERE {{ ?s a ?t . ?s a <{BASE}ns#DataSource> }}"


@pytest.fixture(scope="module")
def pool(release: Release) -> Iterator[WorkerPool]:
    """Start a worker over the release."""
    given = Settings.read({}, query_workers=1)
    with WorkerPool(release.graph_file, given, {}, queries=release.queries, base=release.base) as made:
        yield made


class Counted:
    """A pool that counts what reaches it."""

    def __init__(self, pool: WorkerPool | None = None) -> None:
        self.pool = pool
        self.count = 0
        self.gate: Event | None = None

    async def ask_soon(self, question: Question) -> Answer:
        """Count the question, wait at the gate where there is one, and answer."""
        self.count += 1
        if self.gate:
            await asyncio.to_thread(self.gate.wait, 10)
        if self.pool:
            return await self.pool.ask_soon(question)
        if "fail" in question.query:
            raise QueryError("failed")
        return Answer("text/csv", question.query.encode())


@pytest.fixture
def counted(pool: WorkerPool) -> Counted:
    """The worker, with a count."""
    return Counted(pool)


@pytest.fixture
def client(release: Release, counted: Counted) -> FlaskClient:
    """A client of a service of its own over the worker."""
    return create_app(release, Settings.read({}), counted).test_client()


# ---------------------------------------------------------------- methods


def test_query_method(client: FlaskClient) -> None:
    """The method QUERY asks with the query as its body, and reads nothing else."""
    answer = client.open("/sparql", method="QUERY", data="ASK {}", content_type="application/sparql-query")
    assert answer.json == {"head": {}, "boolean": True}
    assert answer.headers["ETag"]
    refused = client.open(
        "/sparql", method="QUERY", data="query=ASK{}", content_type="application/x-www-form-urlencoded"
    )
    assert refused.status_code == 415


def test_head_is_get_without_a_body(client: FlaskClient) -> None:
    """HEAD has the headers of GET and no body."""
    head, get = (method("/sparql", query_string={"query": SELECT}) for method in (client.head, client.get))
    assert not head.data
    assert head.headers == get.headers


@pytest.mark.parametrize("path", ["/sparql", "/rdf-graph-store?default"])
def test_preflight_and_allow(client: FlaskClient, path: str) -> None:
    """OPTIONS answers 204 with what is allowed; another method is told what is."""
    answer = client.options(path, headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET"})
    assert answer.status_code == 204
    assert {"GET", "HEAD", "OPTIONS"} <= set(answer.headers["Allow"].split(", "))
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    for method in ("PUT", "DELETE", "PATCH"):
        refused = client.open(path, method=method)
        assert refused.status_code == 405
        assert set(refused.headers["Allow"].split(", ")) == set(answer.headers["Allow"].split(", "))


def test_nothing_acceptable_lists_what_there_is(client: FlaskClient) -> None:
    """406 names the media types of the query's form."""
    table = client.get("/sparql", query_string={"query": "ASK {}"}, headers={"Accept": "image/png"})
    triples = client.get("/sparql", query_string={"query": CONSTRUCT, "format": "csv"})
    assert (table.status_code, triples.status_code) == (406, 406)
    assert table.json["available"] == [*(form.media_type for form in RESULTS), "text/html"]
    assert triples.json["available"] == [form.media_type for form in GRAPHS]


def test_view_of_another_day(client: FlaskClient) -> None:
    """The day of the view stands in the view, and follows the graph that the protocol names."""
    query = f"SELECT ?day {{ <{BASE}view> <{BASE}ns#asOf> ?day }}"
    days = [
        client.get("/sparql", query_string={"query": query, "default-graph-uri": f"{BASE}as-of/{day}"})
        for day in ("2019-01-01", "2019-13-01")
    ]
    assert "2019-01-01" in days[0].text
    assert days[1].status_code == 400


# ---------------------------------------------------------------- formats


@pytest.mark.parametrize("form", GRAPHS, ids=lambda form: form.name)
def test_formats_of_graphs(client: FlaskClient, form: object) -> None:
    """A graph comes in every format, by name and by Accept, always with the same triples."""
    named = client.get("/sparql", query_string={"query": CONSTRUCT, "format": form.name})
    asked = client.get("/sparql", query_string={"query": CONSTRUCT}, headers={"Accept": form.media_type})
    assert named.mimetype == form.media_type
    assert named.data == asked.data
    turtle = client.get("/sparql", query_string={"query": CONSTRUCT}).data
    assert Dataset(parse(named.data, form.writer)) == Dataset(parse(turtle, RdfFormat.TURTLE))


def test_browser_gets_a_page_with_names(client: FlaskClient) -> None:
    """A table is a page for a browser, with things by their names; a graph and what a machine asks for is not."""
    page = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept": BROWSER, "Accept-Language": "nb"})
    assert page.mimetype == "text/html"
    assert '<a href="/nb/registry/npr">Norsk pasientregister' in page.text
    assert "format=csv" in page.text
    assert client.get("/sparql", query_string={"query": SELECT, "format": "html"}).mimetype == "text/html"
    assert client.get("/sparql", query_string={"query": SELECT}).mimetype == "application/sparql-results+json"
    other = client.get("/sparql", query_string={"query": CONSTRUCT}, headers={"Accept": BROWSER})
    assert other.mimetype == "text/turtle"
    assert client.get("/sparql", query_string={"query": CONSTRUCT, "format": "html"}).status_code == 406


def test_page_of_a_truth_and_of_a_long_answer(client: FlaskClient) -> None:
    """An ASK is yes or no; of many rows the first are shown, and the page says so."""
    headers = {"Accept": BROWSER, "Accept-Language": "en"}
    assert "<strong>yes</strong>" in client.get("/sparql?query=ASK{}", headers=headers).text.lower()
    page = client.get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o } LIMIT 501"}, headers=headers).text
    assert "The first 500 are shown" in page
    assert page.count("<tr>") == 501


def test_what_a_query_says_is_escaped(client: FlaskClient) -> None:
    """Markup that a query makes, or is, is shown as text."""
    query = 'SELECT ("<script>" AS ?a) (IRI("javascript:x") AS ?b) (BNODE("x") AS ?c) { }'
    page = client.get("/sparql", query_string={"query": query}, headers={"Accept": BROWSER}).text
    assert "<script>" not in page
    assert 'href="javascript' not in page


def test_excel_opens_it() -> None:
    """A sheet has a byte order mark, semicolons and decimal commas, and holds no formula."""
    term = {"type": "literal", "datatype": "http://www.w3.org/2001/XMLSchema#decimal", "value": "1.5"}
    texts = [{"type": "literal", "value": text} for text in ("=1+1", "æ;ø", "+47 22 00", "-x")]
    rows = [{"a": term}, *({"a": text} for text in texts)]
    body = json.dumps({"head": {"vars": ["a", "b"]}, "results": {"bindings": rows}}).encode()
    written = excel(read_table(body))
    assert written.startswith(b"\xef\xbb\xbfa;b\r\n")
    read = list(csv.reader(io.StringIO(written.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in read[1:]] == ["1,5", "'=1+1", "æ;ø", "+47 22 00", "'-x"]


# ---------------------------------------------------------------- graph store


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("?default", 200),
        (f"?graph={BASE}graph/law", 200),
        ("/graph/law", 200),
        (f"?graph={BASE}as-of/2019-01-01", 200),
        (f"?graph={BASE}as-of/today", 400),
        (f"?graph={BASE}graph/none", 404),
        ("/graph/none", 404),
        ("?graph=here", 400),
        ("", 400),
        (f"?default&graph={BASE}graph/law", 400),
        (f"?graph={BASE}graph/law&graph={BASE}graph/view", 400),
    ],
)
def test_graph_store(client: FlaskClient, path: str, status: int) -> None:
    """A graph is read by its IRI, by its address or as the default one; HEAD tells the same."""
    answer = client.get(f"/rdf-graph-store{path}", headers={"Accept": "application/n-triples"})
    assert answer.status_code == status
    assert client.head(f"/rdf-graph-store{path}", headers={"Accept": "application/n-triples"}).status_code == status
    assert (answer.mimetype == "application/n-triples") == (status == 200)


def test_graph_store_gives_the_graph(client: FlaskClient, release: Release) -> None:
    """The triples are those of the graph, in any format."""
    for form in GRAPHS:
        body = client.get("/rdf-graph-store/graph/view", headers={"Accept": form.media_type}).data
        expected = release.store.quads_for_pattern(None, None, None, NamedNode(f"{BASE}graph/view"))
        assert {quad.triple for quad in parse(body, form.writer)} == {quad.triple for quad in expected}


# ---------------------------------------------------------------- caching


def test_entity_tag_without_running(client: FlaskClient, counted: Counted) -> None:
    """A client that has the answer is told so without a worker; another format is another entity."""
    first = client.get("/sparql", query_string={"query": SELECT})
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    assert "max-age" in first.headers["Cache-Control"]
    again = create_app(client.application.extensions["registergraf"].release, Settings.read({}), counted).test_client()
    before = counted.count
    for given in (tag, f'"x", {tag}', f"W/{tag}"):
        known = again.get("/sparql", query_string={"query": SELECT}, headers={"If-None-Match": given})
        assert (known.status_code, known.data, known.headers["ETag"]) == (304, b"", tag)
        assert known.headers["Vary"] == "Accept"
    assert counted.count == before
    other = again.get("/sparql", query_string={"query": SELECT, "format": "csv"}, headers={"If-None-Match": tag})
    assert (other.status_code, counted.count) == (200, before + 1)


def test_star_needs_an_answer(client: FlaskClient) -> None:
    """Any answer fits a star, but a query without one is still refused."""
    assert client.get("/sparql?query=ASK{}", headers={"If-None-Match": "*"}).status_code == 304
    assert client.get("/sparql?query=ASK{", headers={"If-None-Match": "*"}).status_code == 400


def test_posted_queries_have_no_tag(client: FlaskClient) -> None:
    """POST is not safe, so what it answers is not for caches."""
    assert "ETag" not in client.post("/sparql", data={"query": "ASK {}"}).headers


@pytest.mark.parametrize(
    "query", ["SELECT (NOW() AS ?x) {}", "SELECT (rand() AS ?x) {}", "SELECT (STRUUID() AS ?x) {}"]
)
def test_what_changes_is_not_cached(client: FlaskClient, counted: Counted, query: str) -> None:
    """A query that may answer otherwise the next time has no tag and is run each time."""
    for _ in range(2):
        answer = client.get("/sparql", query_string={"query": query})
        assert "ETag" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
    assert counted.count == 2


def test_cache_is_bounded() -> None:
    """Answers are kept up to the bytes allowed, the last ones asked for; an answer too large is not kept."""
    inner = Counted()
    cache = CachedPool(inner, 1)
    texts = [f"{i}" + "x" * 300_000 for i in range(4)]
    for text in (*texts, "x" * 2_000_000):
        cache.ask(Question(text))  # what is asked once is not kept
    assert (cache.size, inner.count) == (0, 5)
    inner.count = 0
    for text in (*texts[:3], texts[0], texts[3], texts[0], "x" * 2_000_000):
        assert cache.ask(Question(text)).body == text.encode()
        assert cache.size <= 1 << 20
    assert inner.count == 5
    assert CachedPool(inner, 0).ask(Question("a")).body == b"a"


def test_together_asked_once() -> None:
    """Identical questions that meet are asked once, an error included; afterwards an error is asked anew."""
    inner = Counted()
    inner.gate = Event()
    cache = CachedPool(inner, 1)
    for query, outcome in (("ASK {}", Answer("text/csv", b"ASK {}")), ("fail", None)):
        inner.count = 0
        inner.gate.clear()
        with ThreadPoolExecutor(8) as threads:
            asked = [threads.submit(cache.ask, Question(query)) for _ in range(8)]
            inner.gate.set()
        assert inner.count <= 8 if outcome is None else inner.count == 1
        for one in asked:
            assert one.result() == outcome if outcome else isinstance(one.exception(), QueryError)
    count = inner.count
    with pytest.raises(QueryError):
        cache.ask(Question("fail"))
    assert inner.count == count + 1


def test_identity() -> None:
    """Whatever changes the answer changes the name of a question, and nothing else does."""
    same = {identity(Question("ASK {}", accept)) for accept in (None, "*/*", "application/json, text/turtle;q=0.9")}
    others = {
        identity(one)
        for one in (
            Question("ASK { }"),
            Question("ASK {}", "text/csv"),
            Question("ASK {}", name="csv"),
            Question("ASK {}", default_graphs=("x:a",)),
            Question("ASK {}", named_graphs=("x:a",)),
            Question("ASK {}", as_of="2019-01-01"),
            Question("ASK {}", bindings={"a": ("b", "")}),
        )
    }
    assert len(same) == 1
    assert len(others | same) == 7  # text/csv by Accept and csv by name differ in what a graph would be
    assert is_stable(Question("SELECT ?known {}"))


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
    """A code is chosen, in every language, and the one that was asked for stays chosen."""
    for lang in ("nb", "nn", "en"):
        page = client.get(f"/{lang}/query/roles?role=processor&slug=kpr").text
        assert "<option selected>processor</option>" in page
        assert "<option>controller</option>" in page


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
