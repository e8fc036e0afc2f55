"""The query page: the editor's policy, what it completes, the chart of an answer."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode

from registergraf.namespaces import BASE
from registergraf.web.ground.results import Table
from registergraf.web.shown.charts import WIDTH, chart_of
from webpages import Page, client

XSD = "http://www.w3.org/2001/XMLSchema#"


def number(text: str) -> Literal:
    """A whole number."""
    return Literal(text, datatype=NamedNode(XSD + "integer"))


def test_only_the_query_page_may_run_scripts_and_only_ours() -> None:
    """And nothing but us may be asked by them; no inline script or style is allowed anywhere."""
    for path in ("/nb/sparql", "/nb/"):
        policy = client().get(path).headers["Content-Security-Policy"]
        assert ("script-src 'self'" in policy) == ("connect-src 'self'" in policy) == (path == "/nb/sparql")
        assert "unsafe" not in policy
        assert "http" not in policy


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_the_form_does_without_a_script(lang: str) -> None:
    """The page has the form, in its language; the editor is hidden until a script shows it."""
    html = client().get(f"/{lang}/sparql").text
    Page(html)
    assert f'<form id="plain" action="/{lang}/sparql" method="get">' in html
    assert '<div id="yasgui"' in html
    assert client().get(f"/{lang}/sparql?query=ASK%20%7B%7D", headers={"Accept": "text/html"}).status_code == 200


def test_terms_to_complete_are_those_in_use() -> None:
    """Classes and properties, each once."""
    terms = client().get("/terms.json").json
    assert BASE + "ns#HealthRegistry" in terms["class"]
    assert {BASE + "ns#statutoryBasis", "http://purl.org/dc/terms/title"} <= set(terms["property"])
    assert len(set(terms["property"])) == len(terms["property"])


@pytest.mark.parametrize("columns", [("name", "count"), ("count", "name")])
def test_names_with_numbers_are_drawn(columns: tuple[str, str]) -> None:
    """Whichever comes first; the longest bar is the greatest number."""
    pairs = [(Literal("a"), number("3")), (NamedNode("https://x.no/b"), number("12"))]
    rows = tuple(pair if columns[0] == "name" else pair[::-1] for pair in pairs)
    chart = chart_of(Table(columns, rows))
    assert chart is not None
    assert (chart.names, chart.numbers) == ("name", "count")
    assert [bar.length for bar in chart.bars] == [WIDTH / 4, WIDTH]


@pytest.mark.parametrize(
    "rows",
    [
        [("a", "1")],
        [("a", "1"), ("a", "2")],
        [("a", "1"), ("b", "-2")],
        [("a", "0"), ("b", "0")],
        [("a", "1"), ("b", "NaN")],
        [(str(n), "1") for n in range(50)],
    ],
    ids=["one row", "a name twice", "below nought", "nothing", "no number", "too many"],
)
def test_other_shapes_are_not_drawn(rows: list[tuple[str, str]]) -> None:
    """A chart that would mislead is none."""
    assert chart_of(Table(("name", "count"), tuple((Literal(name), number(text)) for name, text in rows))) is None
