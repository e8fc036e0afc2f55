"""Around the catalogue: dumps, VoID, sitemap, robots, structured data and Signposting, over a real release."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import RdfFormat, Store

from registergraf.catalogue import PROFILES
from registergraf.namespaces import BASE
from registergraf.web import create_app
from registergraf.web.data import discovery
from registergraf.web.ground.i18n import LANGUAGES
from webpages import FakePool

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from registergraf.release import Release
    from registergraf.settings import Settings

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def client(release: Release, settings: Settings) -> FlaskClient:
    """A client of the application over the session's release."""
    return create_app(release, settings, FakePool()).test_client()


# ---------------------------------------------------------------- dumps


def test_the_dumps_hold_the_whole_dataset(release: Release, client: FlaskClient) -> None:
    """N-Quads and TriG are the dataset, the view is its default graph, and nothing has another checksum."""
    loaded = {}
    for name, format_ in (("nq", RdfFormat.N_QUADS), ("trig", RdfFormat.TRIG)):
        loaded[name] = Store()
        loaded[name].load(gzip.decompress(client.get(f"/dump/registergraf.{name}.gz").data), format=format_)
    view = gzip.decompress(client.get("/dump/view.nt.gz").data)

    assert set(loaded["nq"]) == set(loaded["trig"]) == set(release.store)
    assert view.count(b"\n") == sum(
        1 for q in release.store.quads_for_pattern(None, None, None, None) if str(q.graph_name) == "DEFAULT"
    )
    for line in client.get("/dump/SHA256SUMS").text.splitlines():
        checksum, name = line.split("  ")
        assert hashlib.sha256(client.get(f"/dump/{name}").data).hexdigest() == checksum
        assert client.get(f"/dump/{name}").get_etag() == (checksum, False)


def test_a_dump_can_be_fetched_in_parts_and_again(client: FlaskClient) -> None:
    """A range, and 304 for what the client has."""
    whole = client.get("/dump/registergraf.nq.gz")
    part = client.get("/dump/registergraf.nq.gz", headers={"Range": "bytes=10-19"})
    again = client.get("/dump/registergraf.nq.gz", headers={"If-None-Match": whole.headers["ETag"]})

    assert whole.content_type == "application/gzip"
    assert "Content-Encoding" not in whole.headers
    assert (part.status_code, part.data) == (206, whole.data[10:20])
    assert (again.status_code, again.data) == (304, b"")


def test_the_dumps_are_listed_for_people_and_programs(client: FlaskClient) -> None:
    """A page in each language with every checksum; the checksums as text for a program; 404 for another name."""
    sums = client.get("/dump/SHA256SUMS").text
    for lang in LANGUAGES:
        page = client.get(f"/{lang}/dump/").text
        assert all(line.split("  ")[0] in page and line.split("  ")[1] in page for line in sums.splitlines())
    assert client.get("/dump/", headers={"Accept": "text/plain"}).location == "/dump/SHA256SUMS"
    assert client.get("/dump/", headers={"Accept": "text/html", "Accept-Language": "nn"}).location == "/nn/dump/"
    assert client.get("/dump/no-such").status_code == 404


def test_void_names_the_dumps_and_has_partitions(client: FlaskClient) -> None:
    """Each dump that VoID names is served; /.well-known/void leads to it; classes and properties have counts."""
    store = Store()
    store.load(
        client.get("/.well-known/void", headers={"Accept": "text/turtle"}, follow_redirects=True).data,
        format=RdfFormat.TURTLE,
    )
    query = "PREFIX void: <http://rdfs.org/ns/void#> SELECT ?dump { ?s void:dataDump ?dump }"
    dumps = {row["dump"].value.removeprefix(BASE) for row in store.query(query)}  # type: ignore[union-attr]

    assert {"dump/registergraf.nq.gz", "dump/registergraf.trig.gz", "dump/view.nt.gz"} <= dumps
    assert all(client.get("/" + path).status_code == 200 for path in dumps if path.startswith("dump/"))
    for kind, count in (("classPartition", "entities"), ("propertyPartition", "triples")):
        ask = (
            f"PREFIX void: <http://rdfs.org/ns/void#> ASK {{ ?s void:{kind} ?p . ?p void:{count} ?n FILTER(?n > 80) }}"
        )
        assert store.query(ask)


