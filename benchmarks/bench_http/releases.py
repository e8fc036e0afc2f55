"""Releases for what is measured: copies of the real one, with another graph or the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.release import Manifest
from registergraf.release.store import publish

if TYPE_CHECKING:
    from pathlib import Path

    from registergraf.release import Release

GRAPH = "graph.nq"


def copied(folder: Path, real: Release, graph: bytes | None = None) -> Release:
    """Publish the release in another folder, and with another graph where one is given."""
    files = {path: real.read(path) for path in real.manifest.files}
    reports = {path: real.read(path) for path in real.manifest.reports}
    manifest = real.manifest
    if graph is not None:
        files[GRAPH] = graph
        manifest = Manifest.of(real.base, real.as_of, manifest.content, manifest.sources, files).with_reports(reports)
    return publish(folder, manifest, files | reports)
