"""The W3C's own tests of the protocols, driven from their manifests, over a service with workers."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    Triple,
    parse,
)
from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection

from registergraf.graph import to_nquads
from registergraf.namespaces import GRAPHS
from registergraf.settings import Settings
from registergraf.sparql import WorkerPool
from registergraf.web import create_app
from support import SHARED, needs_shared

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rdflib.term import Node
    from werkzeug.test import TestResponse

    from registergraf.release import Release

pytestmark = [pytest.mark.slow, needs_shared]

TESTS = SHARED / "conformance" / "sparql11"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
FORMATS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    },
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml"},
}


@dataclass(frozen=True)
class Exchange:
    """One request of a test, and what is expected of the response."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    statuses: tuple[str, ...]
    format: str = ""
    boolean: bool | None = None
    expected: bytes = field(default=b"", repr=False)

    def fits(self, status: int) -> bool:
        """Whether a status is one of those expected."""
        classes = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
        return any(classes.get(name) == status or name == f"StatusCode{str(status)[0]}xx" for name in self.statuses)


@dataclass(frozen=True)
class Case:
    """A test of a manifest: its requests, and the graphs it wants to find."""

    name: str
    exchanges: tuple[Exchange, ...]
    graphs: tuple[tuple[str, Path], ...]

    @property
    def writes(self) -> bool:
        """Whether it is about updates, which this service refuses."""
        return "update" in self.name


def cases(path: str) -> list[Case]:
    """The tests of a manifest in its order; none where the folder is not there."""
    file = TESTS / path
    if not file.exists():
        return []
    graph = Graph().parse(file, format="turtle", publicID=file.as_uri())
    entries = Collection(graph, next(graph.objects(None, MF.entries)))
    return [_case(graph, entry, file.parent) for entry in entries]


def _case(graph: Graph, entry: Node, folder: Path) -> Case:
    exchanges = [
        _exchange(graph, request)
        for requests in graph.objects(graph.value(entry, MF.action), HT.requests)
        for request in Collection(graph, requests)
    ]
    data = [
        (str(graph.value(one, RDFS.label)), graph.value(one, UT.graph)) for one in graph.objects(entry, UT.graphData)
    ]
    return Case(
        str(entry).rsplit("#", maxsplit=1)[-1],
        tuple(exchanges),
        tuple((name, folder / str(file).rsplit("/", maxsplit=1)[-1]) for name, file in data),
    )


def _exchange(graph: Graph, request: Node) -> Exchange:
    response = graph.value(request, HT.resp)
    boolean = graph.value(response, MF.expectedBoolean)
    return Exchange(
        str(graph.value(request, HT.methodName)),
        str(graph.value(request, HT.absolutePath)),
        _headers(graph, request),
        _body(graph, request),
        tuple(str(status).rsplit("#", maxsplit=1)[-1] for status in graph.objects(response, MF.expectedStatus)),
        str(graph.value(response, MF.expectedFormat) or ""),
        None if boolean is None else bool(boolean.toPython()),
        _body(graph, response),
    )


def _headers(graph: Graph, message: Node) -> dict[str, str]:
    listed = graph.value(message, HT.headers)
    return {
        str(graph.value(one, HT.fieldName)): str(graph.value(one, HT.fieldValue))
        for one in (Collection(graph, listed) if listed else ())
    }


def _body(graph: Graph, message: Node) -> bytes:
    body = graph.value(message, HT.body)
    if body is None:
        return b""
    return str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding) or "utf-8"))


def ask(release: Release | SimpleNamespace, dataset: Path, exchange: Exchange, path: str) -> TestResponse:
    """Send the request of a test to a service over a dataset of its own."""
    settings = Settings.read({}, query_workers=1)
    with WorkerPool(dataset, settings, {}) as pool:
        return (
            create_app(release, settings, pool)
            .test_client()
            .open(path, method=exchange.method, headers=exchange.headers, data=exchange.body or None)
        )


PROTOCOL = cases("protocol/manifest.ttl")


@pytest.mark.parametrize("case", [c for c in PROTOCOL if not c.writes], ids=lambda case: case.name)
def test_protocol(case: Case, release: Release, tmp_path: Path) -> None:
    """Every query test of the SPARQL 1.1 Protocol passes as its manifest states it."""
    dataset = tmp_path / "dataset.nq"
    dataset.write_text("".join(file.read_text().replace(" .\n", f" <{name}> .\n") for name, file in case.graphs))
    for exchange in case.exchanges:
        answer = ask(release, dataset, exchange, exchange.path.replace("/sparql/", "/sparql", 1))
        assert exchange.fits(answer.status_code), (answer.status, answer.text)
        if exchange.format:
            assert answer.mimetype in FORMATS[exchange.format]
        if exchange.boolean is not None:
            assert answer.json["boolean"] is exchange.boolean


@pytest.mark.parametrize("case", [c for c in PROTOCOL if c.writes], ids=lambda case: case.name)
def test_updates_are_refused(case: Case, release: Release, tmp_path: Path) -> None:
    """Every update of the manifest is refused: 403, or the 415 that a wrong media type asks for."""
    dataset = tmp_path / "dataset.nq"
    dataset.write_text("")
    for exchange in (one for one in case.exchanges if "sparql-query" not in str(one.headers)):
        answer = ask(release, dataset, exchange, exchange.path.replace("/sparql/", "/sparql", 1))
        assert answer.status_code == (415 if "media_type" in case.name or "missing" in case.name else 403)


