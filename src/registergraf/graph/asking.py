"""Asking a query of a release or of any SPARQL service, with the same answer either way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.error import URLError

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results
from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from registergraf.errors import EndpointError
from registergraf.graph.queries import evaluate
from registergraf.graph.view import view_as_of
from registergraf.querytext.fixing import fix

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from pyoxigraph import Store, Triple

    from registergraf.graph.named import NamedQuery
    from registergraf.graph.queries import Term


class Dataset(Protocol):
    """What is asked of a release."""

    @property
    def store(self) -> Store:
        """The dataset, its view as default graph."""

    @property
    def queries(self) -> Mapping[str, str]:
        """The queries it was made with."""

    @property
    def as_of(self) -> datetime.date:
        """The day of its view."""

    @property
    def base(self) -> str:
        """Base of its IRIs."""


@dataclass(frozen=True)
class Table:
    """The answer to a SELECT."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]


Answer = Table | bool | list["Triple"]


def ask_release(query: NamedQuery, params: Mapping[str, str], release: Dataset, as_of: datetime.date | None) -> Answer:
    """Ask a release, as of another day where one is given.

    Raises `QuerySyntaxError`, and `UsageError` for a parameter.
    """
    store = release.store
    if as_of is not None and as_of != release.as_of:
        store = view_as_of(release.store, release.queries, as_of, release.base)
    terms = query.bind(params)
    return _read(query, evaluate(store, fix(query.text, terms), terms))


def ask_endpoint(query: NamedQuery, params: Mapping[str, str], endpoint: str, seconds: float) -> Answer:
    """Ask any SPARQL 1.1 service over HTTP; raises `EndpointError`, and `UsageError` for a parameter."""
    return _read(query, _ask_remote(query.text, query.bind(params), endpoint, seconds))


def _read(query: NamedQuery, answer: Any) -> Answer:
    if isinstance(answer, QueryBoolean):
        return bool(answer)
    if isinstance(answer, QuerySolutions):
        variables = [variable.value for variable in answer.variables]
        rows = tuple(tuple(row[name] for name in variables) for row in answer)
        named = {column.replace("-", "_"): column for column in query.columns}
        return Table(tuple(named.get(name, name) for name in variables), rows)
    return sorted(answer, key=str)


def _ask_remote(text: str, bindings: Mapping[str, Term], endpoint: str, seconds: float) -> Any:
    """Send the query by POST; a parameter travels as a VALUES clause behind it, its term serialised by the library."""
    client = SPARQLWrapper(endpoint)
    client.setMethod(POST)
    client.setTimeout(int(seconds) or 1)
    client.setQuery(text + _values(bindings))
    client.setReturnFormat(JSON if client.queryType in {"SELECT", "ASK"} else TURTLE)
    try:
        body = client.query().response.read()
    except (SPARQLWrapperException, URLError, OSError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "msg", None) or error
        raise EndpointError(f"{endpoint} did not answer the query: {reason}") from error
    try:
        if client.queryType in {"SELECT", "ASK"}:
            return parse_query_results(body, format=QueryResultsFormat.JSON)
        return [quad.triple for quad in parse(body, format=RdfFormat.TURTLE)]
    except (SyntaxError, ValueError) as error:
        raise EndpointError(f"{endpoint} answered with something that is not a SPARQL result: {error}") from error


def _values(bindings: Mapping[str, Term]) -> str:
    """The one VALUES clause that SPARQL allows behind a query."""
    if not bindings:
        return ""
    names = " ".join(f"?{name}" for name in bindings)
    terms = " ".join(str(term) for term in bindings.values())
    return f"\nVALUES ({names}) {{ ({terms}) }}"
