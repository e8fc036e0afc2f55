"""The published form of a dataset: canonical N-Quads lines in byte order, so that equal graphs are equal bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, serialize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad


def to_nquads(quads: Iterable[Quad]) -> bytes:
    """Sorted N-Quads, each statement once."""
    written = serialize(quads, format=RdfFormat.N_QUADS) or b""
    return b"".join(sorted(set(written.splitlines(keepends=True))))