def test_manifests_are_read() -> None:
    """No test of a manifest is passed over."""
    assert len(PROTOCOL) == 34


# ---------------------------------------------------------------- graph store

STORE = {
    case.name: case for kind in ("direct", "indirect") for case in cases(f"graph-store-protocol/manifest-{kind}.ttl")
}
NAMED = "http://www.example/gsp/person/new"


def over(release: Release, quads: list[Quad]) -> SimpleNamespace:
    """A release with another dataset."""
    store = Store()
    store.bulk_extend(quads)
    return SimpleNamespace(store=store, base=release.base, name=release.name, queries=release.queries)


def as_requests_leave_it(exchange: Exchange, path: str, base: str) -> list[Quad]:
    """The dataset that the requests before have made: the graph that the manifest expects to be read."""
    query = parse_qs(urlsplit(path).query, keep_blank_values=True)
    iri = query["graph"][0] if "graph" in query else base + urlsplit(path).path.removeprefix("/rdf-graph-store/")
    graph = DefaultGraph() if "default" in query else NamedNode(iri)
    if exchange.fits(404):
        return []
    body = exchange.expected or b"<x:a> <x:b> <x:c> ."
    return [Quad(*quad.triple, graph) for quad in parse(body, RdfFormat.TURTLE)]


def canonical(triples: Iterable[Triple]) -> Dataset:
    """A graph to be compared whatever its blank nodes are called."""
    dataset = Dataset(Quad(*triple) for triple in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.mark.parametrize("case", STORE.values(), ids=STORE)
def test_graph_store(case: Case, release: Release, tmp_path: Path) -> None:
    """Every reading request of the manifests answers as they state it, over the graph that they wrote before.

    Every writing one is refused with 405 and the methods there are.
    """
    for exchange in case.exchanges:
        path = exchange.path.replace("/gsp", "/rdf-graph-store", 1).replace("$LOCATION$", NAMED)
        quads = as_requests_leave_it(exchange, path, release.base) if exchange.method in {"GET", "HEAD"} else []
        (tmp_path / "dataset.nq").write_bytes(to_nquads(quads))
        answer = ask(over(release, quads), tmp_path / "dataset.nq", exchange, path)
        if exchange.method not in {"GET", "HEAD"}:
            assert answer.status_code == 405
            assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
            continue
        assert exchange.fits(answer.status_code), answer.text
        if exchange.expected:
            assert answer.content_type == "text/turtle; charset=utf-8"
            read = (quad.triple for quad in parse(answer.data, RdfFormat.TURTLE))
            assert canonical(read) == canonical(quad.triple for quad in quads)


def test_manifests_of_the_graph_store_are_read() -> None:
    """No test of the graph store is passed over."""
    assert len(STORE) == 13


# ---------------------------------------------------------------- service description

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")


def described(release: Release, accept: str = "*/*") -> tuple[str, Graph]:
    """What a GET of the endpoint gives, as it is asked for."""
    app = create_app(release, Settings.read({}), SimpleNamespace())
    answer = app.test_client().get("/sparql", base_url="https://service.example", headers={"Accept": accept})
    assert answer.status_code == 200
    return answer.mimetype, Graph().parse(data=answer.data, format=answer.mimetype)


@pytest.mark.parametrize("accept", ["*/*", "text/turtle", "application/rdf+xml", "application/ld+json"])
def test_returns_rdf(release: Release, accept: str) -> None:
    """GET on endpoint returns RDF."""
    media_type, graph = described(release, accept)
    assert accept in {media_type, "*/*"}
    assert len(graph) > 20


def test_has_endpoint_triple(release: Release) -> None:
    """Service description contains a matching sd:endpoint triple."""
    _, graph = described(release)
    assert (None, SD.endpoint, URIRef("https://service.example/sparql")) in graph


def test_conforms_to_schema(release: Release) -> None:
    """Service description conforms to schema: every property of it stands on a thing of its domain, with one of its range."""
    _, graph = described(release)
    domains = {
        "endpoint": "Service", "supportedLanguage": "Service", "resultFormat": "Service", "defaultDataset": "Service",
        "defaultEntailmentRegime": "Service", "defaultGraph": "Dataset", "namedGraph": "Dataset", "name": "NamedGraph",
        "graph": "NamedGraph",
    }  # fmt: skip
    ranges = {"defaultDataset": "Dataset", "defaultGraph": "Graph", "namedGraph": "NamedGraph", "graph": "Graph"}
    used = {str(p).removeprefix(str(SD)) for p in graph.predicates() if str(p).startswith(str(SD))}
    assert used <= domains.keys()
    for name in used:
        for subject, value in graph.subject_objects(SD[name]):
            assert (subject, RDF.type, SD[domains[name]]) in graph
            assert name not in ranges or (value, RDF.type, SD[ranges[name]]) in graph
    assert len(list(graph.subjects(RDF.type, SD.Service))) == 1


def test_named_graphs_are_those_of_the_release(release: Release) -> None:
    """The service description lists the layers with the sizes that they have."""
    _, graph = described(release)
    void = Namespace("http://rdfs.org/ns/void#")
    for named in graph.subjects(RDF.type, SD.NamedGraph):
        name = NamedNode(str(graph.value(named, SD.name)))
        size = len(list(release.store.quads_for_pattern(None, None, None, name)))
        assert int(graph.value(graph.value(named, SD.graph), void.triples)) == size
    assert len(list(graph.subjects(RDF.type, SD.NamedGraph))) == len(GRAPHS)
