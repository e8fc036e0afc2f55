"""The worker process: holds the graph, and answers one query at a time until it is told no more, or killed.

Parsing, too, happens here, where a crash costs one worker.
"""

from __future__ import annotations

import contextlib
import json
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import RdfFormat, Store, parse

from registergraf.errors import QueryError, QueryLimitError
from registergraf.sparql.days import Days
from registergraf.sparql.evaluation import Answer, Question, evaluate
from registergraf.sparql.isolation import deadline, leave_network, limit_memory
from registergraf.sparql.wire import READY, pack_error, unpack_question, unpack_setup

if TYPE_CHECKING:
    from registergraf.sparql.wire import Setup

__all__ = ["main"]

# The service kills at the limit; this one is for the case that the service is gone.
_GRACE_SECONDS = 2.0


def main(descriptor: int) -> None:
    """Serve the connection on a file descriptor until its other end is closed."""
    with Connection(descriptor) as connection, contextlib.suppress(EOFError, ConnectionError):
        setup = unpack_setup(connection.recv_bytes())
        try:
            store = _load(setup)
        except (OSError, SyntaxError) as error:
            _send(connection, pack_error(QueryError(str(error))))
            return
        days = Days(store, setup.queries, setup.base)
        connection.send_bytes(READY)
        while True:
            _serve(connection, days, setup)


def _load(setup: Setup) -> Store:
    """Load the dataset, then build the walls: the memory a query may use comes after that of the graph."""
    store = Store()
    with Path(setup.dataset).open("rb") as file:
        leave_network()
        # Not Store.load, which would give blank nodes other names in each worker.
        store.bulk_extend(parse(file, RdfFormat.N_QUADS))
    limit_memory(setup.query_memory_mb)
    return store


def _serve(connection: Connection, days: Days, setup: Setup) -> None:
    question = unpack_question(connection.recv_bytes())
    with deadline(setup.query_seconds + _GRACE_SECONDS):
        reply = _reply(days, question, setup)
    if isinstance(reply, Answer):
        _send(connection, {"media_type": reply.media_type})
        connection.send_bytes(reply.body)
    else:
        _send(connection, pack_error(reply))


def _send(connection: Connection, header: dict[str, Any]) -> None:
    connection.send_bytes(json.dumps(header).encode("ascii"))


def _reply(days: Days, question: Question, setup: Setup) -> Answer | QueryError:
    try:
        return evaluate(days.store(question.as_of), question, setup.prefixes, setup.answer_mb, setup.base)
    except QueryError as error:
        return error
    except MemoryError:
        return QueryLimitError("query-memory-mb", f"the query needs more than {setup.query_memory_mb} MiB of memory")
