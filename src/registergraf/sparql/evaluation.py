"""One query to one answer, in the process that holds the graph."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, cast

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Variable,
    parse_query_results,
    serialize,
)

from registergraf.errors import QueryError, QueryLimitError, QuerySyntaxError
from registergraf.sparql.formats import GRAPHS, RESULTS, NotAcceptableError, choose
from registergraf.sparql.guard import explain, refuse_service
from registergraf.sparql.planning import plans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import QueryBoolean, Store, Triple

    from registergraf.sparql.spool import Spool, Spooled
    from registergraf.sparql.statistics import Statistics

__all__ = ["DEFAULT", "Answer", "Question", "Terms", "check_xml_names", "evaluate", "may_name_graphs"]

DEFAULT = ""
"""Stands for the default graph of the store among graphs, which else are IRIs."""

# An XML name at the end, which RDF/XML writes a property as.
_XML_NAME = re.compile(r"[^\W\d][\w.-]*\Z")


# What a query of several graphs has (SPARQL 1.1 Query, section 13), and escapes, which could spell it.
_OF_GRAPHS = ("graph", "from", "\\u")


@dataclass(frozen=True)
class Question:
    """A query and what it should be answered from and as.

    `accept` is an Accept header and `name` the short name of a format, which wins. Where graphs are named, they are the
    dataset, whatever FROM says (SPARQL 1.1 Protocol, section 2.1.4); `DEFAULT` among them is the default graph of the
    store. `as_of` is the day to answer for, where it is not that of the store. `bindings` fix variables that the query
    projects, each with a value and its datatype, "" for an IRI. The last three bound the answer below the settings; 0
    leaves those.
    """

    query: str
    accept: str | None = None
    name: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    as_of: str = ""
    bindings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    most_seconds: float = 0
    most_rows: int = 0
    most_bytes: int = 0


@dataclass(frozen=True)
class Answer:
    """An answer as it goes over the wire: a body, or a file that has one which is too long to be held."""

    media_type: str
    body: bytes = b""
    file: Spooled | None = None

    def whole(self) -> bytes:
        """The whole answer in memory."""
        return b"".join(self.file) if self.file else self.body


@dataclass(frozen=True)
class Terms:
    """What every answer is made by: the prefixes of graphs, the base of relative IRIs, the most rows."""

    prefixes: Mapping[str, str]
    base: str
    most_rows: int


def may_name_graphs(question: Question) -> bool:
    """Whether a question may look at more than the default graph; one that only has the words is taken to do so."""
    query = question.query.lower()
    return bool(question.default_graphs or question.named_graphs) or any(word in query for word in _OF_GRAPHS)


def evaluate(store: Store, question: Question, terms: Terms, spool: Spool, statistics: Statistics | None = None) -> str:
    """Answer a question from a store into a spool; give the media type.

    `statistics` are of the store's default graph, where the question is of nothing else. Relative IRIs are resolved
    against the base (SPARQL 1.1 Query, section 4.1.1.2). Raises `QuerySyntaxError`,
    `QueryRefusedError` (SERVICE, updates), `NotAcceptableError`, `QueryLimitError` for an answer that is larger than
    the spool or has more rows than it may, and `QueryError` for what the engine cannot evaluate.
    """
    try:
        refuse_service(question.query)
        return _answer(store, question, terms, spool, statistics)
    except UnicodeEncodeError as error:
        raise QuerySyntaxError("the query has characters that are not Unicode") from error
    except (RuntimeError, ValueError, OSError) as error:
        raise QueryError(f"the query could not be evaluated: {error}") from error


def _answer(store: Store, question: Question, terms: Terms, spool: Spool, statistics: Statistics | None) -> str:
    fixed = _substitutions(question)
    planned = plans(question.query, fixed, statistics)
    plan = next(planned)
    while True:
        media_type = _write(_ask(store, plan.text, question, terms.base, fixed), question, terms, spool)
        if not plan.rows or (found := _rows(spool, question)) == plan.rows:
            return media_type
        spool.clear()
        plan = planned.send(found)


def _ask(
    store: Store, text: str, question: Question, base: str, fixed: dict[Variable, Any]
) -> QuerySolutions | QueryBoolean | QueryTriples:
    try:
        return store.query(text, base_iri=base, **_dataset(question), substitutions=fixed)
    except SyntaxError as error:
        if text != question.query:  # its place is that in the text that was asked
            return _ask(store, question.query, question, base, fixed)
        raise explain(text, error) from error


def _dataset(question: Question) -> dict[str, Any]:
    """Read the dataset of the protocol; naming one kind of graph leaves the other kind empty."""
    if not question.default_graphs and not question.named_graphs:
        return {}
    return {
        "default_graph": [DefaultGraph() if iri == DEFAULT else NamedNode(iri) for iri in question.default_graphs],
        "named_graphs": [NamedNode(iri) for iri in question.named_graphs],
    }


def _substitutions(question: Question) -> dict[Variable, Any]:
    """Read the terms that variables are fixed to (SPARQL-dev SEP-0007)."""
    return {
        Variable(name): Literal(value, datatype=NamedNode(datatype)) if datatype else NamedNode(value)
        for name, (value, datatype) in question.bindings.items()
    }


def _write(
    result: QuerySolutions | QueryBoolean | QueryTriples,
    question: Question,
    terms: Terms,
    spool: Spool,
) -> str:
    """Write the result in the format negotiated for its form; return the media type."""
    output = cast("IO[bytes]", spool)
    most_rows = min(terms.most_rows, question.most_rows or terms.most_rows)
    if isinstance(result, QueryTriples):
        form = choose(GRAPHS, question.accept, question.name)
        triples = _in_order(result)
        _check_rows(len(triples), most_rows)
        if form.writer == RdfFormat.RDF_XML:
            check_xml_names(triples)
        serialize(triples, output, form.writer, prefixes=dict(terms.prefixes))
        return form.media_type
    table = choose(RESULTS, question.accept, question.name)
    has_rows = isinstance(result, QuerySolutions)
    result.serialize(output, table.writer)
    if has_rows and spool.size > most_rows:  # a row has at least a byte
        with spool.readable_copy() as written:
            _check_rows(_count_rows(written, table.writer), most_rows)
    return table.media_type


def _rows(spool: Spool, question: Question) -> int:
    """The rows of a table that was written."""
    with spool.readable_copy() as written:
        return _count_rows(written, choose(RESULTS, question.accept, question.name).writer)


def _count_rows(written: IO[bytes], writer: QueryResultsFormat) -> int:
    """Count the rows of a table that was written, since the engine that wrote them does not tell."""
    if writer == QueryResultsFormat.CSV:
        return sum(1 for _ in csv.reader(io.TextIOWrapper(written, encoding="utf-8", newline=""))) - 1
    rows = parse_query_results(written, writer)
    return sum(1 for _ in rows) if isinstance(rows, QuerySolutions) else 0


def _check_rows(count: int, most: int) -> None:
    if count > most:
        message = f"the answer has more than {most} rows; ask for less, for example with LIMIT"
        raise QueryLimitError("answer-rows", message)


def _in_order(result: Iterable[Triple]) -> list[Triple]:
    """Sort a graph, with canonical blank nodes (RDFC-1.0), so that equal graphs become equal bytes."""
    triples = set(result)
    if any(isinstance(term, BlankNode) for triple in triples for term in triple):
        dataset = Dataset(Quad(*triple) for triple in triples)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        triples = {quad.triple for quad in dataset}
    return sorted(triples, key=str)


def check_xml_names(triples: Iterable[Triple]) -> None:
    """Raise `NotAcceptableError` for a property that RDF/XML cannot write; pyoxigraph 0.5.13 would write broken XML."""
    for triple in triples:
        if not _XML_NAME.search(triple.predicate.value):
            others = [form.media_type for form in GRAPHS if form.writer != RdfFormat.RDF_XML]
            raise NotAcceptableError(f"RDF/XML cannot write the property {triple.predicate}", others)
