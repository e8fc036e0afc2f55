"""The texts a query is put to the engine in: others with the same answers, which it evaluates faster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from registergraf.querytext.fixing import fix
from registergraf.querytext.rewriting import rewrite
from registergraf.sparql.bounding import first_rows
from registergraf.sparql.joining import join_by_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyoxigraph import Variable

    from registergraf.sparql.statistics import Statistics

__all__ = ["Plan", "plans"]


class Plan(NamedTuple):
    """A text, and the rows its answer must have to be that of the query; 0 where it is in any case."""

    text: str
    rows: int = 0


def plans(query: str, fixed: Mapping[Variable, Any], statistics: Statistics | None) -> Iterator[Plan]:
    """Give the texts to try one after the other, the last of which has the answer of the query in any case."""
    if fixed:  # such a variable is none that MINUS could compare
        yield Plan(fix(query, {variable.value: term for variable, term in fixed.items()}))
        return
    query = rewrite(query)
    if statistics and (first := first_rows(query, statistics)):
        if first.below:
            yield Plan(join_by_hash(first.below, statistics), first.rows)
        query = first.whole
    yield Plan(join_by_hash(query, statistics) if statistics else query)
