"""The SPARQL endpoint as the web hands it on, over a pool that answers what it is told to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from registergraf.errors import QueryError, QueryLimitError, QueryRefusedError, QuerySyntaxError
from registergraf.namespaces import BASE
from registergraf.settings import Settings
from registergraf.sparql import Question
from registergraf.sparql.formats import NotAcceptableError
from webpages import FakePool, Page, client


def test_browser_gets_the_form() -> None:
    """Without a query, a browser gets a form that needs no script."""
    answer = client().get("/sparql", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert answer.status_code == 200
    assert Page(answer.text).of("textarea")[0]["name"] == "query"


def test_machine_without_a_query_is_told() -> None:
    """Without a query, a machine that wants the answer to one gets 400 and the reason."""
    answer = client().get("/sparql", headers={"Accept": "application/sparql-results+json"})
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_query_is_handed_to_the_pool() -> None:
    """Query, Accept header, format and graphs reach the pool, and its answer goes out as it is."""
    pool = FakePool()
    answer = client(pool).get(
        "/sparql",
        query_string={"query": "ASK {}", "format": "json", "default-graph-uri": BASE + "graph/law"},
        headers={"Accept": "text/csv"},
    )
    assert answer.data == b'{"head":{},"boolean":true}'
    assert answer.content_type == "application/sparql-results+json"
    assert answer.headers["Vary"] == "Accept"
    assert pool.asked == [Question("ASK {}", "text/csv", "json", (BASE + "graph/law",))]


@pytest.mark.parametrize("content_type", ["application/sparql-query", "application/x-www-form-urlencoded"])
def test_query_may_be_posted(content_type: str) -> None:
    """Both forms of POST are read."""
    pool = FakePool()
    body = "ASK {}" if content_type.endswith("query") else "query=ASK+%7B%7D"
    assert client(pool).post("/sparql", data=body, content_type=content_type).status_code == 200
    assert pool.asked[0].query == "ASK {}"


@pytest.mark.parametrize(
    ("error", "status", "members"),
    [
        (QuerySyntaxError("expected WHERE", 2, 7), 400, {"line": 2, "column": 7}),
        (QueryRefusedError("SERVICE is not done here"), 403, {}),
        (NotAcceptableError("nothing fits", ["text/csv"]), 406, {"available": ["text/csv"]}),
        (QueryLimitError("query-seconds", "it took more than 10 s"), 503, {"limit": "query-seconds"}),
        (QueryLimitError("answer-mb", "the answer is too large"), 413, {"limit": "answer-mb"}),
        (QueryError("the worker died"), 500, {}),
    ],
)
def test_refused_query_is_a_problem(error: QueryError, status: int, members: dict[str, Any]) -> None:
    """A query that is not answered is told with what to change."""
    answer = client(FakePool(error)).get("/sparql", query_string={"query": "ASK {}"})
    told = json.loads(answer.data)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert told["status"] == status
    assert members.items() <= told.items()


def test_refused_query_is_a_page_for_a_browser() -> None:
    """A browser gets the same as a page."""
    answer = client(FakePool(QuerySyntaxError("expected <WHERE>", 2, 7))).get(
        "/sparql", query_string={"query": "x"}, headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"}
    )
    assert answer.status_code == 400
    assert "Line 2, column 7: expected &lt;WHERE&gt;" in answer.text


def test_update_is_refused() -> None:
    """The service only reads."""
    assert client().post("/sparql", data={"update": "CLEAR ALL"}).status_code == 403


def test_body_is_bounded() -> None:
    """A body larger than the longest query is refused unread."""
    settings = Settings.read({})
    body = b"x" * (12 * settings.query_length + 1)
    assert client().post("/sparql", data=body, content_type="application/sparql-query").status_code == 413
