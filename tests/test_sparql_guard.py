from __future__ import annotations

import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, Store

from listening import listening
from registergraf.errors import QueryError, QueryLimitError, QueryRefusedError, QuerySyntaxError
from registergraf.sparql.guard import explain, refuse_service, scan

if TYPE_CHECKING:
    from pyoxigraph import QuerySolutions, QueryTriples

LONG, DEEP = 100_000, 100


def store() -> Store:
    """Make a store with one triple, so that a pattern before SERVICE has a solution."""
    node = NamedNode("http://x/a")
    made = Store()
    made.extend([Quad(node, node, node), Quad(node, node, Literal("1"))])
    return made


def execute_guarded(query: str) -> QueryError | None:
    """Execute a query in this process if the guard lets it through; return the guard's error."""
    try:
        scan(query, LONG, DEEP)
        refuse_service(query)
    except QueryError as error:
        return error
    with suppress(SyntaxError, RuntimeError, ValueError, OSError):
        consume(store().query(query))
    return None


def consume(result: QuerySolutions | QueryBoolean | QueryTriples) -> None:
    """Read a result to its end, so that all of the query is evaluated."""
    if not isinstance(result, QueryBoolean):
        deque(result, maxlen=0)


def test_the_listener_sees_pyoxigraph() -> None:
    """Without the guard, pyoxigraph connects: the tests below would notice."""
    with listening() as listener:
        query = f"SELECT * {{ SERVICE SILENT <http://127.0.0.1:{listener.port}/> {{ ?s ?p ?o }} }}"
        consume(store().query(query))
    assert listener.connections >= 1


SERVICES = [
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }",
    "SELECT * { sErViCe<URL>{ ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { VALUES ?url { <URL> } SERVICE ?url { ?s ?p ?o } }",
    "SELECT * { VALUES ?url { <URL> } SERVICE SILENT ?url { ?s ?p ?o } }",
    'SELECT * { BIND(IRI("URL") AS ?url) SERVICE ?url { ?s ?p ?o } }',
    "SELECT * { { SELECT * { SERVICE <URL> { ?s ?p ?o } } } }",
    "SELECT * { OPTIONAL { { ?a ?b ?c } UNION { GRAPH ?g { SERVICE <URL> { ?s ?p ?o } } } } }",
    "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "SELECT * { ?s ?p ?o FILTER NOT EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "SELECT * { ?s ?p ?o MINUS { SERVICE <URL> { ?s ?p ?o } } }",
    "SELECT (EXISTS { SERVICE <URL> { ?s ?p ?o } } AS ?x) {}",
    "SELECT * {} HAVING (EXISTS { SERVICE <URL> { ?s ?p ?o } })",
    "SELECT * {} ORDER BY (EXISTS { SERVICE <URL> { ?s ?p ?o } })",
    "ASK { SERVICE <URL> { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } { SERVICE <URL> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <URL> { ?s ?p ?o } }",
    "PREFIX : <URL> SELECT * { SERVICE : { ?s ?p ?o } }",
    "PREFIX : <URL> SELECT * { SERVICE: { ?s ?p ?o } }",
    "PREFIX service: <http://x/> PREFIX : <URL> SELECT * { service: { ?s ?p ?o } }",
    "BASE <URL> SELECT * { SERVICE <> { ?s ?p ?o } }",
    "SELECT * { # a comment\rSERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { # a comment\nSERVICE # another\n<URL> { ?s ?p ?o } }",
    "SELECT * { SERVICE\u0020<URL> { ?s ?p ?o } }",
    # Escapes: none of these is a keyword to Oxigraph 0.5.13, and they have to be refused should it change.
    r"SELECT * { \u0053ERVICE <URL> { ?s ?p ?o } }",
    r"SELECT * { S\U00000045RVICE <URL> { ?s ?p ?o } }",
    r"SELECT * { \u0053\u0045\u0052\u0056\u0049\u0043\u0045 <URL> { ?s ?p ?o } }",
    r'SELECT * { BIND("\u0022 AS ?x) SERVICE <URL> { ?s ?p ?o } #" AS ?y) }',
    r"SELECT * { # comment \u000A SERVICE <URL> { ?s ?p ?o } }",
    # What one lexer takes for an IRI, a string or a comment, and the other for operators and a keyword.
    "SELECT * { ?a ?p ?b FILTER(?a<?b)SERVICE#>\n<URL> { ?s ?p ?o } }",
    "SELECT * { ?a ?p ?b FILTER(?a<?b)SERVICE<URL>{ ?s ?p ?o } }",
    "SELECT * { ?a ?p ?b FILTER(1<2)SERVICE<URL>{?s?p?o}FILTER(3>2) }",
    "SELECT * { FILTER(1<2&&3>2)SERVICE<URL>{?s?p?o} }",
    "SELECT * { BIND('<'AS?x)SERVICE<URL>{?s?p?o}BIND('>'AS?y) }",
    'SELECT * { BIND("\'"AS?x)SERVICE<URL>{?s?p?o}BIND("\'"AS?y) }',
    "SELECT * { <http://x/it's> ?p ?o . SERVICE <URL> {?s ?p ?o} <http://x/it's> ?q ?r }",
    "SELECT * { <http://x/#> ?p ?o . SERVICE <URL> {?s ?p ?o} }",
    'SELECT * { ?a ?p """ " """ . SERVICE <URL> { ?s ?p ?o } #"\n }',
    "SELECT * { ?a ?p '''''' SERVICE <URL> { ?s ?p ?o } }",
    'SELECT * { ?a ?p "\\\\" . SERVICE <URL> { ?s ?p ?o } }',
    'SELECT * { ?a ?p "x"@en SERVICE <URL> { ?s ?p ?o } }',
    "SELECT * { ?a ?p 1.SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { ?a ?p true.SERVICE <URL> { ?s ?p ?o } }",
    "PREFIX e: <http://x/> SELECT * { ?a ?p e:b\\#.SERVICE <URL> { ?s ?p ?o } }",
    "PREFIX e: <http://x/> SELECT * { ?a ?p e: SERVICE <URL> { ?s ?p ?o } }",
    # What pyoxigraph knows and rdflib does not.
    "SELECT * { ?s ?p ?o LATERAL { SERVICE <URL> { ?s ?p ?o } } }",
    "SELECT * { BIND(<<(<http://x/a> <http://x/a> 1)>> AS ?t) SERVICE <URL> { ?s ?p ?o } }",
]


