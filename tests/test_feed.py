"""The feed of changes: what a change of the content makes of it, its shape, and a client of others that replicates it."""

from __future__ import annotations

import datetime
import http.server
import re
import shutil
import subprocess
import threading
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pyshacl
import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize
from rdflib import Graph

from registergraf.catalogue import Slices, atom, feed
from registergraf.catalogue.feed import Event
from registergraf.errors import ReleaseError
from registergraf.namespaces import BASE, PREFIXES, RDF_TYPE
from registergraf.release import history
from support import ROOT, SHARED, needs_shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registergraf.release import Release

CATALOG = NamedNode(BASE + "catalog")
FEED = BASE + "feed"
DAY = datetime.date(2026, 11, 21)
TITLE = "http://purl.org/dc/terms/title"
NPR = BASE + "registry/npr"


def lines(release: Release) -> list[bytes]:
    return release.read("catalogue/neutral.nt").splitlines(keepends=True)


def changed(release: Release, old: bytes, new: bytes) -> Slices:
    """The catalogue with one text of its document replaced."""
    document = b"".join(lines(release))
    assert document.count(old) == 1
    return Slices(document.replace(old, new))


def without(release: Release, *things: str) -> Slices:
    """The catalogue without some of its data sets."""
    gone = tuple(f"<{thing}>".encode() for thing in things)
    return Slices(b"".join(line for line in lines(release) if not line.startswith(gone)))


@pytest.fixture(scope="module")
def whole(release: Release) -> Slices:
    return Slices(release.read("catalogue/neutral.nt"))


def test_the_first_release_creates_everything(release: Release, whole: Slices) -> None:
    """One Create for each data set and one for the catalogue, on the pages of the release, at its day."""
    pages = [
        release.read(path) for path in sorted(release.manifest.files) if path.startswith("feed/") and path[5].isdigit()
    ]
    events = [event for page in pages for event in feed.read_page(page)]
    assert {event.kind for event in events} == {"Create"}
    assert {event.thing for event in events} == {dataset.value for dataset in whole.datasets} | {CATALOG.value}
    assert len(events) == len(whole.datasets) + 1
    assert {event.published for event in events} == {f"{DAY}T00:00:00Z"}


def test_one_change_is_one_update(release: Release, whole: Slices) -> None:
    """Another title of one registry is an Update of that registry and of nothing else, with all that is said of it."""
    now = changed(
        release, f'<{NPR}> <{TITLE}> "Norsk pasientregister"@nb'.encode(), f'<{NPR}> <{TITLE}> "NPR"@nb'.encode()
    )
    (event,) = feed.changes(whole, now, CATALOG, DAY, f"{DAY}T00:00:00Z")
    assert (event.kind, event.thing) == ("Update", NPR)
    assert event.published == f"{DAY}T00:00:01Z"
    assert event.triples == tuple(now.of(NamedNode(NPR)))


def test_nothing_changed_is_nothing_told(whole: Slices) -> None:
    assert feed.changes(whole, whole, CATALOG, DAY, f"{DAY}T00:00:00Z") == []


def test_a_deletion_is_told(release: Release, whole: Slices) -> None:
    """What is gone is a Delete that says nothing more of it; when it comes back it is a Create."""
    less = without(release, NPR)
    (event,) = feed.changes(whole, less, CATALOG, DAY)
    assert (event.kind, event.thing, event.triples) == ("Delete", NPR, ())
    (again,) = feed.changes(less, whole, CATALOG, DAY)
    assert again.kind == "Create"


def test_dates_never_go_back(whole: Slices) -> None:
    """A release as of an earlier day comes after those before it all the same."""
    earlier = datetime.date(2020, 1, 1)
    events = feed.changes(None, whole, CATALOG, earlier, f"{DAY}T00:00:05Z")
    assert {event.published for event in events} == {f"{DAY}T00:00:06Z"}


def event(number: int, kind: str = "Create") -> Event:
    thing = NamedNode(f"{BASE}registry/r{number}")
    title = Triple(thing, NamedNode(TITLE), Literal(f"R & {number}", language="nb"))
    published = f"2026-01-{number + 1:02}T00:00:00Z"
    return Event(f"{FEED}/event/{number}-{kind}", kind, thing.value, published, () if kind == "Delete" else (title,))


def test_a_page_reads_back_as_it_was_written() -> None:
    events = [event(1), event(2, "Update"), event(3, "Delete")]
    (page,) = feed.feed_pages([], events, FEED, 10, PREFIXES)
    assert feed.read_page(page) == events


def test_full_pages_never_change() -> None:
    """Only the last page has room; a full one is kept as it is, and the index says which has which time."""
    first = feed.feed_pages([], [event(n) for n in range(5)], FEED, 2, PREFIXES)
    assert [len(feed.read_page(page)) for page in first] == [2, 2, 1]
    later = feed.feed_pages(first[:2], [*feed.read_page(first[2]), event(5), event(6)], FEED, 2, PREFIXES)
    assert later[:2] == first[:2]
    assert [len(feed.read_page(page)) for page in later] == [2, 2, 2, 1]
    index = [q.triple for q in parse(feed.index(later, FEED, PREFIXES), format=RdfFormat.TRIG)]
    nodes = {t.object.value for t in index if t.predicate.value == feed.TREE + "node"}
    assert nodes == {f"{FEED}/{number}" for number in (1, 2, 3, 4)}
    assert sum(t.predicate.value == feed.TREE + "value" for t in index) == 7


