"""Asking a store, and reading its terms as Python values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, QueryTriples, RdfFormat, Variable

from registergraf.errors import QuerySyntaxError
from registergraf.querytext.syntax import syntax_error

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping, Sequence

    from pyoxigraph import QueryBoolean, Store, Triple

Term = NamedNode | BlankNode | Literal
Row = dict[str, Term]

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
    return [{name: term for name, term in zip(names, row, strict=True) if term is not None} for row in answer]


def evaluate(
    store: Store, query: str, bindings: Mapping[str, Term], graphs: Sequence[NamedNode] = ()
) -> QuerySolutions | QueryBoolean | QueryTriples:
    """Run a query with some of its projected variables fixed; raises `QuerySyntaxError`.

    Where graphs are given, they together are its default graph.
    """
    substitutions: dict[Variable, NamedNode | BlankNode | Literal | Triple] = {
        Variable(n): t for n, t in bindings.items()
    }
    try:
        return store.query(query, substitutions=substitutions, default_graph=[*graphs] or None)
    except SyntaxError as error:
        raise syntax_error(query, error) from error


def construct(store: Store, query: str, bindings: Mapping[str, Term] | None = None) -> Iterator[Triple]:
    """The triples of a CONSTRUCT over the store; of the bindings, those take part whose variable the query has.

    Raises `QuerySyntaxError`.
    """
    yield from _constructed(store, query, bindings or {})


def construct_lines(
    store: Store, query: str, bindings: Mapping[str, Term] | None = None, graphs: Sequence[NamedNode] = ()
) -> list[bytes]:
    """The same as lines of N-Triples, which are a small part of the size; of the store, or of some graphs in it.

    Raises `QuerySyntaxError`.
    """
    written = _constructed(store, query, bindings or {}, graphs).serialize(format=RdfFormat.N_TRIPLES)
    return (written or b"").splitlines()


def _constructed(
    store: Store, query: str, bindings: Mapping[str, Term], graphs: Sequence[NamedNode] = ()
) -> QueryTriples:
    answer = evaluate(store, query, {name: term for name, term in bindings.items() if f"?{name} " in query}, graphs)
    if not isinstance(answer, QueryTriples):
        raise QuerySyntaxError("a CONSTRUCT is needed here")
    return answer


def date_literal(day: datetime.date) -> Literal:
    """A day as an xsd:date."""
    return Literal(day.isoformat(), datatype=XSD_DATE)
