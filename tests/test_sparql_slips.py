"""Syntax errors that teach: the usual slips, each told by a guess that the parser agrees with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

import registergraf
from registergraf.namespaces import BASE
from registergraf.querytext.syntax import _SENTENCES, syntax_error
from registergraf.settings import Settings
from registergraf.sparql import WorkerPool
from registergraf.web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from registergraf.errors import QuerySyntaxError
    from registergraf.release import Release

TEXTS = Path(registergraf.__file__).parent / "web" / "texts"
HTML = {"Accept": "text/html"}


def told(query: str) -> QuerySyntaxError:
    """What is told of a query that is not SPARQL."""
    with pytest.raises(SyntaxError) as caught:
        Store().query(query)
    return syntax_error(query, caught.value)


@pytest.mark.parametrize(
    ("query", "guess"),
    [
        ("ASK { ?s rdf:type ?o }", "it is one of ours: put PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> at the top"),
        ("ASK { ?s a rg:DataSource }", f"it is one of ours: put PREFIX rg: <{BASE}ns#> at the top"),
        ("ASK { ?s dcatt:keyword ?o }", "did you mean dcat:?"),
        ("ASK { ?s ?p https://lovdata.no/eli/lov }", "an address stands in angle brackets: <https://lovdata.no/eli/lov>"),
        ("ASK { ?s ?p «Norsk pasientregister» }", 'quotation marks are straight in SPARQL: "Norsk pasientregister", not «Norsk pasientregister»'),
        ("ASK { ?s ?p “NPR” }", 'quotation marks are straight in SPARQL: "NPR", not “NPR”'),
        ("ASK { ?s ?p ‘NPR’ }", 'quotation marks are straight in SPARQL: "NPR", not ‘NPR’'),
        ("ASK { ?s ?p »NPR« }", 'quotation marks are straight in SPARQL: "NPR", not »NPR«'),
        ("ASK { ?s a\u00a0<a:b> }", "the invisible character U+00A0 in line 1, column 11 is no space to SPARQL"),
        ("ASK {\n  ?s a ?t\n  ?s ?p ?o }", ". is missing before this"),
        ("ASK { { ?s ?p ?o }", "} is missing: the { in line 1, column 5 is never closed"),
        ("ASK {\n ?s ?p [ ?q ?o . }", "] is missing before this"),
        ("ASK { ?s ?p ?o } }", "this } closes nothing"),
        ("ASK { FILTER(?x = (1 + 2) ?s ?p ?o }", ") is missing before this"),
        ("ASK { ?s ?p 'NPR }", "' is missing: the ' in line 1, column 13 is never closed"),
        ("ASK { ?s ?p <http://x/a }", "> is missing: the < in line 1, column 13 is never closed"),
        ("ASK { ?s ?p 'it's' }", "a quotation mark inside a text is written \\'"),
        ("SELECT ?a, ?b { ?a ?p ?b }", "variables stand without commas: ?a ?b"),
        ("SELECT COUNT(?s) { ?s ?p ?o }", "an expression stands in brackets and has a name: (COUNT(?s) AS ?value)"),
        ("SELECT (?o + 1) { ?s ?p ?o }", "AS ?value is missing before this"),
        ("ASK { ?s ?p ?o FILTER ?o = 1 }", "the condition of FILTER stands in brackets"),
        ("ASK { ?s ?p ?o FILTER(?o == 1) }", "SPARQL writes = for =="),
        ("ASK { ?s ?p ?o FILTER(?o <> 1) }", "SPARQL writes != for <>"),
        ("ASK { ?s ?p ?o FILTER(?o > 1 AND ?o < 3) }", "SPARQL writes && for AND"),
        ("ASK { ?s ?p ?o BIND(1, ?b) }", "SPARQL writes AS for ,"),
        ("SELECT * { ?s ?p ?o LIMIT 10 }", "LIMIT stands behind the last }"),
        ("SELECT * { ?s ?p ?o } LIMIT 10, 20", "LIMIT takes one number: LIMIT 20 OFFSET 10"),
        ("SELECT * { ?s ?p ?o } ORDER ?s", "BY is missing before this"),
        ("SELCT * { ?s ?p ?o }", "did you mean SELECT?"),
        ("ASK { ?s ?p ?o FILTER NOT EXIST { ?s ?p 1 } }", "did you mean EXISTS?"),
        ("SELECT registry { ?registry ?p ?o }", 'a variable is written ?registry, and a text "registry"'),
        ("@prefix x: <a:b> .\nASK { ?s ?p ?o }", "SPARQL has neither @ nor a dot with a prefix: PREFIX name: <address>"),
        ("PREFIX x <a:b> ASK { ?s ?p ?o }", "a prefix ends in a colon: PREFIX x:"),
        ("ASK { ?s ?p ?o , }", "something is missing after the ',', or it is one too many"),
        ("ASK { ?s ?p 2022-06-01 }", 'a date is written "2022-06-01"^^xsd:date'),
        ("SELECT * WHERE ?s ?p ?o", "{ is missing before this"),
    ],
)  # fmt: skip
def test_a_usual_slip_is_guessed(query: str, guess: str) -> None:
    """The first guess is the one that whoever wrote this needs."""
    assert [one.english for one in told(query).guesses][:1] == [guess]


@pytest.mark.parametrize("query", ["SELECT ?x { ?x ?y ?z } GROUP BY ?y", "ASK { ?s ?p % }", "nonsense"])
def test_nothing_is_guessed_that_does_not_help(query: str) -> None:
    """No guess is told with which the parser would stop at the same place."""
    assert not told(query).guesses


@settings(max_examples=50)
@given(st.text(alphabet="<>(){}[]'\".,;?:«» aAsS@\n\u00a0", max_size=40))
def test_whatever_the_text_an_error_is_made(text: str) -> None:
    """No guess fails on what it looks at."""
    query = "ASK { ?s ?p " + text
    try:
        Store().query(query)
    except SyntaxError as error:
        line = syntax_error(query, error).line
    else:
        line = 1  # it is SPARQL
    assert line


def test_the_line_is_shown_with_a_caret() -> None:
    """The caret stands below the place, behind the same tabs, and a long line is cut around it."""
    assert told("ASK {\n\t?s ?p }").excerpt == "\t?s ?p }\n\t      ^"
    line, caret = told("ASK { " + "?s ?p ?o . " * 100 + "} }").excerpt.split("\n")
    assert len(line) < 101
    assert line[caret.index("^")] == "}"


def test_every_sentence_is_told_in_every_language() -> None:
    """The English ones are those of the command line; the others fill in the same values."""
    languages = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in TEXTS.glob("*.json")}
    for key, english in _SENTENCES.items():
        assert languages["en"][f"syntax.{key}"] == english
        for texts in languages.values():
            filled = {name: f"value of {name}" for name in ("found", "right", "line", "column")}
            told_in = texts[f"syntax.{key}"].format(**filled)
            expected = {value for value in filled.values() if value in english.format(**filled)}
            assert {value for value in filled.values() if value in told_in} == expected, (key, told_in)


# ---------------------------------------------------------------- over HTTP

SLIP = "ASK {\n  ?s ?p «NPR»\n}"


@pytest.fixture(scope="module")
def client(release: Release) -> Iterator[FlaskClient]:
    """A client of a service with a worker."""
    given_ = Settings.read({}, query_workers=1)
    with WorkerPool(release.graph_file, given_, {}, queries=release.queries, base=release.base) as pool:
        yield create_app(release, given_, pool).test_client()


@pytest.mark.parametrize(
    ("headers", "detail", "guess"),
    [
        ({}, "Line 2, column 9: '«NPR»' cannot stand here", "quotation marks are straight"),
        ({"Accept-Language": "nn"}, "Linje 2, kolonne 9: ««NPR»» kan ikkje stå her", "hermeteikn er rette"),
        ({"Accept-Language": "nb"}, "Linje 2, kolonne 9: ««NPR»» kan ikke stå her", "anførselstegn er rette"),
    ],
)
def test_a_machine_is_told_in_its_language(
    client: FlaskClient, headers: dict[str, str], detail: str, guess: str
) -> None:
    """A problem has the place, the line with the caret, and the guesses."""
    problem = client.get("/sparql", query_string={"query": SLIP}, headers=headers).json
    assert (problem["line"], problem["column"], problem["detail"]) == (2, 9, detail)
    assert problem["excerpt"] == "  ?s ?p «NPR»\n        ^"
    assert problem["guesses"][0].startswith(guess)


def test_a_reader_is_told_on_a_page(client: FlaskClient) -> None:
    """The page has the same, escaped, in the language of the reader."""
    page = client.get("/sparql", query_string={"query": SLIP + "<b>"}, headers={**HTML, "Accept-Language": "nb"})
    assert page.status_code == 400
    assert "  ?s ?p «NPR»\n        ^" in page.text
    assert "anførselstegn er rette i SPARQL: &#34;NPR&#34;" in page.text
    assert "<b>" not in page.text


def test_the_page_has_the_query_to_be_mended(client: FlaskClient) -> None:
    """In the form that asks it again, with the graphs that it was asked of, however it was sent."""
    given = {"query": SLIP + "</textarea>", "default-graph-uri": "http://x/g?a&b"}
    for page in (
        client.get("/nn/sparql", query_string=given, headers=HTML),
        client.post("/sparql", data=given, headers={**HTML, "Accept-Language": "nn"}),
    ):
        assert '<form action="/nn/sparql" method="get">' in page.text
        assert "«NPR»\n}&lt;/textarea&gt;</textarea>" in page.text
        assert 'name="default-graph-uri" value="http://x/g?a&amp;b"' in page.text
