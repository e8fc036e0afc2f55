"""What the service and its workers say to each other: JSON, and the bytes of an answer.

Not pickle: a worker has read a stranger's query, and unpickling what it sends would be to trust it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from registergraf.errors import QueryError, QueryLimitError, QueryRefusedError, QuerySyntaxError
from registergraf.sparql.evaluation import Question
from registergraf.sparql.formats import NotAcceptableError

__all__ = ["READY", "Setup", "pack", "pack_error", "unpack_error", "unpack_question", "unpack_setup"]

READY = b"{}"

# An error is sent as its kind and the arguments that make it anew; "text" is the error's own text.
_KINDS: dict[str, tuple[type[QueryError], tuple[str, ...]]] = {
    "syntax": (QuerySyntaxError, ("message", "line", "column")),
    "limit": (QueryLimitError, ("limit", "text")),
    "not-acceptable": (NotAcceptableError, ("asked", "offered")),
    "refused": (QueryRefusedError, ("text",)),
    "error": (QueryError, ("text",)),
}


@dataclass(frozen=True)
class Setup:
    """What a worker is told once, at its start."""

    dataset: str
    prefixes: dict[str, str]
    query_seconds: float
    query_memory_mb: int
    answer_mb: int
    base: str
    queries: dict[str, str]
    """What views of other days are made with, by path below ``queries/``."""


def pack(message: Setup | Question) -> bytes:
    """Write a message to a worker."""
    return json.dumps(asdict(message)).encode("ascii")


def unpack_setup(data: bytes) -> Setup:
    """Read what `pack` wrote."""
    return Setup(**json.loads(data))


def unpack_question(data: bytes) -> Question:
    """Read what `pack` wrote."""
    values = json.loads(data)
    graphs = {name: tuple(values[name]) for name in ("default_graphs", "named_graphs")}
    bindings = {name: tuple(term) for name, term in values["bindings"].items()}
    return Question(**(values | graphs | {"bindings": bindings}))


def pack_error(error: QueryError) -> dict[str, Any]:
    """Write an error from a worker."""
    kind, fields = next((kind, fields) for kind, (cls, fields) in _KINDS.items() if isinstance(error, cls))
    return {"error": kind, "arguments": [str(error) if name == "text" else getattr(error, name) for name in fields]}


def unpack_error(header: dict[str, Any]) -> QueryError:
    """Make the error that `pack_error` wrote."""
    cls, _ = _KINDS[header["error"]]
    error: QueryError = cls(*header["arguments"])
    return error