def test_service_never_reaches_the_network() -> None:
    """No query with SERVICE, however it is written, makes a connection, and each is answered with an error."""
    with listening() as listener:
        let_through = [
            query
            for query in SERVICES
            if execute_guarded(query.replace("URL", f"http://127.0.0.1:{listener.port}/")) is None
        ]
    assert listener.connections == 0
    assert let_through == []


PIECES = [
    *("SERVICE", "SERVICE", "service", "SERVICE SILENT", "<URL>", "<URL>", "{?s ?p ?o}", "{?s ?p ?o}", ":", "e:"),
    *("FILTER", "BIND", "(", ")", "?a", "?b", "<", ">", "<?b)", "#", "\n", "'", '"', '"""', "'''", "\\", "{", "}"),
    *("1", ".", "&&", "AS ?x", "VALUES", "OPTIONAL", "UNION", " ", " ", "a", ";", ",", "@en", "^^", "\\u0053ERVICE"),
    *("\\u0022", "[]", "LATERAL", "GRAPH", "e:service", "?service", "_:service", "<http://x/service>", "'service'"),
]


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12))
@example(["SERVICE", "<URL>", "{?s ?p ?o}"])
def test_no_mixture_of_tokens_reaches_the_network(pieces: list[str]) -> None:
    """Whatever tokens stand around SERVICE, what the guard lets through does not connect."""
    with listening() as listener:
        url = f"http://127.0.0.1:{listener.port}/"
        body = "".join(pieces).replace("URL", url)
        execute_guarded(f"PREFIX : <{url}> PREFIX e: <http://x/> SELECT * {{ ?a ?p ?b {body} }}")
    assert listener.connections == 0


