"""What a page costs on the server, in milliseconds: made for the first time, without socket and cache before it.

After the first two, what is made once for a release is made in all languages, the garbage collector told that it is
there to stay, and what is in memory moved to large pages, as the service does behind its first page.
On the release at hand, and on one of many more data sources: its own again and again under other slugs, with their
claims and passages. Prints a table; nothing is asserted. A page that was made once is kept, and costs next to nothing.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generate import BASE, COPY, OWN, SLUG
from pyoxigraph import RdfFormat, Store

from registergraf.memory import move_to_large_pages, settle
from registergraf.release import current
from registergraf.settings import Settings
from registergraf.web import create_app
from registergraf.web.app import warm
from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.ground.site import EXTENSION
from registergraf.web.pages.ahead import ahead_of
from registergraf.web.pages.browse import facets_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask import Flask
    from flask.testing import FlaskClient

    from registergraf.release import Release
    from registergraf.web.ground.site import Site

FACETS = (
    "", "?consent=required", "?consent=required&consent=not-required", "?kind=national-medical-quality-registry",
    "?controller=983744516", "?processor=none", "?basis=lov-2014-06-20-43.p11.h", "?purpose=research&route=email",
    "?verdict=failed-warning", "?period=1990&period=2000", "?q=hjerte", "?page=2",
)  # fmt: skip
OTHERS = {
    "start page": ("/nb/", "/nn/", "/en/"),
    "search": ("/nb/search?q=kreft", "/nb/search?q=%C2%A711h", "/en/search?q=consent", "/nn/search?q=FHI"),
    "two side by side": ("/nb/compare?registry=npr&registry=msis", "/en/compare?registry=npr&registry=hkr"),
    "an act, a provision": ("/nb/act/LOV-2014-06-20-43", "/nb/provision/lov-2014-06-20-43.p11.h"),
    "an organisation": ("/nb/organisation/983744516", "/en/organisation/983544622"),
}
PAGES_OF_REGISTRIES = 60
AIM = 10
"""Milliseconds in which the page of a data source is to be made."""


class Generated:
    """A release with more data sources in its dataset; all else is the release's own."""

    def __init__(self, release: Release, store: Store) -> None:
        self._release = release
        self.store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._release, name)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000], help="numbers of data sources to generate")
    parser.add_argument("--releases", default="", help="folder of the releases")
    asked = parser.parse_args()
    release = current(Settings.read(releases=asked.releases or None).releases_dir)
    print(f"{'what':48}{'median ms':>11}{'most ms':>9}")
    real = slugs_of(release.store)
    for size in (len(real), *asked.sizes):
        shown: Any = release if size == len(real) else Generated(release, generated(release, size))
        for line in rows(create_app(shown, Settings.read(), None), slugs_of(shown.store)):
            print(line, flush=True)


def rows(app: Flask, slugs: Sequence[str]) -> Iterator[str]:
    """The lines of the table for one graph."""
    asking = app.test_client()
    size = f"{len(slugs)} data sources"
    some = slugs[:: max(1, len(slugs) // PAGES_OF_REGISTRIES)]
    once = timed(asking, "/nb/registry/")
    yield row(f"the facets made, once for a release, {size}", [once])
    yield row(f"the first page of a data source, {size}", [timed(asking, f"/nb/registry/{some[0]}")])
    warm(app)
    settle()
    move_to_large_pages(Settings.read().large_pages_mb)
    times = [timed(asking, f"/nb/registry/{slug}") for slug in some[1:]]
    yield row(f"the page of a data source, {size}", times)
    yield f"{f'  of them in less than {AIM} ms':48}{sum(taken < AIM for taken in times):8} of {len(times)}"
    yield from rows_ahead(app, size)
    yield row(f"the list by facets, {size}", [timed(asking, f"/nb/registry/{query}") for query in FACETS])
    for what, paths in OTHERS.items():
        yield row(f"{what}, {size}", [timed(asking, path) for path in paths])


def rows_ahead(app: Flask, size: str) -> Iterator[str]:
    """The lines for the pages that are made before anybody asks; those of which there is room."""
    started = time.thread_time()
    made = sum(1 for _ in ahead_of(app).make(app))
    taken = time.thread_time() - started
    yield row(f"a page made ahead, of {made} in all languages", [1000 * taken / made])
    site: Site = app.extensions[EXTENSION]
    first = facets_of(site, "nb").order[: made // len(LANGUAGES)]
    times = [timed(app.test_client(), f"/nb/{site.path(iri)}") for iri in first]
    yield row(f"the page of a data source, made ahead, {size}", times)
    yield f"{f'  of them in less than {AIM} ms':48}{sum(taken < AIM for taken in times):8} of {len(times)}"


def timed(asking: FlaskClient, path: str) -> float:
    """Milliseconds of the processor until the application has answered: the thread alone, whoever else is at work."""
    started = time.thread_time()
    answer = asking.get(path)
    taken = time.thread_time() - started
    if answer.status_code != 200:  # noqa: PLR2004
        raise SystemExit(f"{path} answers {answer.status_code}")
    return taken * 1000


def row(what: str, times: Sequence[float]) -> str:
    """One line of the table."""
    return f"{what:48}{statistics.median(times):11.1f}{max(times):9.1f}"


def slugs_of(store: Store) -> list[str]:
    """The slugs of the data sources."""
    found: Any = store.query(f"SELECT ?s WHERE {{ ?s a <{BASE}ns#DataSource> }} ORDER BY ?s")
    return [str(row["s"].value).rpartition("/")[2] for row in found]


def generated(release: Release, size: int) -> Store:
    """The dataset of a release with at least so many data sources."""
    lines = release.graph_file.read_text(encoding="utf-8").splitlines(keepends=True)
    own = "".join(line for line in lines if OWN.search(line) and not re.match(rf"<{BASE}(?:concept|rule|ns#)", line))
    own = SLUG.sub(rf'\1{COPY}"', OWN.sub(rf"\1{COPY}>", own))
    copies = -(-size // len(slugs_of(release.store))) - 1
    store = Store()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "graph.nq"
        with file.open("w", encoding="utf-8") as handle:
            handle.writelines(lines)
            for number in range(1, copies + 1):
                handle.write(own.replace(COPY, f"x{number}"))
        store.bulk_load(path=str(file), format=RdfFormat.N_QUADS)
    return store


if __name__ == "__main__":
    main()
