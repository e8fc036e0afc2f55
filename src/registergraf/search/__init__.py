"""Finding things by words: a full-text index of the graph, made ready for Norwegian, that a release holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.lazily import importing

if TYPE_CHECKING:
    from registergraf.search.build import build_index
    from registergraf.search.index import INDEX_FILE, Hit, Index

__all__ = ["INDEX_FILE", "Hit", "Index", "build_index"]

if not TYPE_CHECKING:
    __getattr__ = importing(__name__, {"build": ["build_index"], "index": ["INDEX_FILE", "Hit", "Index"]})
