"""Content goes in, a release comes out, and everything that serves reads a release.

Read `build` first: it is the story of the whole program. Nothing below it knows about HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.lazily import importing

if TYPE_CHECKING:
    from registergraf.release.build import BuildSummary, build
    from registergraf.release.manifest import Manifest
    from registergraf.release.store import Release, current, open_release

__all__ = ["BuildSummary", "Manifest", "Release", "build", "current", "open_release"]

if not TYPE_CHECKING:
    __getattr__ = importing(
        __name__,
        {
            "build": ["BuildSummary", "build"],
            "manifest": ["Manifest"],
            "store": ["Release", "current", "open_release"],
        },
    )
