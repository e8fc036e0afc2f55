"""Permalinks: a stored query keeps its answer and its address, whatever is served later."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, parse

from registergraf.namespaces import BASE
from registergraf.settings import Settings
from registergraf.sparql import WorkerPool
from registergraf.sparql.formats import GRAPHS, RESULTS
from registergraf.web import create_app
from registergraf.web.ground.shelf import Shelf, StoredQuery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from registergraf.release import Release

TITLE = "<http://purl.org/dc/terms/title>"
SELECT = f'SELECT ?s ?title {{ ?s a <{BASE}ns#DataSource> ; {TITLE} ?title . FILTER(LANG(?title) = "nb") }} ORDER BY ?s'
CONSTRUCT = f"CONSTRUCT {{ ?s {TITLE} ?t }} WHERE {{ ?s a <{BASE}ns#DataSource> ; {TITLE} ?t }}"
HTML = {"Accept": "text/html"}


class Renamed:
    """The same release under the name of another one, as it would be served later."""

    def __init__(self, release: Release, name: str) -> None:
        self._release = release
        self.name = name

    def __getattr__(self, attribute: str) -> object:
        return getattr(self._release, attribute)


@pytest.fixture(scope="module")
def pool(release: Release) -> Iterator[WorkerPool]:
    """Start a worker over the release."""
    with WorkerPool(
        release.graph_file, Settings.read({}, query_workers=1), {}, queries=release.queries, base=release.base
    ) as made:
        yield made


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    """Settings with a shelf of the test's own."""
    return Settings.read({}, releases=str(tmp_path))


@pytest.fixture
def client(release: Release, pool: WorkerPool, given: Settings) -> FlaskClient:
    """A client of a service with that shelf."""
    return create_app(release, given, pool).test_client()


def stored(client: FlaskClient, query: str, **more: str) -> TestResponse:
    """Store a query as the form does; the address it has then."""
    answer = client.post("/q", data={"query": query, **more})
    assert answer.status_code == 303, answer.text
    return answer


def test_the_address_follows_from_what_was_asked(client: FlaskClient) -> None:
    """The same query has the same address, another text or another graph has another."""
    first = stored(client, SELECT).location
    assert stored(client, SELECT).location == first
    body = client.post("/q", data=SELECT, content_type="application/sparql-query")
    assert body.location == first
    others = {
        stored(client, SELECT + " ").location,
        stored(client, SELECT, **{"default-graph-uri": f"{BASE}graph/law"}).location,
    }
    assert len(others | {first}) == 3


def test_the_answer_is_what_the_endpoint_answered(client: FlaskClient) -> None:
    """In every format of a table, and its hash is that of the JSON."""
    place = stored(client, SELECT).location
    for form in RESULTS:
        kept = client.get(place, query_string={"format": form.name})
        asked = client.get("/sparql", query_string={"query": SELECT, "format": form.name})
        assert (kept.status_code, kept.mimetype) == (200, form.media_type)
        if form.name == "json":
            assert kept.json == asked.json
            assert hashlib.sha256(kept.data).hexdigest() in client.get(place, headers=HTML).text
        else:
            assert kept.data == asked.data
    assert client.get(place, query_string={"format": "excel"}).data.startswith(b"\xef\xbb\xbfs;title")
    assert client.get(place, query_string={"format": "rq"}).text == SELECT
    assert client.get(place, query_string={"format": "ttl"}).status_code == 406


def test_a_graph_is_kept_too(client: FlaskClient) -> None:
    """In every format of a graph, the same triples."""
    place = stored(client, CONSTRUCT).location
    turtle = client.get("/sparql", query_string={"query": CONSTRUCT, "format": "ttl"})
    triples = {quad.triple for quad in parse(turtle.data, RdfFormat.TURTLE)}
    for form in GRAPHS:
        kept = client.get(place, query_string={"format": form.name})
        assert kept.mimetype == form.media_type
        assert {quad.triple for quad in parse(kept.data, form.writer)} == triples
    assert "Norsk pasientregister" in client.get(place, headers=HTML).text


