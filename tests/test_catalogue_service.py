"""The catalogue as harvesters ask for it: through a real socket, in each format and profile, conditionally, paged."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from rdflib import Graph
from rdflib.compare import isomorphic

from registergraf.catalogue import FORMATS, PROFILES, Slices
from registergraf.namespaces import BASE
from service import Service, options, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registergraf.release import Release
    from registergraf.settings import Settings

pytestmark = pytest.mark.slow

HYDRA = "http://www.w3.org/ns/hydra/core#"
DCAT = "http://www.w3.org/ns/dcat#"
NPR = NamedNode(BASE + "registry/npr")


@pytest.fixture(scope="module")
def service(release: Release, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of the session's release."""
    assert release
    with running(tmp_path_factory.mktemp("harvest"), *options(settings)) as running_one:
        yield running_one


def test_each_format_by_accept_and_by_suffix(service: Service, release: Release) -> None:
    """GET answers 200 at once with the bytes of the release, whichever way the format is said."""
    for name, format_ in FORMATS.items():
        wanted = release.catalogue("neutral", name)
        for path, accept in (("/catalog", format_.media_type), (f"/catalog{format_.suffix}", "image/png")):
            status, headers, body = service.ask(path, headers={"Accept": accept})
            assert (status, body) == (200, wanted)
            assert headers["content-type"] == f"{format_.media_type}; charset=utf-8"
            assert headers["content-length"] == str(len(body))
            assert "content-encoding" not in headers


def test_a_harvester_that_says_nothing_gets_turtle(service: Service, release: Release) -> None:
    """No Accept header, and any type: what every harvester reads."""
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "text/*;q=0.3, */*;q=0.1"}):
        status, told, body = service.ask("/catalog", headers=headers)
        assert status == 200
        assert told["content-type"].startswith("text/turtle")
        assert body == release.catalogue("neutral", "turtle")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/rdf+xml;q=0.5, application/ld+json;q=0.9", "application/ld+json"),
        ("text/turtle;q=0, application/n-triples", "application/n-triples"),
        ("application/rdf+xml; charset=utf-8", "application/rdf+xml"),
        ("APPLICATION/LD+JSON", "application/ld+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/turtle"),
        (",,;q=x, application/trig", "application/trig"),
    ],
)
def test_odd_accept(service: Service, accept: str, media_type: str) -> None:
    """Weights, exclusion, parameters, capitals, a browser's header and a broken one."""
    status, headers, _ = service.ask("/catalog", headers={"Accept": accept})
    assert status == 200
    assert headers["content-type"].startswith(media_type)


def test_nothing_acceptable(service: Service) -> None:
    """406 tells what there is."""
    status, headers, body = service.ask("/catalog", headers={"Accept": "application/pdf"})
    assert (status, headers["content-type"]) == (406, "application/problem+json")
    assert json.loads(body)["available"] == [format_.media_type for format_ in FORMATS.values()]


def test_head(service: Service) -> None:
    """HEAD answers as GET does, without the body."""
    got = service.ask("/catalog.ttl")
    status, headers, body = service.ask("/catalog.ttl", "HEAD")
    assert (status, body) == (200, b"")
    for name in ("content-length", "content-type", "etag", "last-modified", "link"):
        assert headers[name] == got[1][name]


def test_conditional(service: Service) -> None:
    """A strong tag, and a date; either is answered with 304 and no body."""
    _, headers, _ = service.ask("/catalog.rdf")
    assert re.fullmatch(r'"[^"]+"', headers["etag"])
    for condition in ({"If-None-Match": headers["etag"]}, {"If-None-Match": f'"other", {headers["etag"]}'}):
        status, told, body = service.ask("/catalog.rdf", headers=condition)
        assert (status, body, told["etag"]) == (304, b"", headers["etag"])
    status, _, body = service.ask("/catalog.rdf", headers={"If-Modified-Since": headers["last-modified"]})
    assert (status, body) == (304, b"")
    assert service.ask("/catalog.rdf", headers={"If-None-Match": '"other"'})[0] == 200


def test_conditional_and_compressed(service: Service) -> None:
    """Who has a compressed copy is told of that copy, and that there are others."""
    packed = {"Accept-Encoding": "gzip"}
    _, headers, _ = service.ask("/catalog", headers=packed)
    assert headers["content-encoding"] == "gzip"
    status, told, _ = service.ask("/catalog", headers={**packed, "If-None-Match": headers["etag"]})
    assert (status, told["etag"], told["vary"]) == (304, headers["etag"], headers["vary"])


def test_tags_differ(service: Service) -> None:
    """Every format and profile has a tag of its own."""
    tags = [
        service.ask(f"/catalog{format_.suffix}?profile={profile}", "HEAD")[1]["etag"]
        for format_ in FORMATS.values()
        for profile in PROFILES
    ]
    assert len(set(tags)) == len(tags)


def test_never_compressed_unasked(service: Service) -> None:
    """FDK's harvester would read the coding as a charset."""
    for headers in ({}, {"Accept-Encoding": "*"}, {"Accept-Encoding": "identity"}):
        assert "content-encoding" not in service.ask("/catalog.ttl", headers=headers)[1]
    assert service.ask("/catalog.ttl", headers={"Accept-Encoding": "gzip"})[1]["content-encoding"] == "gzip"


def test_wrong_method_and_unknown_addresses(service: Service) -> None:
    """405 with what is allowed, and 404 for a format, a page and a data set that do not exist."""
    status, headers, _ = service.ask("/catalog", "PUT", b"x")
    assert status == 405
    assert {"GET", "HEAD"} <= set(headers["allow"].split(", "))
    for path in ("/catalog.pdf", "/catalog/pages/0", "/catalog/pages/99", "/catalog/registry/no-such"):
        assert service.ask(path)[0] == 404, path


