"""The SPARQL service over HTTP: methods, formats, the graph store, caching; one service with a worker for all tests."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from threading import Event
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Dataset, NamedNode, RdfFormat, parse

from registergraf.errors import QueryError
from registergraf.namespaces import BASE
from registergraf.settings import Settings
from registergraf.sparql import Answer, Home, Question, WorkerPool
from registergraf.sparql.cache import CachedPool, identity, is_stable
from registergraf.sparql.formats import GRAPHS, RESULTS
from registergraf.web import create_app
from registergraf.web.ground.results import excel, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from registergraf.release import Release

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SELECT = (
    f"SELECT ?s ?title {{ ?s a <{BASE}ns#DataSource> ; <http://purl.org/dc/terms/title> ?title }} ORDER BY ?s ?title"
)
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
        self.home = pool.home if pool else Home()
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

    async def eight(query: str) -> list[Answer | BaseException]:
        asked = [asyncio.ensure_future(cache.ask_soon(Question(query))) for _ in range(8)]
        await asyncio.sleep(0)  # all have asked, and nobody is answered before the gate is opened
        inner.gate.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    for query in ("ASK {}", "fail"):
        inner.count = 0
        inner.gate.clear()
        answers = asyncio.run(eight(query))
        assert inner.count == 1
        if query == "fail":
            assert all(isinstance(answer, QueryError) for answer in answers)
        else:
            assert answers == [Answer("text/csv", b"ASK {}")] * 8
    with pytest.raises(QueryError):
        cache.ask(Question("fail"))
    assert inner.count == 2


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