@pytest.mark.parametrize(
    "query", ["SELECT * FROM <URL> { ?s ?p ?o }", "SELECT * FROM NAMED <URL> { GRAPH ?g {?s ?p ?o}}"]
)
def test_from_never_fetches(query: str) -> None:
    """FROM and FROM NAMED name graphs of the dataset; pyoxigraph fetches nothing."""
    with listening() as listener:
        assert execute_guarded(query.replace("URL", f"http://127.0.0.1:{listener.port}/")) is None
    assert listener.connections == 0


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p 'service' }",
        "SELECT ?service { ?service ?p ?o } # service",
        "PREFIX service: <http://x/service#> SELECT * { service:service a service:Service }",
        'SELECT * { ?s ?p "the service (old)"@en FILTER(CONTAINS(?p, "service")) }',
        "SELECT * { _:service ?p <http://x/service> }",
        "ASK { ?s a <http://www.w3.org/ns/dcat#DataService> FILTER(<http://x/service>(1)) }",
        'SELECT * { ?s ?p "caf\\u00e9 service" }',
        "SELECT * { ?s ?p 'service' LATERAL { ?s ?q ?r } }",
        "SELECT * { ?s ?p ?o }",
        "SELECT * " + "{" * 90 + "?s ?p 'service'" + "}" * 90,
    ],
)
def test_the_word_alone_is_no_harm(query: str) -> None:
    """A query with the word as a name, in a string, an IRI or a comment is let through."""
    refuse_service(query)


def test_a_name_with_the_word_needs_no_second_parser() -> None:
    """Else each worker would load rdflib for it: 10 MiB, and a good part of the time of a quick query."""
    program = (
        "import sys; from registergraf.sparql.guard import refuse_service;"
        "refuse_service('SELECT ?service { ?service <http://x/service> ?o }'); print('rdflib' in sys.modules)"
    )
    made = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert made.stdout == "False\n"


def test_unreadable_with_the_word() -> None:
    """Where rdflib cannot read a query with the bare word, it is refused with a sentence that says so."""
    with pytest.raises(QueryRefusedError, match="could not be read well enough"):
        refuse_service("SELECT * { ?s ?p ?o LATERAL { SERVICE <http://x/> { ?s ?p ?o } } }")


def test_a_typing_error_beside_the_word() -> None:
    """A syntax error in a query with the word in a string is told as one, with its place."""
    with pytest.raises(QuerySyntaxError) as caught:
        refuse_service("SELECT * {\n  ?s ?p 'service' ) }")
    assert (caught.value.line, caught.value.column) == (2, 19)


def test_surrogates() -> None:
    """Half a character is refused as no SPARQL, also as an escape beside the word."""
    for query in ("ASK { ?s ?p 'service \ud800' }", r"ASK { ?s ?p 'service \ud800' }"):
        with pytest.raises(QuerySyntaxError):
            refuse_service(query)


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <http://x/a> <http://x/b> 1 }",
        "DELETE WHERE { ?s ?p ?o }",
        "LOAD <http://127.0.0.1:9/>",
        "PREFIX e: <http://x/> CLEAR ALL",
        "WITH <http://x/g> DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused_not_syntax_errors(update: str) -> None:
    """An update is recognised, and refused as such."""
    with pytest.raises(SyntaxError) as caught:
        Store().query(update)
    assert isinstance(explain(update, caught.value), QueryRefusedError)


@pytest.mark.parametrize(
    ("query", "line", "column", "message"),
    [
        ("", 1, 1, "ends before"),
        ("# INSERT\n", 1, 9, "ends before"),
        ("ASK {", 1, 6, "ends before"),
        ("SELECT * {\n  ?s ?p }", 2, 9, "'}' cannot stand here"),
        ("ASK{?s ?p}", 1, 10, "'}' cannot stand here"),
        ("ASK { ?s ?p 'service' , }", 1, 25, "'}' cannot stand here"),
        ("SELECT * WHERE { ?s ?p ?o FILTER(?o > ) }", 1, 39, "cannot stand here"),
        ("SELECT * { ?s ?p ?o } LIMIT ten", 1, 29, "'ten' cannot stand here"),
        ("SELECT * { ?s rdf:type ?o }", 1, 15, "the prefix 'rdf:' is not declared"),
        ("INSRT DATA { <a> <b> <c> }", 1, 1, "'INSRT' cannot stand here"),
        ("ASK { ?s ?p ?o", 1, 15, "ends before"),
        ("SELECT * {\n ?s ?p ?o . ) }", 2, 13, "'\\)' cannot stand here"),
        ("SELCT * {}", 1, 1, "'SELCT' cannot stand here"),
        ("ASK {\n\n  foo:a ?b ?c }", 3, 3, "the prefix 'foo:' is not declared"),
        ("ASK { <http://x/f oo> ?p ?o }", 1, 22, "IRI parsing failed"),
        ("SELECT ?x { ?x ?y ?z } GROUP BY ?y", 1, 35, "unbound"),
        ("# æøå\nASK { ?s ?p 'æ' ] }", 2, 17, "cannot stand here"),
    ],
)
def test_place_of_a_syntax_error(query: str, line: int, column: int, message: str) -> None:
    """A syntax error tells line and column, counted from 1 in characters, and what is wrong there."""
    with pytest.raises(SyntaxError) as caught:
        Store().query(query)
    error = explain(query, caught.value)
    assert isinstance(error, QuerySyntaxError)
    assert (error.line, error.column) == (line, column)
    with pytest.raises(QuerySyntaxError, match=message):
        raise error


