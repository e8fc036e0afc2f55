"""What the feed of changes costs and how large its pages are after many releases, each with a few changes.

Each release changes the titles of some data sets of our own catalogue. Prints a table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import datetime
import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, cast

from catalogue import DAY, HDAB, ROOT

from registergraf import catalogue, graph
from registergraf.content import load, read_files
from registergraf.namespaces import BASE
from registergraf.release import history

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registergraf.release import Release

CHANGES = 5
"""Data sets that a release changes."""
TITLE = b' <http://purl.org/dc/terms/title> "'
SIZE = 100
"""Changes in a page: the default of the setting `feed-page`."""


@dataclass(frozen=True)
class Before:
    """What the feed needs of the release before: its files."""

    files: Mapping[str, bytes]

    @property
    def manifest(self) -> Before:
        """It names the files."""
        return self

    def read(self, path: str) -> bytes:
        """One of them."""
        return self.files[path]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--releases", type=int, default=201, help="how many releases")
    print(f"{'releases':>10}{'pages':>7}{'largest, kB':>13}{'index, kB':>11}{'feed, s':>9}")
    for number, (files, seconds) in enumerate(islice(history_of(document()), parser.parse_args().releases)):
        pages = [len(data) for path, data in files.items() if path.startswith("feed/") and path[5].isdigit()]
        if number % 50 == 0:
            index = len(files["feed/index.trig"])
            print(
                f"{number + 1:10}{len(pages):7}{max(pages) / 1000:13.0f}{index / 1000:11.1f}{seconds:9.2f}", flush=True
            )


def document() -> list[bytes]:
    """The lines of our own catalogue."""
    content = load(read_files(ROOT), BASE)
    store = graph.assemble(content.quads, content.queries, DAY, BASE)
    return catalogue.export(store, content.queries, catalogue.NEUTRAL, HDAB).splitlines(keepends=True)


def history_of(lines: list[bytes]) -> Iterator[tuple[dict[str, bytes], float]]:
    """The files of one release after the other, and the seconds of the processor that the feed took."""
    start = f"<{BASE}registry/".encode()
    told = ((number, line) for number, line in enumerate(lines) if line.startswith(start) and TITLE in line)
    titles = [number for number, line in told if line.endswith(b'"@nb .\n')]
    before, day = None, DAY
    while True:
        files = {history.CATALOGUE: b"".join(lines)}
        started = time.process_time()
        files |= history.feed_files(cast("Release | None", before), files, BASE, day, SIZE)
        yield files, time.process_time() - started
        before, day = Before(files), day + datetime.timedelta(days=1)
        for number in titles[:CHANGES]:
            lines[number] = lines[number].replace(TITLE, TITLE + b"!", 1)
        titles = titles[CHANGES:] + titles[:CHANGES]


if __name__ == "__main__":
    main()
