"""Errors: pages in the reader's language for people, problems (RFC 9457) for machines."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from registergraf.namespaces import BASE
from webpages import Page, client, release


@pytest.mark.parametrize(("lang", "words"), [("nb", "Mente du"), ("en", "Did you mean")])
def test_unknown_page_names_the_nearest(lang: str, words: str) -> None:
    """A page that does not exist says so in its language, with the nearest that do."""
    answer = client().get(f"/{lang}/registry/nprr")
    assert answer.status_code == 404
    assert words in answer.text
    assert f'href="/{lang}/registry/npr"' in answer.text
    Page(answer.text)


def test_unknown_thing_is_a_problem_for_machines() -> None:
    """A thing that does not exist is told with problem details, the nearest names among them."""
    answer = client().get("/registry/nprr", headers={"Accept": "text/turtle"})
    told = json.loads(answer.data)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert told["type"] == BASE + "problem/not-found"
    assert "npr" in told["nearest"]


@pytest.mark.parametrize(
    "path", ["/xyz", "/nb/xyz", "/nb/registry/npr/more", "/registry/npr.pdf", "/catalog.pdf", "/nb/graph/view"]
)
def test_nothing_there(path: str) -> None:
    """An address with nothing at it answers 404, as a page for a browser."""
    answer = client().get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    Page(answer.text)


def test_wrong_method_names_the_right_ones() -> None:
    """A method that an address does not answer is refused with those that it does."""
    answer = client().post("/nb/registry/npr")
    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= set(answer.headers["Allow"].split(", "))


def test_failure_shows_no_trace() -> None:
    """An error of ours is told without what went wrong inside."""
    broken = replace(release(), queries={**release().queries, "pages/counts.rq": "SELECT secret"})
    answer = client(of=broken).get("/nb/", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("slug", ["bad-request", "not-found", "refused", "unavailable"])
def test_problem_types_lead_to_a_page(slug: str) -> None:
    """The type of a problem can be looked up."""
    assert client().get(f"/problem/{slug}", headers={"Accept-Language": "en"}).location == f"/en/problem/{slug}"


def test_what_the_graph_holds_is_escaped() -> None:
    """Markup in the graph is shown as text, and an address that is no web address is no link."""
    store = Store()
    store.bulk_extend(release().store)
    thing = NamedNode(BASE + "concept/evil")
    for predicate, value in (
        ("http://www.w3.org/2004/02/skos/core#prefLabel", Literal("<script>alert(1)</script>", language="nb")),
        ("http://www.w3.org/2000/01/rdf-schema#seeAlso", NamedNode("javascript:alert(1)")),
    ):
        store.add(Quad(thing, NamedNode(predicate), value))
    html = client(of=replace(release(), store=store)).get("/nb/concept/evil").text
    assert "&lt;script&gt;" in html
    assert not Page(html).of("script")
    assert 'href="javascript' not in html


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("nb", "som ikke er blant controller"),
        ("nn", "som ikkje er blant controller"),
        ("en", "which is none of controller"),
    ],
)
def test_a_wrong_parameter_is_told_in_the_readers_language(lang: str, words: str) -> None:
    """On the page of a language, and to a machine by its Accept-Language header."""
    assert words in client().get(f"/{lang}/query/roles?role=controler").text
    asked = {"Accept": "application/json", "Accept-Language": lang}
    assert words in client().get("/query/roles?role=controler", headers=asked).get_json(force=True)["detail"]
