"""The description of one thing as a document of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Triple

from registergraf.catalogue.formats import write
from registergraf.graph import select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Store

    from registergraf.graph.queries import Row

QUERY = "pages/entity-document.rq"


def entity_document(
    store: Store, queries: Mapping[str, str], iri: NamedNode, format_name: str, prefixes: Mapping[str, str]
) -> bytes:
    """The description of a thing in one of `FORMATS`, the same bytes every time."""
    rows = select(store, queries[QUERY], entity=iri)
    return write([as_triple(row, iri) for row in rows], format_name, prefixes)


def as_triple(row: Row, subject: NamedNode | None) -> Triple:
    """The triple of a row with predicate and object, and with a subject where it is not the one that is given."""
    found = row.get("subject", subject)
    predicate = row["predicate"]
    if not isinstance(found, NamedNode | BlankNode) or not isinstance(predicate, NamedNode):
        raise TypeError(f"not a triple: {row}")
    return Triple(found, predicate, row["object"])
