"""Finding things by words: a full-text index of the graph, made ready for Norwegian, that a release holds."""

from __future__ import annotations

from registergraf.search.build import build_index
from registergraf.search.index import INDEX_FILE, Hit, Index

__all__ = ["INDEX_FILE", "Hit", "Index", "build_index"]
