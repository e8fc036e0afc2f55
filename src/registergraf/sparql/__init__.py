"""SPARQL 1.1 queries from strangers: the protocol, formats, a guard, and worker processes that can be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.lazily import importing

if TYPE_CHECKING:
    from registergraf.sparql.evaluation import Answer, Question
    from registergraf.sparql.formats import NotAcceptableError
    from registergraf.sparql.home import Home, Ticket
    from registergraf.sparql.pool import WorkerPool
    from registergraf.sparql.protocol import ProtocolError, QueryRequest, read_query

__all__ = [
    "Answer",
    "Home",
    "NotAcceptableError",
    "ProtocolError",
    "QueryRequest",
    "Question",
    "Ticket",
    "WorkerPool",
    "read_query",
]

if not TYPE_CHECKING:
    __getattr__ = importing(
        __name__,
        {
            "evaluation": ["Answer", "Question"],
            "formats": ["NotAcceptableError"],
            "home": ["Home", "Ticket"],
            "pool": ["WorkerPool"],
            "protocol": ["ProtocolError", "QueryRequest", "read_query"],
        },
    )
