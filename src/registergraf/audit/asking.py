"""Asking the queries of rules: of a store, each in a process apart with a limit, or of somebody's SPARQL service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from registergraf.audit.apart import Limits, Lost, Task, done_apart, ending_after, in_words, within_memory
from registergraf.errors import QuerySyntaxError
from registergraf.graph.queries import evaluate, select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import Store

    from registergraf.graph.queries import Row


class Asker(Protocol):
    """Whatever answers SELECT queries, each with rows or with why there are none."""

    def ask_all(self, queries: Sequence[str]) -> list[list[Row] | Lost]:
        """The answers in the order of the queries."""


@dataclass(frozen=True)
class StoreAsker:
    """A store in memory, whose queries are asked in processes apart."""

    store: Store = field(repr=False)
    limits: Limits = field(default_factory=Limits)

    def ask_all(self, queries: Sequence[str]) -> list[list[Row] | Lost]:
        """The answers in the order of the queries; one that takes too long or crashes is lost, the others are not."""
        # shapes that are applied to the same things ask the same for them
        once = list(dict.fromkeys(queries))
        answers = done_apart([self._task(query) for query in once], self.limits)
        by_query = dict(zip(once, answers, strict=True))
        return [by_query[query] for query in queries]

    def _task(self, query: str) -> Task[list[Row]]:
        return Task(lambda: answered(self.store, query), rows)


@dataclass(frozen=True)
class HereAsker:
    """A store in memory, whose queries are asked in this process: one that takes too long or crashes ends it.

    It takes less than to share the dataset with other processes, and is for work that `done_watched` watches.
    """

    store: Store = field(repr=False)
    limits: Limits = field(default_factory=Limits)

    def ask_all(self, queries: Sequence[str]) -> list[list[Row] | Lost]:
        """The answers in the order of the queries; one that is not understood is lost."""
        with within_memory(self.limits.memory_mb):
            by_query = {query: self._asked(query) for query in dict.fromkeys(queries)}
        return [by_query[query] for query in queries]

    def _asked(self, query: str) -> list[Row] | Lost:
        try:
            with ending_after(self.limits.seconds):
                return select(self.store, query)
        except Exception as error:  # noqa: BLE001 - as in a process apart
            return Lost("error", in_words(error))


def answered(store: Store, query: str) -> bytes:
    """The answer to a SELECT as SPARQL results in JSON, which cross to another process faster than terms do."""
    answer = evaluate(store, query, {})
    if not isinstance(answer, QuerySolutions):
        raise QuerySyntaxError("a SELECT is needed here")
    return answer.serialize(format=QueryResultsFormat.JSON) or b""


def rows(data: bytes) -> list[Row]:
    """The rows of SPARQL results in JSON, each with the variables that are bound."""
    answer = parse_query_results(data, format=QueryResultsFormat.JSON)
    if not isinstance(answer, QuerySolutions):
        raise QuerySyntaxError("a SELECT is needed here")
    names = [variable.value for variable in answer.variables]
    return [{name: term for name, term in zip(names, row, strict=True) if term is not None} for row in answer]
