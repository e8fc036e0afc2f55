"""A chart of an answer whose shape asks for one: a name and a number a row, drawn as bars beside its table."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from pyoxigraph import Literal

if TYPE_CHECKING:
    from registergraf.graph.queries import Term
    from registergraf.web.ground.results import Table

__all__ = ["Bar", "Chart", "chart_of"]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = frozenset(
    _XSD + name for name in ("integer", "decimal", "double", "float", "nonNegativeInteger", "int", "long")
)
_FEWEST, _MOST = 2, 40
"""Rows of an answer that is drawn; more are read better as a table."""
WIDTH = 100
"""The length of the longest bar."""


@dataclass(frozen=True)
class Bar:
    """One row of a chart."""

    name: Term
    value: Decimal
    length: float
    """Of `WIDTH`."""


@dataclass(frozen=True)
class Chart:
    """What is counted by what."""

    names: str
    numbers: str
    bars: tuple[Bar, ...]


def chart_of(table: Table) -> Chart | None:
    """The chart of a table of two columns, one of which is a number from nought in every row, and the other a name."""
    if len(table.columns) != 2 or not _FEWEST <= len(table.rows) <= _MOST:  # noqa: PLR2004
        return None
    for names, numbers in itertools.permutations(range(2)):
        read = [(row[names], _number(row[numbers])) for row in table.rows]
        pairs = [(name, value) for name, value in read if name is not None and value is not None and value >= 0]
        if len(pairs) == len(read) == len({str(name) for name, _ in pairs}) and any(value for _, value in pairs):
            most = max(value for _, value in pairs)
            bars = tuple(Bar(name, value, round(float(value / most) * WIDTH, 2)) for name, value in pairs)
            return Chart(table.columns[names], table.columns[numbers], bars)
    return None


def _number(term: Term | None) -> Decimal | None:
    if not isinstance(term, Literal) or term.datatype.value not in _NUMBERS:
        return None
    try:
        value = Decimal(term.value)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
