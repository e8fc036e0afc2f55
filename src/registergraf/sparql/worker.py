"""The worker process: has the graph, and answers one query at a time until it is told no more, or killed.

Parsing, too, happens here, where a crash costs one worker.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from registergraf.errors import QueryError, QueryLimitError
from registergraf.memory import give_back
from registergraf.sparql.days import Days
from registergraf.sparql.evaluation import Terms, evaluate
from registergraf.sparql.isolation import deadline, limit_memory
from registergraf.sparql.spool import Spool
from registergraf.sparql.wire import Channel, ChannelClosedError, pack_error, unpack_question

if TYPE_CHECKING:
    from pyoxigraph import Store

    from registergraf.sparql.evaluation import Question
    from registergraf.sparql.wire import Setup

__all__ = ["Loaded", "work"]

# The service kills at the limit; this one is for the case that the service is gone.
_GRACE_SECONDS = 2.0
_REST_SECONDS = 0.5
"""How long nothing is asked before the worker gives back what the last queries left free."""


class Loaded(NamedTuple):
    """A dataset, and its default graph alone, which may be the same."""

    dataset: Store
    view: Store


def work(channel: Channel, loaded: Loaded, setup: Setup) -> None:
    """Answer the questions of a channel until its other end is closed."""
    limit_memory(setup.query_memory_mb)
    days = Days(loaded.dataset, setup.queries, setup.base, loaded.view)
    with suppress(ChannelClosedError):
        while True:
            question = unpack_question(channel.receive().header)
            with (
                deadline(setup.query_seconds + _GRACE_SECONDS),
                Spool(setup.spool, _most_bytes(question, setup)) as spool,
            ):
                _reply(channel, days, question, setup, spool)
            if not channel.hears(_REST_SECONDS):
                give_back()


def _most_bytes(question: Question, setup: Setup) -> int:
    return min(setup.answer_mb << 20, question.most_bytes or setup.answer_mb << 20)


def _reply(channel: Channel, days: Days, question: Question, setup: Setup, spool: Spool) -> None:
    try:
        terms = Terms(setup.prefixes, setup.base, setup.answer_rows)
        media_type = evaluate(days.store_for(question), question, terms, spool, days.statistics_for(question))
    except QueryError as error:
        channel.send(pack_error(error))
    except MemoryError:
        channel.send(pack_error(too_much_memory(setup.query_memory_mb)))
    else:
        channel.send({"media_type": media_type, "size": spool.size}, spool.in_memory(), spool.file)


def too_much_memory(mib: int) -> QueryLimitError:
    """The error of a query that needs more than it is given."""
    return QueryLimitError("query-memory-mb", f"the query needs more than {mib} MiB of memory")