@pytest.mark.parametrize("bracket", ["{", "(", "[", "({[", "<<", "<<("])
def test_deep_brackets_are_refused(bracket: str) -> None:
    """A query that nests too deeply is refused without parsing, naming the setting."""
    with pytest.raises(QueryLimitError) as caught:
        scan("ASK " + bracket * 3000, LONG, DEEP)
    assert caught.value.limit == "query-nesting"


def test_long_queries_are_refused() -> None:
    """A query that is too long is refused, naming the setting; one as long as allowed is not."""
    scan("x" * LONG, LONG, DEEP)
    with pytest.raises(QueryLimitError) as caught:
        scan("x" * (LONG + 1), LONG, DEEP)
    assert caught.value.limit == "query-length"


def test_nesting_is_counted_to_the_limit() -> None:
    """As many levels as allowed pass, and one more does not."""
    scan("{" * DEEP + "}" * DEEP, LONG, DEEP)
    with pytest.raises(QueryLimitError):
        scan("{" * (DEEP + 1), LONG, DEEP)


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s ?p '" + "{" * 500 + "' }",
        'ASK { ?s ?p """' + '{"' * 500 + '""" }',
        "ASK { } # " + "{" * 500,
        "ASK { " + "?s ?p <http://x/a_(b)> . " * 500 + "}",
        "ASK { " + "{ ?s ?p ?o } " * 500 + "}",
        "ASK { " + "?s ?p << <a:b> ?q <a:b>>> . " * 500 + "}",
        "ASK { ?s ?p e:a" + r"\(" * 500 + " }",
    ],
)
def test_brackets_that_do_not_nest(query: str) -> None:
    """Brackets in strings, comments and IRIs, and groups beside each other, are no nesting."""
    scan(query, LONG, DEEP)


@pytest.mark.parametrize(
    "query",
    [
        "ASK { FILTER(?a<" + "(" * 3000 + "1" + ")" * 3000 + "&&2>1) }",
        "ASK { <http://x/)))))> ?p ?o " + "{" * 101,
        "ASK { ?s ?p ')' . " + "{" * 101,
        "ASK { # }}}}}\n" + "{" * 101,
    ],
)
def test_depth_cannot_be_hidden(query: str) -> None:
    """What looks like an IRI, a string or a comment does not make the brackets around it fewer."""
    with pytest.raises(QueryLimitError):
        scan(query, LONG, DEEP)


@given(st.text(alphabet="<>(){}[]'\"\\#\n ?a:", max_size=300) | st.text(), st.integers(0, 5))
def test_scan_raises_only_its_error(query: str, nesting: int) -> None:
    """Whatever the text, the scan returns or raises `QueryLimitError`."""
    with suppress(QueryLimitError):
        scan(query, 200, nesting)


@pytest.mark.parametrize("piece", ['"\\', '"""', "'", "<", "<(", "a-", "#", "\\", '""""\\', "'''\"\"\""])
def test_scan_is_linear(piece: str) -> None:
    """A hostile query of the greatest length is scanned in time linear in its length."""
    start = time.perf_counter()
    scan((piece * LONG)[:LONG], LONG, LONG)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("piece", ["service-", "service'", "'service", "<service", '"\\service', "x:service."])
def test_refusing_is_quick(piece: str) -> None:
    """A hostile query with the word is judged in seconds."""
    start = time.perf_counter()
    with pytest.raises(QueryError):
        refuse_service((piece * LONG)[:20_000])
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("piece", ["a", "e:x ", "?s ?p ?o . ", "'x' , ", "#\n", ": ", "e:"])
def test_telling_the_place_is_quick(piece: str) -> None:
    """The place of an error in a hostile query of the greatest length is told in seconds."""
    query = ("ASK { ?s ?p " + piece * LONG)[:LONG]
    with pytest.raises(SyntaxError) as caught:
        Store().query(query)
    start = time.perf_counter()
    assert isinstance(explain(query, caught.value), QuerySyntaxError)
    assert time.perf_counter() - start < 5
