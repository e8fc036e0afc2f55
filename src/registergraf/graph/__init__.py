"""Quads, claims, dates, inference and difference; knows neither the layout of files nor HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.lazily import importing

if TYPE_CHECKING:
    from registergraf.graph.named import NamedQuery, find_query, named_queries
    from registergraf.graph.nquads import to_nquads
    from registergraf.graph.queries import construct, construct_lines, date_literal, select
    from registergraf.graph.view import assemble, view_as_of

__all__ = [
    "NamedQuery",
    "assemble",
    "construct",
    "construct_lines",
    "date_literal",
    "find_query",
    "named_queries",
    "select",
    "to_nquads",
    "view_as_of",
]

if not TYPE_CHECKING:
    __getattr__ = importing(
        __name__,
        {
            "named": ["NamedQuery", "find_query", "named_queries"],
            "nquads": ["to_nquads"],
            "queries": ["construct", "construct_lines", "date_literal", "select"],
            "view": ["assemble", "view_as_of"],
        },
    )
