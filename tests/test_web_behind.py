"""Every page shows the queries behind it, and they give what the page was made from."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions

from registergraf.graph.queries import select
from registergraf.namespaces import BASE
from registergraf.web.ground.behind import Asked
from webpages import FakePool, Page, client, release

SHOWN = ["/registry/npr", "/act/LOV-2014-06-20-43", "/organisation/983744516", "/concept/consent-not-required", "/law/"]


@pytest.mark.parametrize("path", SHOWN)
def test_queries_behind_a_page_are_standalone(path: str) -> None:
    """Each query of a page can be asked as it stands, and the page of queries says so in the reader's language."""
    page = Page(client().get(f"/nn{path}?show=sparql").text)
    areas = [name for name, given in page.elements if name == "textarea" and given.get("name") == "query"]
    texts = [text for key, text in page.texts.items() if key.startswith("q-")]
    assert areas
    assert len(texts) == len(areas)
    for text in texts:
        assert isinstance(release().store.query(text), QuerySolutions)


@pytest.mark.parametrize("section", ["name", "law", "roles", "routes", "halts", "purposes", "silences"])
def test_standalone_query_answers_as_the_page_did(section: str) -> None:
    """With what it is asked about written out, a query has the answer that the page was made from."""
    text = release().queries[f"pages/registry-{section}.rq"]
    bindings = {"registry": NamedNode(f"{BASE}registry/npr"), "lang": "nb"}
    used = {name: value for name, value in bindings.items() if f"?{name} " in text}
    bound = [{k: v for k, v in row.items() if k not in bindings} for row in select(release().store, text, **used)]
    assert bound
    alone = select(release().store, Asked(section, text, used).standalone)
    assert sorted(map(repr, alone)) == sorted(map(repr, bound))


def test_words_of_a_visitor_stand_for_nothing_but_themselves() -> None:
    """Not for the place of another term, whichever is written first, and not for the end of their own."""
    text = "SELECT ?given WHERE { BIND(?said AS ?given) VALUES ?thing { } BIND(?lang AS ?spoken) }"
    hostile = '\0lang\0 VALUES ?thing { } " } # \\'
    things = [NamedNode("http://example.org/a")]
    asked = Asked("words", text, {"said": hostile, "lang": "nb"}, {"thing": things})
    answer = select(release().store, asked.standalone)
    assert [row["given"] for row in answer] == [Literal(hostile)]


def test_page_links_to_the_queries_of_its_sections() -> None:
    """A section leads to its own query, and the end of the page to all of them."""
    html = client().get("/nb/registry/npr").text
    assert 'href="/nb/registry/npr?show=sparql#registry-roles"' in html
    assert 'href="/nb/registry/npr?show=sparql"' in html


def test_queries_behind_a_page_of_another_day_are_asked_of_that_day() -> None:
    """The form carries the day, and the endpoint answers for it; what is no day is refused."""
    html = client().get("/nb/registry/npr?as-of=2019-01-01&show=sparql").text
    assert '<form action="/nb/sparql" method="get"><input type="hidden" name="as-of" value="2019-01-01">' in html
    pool = FakePool()
    assert client(pool).get("/nb/sparql?query=ASK%7B%7D&as-of=2019-01-01").status_code == 200
    assert [question.as_of for question in pool.asked] == ["2019-01-01"]
    assert client().get("/sparql?query=ASK%7B%7D&as-of=yesterday").status_code == 400