def test_the_page_says_of_which_release_and_how_to_cite(client: FlaskClient, release: Release) -> None:
    """In every language; the way to ask it anew carries the text as it was."""
    place = stored(client, SELECT + " # <b>").location
    for lang, word in (("nb", "Slik siterer du"), ("nn", "Lagra spørjing"), ("en", "How to cite")):
        page = client.get(f"/{lang}{place}")
        assert page.status_code == 200
        assert word in page.text
        assert f"<code>{release.name}</code>" in page.text
        assert f"http://localhost{place}" in page.text
        assert "<b>" not in page.text
        assert "Norsk pasientregister" in page.text
    again = client.get("/sparql", query_string={"query": SELECT + " # <b>"}, headers=HTML)
    assert 'formaction="/q" formmethod="post"' in again.text


def test_it_outlives_its_release(client: FlaskClient, pool: WorkerPool, release: Release, given: Settings) -> None:
    """Under another release the answer is what it was, and the page tells both releases."""
    place = stored(client, SELECT).location
    later = create_app(Renamed(release, "f" * 16), given, pool).test_client()  # type: ignore[arg-type]
    page = later.get(f"/en{place}").text
    assert release.name in page
    assert "Served now is release <code>ffffffffffffffff</code>" in page
    assert later.get(place).data == client.get(place).data
    assert stored(later, SELECT).location != place


def test_what_is_no_query_is_not_stored(client: FlaskClient, given: Settings) -> None:
    """A slip, an update and a query for elsewhere are refused as at the endpoint, and leave nothing."""
    for query, status in (
        ("SELCT", 400),
        ("CLEAR ALL", 403),
        ("ASK { SERVICE <http://127.0.0.1:1/> {} }", 403),
        ("", 400),
    ):
        assert client.post("/q", data={"query": query}).status_code == status
    assert client.get("/q").status_code == 405
    assert not list(given.releases_dir.iterdir())


@pytest.mark.parametrize("name", ["0" * 16, "..", "x", "0" * 15, "%2e%2e%2fcurrent"])
def test_what_is_not_stored_is_404(client: FlaskClient, name: str) -> None:
    """Also what would be a path."""
    assert client.get(f"/q/{name}").status_code == 404


def test_a_full_shelf_says_so(release: Release, pool: WorkerPool, tmp_path: Path) -> None:
    """Nothing that is cited is thrown out for something new; what is there already is not refused."""
    full = Settings.read({}, releases=str(tmp_path), stored_queries_mb=1, stored_answer_kb=1024)
    client = create_app(release, full, pool).test_client()
    big = "SELECT * { ?s ?p ?o } LIMIT "
    places = []
    for number in range(3000, 3020):
        answer = client.post("/q", data={"query": f"{big}{number}"})
        if answer.status_code != 303:
            break
        places.append(answer.location)
    assert answer.status_code == 503
    assert answer.json["limit"] == "stored-queries-mb"
    assert places
    assert all(client.get(place).status_code == 200 for place in places)
    assert stored(client, f"{big}3000").location == places[0]


def test_a_long_answer_is_its_hash(release: Release, pool: WorkerPool, tmp_path: Path) -> None:
    """The query stays, and whoever asks it again can compare."""
    short = Settings.read({}, releases=str(tmp_path), stored_answer_kb=1)
    client = create_app(release, short, pool).test_client()
    place = stored(client, SELECT).location
    problem = client.get(place).json
    again = client.get("/sparql", query_string={"query": SELECT, "format": "json"})
    assert problem["sha256"] == hashlib.sha256(again.data).hexdigest()
    assert problem["sha256"] in client.get(f"/nb{place}").text
    assert client.get(place, query_string={"format": "rq"}).text == SELECT


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """One sentence, and no half of a file."""
    (tmp_path / ".stored-queries").write_text("in the way")
    entry = StoredQuery("ASK {}", (), (), "r", "2026-01-01", "2026-01-01", "text/csv", "0", "")
    with pytest.raises(Exception, match="cannot be stored"):
        Shelf(tmp_path, 1, 1).put(entry)


def test_a_name_is_of_query_graphs_and_release() -> None:
    """Each of them, and nothing else."""
    entry = StoredQuery("ASK {}", (), (), "r", "2026-01-01", "2026-01-01", "text/csv", "0", "")
    same = [replace(entry, answer="true"), replace(entry, stored="2027-01-01")]
    other = [
        replace(entry, query="ASK { }"),
        replace(entry, default_graphs=("a:b",)),
        replace(entry, named_graphs=("a:b",)),
        replace(entry, release="s"),
    ]
    assert {one.name for one in same} == {entry.name}
    assert len({one.name for one in (entry, *other)}) == 5
    assert json.dumps(entry.name).isascii()