def test_what_is_deleted_is_told_with_what_replaced_it() -> None:
    """By the last words of the successor, which is silent from the release on that the old one is not in."""
    replaces = Triple(NamedNode(event(2).thing), NamedNode(feed.REPLACES), NamedNode(event(1).thing))
    day = "2026-02-01T00:00:00Z"
    events = [
        event(1),
        replace(event(2), triples=(*event(2).triples, replaces)),
        event(3),
        replace(event(2, "Update"), published=day),  # comes before the deletion, by its name
        replace(event(1, "Delete"), iri=f"{FEED}/event/2x-Delete", published=day),
        replace(event(3, "Delete"), published=day),
        replace(event(3), iri=f"{FEED}/event/9-Create", published="2026-02-02T00:00:00Z"),
    ]
    pages = feed.feed_pages([], events, FEED, 2, PREFIXES)
    assert feed.deletions(pages) == {event(1).thing: feed.Deletion(day, frozenset({event(2).thing}))}
    assert feed.deletions(pages[:1]) == {}


def test_atom_in_three_languages() -> None:
    """The newest first, with names where the words of the language ask for them, also of what was deleted."""
    events = [event(1), event(2), event(1, "Delete")]
    for language, word in (("nb", "Fjernet: R & 1"), ("nn", "Fjerna: R & 1"), ("en", "Removed: R & 1")):
        root = ET.fromstring(atom.atom(events, BASE, language, 2))  # noqa: S314 - our own
        entries = root.findall(f"{{{atom.ATOM}}}entry")
        assert entries[0].findtext(f"{{{atom.ATOM}}}title") == word
        assert len(entries) == 2
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language


def test_too_much_gone_is_refused(release: Release, whole: Slices) -> None:
    """A tenth may go; more is refused with how many and how to allow it."""
    tenth = [dataset.value for dataset in whole.datasets[:10]]
    fine = b"".join(line for line in lines(release) if not line.startswith(tuple(f"<{t}>".encode() for t in tenth)))
    history.refuse_removal(release, {history.CATALOGUE: fine}, 0.1)
    history.refuse_removal(None, {history.CATALOGUE: b""}, 0.1)
    with pytest.raises(ReleaseError, match=r"106 of 106 data sets would be gone .* --allow-removal"):
        history.refuse_removal(release, {history.CATALOGUE: b""}, 0.1)


@needs_shared
@pytest.mark.slow
def test_members_have_the_shape(release: Release) -> None:
    """Every activity of a page conforms to the shape of DCAT-AP Feeds."""
    quads = list(parse(release.read("feed/2.trig"), format=RdfFormat.TRIG))
    quads += [
        Quad(NamedNode(FEED + "/event/x"), NamedNode(RDF_TYPE), NamedNode(feed.AS + "Delete")),
        Quad(NamedNode(FEED + "/event/x"), NamedNode(feed.AS + "object"), NamedNode(NPR)),
    ]
    data = Graph().parse(data=serialize([q.triple for q in quads], format=RdfFormat.N_TRIPLES), format="nt")
    shapes = Graph().parse(SHARED / "profiles" / "dcat-ap-feed" / "shape.ttl")
    conforms, _, text = pyshacl.validate(data, shacl_graph=shapes, do_owl_imports=False)
    assert conforms, text
    data.parse(data=f"<{FEED}/event/x> <{TITLE}> 'x' .", format="turtle")
    assert not pyshacl.validate(data, shacl_graph=shapes, do_owl_imports=False)[0]


CLIENT = ROOT / "tests" / "ldes" / "node_modules" / ".bin" / "ldes-client"


@pytest.fixture
def served(release: Release) -> Iterator[str]:
    """The address of the feed of the release, on a server of its own under which its pages name themselves."""
    pages = {path: release.read(path) for path in release.manifest.files if path.startswith("feed/")}

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/feed").strip("/") or "index"
            body = pages.get(f"feed/{name}.trig")
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "application/trig")
            self.end_headers()
            self.wfile.write((body or b"").replace(FEED.encode(), f"http://127.0.0.1:{port}/feed".encode()))

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{port}/feed"
        server.shutdown()


@pytest.mark.slow
@pytest.mark.skipif(
    not CLIENT.exists() or not shutil.which("node"), reason="ldes-client is not installed (npm ci in tests/ldes)"
)
def test_the_ldes_client_replicates_it(served: str, whole: Slices) -> None:
    """The reference client of LDES takes every event, and of each all that is said of the thing."""
    answer = subprocess.run(
        [str(CLIENT), served, "--no-shape", "--ordered", "ascending"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        encoding="utf-8",
    )
    # The client writes quads with the short forms of Turtle, so their graphs are taken off to read them.
    turtle = re.sub(r" <[^<> ]*/feed/event/[^<> ]*> \.$", " .", answer.stdout, flags=re.MULTILINE)
    taken = {quad.triple for quad in parse(turtle.encode(), format=RdfFormat.TURTLE)}
    things = {t.object.value for t in taken if t.predicate.value == feed.AS + "object"}
    assert things == {dataset.value for dataset in whole.datasets} | {CATALOG.value}
    assert set(whole.of(NamedNode(NPR))) <= taken
