"""Asking a store, and reading its terms as Python values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, QueryTriples, Variable

from registergraf.errors import QuerySyntaxError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping

    from pyoxigraph import QueryBoolean, Store, Triple

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

Term = NamedNode | BlankNode | Literal
Row = dict[str, Term]

POSITION = re.compile(r"error at (?P<line>\d+):(?P<column>\d+): (?P<expected>.*)", re.DOTALL)
CHARACTER_CLASS = re.compile(r",? *\['[^,]*'\](?=,|$)|,? *\['[^\]]*\]")
XSD_DATE = NamedNode("http://www.w3.org/2001/XMLSchema#date")


def select(store: Store, query: str, **bindings: Term | str) -> list[Row]:
    """The rows of a SELECT, each a mapping of the variables that are bound.

    A binding fixes a variable that the query projects (SPARQL-dev SEP-0007); a plain string is a literal.
    Raises `QuerySyntaxError`.
    """
    answer = evaluate(
        store, query, {name: Literal(value) if isinstance(value, str) else value for name, value in bindings.items()}
    )
    if not isinstance(answer, QuerySolutions):
        raise QuerySyntaxError("a SELECT is needed here")
    names = [variable.value for variable in answer.variables]
    return [{name: row[name] for name in names if row[name] is not None} for row in answer]


def evaluate(store: Store, query: str, bindings: Mapping[str, Term]) -> QuerySolutions | QueryBoolean | QueryTriples:
    """Run a query with some of its projected variables fixed; raises `QuerySyntaxError`."""
    substitutions: dict[Variable, NamedNode | BlankNode | Literal | Triple] = {
        Variable(n): t for n, t in bindings.items()
    }
    try:
        return store.query(query, substitutions=substitutions)
    except SyntaxError as error:
        raise syntax_error(error) from error


def construct(store: Store, query: str) -> Iterator[Triple]:
    """The triples of a CONSTRUCT over the store; raises `QuerySyntaxError`."""
    answer = evaluate(store, query, {})
    if not isinstance(answer, QueryTriples):
        raise QuerySyntaxError("a CONSTRUCT is needed here")
    yield from answer


def syntax_error(error: SyntaxError) -> QuerySyntaxError:
    """Read the position out of pyoxigraph's "error at LINE:COLUMN: what was expected"."""
    match = POSITION.fullmatch(str(error))
    if match is None:
        return QuerySyntaxError(str(error))
    return QuerySyntaxError(_readable(match["expected"]), int(match["line"]), int(match["column"]))


def _readable(expected: str) -> str:
    """The words and signs that were expected, without the parser's classes of characters."""
    if "Prefix not found" in expected:
        return "a prefix is used that the query does not declare"
    return CHARACTER_CLASS.sub("", expected.replace("\n", " ")).strip(" ,|")


def date_literal(day: datetime.date) -> Literal:
    """A day as an xsd:date."""
    return Literal(day.isoformat(), datatype=XSD_DATE)
