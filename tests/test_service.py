"""The service as its users meet it: the installed command, a real socket, somebody else's client, a real browser."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from rdflib import Graph
from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper

from service import BROWSER_FLAGS, COMMAND, options, running
from support import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from registergraf.release import Release
    from registergraf.settings import Settings

pytestmark = pytest.mark.slow

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def base(release: Release, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service of the session's release."""
    assert release
    with running(tmp_path_factory.mktemp("serving"), *options(settings)) as service:
        yield service.base


def get(url: str, accept: str = "*/*") -> tuple[int, dict[str, str], bytes]:
    """Status, headers by lower-case name, and body; redirects are not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    request = urllib.request.Request(url, headers={"Accept": accept})  # noqa: S310 - loopback
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=20) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


QUERY = "SELECT ?s ?slug WHERE { ?s a <https://w3id.org/registergraf/ns#DataSource> ; <http://purl.org/dc/terms/identifier> ?slug }"


def test_sparqlwrapper_reads_every_form(base: str) -> None:
    """SELECT in three formats, by GET and POST, and a graph."""
    client = SPARQLWrapper(f"{base}/sparql")
    client.setQuery(QUERY)
    client.setReturnFormat(JSON)
    slugs = {row["slug"]["value"] for row in client.query().convert()["results"]["bindings"]}
    client.setMethod(POST)
    client.setReturnFormat(XML)
    xml = client.query().convert().toxml()
    client.setReturnFormat(CSV)
    csv = client.query().convert().decode()
    client.setQuery("CONSTRUCT { ?s a ?t } WHERE { ?s a ?t } LIMIT 5")
    client.setReturnFormat(TURTLE)
    graph = Graph().parse(data=client.query().convert(), format="turtle")

    assert {"npr", "kpr", "noric"} <= slugs
    assert all(slug in xml and slug in csv for slug in slugs)
    assert len(graph) == 5


def test_the_command_line_asks_a_remote_service(base: str, settings: Settings, tmp_path: Path) -> None:
    """A named query with parameters gives the same over HTTP as at hand."""
    call = [
        COMMAND,
        "--content",
        settings.content,
        "query",
        "roles",
        "--param",
        "slug=noric",
        "--param",
        "role=controller",
        "--format",
        "json",
    ]
    answer = subprocess.run([*call, "--endpoint", f"{base}/sparql"], cwd=tmp_path, check=True, capture_output=True)
    bindings = json.loads(answer.stdout)["results"]["bindings"]

    assert [(b["role"]["value"], b["organisation"]["value"]) for b in bindings] == [
        ("controller", "Folkehelseinstituttet")
    ]


def test_a_malformed_query_is_400_with_its_position(base: str) -> None:
    """A machine gets a problem document with line and column."""
    status, headers, body = get(f"{base}/sparql?query=SELECT%20*%20WHERE%20%7B%0A%20%3Fs%20%3Fp%20%7D")
    problem = json.loads(body)

    assert status == 400
    assert headers["content-type"].startswith("application/problem+json")
    assert problem["line"] == 2
    assert problem["column"]


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:b> <a:b> <a:b> }",
        "LOAD <http://127.0.0.1:1/>",
        "SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * WHERE { SERVICE SILENT ?x { ?s ?p ?o } }",
    ],
)
def test_what_only_reads_refuses_the_rest(base: str, text: str) -> None:
    """Updates and SERVICE are refused and nothing is fetched."""
    status, _, _ = get(f"{base}/sparql?query={urllib.request.quote(text)}")

    assert status in {400, 403}


def test_a_query_that_takes_too_long_is_killed_alone(release: Release, settings: Settings, tmp_path: Path) -> None:
    """The client is told which limit, and the next query is answered at once."""
    assert release
    with running(tmp_path, *options(settings), query_seconds=1) as service:
        base = service.base
        started = time.monotonic()
        status, _, body = get(
            f"{base}/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fa%20%3Fb%20%3Fc.%3Fd%20%3Fe%20%3Ff%7D"
        )
        took = time.monotonic() - started
        again, _, _ = get(f"{base}/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D")

    assert status == 503
    assert "query-seconds" in body.decode()
    assert took < 10
    assert again == 200


def test_an_entity_leads_to_its_page_or_its_data(base: str) -> None:
    """303 by what is accepted."""
    page = get(f"{base}/registry/npr", "text/html")
    data = get(f"{base}/registry/npr", "text/turtle")

    assert (page[0], data[0]) == (303, 303)
    assert page[1]["location"].endswith("/nb/registry/npr")
    assert data[1]["location"].endswith("/registry/npr.ttl")
    assert get(f"{base}/nb/registry/npr")[0] == 200
    assert Graph().parse(data=get(f"{base}/registry/npr.ttl")[2], format="turtle")


def test_a_harvester_gets_the_catalogue(base: str) -> None:
    """200 at once, typed with a charset, with an ETag, uncompressed."""
    for accept, syntax in {
        "text/turtle": "turtle",
        "application/rdf+xml": "xml",
        "application/ld+json": "json-ld",
    }.items():
        status, headers, body = get(f"{base}/catalog", accept)

        assert status == 200
        assert headers["content-type"] == f"{accept}; charset=utf-8"
        assert headers["etag"].startswith('"')
        assert "content-encoding" not in headers
        assert len(Graph().parse(data=body, format=syntax)) > 100


def test_a_port_in_use_is_told(settings: Settings, release: Release, tmp_path: Path) -> None:
    """One sentence and exit code 3."""
    assert release
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        call = [COMMAND, *options(settings), "serve", "--port", port]
        answer = subprocess.run(call, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60)

    assert answer.returncode == 3
    assert f"port {port} on 127.0.0.1 cannot be used" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_path_can_be_asked_without_a_port(settings: Settings, release: Release, tmp_path: Path) -> None:
    """`serve --get` prints the body; what is not there has exit code 1."""
    assert release
    command = [COMMAND, *options(settings), "serve", "--get"]
    found = subprocess.run([*command, "/nb/registry/npr"], cwd=tmp_path, check=False, capture_output=True, text=True)
    missing = subprocess.run([*command, "/nb/registry/nprr"], cwd=tmp_path, check=False, capture_output=True, text=True)

    assert (found.returncode, missing.returncode) == (0, 1)
    assert "Norsk pasientregister" in found.stdout
    assert "npr" in missing.stdout


@pytest.mark.skipif(not PACKAGED.is_dir(), reason="the package is installed in place, without content of its own")
def test_the_wheel_serves_away_from_the_checkout(tmp_path: Path) -> None:
    """Installed alone, in an empty folder, the package builds from what it carries and serves."""
    with running(tmp_path) as service:
        assert "Norsk pasientregister" in get(f"{service.base}/nb/registry/npr")[2].decode()

    assert list((tmp_path / "data-home" / "registergraf" / "releases").glob("*/manifest.json"))


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")
@pytest.mark.parametrize(
    ("path", "text"),
    [("/nb/", "Registergraf"), ("/nb/registry/npr", "Norsk pasientregister"), ("/en/sparql", "SPARQL")],
)
def test_a_real_browser_shows_the_page(base: str, tmp_path: Path, path: str, text: str) -> None:
    """Chromium renders the page and reports no error, a refused resource included."""
    flags = [*BROWSER_FLAGS, f"--user-data-dir={tmp_path}", "--enable-logging=stderr", "--v=0"]
    page = subprocess.run(
        [str(CHROMIUM), *flags, "--dump-dom", base + path], check=True, capture_output=True, text=True, timeout=120
    )

    assert f"{text}" in re.sub(r"<[^>]*>", "", page.stdout)
    assert "CONSOLE" not in page.stderr
