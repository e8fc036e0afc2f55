"""Linked data: addresses that negotiate, data documents, the catalogue, the vocabulary."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pyoxigraph import RdfFormat, parse

from registergraf.namespaces import BASE
from webpages import client, release

TYPES = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".nt": "application/n-triples",
}


@pytest.mark.parametrize(
    ("accept", "target"),
    [
        (None, "/nb/registry/npr"),
        ("*/*", "/nb/registry/npr"),
        ("text/html", "/nb/registry/npr"),
        *((media_type, f"/registry/npr{suffix}") for suffix, media_type in TYPES.items()),
        ("text/html;q=0.5, text/turtle", "/registry/npr.ttl"),
        ("text/turtle;q=0, */*;q=0.1", "/nb/registry/npr"),
    ],
)
def test_thing_answers_303(accept: str | None, target: str) -> None:
    """The address of a thing leads to its page or its data document, and says what the choice depends on."""
    answer = client().get("/registry/npr", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.location) == (303, target)
    assert answer.headers["Vary"] == "Accept, Accept-Language"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_thing_answers_in_the_clients_language() -> None:
    """The page that a thing leads to is in the client's language."""
    assert client().get("/registry/npr", headers={"Accept-Language": "en"}).location == "/en/registry/npr"


def test_page_answers_its_canonical_iri() -> None:
    """The page and the data documents link to each other and to what to cite."""
    links = client().get("/nb/registry/npr").headers["Link"]
    assert f'<{BASE}registry/npr>; rel="cite-as"' in links
    assert '</registry/npr.ttl>; rel="alternate"; type="text/turtle"' in links
    assert f'<{BASE}registry/npr>; rel="describes"' in client().get("/registry/npr.ttl").headers["Link"]


@pytest.mark.parametrize("suffix", TYPES)
def test_data_document(suffix: str) -> None:
    """A data document has its media type, the same bytes every time, an entity tag, and does not vary."""
    first, second = (client().get(f"/registry/npr{suffix}") for _ in range(2))
    assert first.content_type == f"{TYPES[suffix]}; charset=utf-8"
    assert first.data == second.data
    assert "Vary" not in first.headers
    assert not first.headers["ETag"].startswith("W/")


def test_data_document_describes_the_thing_and_its_evidence() -> None:
    """The description has the thing, the nodes it owns, and where it was read."""
    triples = set(parse(client().get("/registry/npr.nt").data, format=RdfFormat.N_TRIPLES))
    subjects = {quad.subject.value.removeprefix(BASE) for quad in triples}
    assert subjects >= {
        "registry/npr",
        "role/npr-controller-2",
        "purpose/npr-1",
        "claim/npr-1",
        "passage/npr-1",
        "silence/npr-1",
    }


def test_provision_with_dots_has_data_documents() -> None:
    """A dot in a name is not taken for the suffix of a format."""
    asking = client()
    assert asking.get("/provision/lov-2014-06-20-43.p11.g").status_code == 303
    assert asking.get("/provision/lov-2014-06-20-43.p11.g.ttl").status_code == 200


@pytest.mark.parametrize("path", ["/registry/npr.ttl", "/catalog.ttl", "/catalog", "/ns.ttl"])
def test_not_modified(path: str) -> None:
    """A client that has the document gets 304 without a body; one that has another gets the document."""
    asking = client()
    tag = asking.get(path).headers["ETag"]
    for given in (tag, f'"other", {tag}', "*"):
        answer = asking.get(path, headers={"If-None-Match": given})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
    assert asking.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["/registry/npr", "/registry/npr.ttl", "/catalog.ttl", "/nb/registry/npr", "/ns"])
def test_head_is_get_without_the_body(path: str) -> None:
    """HEAD has the headers of GET and no body."""
    asking = client()
    head, get = asking.head(path), asking.get(path)
    assert head.data == b""
    assert head.status_code == get.status_code
    assert head.headers.get("Content-Length") == get.headers.get("Content-Length")


def test_entity_tag_changes_with_the_release() -> None:
    """Another release has other tags, another format too."""
    other = replace(release(), name="fedcba9876543210")
    tags = [
        client(of=of).get(path).headers["ETag"] for of in (release(), other) for path in ("/catalog.ttl", "/catalog.nt")
    ]
    assert len(set(tags)) == 4


@pytest.mark.parametrize(
    ("accept", "media_type"), [(None, "text/turtle"), *((media_type, media_type) for media_type in TYPES.values())]
)
def test_catalogue_is_negotiated(accept: str | None, media_type: str) -> None:
    """The catalogue answers in the format asked for, at once, and says what the choice depends on."""
    answer = client().get("/catalog", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.content_type) == (200, f"{media_type}; charset=utf-8")
    assert answer.headers["Vary"] == "Accept, Accept-Profile"


@pytest.mark.parametrize("path", ["/catalog", "/registry/npr", "/ns"])
def test_not_acceptable_lists_what_there_is(path: str) -> None:
    """A client that takes nothing of what there is, is told what there is."""
    answer = client().get(path, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert answer.content_type == "application/problem+json"
    assert "text/turtle" in json.loads(answer.data)["available"]


def test_vocabulary_answers_itself() -> None:
    """The vocabulary is a document: 200 with Turtle, or with the list of terms for a browser."""
    asking = client()
    data = asking.get("/ns")
    assert (data.status_code, data.content_type) == (200, "text/turtle; charset=utf-8")
    assert b"rg:DataSource" in data.data
    page = asking.get("/ns", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert 'id="DataSource"' in page.text
    assert page.headers["Vary"] == "Accept, Accept-Language"


@pytest.mark.parametrize("path", ["/registry/npr", "/registry/npr.ttl", "/catalog", "/sparql"])
def test_data_is_open_to_other_pages(path: str) -> None:
    """Any page may read the data, without credentials; a preflight is answered."""
    answer = client().options(path, headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
