"""What a release has that another had not: what is gone, and the trend of the audit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from registergraf.catalogue import feed
from registergraf.namespaces import BASE, PREFIXES
from webpages import Page, client, release

if TYPE_CHECKING:
    from webpages import FakeRelease

DCT = "http://purl.org/dc/terms/"
OLD, NPR = NamedNode(BASE + "registry/old-one"), BASE + "registry/npr"


@pytest.fixture(scope="module")
def served() -> FakeRelease:
    """The release after one that had a data source more, which the patient registry is said to have replaced."""
    quads = [
        Quad(OLD, NamedNode(DCT + "title"), Literal("The old one"), DefaultGraph()),
        Quad(OLD, NamedNode(DCT + "isReplacedBy"), NamedNode(BASE + "registry/npr"), DefaultGraph()),
        Quad(OLD, NamedNode(DCT + "isReplacedBy"), NamedNode(BASE + "registry/never-was"), DefaultGraph()),
    ]
    store = Store()
    store.extend(quads)
    verdicts = [dict(verdict) for verdict in release().verdicts]
    judged = [next(v for v in verdicts if v["outcome"] == was and v["run"] == "view") for was in ("passed", "failed")]
    for verdict, otherwise in zip(judged, ("failed", "passed"), strict=True):
        verdict["outcome"] = otherwise
    rules = [rule for rule in release().rules if rule["id"] != "L34"]
    before = replace(release(), store=store, name="fedcba9876543210", verdicts=verdicts, rules=rules)
    return replace(release(), before={before.name: before})


@pytest.mark.parametrize(
    ("lang", "words"), [("nb", "I stedet har kommet"), ("nn", "I staden har kome"), ("en", "In its place")]
)
def test_what_an_earlier_release_had_is_gone(served: FakeRelease, lang: str, words: str) -> None:
    """410 in the reader's language, with the successor that there is a page for, and the release that had it last."""
    answer = client(of=served).get(f"/{lang}/registry/old-one")
    assert answer.status_code == 410
    assert words in answer.text
    assert f'href="/{lang}/registry/npr"' in answer.text
    assert "never-was" not in answer.text
    assert f'href="/{lang}/changes?release=fedcba9876543210"' in answer.text
    Page(answer.text)


def test_gone_is_a_problem_for_machines(served: FakeRelease) -> None:
    """RFC 9457, with the successors by IRI; what never was is not found."""
    asking = client(of=served)
    answer = asking.get("/registry/old-one", headers={"Accept": "text/turtle"})
    told = json.loads(answer.data)
    assert (answer.status_code, told["type"]) == (410, BASE + "problem/gone")
    assert told["successors"] == [BASE + "registry/npr"]
    assert told["last"] == "fedcba9876543210"
    assert asking.get("/registry/never-was").status_code == 404


@pytest.fixture(scope="module")
def remembering() -> FakeRelease:
    """A release whose feed tells of data sources that no release at hand had, one in place of the other, and NPR last."""
    day = "2024-05-01T00:00:00Z"
    events = [
        told("first-one", "Create", "2024-01-01T00:00:00Z"),
        told("second-one", "Create", "2024-01-01T00:00:00Z", "first-one"),
        told("npr", "Create", "2024-01-01T00:00:00Z", "second-one"),
        told("first-one", "Delete", day),
        told("second-one", "Delete", day),
        told("later-one", "Create", "2024-01-01T00:00:00Z"),
        told("later-one", "Delete", "2026-01-01T00:00:00Z"),
    ]
    pages = feed.feed_pages([], sorted(events, key=lambda event: event.published), BASE + "feed", 2, PREFIXES)
    return replace(release(), pages={f"{number}.trig": page for number, page in enumerate(pages, 1)})


def told(slug: str, kind: str, published: str, replaced: str = "") -> feed.Event:
    """An event of the feed, of a thing that is said to replace another."""
    thing = NamedNode(f"{BASE}registry/{slug}")
    said = [Triple(thing, NamedNode(DCT + "title"), Literal(slug))] if kind != "Delete" else []
    if replaced:
        said += [Triple(thing, NamedNode(feed.REPLACES), NamedNode(f"{BASE}registry/{replaced}"))]
    return feed.Event(f"{BASE}feed/event/{published}-{slug}", kind, thing.value, published, tuple(said))


def test_what_the_feed_tells_to_be_deleted_is_gone(remembering: FakeRelease) -> None:
    """Also where no release that had it is at hand, with the successor that there is a page for, over one that is not."""
    asking = client(of=remembering)
    for slug in ("second-one", "first-one"):
        for path in (f"/registry/{slug}", f"/catalog/registry/{slug}"):
            answer = asking.get(path, headers={"Accept": "application/problem+json"})
            problem = json.loads(answer.data)
            assert (answer.status_code, problem["deleted"], problem["successors"]) == (410, "2024-05-01", [NPR])
            assert problem["detail"] == f"The registry '{slug}' was taken out of the catalogue on 2024-05-01."
            assert "last" not in problem
    for slug in ("never-was", "later-one"):  # the one was deleted after the day of this release
        assert asking.get(f"/registry/{slug}").status_code == 404


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("nb", "Tatt ut av katalogen 1. mai 2024"),
        ("nn", "Teken ut av katalogen 1. mai 2024"),
        ("en", "Taken out of the catalogue on 1 May 2024"),
    ],
)
def test_a_deletion_is_told_to_people(remembering: FakeRelease, lang: str, words: str) -> None:
    """The day and the way to the successor and to the feed, in the reader's language."""
    answer = client(of=remembering).get(f"/{lang}/registry/second-one")
    assert answer.status_code == 410
    assert words in re.sub(r"<[^>]+>", "", answer.text)
    assert f'href="/{lang}/registry/npr"' in answer.text
    assert f'href="/feed/atom.{lang}.xml"' in answer.text
    Page(answer.text)


def test_the_trend_tells_what_is_new_and_what_is_fixed(served: FakeRelease) -> None:
    """One failure of each, with its rule and the way to its explanation; a rule that was added is named."""
    answer = client(of=served).get("/en/audit/trend")
    page = Page(answer.text)
    assert answer.status_code == 200
    for heading in ("New", "Fixed"):
        assert len(re.findall(rf">{heading}</h2>\s*<ul>\s*<li>", answer.text)) == 1
    assert "Rules that were added: L34." in answer.text
    assert any(str(link.get("href", "")).startswith("/en/verdict/") for link in page.of("a"))
    named = client(of=served).get("/en/audit/trend?release=fedcba9876543210").text
    assert main_part(named) == main_part(answer.text)
    assert client(of=served).get("/en/audit/trend?release=0000").status_code == 404


def test_without_another_release_there_is_no_trend() -> None:
    """The page says so."""
    assert "There are no other releases here." in client().get("/en/audit/trend").text


def main_part(html: str) -> str:
    """What stands between head and foot."""
    return html.partition("<main")[2].partition("</main>")[0]
