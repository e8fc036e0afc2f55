"""The description of a thing, as a query gives it, and as triples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Triple

if TYPE_CHECKING:
    from registergraf.graph.queries import Row


def as_triple(row: Row, subject: NamedNode | None) -> Triple:
    """The triple of a row with predicate and object, and with a subject where it is not the one that is given."""
    found = row.get("subject", subject)
    predicate = row["predicate"]
    if not isinstance(found, NamedNode | BlankNode) or not isinstance(predicate, NamedNode):
        raise TypeError(f"not a triple: {row}")
    return Triple(found, predicate, row["object"])
