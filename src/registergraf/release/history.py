"""What a release takes over from the one before it: the feed of changes, and the promise that nothing just vanishes."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from registergraf.catalogue import Slices, atom, feed
from registergraf.errors import ReleaseError
from registergraf.namespaces import prefixes
from registergraf.release.store import current

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from registergraf.release.store import Release
    from registergraf.settings import Settings

CATALOGUE = "catalogue/neutral.nt"
"""The document whose changes are told, and counted."""


def before(settings: Settings, base: str) -> Release | None:
    """The release that is served until now, if there is one with a catalogue under the same base."""
    try:
        release = current(settings.releases_dir)
    except ReleaseError:
        return None
    return release if release.base == base and CATALOGUE in release.manifest.files else None


def refuse_removal(previous: Release | None, files: Mapping[str, bytes], share: float) -> None:
    """Raise `ReleaseError` where more than the share of the data sets would be gone: harvesters would delete them."""
    if previous is None:
        return
    had = Slices(previous.read(CATALOGUE)).known
    gone = sorted(thing.value for thing in had - Slices(files[CATALOGUE]).known)
    if len(gone) > share * len(had):
        some = ", ".join(iri.rpartition("/")[2] for iri in gone[:5])
        more = ", …" if gone[5:] else ""
        raise ReleaseError(
            f"{len(gone)} of {len(had)} data sets would be gone from the catalogue ({some}{more}), and harvesters "
            "would delete them; if that is meant, build with --allow-removal (setting removal-share)"
        )


def feed_files(
    previous: Release | None, files: Mapping[str, bytes], base: str, as_of: datetime.date, size: int
) -> dict[str, bytes]:
    """The pages of the feed with the changes since the previous release, their index, and the same for people."""
    root, catalog = f"{base}feed", NamedNode(base + "catalog")
    pages = _pages(previous)
    told = [feed.read_page(page, {atom.TITLE}) for page in pages]
    events = list(chain.from_iterable(told))
    old = None if previous is None or not pages else Slices(previous.read(CATALOGUE))
    last = events[-1].published if events else ""
    fresh = feed.changes(old, Slices(files[CATALOGUE]), catalog, as_of, last)
    whole = [page for page, its in zip(pages, told, strict=True) if len(its) >= size]
    left = [event for page in pages[len(whole) :] for event in feed.read_page(page)]
    own = prefixes(base)
    made = feed.feed_pages(whole, [*left, *fresh], root, size, own)
    return {
        "feed/index.trig": feed.index(made, root, own),
        **{f"feed/{number}.trig": page for number, page in enumerate(made, 1)},
        **{f"feed/atom.{lang}.xml": atom.atom([*events, *fresh], base, lang, size) for lang in atom.WORDS},
    }


def _pages(previous: Release | None) -> list[bytes]:
    if previous is None:
        return []
    numbers = [p.split("/")[1].removesuffix(".trig") for p in previous.manifest.files if p.startswith("feed/")]
    return [previous.read(f"feed/{number}.trig") for number in sorted(int(n) for n in numbers if n.isdecimal())]
