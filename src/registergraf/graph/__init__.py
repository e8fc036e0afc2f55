"""Quads, claims, dates, inference and difference; knows neither the layout of files nor HTTP."""

from __future__ import annotations

from registergraf.graph.named import NamedQuery, find_query, named_queries
from registergraf.graph.nquads import to_nquads
from registergraf.graph.queries import construct, date_literal, select
from registergraf.graph.view import assemble, view_as_of

__all__ = [
    "NamedQuery",
    "assemble",
    "construct",
    "date_literal",
    "find_query",
    "named_queries",
    "select",
    "to_nquads",
    "view_as_of",
]