def test_profile_by_parameter_and_by_header(service: Service, release: Release) -> None:
    """A token or an IRI, and Accept-Profile with weights; the answer says which it is and where the others are."""
    iris = {}
    for token in PROFILES:
        status, headers, body = service.ask(f"/catalog.nt?profile={token}")
        assert (status, body) == (200, release.catalogue(token, "n-triples"))
        iris[token] = headers["content-profile"].strip("<>")
        assert f'<{iris[token]}>; rel="profile"' in headers["link"]
        assert headers["link"].count('rel="alternate"') == len(PROFILES) * len(FORMATS)
    assert len(set(iris.values())) == len(PROFILES)
    for token, iri in iris.items():
        status, headers, body = service.ask("/catalog", headers={"Accept-Profile": f"<urn:x:none>, <{iri}>;q=0.4"})
        assert (status, body) == (200, release.catalogue(token, "turtle"))
        assert {"accept", "accept-profile"} <= {part.strip().lower() for part in headers["vary"].split(",")}
        assert service.ask(f"/catalog.nt?profile={iri}")[2] == release.catalogue(token, "n-triples")


def test_unknown_profile(service: Service) -> None:
    """A parameter that names none is a mistake, a header that takes none is not acceptable; both are told what exists."""
    status, _, body = service.ask("/catalog?profile=dcat-ap-nu")
    assert status == 400
    assert "dcat-ap-no" in json.loads(body)["detail"]
    status, _, body = service.ask("/catalog", headers={"Accept-Profile": "<urn:x:none>"})
    assert status == 406
    assert "healthdcat-ap" in json.loads(body)["detail"]


def test_anybody_may_read_it(service: Service) -> None:
    """A script of another site may ask, with the headers it needs, and read the answer's."""
    status, headers, _ = service.ask("/catalog", "OPTIONS", headers={"Origin": "https://example.org"})
    assert status == 204
    assert "Accept-Profile" in headers["access-control-allow-headers"]
    _, headers, _ = service.ask("/catalog")
    assert headers["access-control-allow-origin"] == "*"
    assert "ETag" in headers["access-control-expose-headers"]


def test_paged(service: Service, release: Release) -> None:
    """Following hydra:next gives every data set once, each page another address, and the last has no next."""
    seen: list[str] = []
    path: str | None = "/catalog/pages/1.nt"
    visited = []
    while path is not None:
        assert path not in visited
        visited.append(path)
        status, _, body = service.ask(path)
        assert status == 200
        triples = [quad.triple for quad in parse(body, format=RdfFormat.N_TRIPLES)]
        seen += [t.object.value for t in triples if t.predicate.value == DCAT + "dataset"]
        following = [t.object.value for t in triples if t.predicate.value == HYDRA + "next"]
        assert len(following) <= 1
        path = "/" + following[0].removeprefix(BASE) if following else None
    assert len(visited) == 3
    assert sorted(seen) == [dataset.value for dataset in Slices(release.catalogue("neutral", "n-triples")).datasets]


def test_a_data_set_by_its_own_address(service: Service, release: Release) -> None:
    """What the catalogue says of it, in each syntax the same graph, as large as the views say that may say it."""
    graphs = []
    for format_ in FORMATS.values():
        status, headers, body = service.ask("/catalog/registry/npr", headers={"Accept": format_.media_type})
        assert (status, headers["content-type"]) == (200, f"{format_.media_type}; charset=utf-8")
        assert service.ask(f"/catalog/registry/npr{format_.suffix}")[2] == body
        graphs.append({quad.triple for quad in parse(io.BytesIO(body), format=format_.rdf_format)})
    assert all(graph == set(Slices(release.catalogue("neutral", "n-triples")).of(NPR)) for graph in graphs)
    length = str(len(service.ask("/catalog/registry/npr.jsonld")[2]))
    for view, told in {"neutral": [], "dcat-ap-no": [], "dcat-ap": [length], "healthdcat-ap": [length]}.items():
        described = Slices(release.catalogue(view, "n-triples")).of(NPR)
        assert [t.object.value for t in described if t.predicate.value == DCAT + "byteSize"] == told


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_rdflib_reads_the_same_graph_from_every_syntax(service: Service) -> None:
    """A second parser agrees."""
    bodies = {f: service.ask(f"/catalog/registry/npr{f.suffix}")[2] for f in FORMATS.values() if f.suffix != ".trig"}
    graphs = [Graph().parse(data=body, format=f.media_type) for f, body in bodies.items()]
    assert all(isomorphic(graph, graphs[0]) for graph in graphs)


def test_feed(service: Service, release: Release) -> None:
    """The index, the pages, those that are full for good, and Atom; each with a strong tag."""
    status, headers, body = service.ask("/feed")
    assert (status, headers["content-type"]) == (200, "application/trig; charset=utf-8")
    assert body == release.feed("index.trig")
    assert "atom.nn.xml" in headers["link"]
    _, full, body = service.ask("/feed/1")
    assert body == release.feed("1.trig")
    assert "immutable" in full["cache-control"]
    assert "immutable" not in service.ask("/feed/2")[1]["cache-control"]
    assert service.ask("/feed/1", headers={"If-None-Match": full["etag"]})[0] == 304
    assert service.ask("/feed/3")[0] == 404
    status, headers, _ = service.ask("/feed/atom.nb.xml")
    assert (status, headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
