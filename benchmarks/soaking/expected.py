"""Two releases, and what each answers to a query, worked out beside the service."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from bench_http.releases import GRAPH, copied
from bench_http.workload import QUESTIONS, never_repeated, read_values
from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Store, serialize

from registergraf.release.store import publish

if TYPE_CHECKING:
    from pathlib import Path

    from registergraf.release import Release

TITLE = re.compile(r'(<http://purl\.org/dc/terms/title> "(?:[^"\\]|\\.)*)"')
QUERIES = 130


class Pair(NamedTuple):
    """A query and its answer by release."""

    query: str
    answers: dict[str, bytes]


class Expected:
    """The queries of a soak, each with its answers."""

    def __init__(self, *releases: Release) -> None:
        self.releases = [release.name for release in releases]
        values = read_values(releases[0].graph_file)
        queries = list(islice(never_repeated(values, QUESTIONS, 1), QUERIES))
        self.pairs = [Pair(query, {}) for query in queries]
        for release in releases:
            store = Store()
            store.bulk_load(path=str(release.graph_file), format=RdfFormat.N_QUADS)
            for pair in self.pairs:
                pair.answers[release.name] = answer_of(store, pair.query)


def answer_of(store: Store, query: str) -> bytes:
    """The answer as JSON, and a graph as sorted N-Triples."""
    result = store.query(query)
    if isinstance(result, QueryTriples):
        return b"".join(sorted(bytes(serialize([triple], format=RdfFormat.N_TRIPLES)) for triple in result))
    return bytes(result.serialize(format=QueryResultsFormat.JSON))  # type: ignore[arg-type]


def in_order(body: bytes, media_type: str) -> bytes:
    """A body as `answer_of` gives it."""
    return b"".join(sorted(body.splitlines(keepends=True))) if media_type.endswith("n-triples") else body


def publish_changed(folder: Path, real: Release) -> Release:
    """The release with a mark on every title, so that one knows which of the two answered."""
    return copied(folder, real, TITLE.sub(r'\1 (new)"', real.read(GRAPH).decode()).encode())


def point_at(folder: Path, release: Release) -> None:
    """Make a release that is in the folder the current one."""
    publish(folder, release.manifest, {})
