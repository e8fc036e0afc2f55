"""The view of another day, made when it is asked for, as a graph of the protocol: ``<base>as-of/YYYY-MM-DD``."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, Store, parse

from registergraf.errors import QueryError
from registergraf.sparql.evaluation import DEFAULT, may_name_graphs
from registergraf.sparql.protocol import ProtocolError
from registergraf.sparql.statistics import Statistics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registergraf.sparql.evaluation import Question

__all__ = ["Days", "day_of"]

_KEPT = 3


def day_of(base: str, default_graphs: Sequence[str], named_graphs: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Find the day that the default graph is to be of, and the default graphs with its view as `DEFAULT`.

    The day is "" where none is asked for. Any other IRI stays as it is: one that names no graph here is an empty graph,
    as W3C's protocol tests have it (``query_get``). Only what looks like a day and is none is refused with
    `ProtocolError`, since an empty answer would read as "nothing held on that day"; likewise two days, of which one
    dataset has no place for, and a day as a named graph.
    """
    if not default_graphs and not named_graphs:
        return "", ()
    start = base + "as-of/"
    if any(iri.startswith(start) for iri in named_graphs):
        raise ProtocolError(400, "the view of a day can be asked as default-graph-uri, not as named-graph-uri")
    days = {iri.removeprefix(start) for iri in default_graphs if iri.startswith(start)}
    if len(days) > 1:
        raise ProtocolError(400, f"one day can be asked for at a time, not {' and '.join(sorted(days))}")
    for day in days:
        _check(day, start)
    graphs = (DEFAULT if iri.startswith(start) else iri for iri in default_graphs)
    return "".join(days), tuple(dict.fromkeys(graphs))


def _check(day: str, start: str) -> None:
    try:
        if datetime.date.fromisoformat(day).isoformat() == day:
            return
    except ValueError:
        pass
    raise ProtocolError(400, f"'{day}' is no day: the view of a day is {start}YYYY-MM-DD")


class Days:
    """The datasets of the last few days asked for, made from that of the release.

    `view` is its default graph alone, which is asked twice as fast, since no triples of other graphs are passed over.
    """

    def __init__(self, release: Store, queries: Mapping[str, str], base: str, view: Store | None = None) -> None:
        self._release = release
        self._view = view or release
        self._statistics = Statistics(self._view)
        self._queries = queries
        self._base = base
        self._made: OrderedDict[str, Store] = OrderedDict()

    def store_for(self, question: Question) -> Store:
        """Give the dataset that a question is to be answered from, with the view that it may do with."""
        return self.store(question.as_of) if question.as_of or may_name_graphs(question) else self._view

    def statistics_for(self, question: Question) -> Statistics | None:
        """Give the counts of the view where the question is of that alone."""
        return None if question.as_of or may_name_graphs(question) else self._statistics

    def store(self, day: str) -> Store:
        """Give the dataset with the view of a day as its default graph; that of the release for no day.

        Raises `QueryError` where the queries that make a view are not at hand.
        """
        if not day:
            return self._release
        if day not in self._made:
            self._made[day] = self._make(datetime.date.fromisoformat(day))
        self._made.move_to_end(day)
        while len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return self._made[day]

    def _make(self, day: datetime.date) -> Store:
        """Make it by way of sorted N-Quads, for rows without an order to come in the same one from each worker."""
        # Here, since few queries need it and it loads the reasoner.
        from registergraf.graph import to_nquads, view_as_of  # noqa: PLC0415

        if "view/claims.rq" not in self._queries:
            raise QueryError("this service has no views of other days than its own")
        store = Store()
        store.bulk_extend(
            parse(to_nquads(view_as_of(self._release, self._queries, day, self._base)), RdfFormat.N_QUADS)
        )
        return store
