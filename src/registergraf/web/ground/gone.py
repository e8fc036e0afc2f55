"""What was told of before and is not any more, with what came in its place: by the releases at hand and the feed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode

from registergraf.catalogue import feed
from registergraf.web.ground.site import site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registergraf.catalogue.feed import Deletion
    from registergraf.web.ground.contract import Release

REPLACES = NamedNode(feed.REPLACES)


@dataclass(frozen=True)
class Gone:
    """A thing of before, and the things that are said to have come in its place."""

    successors: tuple[str, ...]
    last: Release | None
    """The last release at hand that told of it."""
    deleted: str
    """The day it was taken out of the catalogue, as the feed tells; nothing where it does not."""


def gone(iri: str) -> Gone | None:
    """What became of a thing, if a release at hand of our day or an earlier one told of it, or the feed until then."""
    last, deletion = _last(iri), _deletion(iri)
    if not last and not deletion:
        return None
    day = deletion.published.partition("T")[0] if deletion else ""
    return Gone(tuple(sorted(_successors(iri, {iri}))), last, day)


def _last(iri: str) -> Release | None:
    ours = site().release
    others = [other for other in ours.others().values() if other.base == ours.base and other.as_of <= ours.as_of]
    newest_first = sorted(others, key=lambda one: (one.as_of, one.published), reverse=True)
    return next((other for other in newest_first if iri in other.told), None)


def _deletion(iri: str) -> Deletion | None:
    deleted = site().once("deletions", lambda: feed.deletions(_pages())).get(iri)
    return deleted if deleted and deleted.published <= f"{site().release.as_of}T24" else None


def _pages() -> Iterator[bytes]:
    """The pages of the feed, which outlives the releases that it tells of."""
    for number in count(1):
        page = site().release.feed(f"{number}.trig")
        if page is None:
            return
        yield page


def _successors(iri: str, seen: set[str]) -> set[str]:
    """By the last words of it, or by what is said today; of one that is gone as well, what came after that."""
    today = site().release.store.quads_for_pattern(None, REPLACES, NamedNode(iri), DefaultGraph())
    named = {quad.subject.value for quad in today if isinstance(quad.subject, NamedNode)}
    last, deletion = _last(iri), _deletion(iri)
    named |= (last.told[iri] if last else set()) | (deletion.successors if deletion else set())
    fresh = named - seen
    seen |= fresh
    known = {one for one in fresh if site().knows(NamedNode(one))}
    return known.union(*(_successors(one, seen) for one in fresh - known))
