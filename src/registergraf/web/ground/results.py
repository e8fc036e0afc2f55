"""Tables made from the JSON of an answer: the rows of a page, and CSV as Excel opens it in Norwegian."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, QueryBoolean, QueryResultsFormat, Triple, parse_query_results

if TYPE_CHECKING:
    from registergraf.graph.queries import Term

EXCEL = "text/csv; charset=utf-8; header=present"

XSD = "http://www.w3.org/2001/XMLSchema#"
FRACTIONS = frozenset(XSD + name for name in ("decimal", "double", "float"))

FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s.,]*\Z)")
"""What a sheet would take for a formula; who writes a query for others could write one (OWASP, CSV injection)."""


@dataclass(frozen=True)
class Table:
    """The answer to a SELECT, or to an ASK, which has a truth and no columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    truth: bool | None = None


def read_table(body: bytes) -> Table:
    """Read SPARQL 1.1 Query Results JSON."""
    result = parse_query_results(body, format=QueryResultsFormat.JSON)
    if isinstance(result, QueryBoolean):
        return Table((), (), truth=bool(result))
    columns = tuple(variable.value for variable in result.variables)
    return Table(columns, tuple(tuple(_term(row[name]) for name in columns) for row in result))


def _term(term: Term | Triple | None) -> Term | None:
    """A term to be shown; a quoted triple, which RDF 1.2 has, as text."""
    return Literal(str(term)) if isinstance(term, Triple) else term


def excel(table: Table) -> bytes:
    """CSV with what Excel reads by itself where Norwegian is set: a byte order mark, semicolons, decimal commas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    if table.truth is not None:
        writer.writerow([str(table.truth).lower()])
    else:
        writer.writerow(table.columns)
        writer.writerows([_cell(term) for term in row] for row in table.rows)
    return buffer.getvalue().encode("utf-8-sig")


def _cell(term: Term | None) -> str:
    if term is None:
        return ""
    if isinstance(term, Literal) and term.datatype.value in FRACTIONS:
        return term.value.replace(".", ",")
    return guarded(term.value)


def guarded(text: str) -> str:
    """Text that a sheet does not take for a formula."""
    return f"'{text}" if FORMULA.match(text) else text
