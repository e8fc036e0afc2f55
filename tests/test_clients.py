"""The clients that analysts have, against the real service: SPARQLWrapper, Comunica, and the editor YASGUI."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.dom.minidom import Document

import pytest
from rdflib import Graph
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from registergraf.namespaces import BASE
from service import BROWSER_FLAGS, options, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registergraf.release import Release
    from registergraf.settings import Settings
    from service import Service

pytestmark = pytest.mark.slow

CLIENTS = Path(__file__).parent / "clients"
NODE, CHROMIUM = shutil.which("node"), shutil.which("chromium")
PREFIXES = f"PREFIX rg: <{BASE}ns#> PREFIX dct: <http://purl.org/dc/terms/> PREFIX dpv: <https://w3id.org/dpv#> "
SELECT = PREFIXES + "SELECT ?s ?id { ?s a rg:DataSource ; dct:identifier ?id } ORDER BY ?id LIMIT 5"
CONSTRUCT = PREFIXES + "CONSTRUCT { ?s dct:identifier ?id } { ?s a rg:DataSource ; dct:identifier ?id }"
NPR = f"{BASE}registry/npr"
FHI = f"{BASE}organisation/983744516"

needs_comunica = pytest.mark.skipif(
    NODE is None or not (CLIENTS / "node_modules").is_dir(),
    reason="there is no node, or Comunica is not installed: script/test does it, or npm ci in tests/clients",
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")


@pytest.fixture(scope="module")
def service(release: Release, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service over the release, which writes down what it is asked."""
    assert release
    folder = tmp_path_factory.mktemp("clients")
    with running(folder, *options(settings), access_log=folder / "access.log", query_seconds=60) as made:
        yield made


# ---------------------------------------------------------------- SPARQLWrapper


def wrapped(service: Service, query: str, form: str, method: str = GET, how: str = URLENCODED) -> Any:
    """What SPARQLWrapper makes of an answer."""
    client = SPARQLWrapper(f"{service.base}/sparql")
    client.setQuery(query)
    client.setReturnFormat(form)
    client.setMethod(method)
    client.setRequestMethod(how)
    return client.query().convert()


@pytest.mark.parametrize(("method", "how"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_by_every_method(service: Service, method: str, how: str) -> None:
    """GET, a form, and the query itself as the body give the same rows."""
    rows = wrapped(service, SELECT, JSON, method, how)["results"]["bindings"]
    assert len(rows) == 5
    assert rows == wrapped(service, SELECT, JSON)["results"]["bindings"]


def test_sparqlwrapper_in_every_format(service: Service) -> None:
    """Each is what it asked for, and tables and graphs hold the same in all of them."""
    ids = [row["id"]["value"] for row in wrapped(service, SELECT, JSON)["results"]["bindings"]]
    document = wrapped(service, SELECT, XML)
    assert isinstance(document, Document)
    literals = [node.firstChild.data for node in document.getElementsByTagName("literal")]  # type: ignore[union-attr]
    assert literals == ids
    for form, mark in ((CSV, ","), (TSV, "\t")):
        lines = wrapped(service, SELECT, form).decode().splitlines()[1:]
        assert [line.split(mark)[1].strip('"') for line in lines] == ids
    assert wrapped(service, PREFIXES + "ASK { ?s a rg:DataSource }", JSON)["boolean"] is True
    graphs = [wrapped(service, CONSTRUCT, form) for form in (RDFXML, JSONLD)]
    turtle = [Graph().parse(data=wrapped(service, CONSTRUCT, form), format="turtle") for form in (TURTLE, N3)]
    triples = {frozenset(graph) for graph in [*graphs, *turtle]}
    assert len(triples) == 1
    assert len(next(iter(triples))) > 80
    assert wrapped(service, f"DESCRIBE <{NPR}>", RDFXML)


def test_sparqlwrapper_is_told_what_is_wrong(service: Service) -> None:
    """Its own error for a query that is not SPARQL carries what the service said."""
    with pytest.raises(QueryBadFormed, match="cannot stand here"):
        wrapped(service, "SELECT * { ?s ?p }", JSON)


# ---------------------------------------------------------------- Comunica


def comunica(query: str, *sources: object) -> Any:
    """What Comunica finds in the sources."""
    asked = json.dumps({"query": query, "sources": sources})
    call = [str(NODE), str(CLIENTS / "comunica.mjs")]
    answer = subprocess.run(call, input=asked, check=False, capture_output=True, text=True, timeout=240)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@needs_comunica
def test_comunica_asks_the_endpoint(service: Service) -> None:
    """It finds out by the service description that this is an endpoint, and has the rows of the endpoint."""
    expected = [
        {name: term["value"] for name, term in row.items()}
        for row in wrapped(service, SELECT, JSON)["results"]["bindings"]
    ]
    assert comunica(SELECT, f"{service.base}/sparql") == expected


@needs_comunica
def test_comunica_builds_a_graph(service: Service) -> None:
    """A CONSTRUCT over the endpoint, named as one."""
    found = comunica(CONSTRUCT, {"type": "sparql", "value": f"{service.base}/sparql"})
    expected = {tuple(map(str, triple)) for triple in wrapped(service, CONSTRUCT, RDFXML)}
    assert {tuple(triple) for triple in found} == expected


@needs_comunica
def test_comunica_joins_a_document_and_the_endpoint(service: Service) -> None:
    """The controller from the data document of a registry, its name from the endpoint."""
    query = (
        PREFIXES
        + f"SELECT ?name {{ <{NPR}> dpv:hasDataController ?who . ?who <http://xmlns.com/foaf/0.1/name> ?name }}"
    )
    found = comunica(query, f"{service.base}/registry/npr.ttl", f"{service.base}/sparql")
    assert "Folkehelseinstituttet" in {row["name"] for row in found}


# ---------------------------------------------------------------- YASGUI


@needs_chromium
def test_yasgui_asks_the_endpoint(service: Service, tmp_path: Path) -> None:
    """The editor on our page, in a real browser, asks a query that its address carries, and shows the rows."""
    query = PREFIXES + 'SELECT ?title { ?s dct:identifier "npr" ; dct:title ?title . FILTER(LANG(?title) = "nb") }'
    flags = [*BROWSER_FLAGS, f"--user-data-dir={tmp_path}", "--virtual-time-budget=20000"]
    address = f"{service.base}/en/sparql#query={quote(query)}"
    call = [str(CHROMIUM), *flags, "--dump-dom", address]
    page = subprocess.run(call, check=True, capture_output=True, text=True, timeout=240).stdout
    assert "Norsk pasientregister" in re.sub(r"<[^>]*>", "", page.partition("</form>")[2]), page[-3000:]
    log = [json.loads(line) for line in (service.talk.parent / "access.log").read_text("utf-8").splitlines()]
    asked = [line for line in log if line["path"] == "/sparql" and line["method"] == "POST"]
    assert {line["status"] for line in asked} == {200}
