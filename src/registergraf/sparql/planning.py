"""The texts a query is put to the engine in: others with the same answers, which it evaluates faster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from registergraf.querytext.fixing import fix
from registergraf.querytext.rewriting import rewrite
from registergraf.sparql.bounding import first_rows
from registergraf.sparql.joining import join_by_hash

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from pyoxigraph import Variable

    from registergraf.sparql.statistics import Statistics

__all__ = ["TRIES", "Plan", "plans"]

TRIES = 2
"""How often less is asked for than all."""


class Plan(NamedTuple):
    """A text, and the rows its answer must have to be that of the query; 0 where it is in any case."""

    text: str
    rows: int = 0


def plans(query: str, fixed: Mapping[Variable, Any], statistics: Statistics | None) -> Generator[Plan, int, None]:
    """Give the texts to try one after the other, the last of which has the answer of the query in any case.

    For each of the others it is to be sent how many rows there were.
    """
    if fixed:  # such a variable is none that MINUS could compare
        yield Plan(fix(query, {variable.value: term for variable, term in fixed.items()}))
        return
    query = rewrite(query)
    if statistics and (first := first_rows(query, statistics)):
        wanted = first.wanted
        for _ in range(TRIES):
            if few := first.few(wanted):
                wanted = first.more(wanted, (yield Plan(few, first.rows)))
        query = first.whole
    yield Plan(join_by_hash(query, statistics) if statistics else query)
