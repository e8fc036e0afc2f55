"""The query workers of a release: what takes longest to start, and needs nothing of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.namespaces import PREFIXES
from registergraf.release import current
from registergraf.sparql import WorkerPool

if TYPE_CHECKING:
    from registergraf.release import Release
    from registergraf.settings import Settings

    Started = tuple[Release, WorkerPool]

__all__ = ["start", "start_pool"]

INDEXES = ".index"
"""Where below the releases the indexes are kept of graphs that are too large for memory; they can be made again."""


def start(settings: Settings) -> Started:
    """Start the workers of the current release; raises `ReleaseError`, and `QueryError` where none starts."""
    release = current(settings.releases_dir)
    return release, start_pool(release, settings)


def start_pool(release: Release, settings: Settings) -> WorkerPool:
    """Start the query workers of a release; raises `QueryError` where it cannot be."""
    return WorkerPool(
        release.graph_file,
        settings,
        PREFIXES,
        queries=release.queries,
        base=release.base,
        index=settings.releases_dir / INDEXES / release.name,
    )
