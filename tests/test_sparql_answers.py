"""Answers: their formats, the dataset of the protocol, other days."""

from __future__ import annotations

import contextlib
import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

from pools import settings, values
from registergraf import graph
from registergraf.errors import QueryError, QueryRefusedError, QuerySyntaxError
from registergraf.namespaces import BASE
from registergraf.sparql import NotAcceptableError, ProtocolError, Question, WorkerPool
from registergraf.sparql.days import Days
from registergraf.sparql.formats import GRAPHS, RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registergraf.release import Release

pytestmark = pytest.mark.slow

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize("form", RESULTS, ids=lambda form: form.name)
@pytest.mark.parametrize(
    "query", ["SELECT ?o { <http://x/a> <http://x/p> ?o }", "ASK { ?s ?p ?o }"], ids=["select", "ask"]
)
def test_tables(pool: WorkerPool, query: str, form: Any) -> None:
    """SELECT and ASK are answered in each of the formats for results, by Accept and by name."""
    answer = pool.answer(query, form.media_type)
    assert answer.media_type == form.media_type
    assert (b"http://x/b" if "SELECT" in query else b"true") in answer.body
    assert pool.answer(query, "text/turtle", form.name) == answer


@pytest.mark.parametrize("form", GRAPHS, ids=lambda form: form.name)
@pytest.mark.parametrize(
    "query",
    ["CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(?s != <http://x/b>) }", "DESCRIBE <http://x/a>"],
    ids=["construct", "describe"],
)
def test_graphs(pool: WorkerPool, query: str, form: Any) -> None:
    """CONSTRUCT and DESCRIBE are answered in each of the formats for graphs, all with the same graph."""
    answer = pool.answer(query, form.media_type)
    assert answer.media_type == form.media_type
    graph = Dataset(parse(answer.body, form.writer))
    reference = Dataset(parse(pool.answer(query, None, "nt").body, RdfFormat.N_TRIPLES))
    for one in (graph, reference):
        one.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert len(graph) >= 3
    assert graph == reference
    assert pool.answer(query, "text/csv", form.name) == answer


def test_the_form_decides_the_formats(pool: WorkerPool) -> None:
    """Without Accept a table is JSON and a graph is Turtle; a format of the other form is not acceptable."""
    assert pool.answer("ASK {}", None).media_type == "application/sparql-results+json"
    assert pool.answer("DESCRIBE <http://x/a>", "*/*").media_type == "text/turtle"
    with pytest.raises(NotAcceptableError) as caught:
        pool.answer("ASK {}", "text/turtle")
    assert caught.value.offered == tuple(form.media_type for form in RESULTS)
    with pytest.raises(NotAcceptableError) as caught:
        pool.answer("DESCRIBE <http://x/a>", None, "csv")
    assert caught.value.offered == tuple(form.media_type for form in GRAPHS)


def test_prefixes(pool: WorkerPool) -> None:
    """Turtle has the prefixes that the pool was given."""
    body = pool.answer("CONSTRUCT { ?s <http://x/p> ?o } { ?s <http://x/p> ?o }", "text/turtle").body
    assert body == b"@prefix x: <http://x/> .\nx:a x:p x:b .\n"


@pytest.mark.parametrize("form", GRAPHS, ids=lambda form: form.name)
def test_same_query_same_bytes(pool: WorkerPool, form: Any) -> None:
    """A graph is the same bytes each time, from each worker, with blank nodes of the data and of the query."""
    query = "CONSTRUCT { ?s ?p ?o . [] <http://x/of> ?s } { ?s ?p ?o FILTER(?s != <http://x/b>) }"
    with ThreadPoolExecutor(4) as threads:
        bodies = set(threads.map(lambda _: pool.answer(query, form.media_type).body, range(40)))
    assert len(bodies) == 1


def test_rdf_xml_that_cannot_be(pool: WorkerPool) -> None:
    """A property without an XML name is not acceptable as RDF/XML, and the error names it."""
    with pytest.raises(NotAcceptableError, match="http://x/1"):
        pool.answer("DESCRIBE <http://x/b>", "application/rdf+xml")


def test_dataset_of_the_protocol(pool: WorkerPool) -> None:
    """Graphs named by the protocol are the dataset, whatever FROM says; the kind not named is empty."""
    default, named = "SELECT ?v { ?s <http://x/p> ?v }", "SELECT ?v { GRAPH ?g { ?s <http://x/p> ?v } }"
    g1, g2 = ["http://x/g1"], ["http://x/g2"]
    assert values(pool, default) == ["http://x/b"]
    assert values(pool, default, default_graphs=g1 + g2) == ["in g1", "in g2"]
    assert values(pool, named, default_graphs=g1) == []
    assert values(pool, default, named_graphs=g1) == []
    assert values(pool, named, named_graphs=g1) == ["in g1"]
    assert values(pool, default.replace("{", "FROM <http://x/g1> {", 1)) == ["in g1"]
    assert values(pool, default.replace("{", "FROM <http://x/g1> {", 1), default_graphs=g2) == ["in g2"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o",
        "SELECT * { <http://x/a> (<http://x/p>|<http://x/part>)* ?o } ORDER BY ?o",
        "SELECT ?s { ?s <http://x/p> ?o FILTER NOT EXISTS { ?o ?q ?r } }",
        "DESCRIBE <http://x/a>",
        "CONSTRUCT { ?o ?p ?s } { ?s ?p ?o FILTER(isIRI(?o)) }",
        "ASK { <http://x/g1> ?p ?o }",
    ],
)
def test_the_view_alone_has_the_same_answers(pool: WorkerPool, query: str) -> None:
    """A query that names no graph is asked of the default graph alone, one that only has the word of all."""
    for form in ("json", "nt"):
        with contextlib.suppress(NotAcceptableError):
            assert pool.answer(query, None, form) == pool.answer(f"{query} # graph", None, form)


