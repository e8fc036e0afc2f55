"""What an earlier release at hand told of, and the one that is served does not, with what came in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode

from registergraf.web.ground.site import site

if TYPE_CHECKING:
    from registergraf.web.ground.contract import Release

REPLACES = NamedNode("http://purl.org/dc/terms/replaces")


@dataclass(frozen=True)
class Gone:
    """The last release that told of a thing, and the things that are said to have come in its place."""

    release: Release
    successors: tuple[str, ...]


def gone(iri: str) -> Gone | None:
    """Where a thing was last told of, if it was in a release of the same day as ours or an earlier one."""
    ours = site().release
    others = [other for other in ours.others().values() if other.base == ours.base and other.as_of <= ours.as_of]
    for other in sorted(others, key=lambda one: (one.as_of, one.published), reverse=True):
        if iri in other.told:
            return Gone(other, _successors(iri, other))
    return None


def _successors(iri: str, release: Release) -> tuple[str, ...]:
    """By the last words of it, or by what is said today; only what there is a page for."""
    today = site().release.store.quads_for_pattern(None, REPLACES, NamedNode(iri), DefaultGraph())
    named = {*release.told[iri], *(quad.subject.value for quad in today if isinstance(quad.subject, NamedNode))}
    return tuple(sorted(one for one in named if site().knows(NamedNode(one))))