# ---------------------------------------------------------------- the page of the catalogue


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogue_page_tells_views_scores_and_changes(client: FlaskClient, release: Release, lang: str) -> None:
    """Each view by its address, each score with every reason why it is not higher, and the newest changes of the feed."""
    page = client.get(f"/{lang}/catalogue").text
    feed = ET.fromstring(client.get(f"/feed/atom.{lang}.xml").data)  # noqa: S314 - our own output
    newest = feed.findall("{http://www.w3.org/2005/Atom}entry")[:5]

    assert [score["score"] for score in release.scores] == ["eu-mqa", "fdk-mqa"]
    for score in release.scores:
        assert 0 < score["mean"] == score["withinReach"] < score["checked"]
        assert f">{score['mean']:.1f}<".replace(".", "." if lang == "en" else ",") in page
        for short in score["outOfReach"]:
            assert short["metric"] in page
            assert short["because"][lang] in page
    assert all(f'href="/catalog?profile={token}"' in page for token in PROFILES)
    assert f'href="/feed/atom.{lang}.xml"' in page
    assert len(newest) == 5
    assert all(entry.findtext("{http://www.w3.org/2005/Atom}title", "?") in page for entry in newest)


# ---------------------------------------------------------------- sitemap and robots


def test_every_page_is_in_the_sitemap_once_with_its_translations(client: FlaskClient) -> None:
    """Each address once, each with its translations; one of each kind answers."""
    answer = client.get("/sitemap.xml")
    root = ET.fromstring(answer.data)  # noqa: S314 - our own output
    places = [url.findtext(f"{SITEMAP}loc") or "" for url in root]
    paths = [urlsplit(place).path for place in places]

    assert answer.content_type == "application/xml; charset=utf-8"
    assert len(places) == len(set(places)) <= 50_000
    assert {"/nb/registry/npr", "/nn/registry/npr", "/en/", "/nb/rule/L34", "/en/query/roles"} <= set(paths)
    assert sum(path.startswith("/nb/registry/") for path in paths) > 85
    assert all(len(url.findall("{http://www.w3.org/1999/xhtml}link")) == len(LANGUAGES) for url in root)
    kinds = {tuple(path.split("/")[1:3]): path for path in paths}
    assert {kind for _, kind in kinds} >= {
        "registry",
        "act",
        "provision",
        "organisation",
        "rule",
        "query",
        "ns",
        "dump",
    }
    assert {path: client.get(path).status_code for path in kinds.values()} == dict.fromkeys(kinds.values(), 200)


def test_the_dates_are_those_of_the_facts(client: FlaskClient, release: Release) -> None:
    """Of a data source the one that the catalogue gives it, of what asks the whole graph the newest of those."""
    catalogue = Store()
    catalogue.load(release.catalogue("dcat-ap-no", "n-triples"), format=RdfFormat.N_TRIPLES)
    query = "PREFIX dct: <http://purl.org/dc/terms/> SELECT ?s ?day { ?s dct:modified ?day }"
    days = {row["s"].value.removeprefix(BASE): row["day"].value for row in catalogue.query(query)}  # type: ignore[union-attr]
    root = ET.fromstring(client.get("/sitemap.xml").data)  # noqa: S314 - our own output

    for url in root:
        path = (url.findtext(f"{SITEMAP}loc") or "").split("/", 4)[4]
        expected = None if path == "ns" else days.get(path, max(days.values()))
        assert url.findtext(f"{SITEMAP}lastmod") == expected, path