def test_syntax_error(pool: WorkerPool) -> None:
    """A syntax error tells its place through the process boundary."""
    with pytest.raises(QuerySyntaxError) as caught:
        pool.answer("SELECT * {\n  ?s ?p }", None)
    assert (caught.value.line, caught.value.column) == (2, 9)


@pytest.mark.parametrize(
    "query", ["INSERT DATA { <http://x/a> <http://x/b> 1 }", "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"]
)
def test_refusals(pool: WorkerPool, query: str) -> None:
    """Updates and SERVICE are refused."""
    with pytest.raises(QueryRefusedError):
        pool.answer(query, None)


def test_what_cannot_be_evaluated(pool: WorkerPool) -> None:
    """What the engine cannot evaluate is an error with its words, and half a character is no SPARQL."""
    with pytest.raises(QueryError, match="not supported"):
        pool.answer("SELECT * { FILTER(<http://x/f>(1)) }", None)
    with pytest.raises(QueryError, match="could not be evaluated"):
        pool.answer("ASK {}", None, default_graphs=["not an IRI"])
    with pytest.raises(QuerySyntaxError, match="Unicode"):
        pool.answer("ASK { ?s ?p '\ud800' }", None)


def test_no_views_without_their_queries(pool: WorkerPool) -> None:
    """A pool that was not given the queries says that it has no other days."""
    with pytest.raises(QueryError, match="no views of other days"):
        pool.answer("ASK {}", None, default_graphs=[f"{BASE}as-of/2019-01-01"])


def test_bindings(pool: WorkerPool) -> None:
    """A variable that the query projects is fixed to a term, and never to a piece of the query."""
    query = "SELECT ?s ?v { ?s <http://x/label> ?v }"
    for value, datatype, rows in (("part", XSD + "string", 1), ('" } #', XSD + "string", 0)):
        answer = pool.ask(Question(query, bindings={"v": (value, datatype)}))
        assert len(json.loads(answer.body)["results"]["bindings"]) == rows
    fixed = pool.ask(Question("SELECT ?s ?v { ?s <http://x/p> ?v }", bindings={"s": ("http://x/a", "")}))
    assert b"http://x/b" in fixed.body


def test_relative_iris_are_resolved(pool: WorkerPool) -> None:
    """A relative IRI is taken from the base of the release, with the word service in the query too."""
    assert BASE.encode() in pool.answer("SELECT (<registry/npr> AS ?service) {}", None).body


# ---------------------------------------------------------------- other days


@pytest.fixture(scope="module")
def of_release(release: Release) -> Iterator[WorkerPool]:
    """Start a worker over the release, which can make the views of other days."""
    given = settings(query_workers=1)
    with WorkerPool(release.graph_file, given, {}, queries=release.queries, base=release.base) as made:
        yield made


CONTROLLERS = f"""PREFIX rg: <{BASE}ns#> PREFIX dpv: <https://w3id.org/dpv#>
SELECT ?v {{ <registry/npr> dpv:hasDataController ?v }}"""


def test_another_day(of_release: WorkerPool, release: Release) -> None:
    """The view of a day is the default graph where it is asked for, and holds what was in force that day."""
    day = f"{BASE}as-of/2019-01-01"
    then = graph.view_as_of(release.store, release.queries, datetime.date(2019, 1, 1), BASE)
    expected = sorted(row["v"].value for row in graph.select(then, CONTROLLERS.replace("<reg", f"<{BASE}reg")))
    assert expected
    assert values(of_release, CONTROLLERS, [day]) == expected
    assert values(of_release, CONTROLLERS) != expected
    assert values(of_release, "SELECT (COUNT(*) AS ?v) { GRAPH ?g { ?s ?p ?o } }", [day]) == ["0"]
    asked = Question("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", None, as_of="2019-01-01")
    assert b'"0"' not in of_release.ask(asked).body


def test_days_that_cannot_be(of_release: WorkerPool) -> None:
    """What looks like a day and is none, two days, and a day as a named graph are refused."""
    days = [f"{BASE}as-of/{day}" for day in ("2019-01-01", "2020-01-01", "2019-02-30", "20190101", "")]
    for default, named in ((days[:2], []), (days[2:3], []), (days[3:4], []), (days[4:], []), ([], days[:1])):
        with pytest.raises(ProtocolError) as caught:
            of_release.answer("ASK {}", None, default_graphs=default, named_graphs=named)
        assert caught.value.status == 400


def test_unknown_graph_is_empty(of_release: WorkerPool) -> None:
    """A graph that is not there is an empty one, as the W3C's tests have it."""
    assert b"false" in of_release.answer("ASK { ?s ?p ?o }", None, default_graphs=[f"{BASE}graph/none"]).body


def test_few_days_are_kept(release: Release) -> None:
    """The last days asked for stay, the others go."""
    days = Days(release.store, release.queries, BASE)
    made = [days.store(f"20{year}-01-01") for year in (10, 11, 12)]
    assert days.store("2010-01-01") is made[0]
    days.store("2013-01-01")
    assert days.store("2010-01-01") is made[0]
    assert days.store("2011-01-01") is not made[1]
    assert days.store("") is release.store