def test_too_many_pages_are_split(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the protocol's limit there is an index, and its parts hold everything."""
    whole = len(ET.fromstring(client.get("/sitemap.xml").data))  # noqa: S314 - our own output
    assert client.get("/sitemap-1.xml").status_code == 404
    monkeypatch.setattr(discovery, "LARGEST", 1000)
    index = ET.fromstring(client.get("/sitemap.xml").data)  # noqa: S314 - our own output
    parts = [urlsplit(entry.findtext(f"{SITEMAP}loc") or "").path for entry in index]

    assert index.tag == f"{SITEMAP}sitemapindex"
    assert sum(len(ET.fromstring(client.get(path).data)) for path in parts) == whole  # noqa: S314 - our own output
    assert client.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404


def test_robots_names_the_sitemap(client: FlaskClient) -> None:
    """The sitemap by its whole address; the endpoint is left to those who ask it."""
    text = client.get("/robots.txt", base_url="https://graf.example").text

    assert "Sitemap: https://graf.example/sitemap.xml" in text
    assert "Disallow: /sparql" in text


# ---------------------------------------------------------------- structured data and Signposting


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_describes_its_data_source_to_search_engines(client: FlaskClient, lang: str) -> None:
    """schema.org Dataset as JSON-LD, in the language of the page where there is text in it."""
    page = client.get(f"/{lang}/registry/npr").text
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    described = json.loads(scripts[0])

    assert len(scripts) == 1
    assert (described["@context"], described["@type"]) == ("https://schema.org/", "Dataset")
    assert described["@id"] == f"{BASE}registry/npr"
    assert described["name"] == ("Norwegian Patient Registry" if lang == "en" else "Norsk pasientregister")
    assert described["publisher"]["@type"] == "Organization"
    assert described["includedInDataCatalog"]["@id"] == f"{BASE}catalog"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d/(\.\.|\d{4}-\d\d-\d\d)", described["temporalCoverage"])
    assert 50 <= len(described["description"]) <= 5000  # what Google asks for


def test_every_data_source_is_described_and_nothing_ends_the_script(client: FlaskClient, release: Release) -> None:
    """Each page has the one script, which parses."""
    found = release.store.query(f"SELECT DISTINCT ?s {{ ?s a <{BASE}ns#DataSource> }}")
    slugs = [row["s"].value.rpartition("/")[2] for row in found]  # type: ignore[union-attr]
    for slug in sorted(slugs)[::20]:
        page = client.get(f"/nb/registry/{slug}").text
        described = json.loads(re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)[0])
        assert described["@id"] == f"{BASE}registry/{slug}"


def test_signposting(client: FlaskClient) -> None:
    """Level 1 in the Link header of page and document, level 2 as a link set (RFC 9264)."""
    header = client.get("/nb/registry/npr").headers["Link"]
    document = client.get("/registry/npr.ttl").headers["Link"]
    answer = client.get("/registry/npr.linkset")
    contexts = {urlsplit(c["anchor"]).path: c for c in json.loads(answer.data)["linkset"]}

    for link in (
        f'<{BASE}registry/npr>; rel="cite-as"',
        '</registry/npr.ttl>; rel="describedby"; type="text/turtle"',
        '<https://schema.org/AboutPage>; rel="type"',
        '<https://schema.org/Dataset>; rel="type"',
        '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
        '</registry/npr.linkset>; rel="linkset"; type="application/linkset+json"',
    ):
        assert link in header
    assert f'<{BASE}registry/npr>; rel="describes"' in document
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in document
    assert answer.content_type == "application/linkset+json"
    assert contexts["/nb/registry/npr"]["cite-as"] == [{"href": f"{BASE}registry/npr"}]
    assert {"href": "http://localhost/registry/npr.ttl", "type": "text/turtle"} in contexts["/nn/registry/npr"][
        "describedby"
    ]
    assert contexts["/registry/npr.ttl"]["describes"] == [{"href": f"{BASE}registry/npr"}]
    assert client.get("/registry/no-such.linkset").status_code == 404
