"""One query to one answer, in the process that holds the graph."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryTriples,
    RdfFormat,
    Variable,
    serialize,
)

from registergraf.errors import QueryError, QueryLimitError, QuerySyntaxError
from registergraf.sparql.formats import GRAPHS, RESULTS, NotAcceptableError, choose
from registergraf.sparql.guard import explain, refuse_service

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import QueryBoolean, QuerySolutions, Store, Triple

__all__ = ["DEFAULT", "Answer", "Question", "evaluate"]

DEFAULT = ""
"""Stands for the default graph of the store among graphs, which else are IRIs."""

_MIB = 1 << 20
# An XML name at the end, which RDF/XML writes a property as.
_XML_NAME = re.compile(r"[^\W\d][\w.-]*\Z")


@dataclass(frozen=True)
class Question:
    """A query and what it should be answered from and as.

    `accept` is an Accept header and `name` the short name of a format, which wins. Where graphs are named, they are the
    dataset, whatever FROM says (SPARQL 1.1 Protocol, section 2.1.4); `DEFAULT` among them is the default graph of the
    store. `as_of` is the day to answer for, where it is not that of the store. `bindings` fix variables that the query
    projects, each with a value and its datatype, "" for an IRI.
    """

    query: str
    accept: str | None = None
    name: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    as_of: str = ""
    bindings: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """An answer as it goes over the wire."""

    media_type: str
    body: bytes


def evaluate(store: Store, question: Question, prefixes: Mapping[str, str], answer_mb: int, base: str) -> Answer:
    """Answer a question from a store, with relative IRIs resolved against `base` (SPARQL 1.1 Query, section 4.1.1.2).

    Raises `QuerySyntaxError`, `QueryRefusedError` (SERVICE, updates), `NotAcceptableError`, `QueryLimitError` for an
    answer over `answer_mb` MiB, and `QueryError` for what the engine cannot evaluate.
    """
    output = _Bounded(answer_mb)
    try:
        refuse_service(question.query)
        media_type = _write(_ask(store, question, base), question, prefixes, output)
    except UnicodeEncodeError as error:
        raise QuerySyntaxError("the query has characters that are not Unicode") from error
    except (RuntimeError, ValueError, OSError) as error:
        raise QueryError(f"the query could not be evaluated: {error}") from error
    return Answer(media_type, output.getvalue())


def _ask(store: Store, question: Question, base: str) -> QuerySolutions | QueryBoolean | QueryTriples:
    try:
        return store.query(question.query, base_iri=base, **_dataset(question), substitutions=_substitutions(question))
    except SyntaxError as error:
        raise explain(question.query, error) from error


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
    prefixes: Mapping[str, str],
    output: io.BytesIO,
) -> str:
    """Write the result in the format negotiated for its form; return the media type."""
    if isinstance(result, QueryTriples):
        form = choose(GRAPHS, question.accept, question.name)
        triples = _in_order(result)
        if form.writer == RdfFormat.RDF_XML:
            _check_xml_names(triples)
        serialize(triples, output, form.writer, prefixes=dict(prefixes))
        return form.media_type
    table = choose(RESULTS, question.accept, question.name)
    result.serialize(output, table.writer)
    return table.media_type


def _in_order(result: Iterable[Triple]) -> list[Triple]:
    """Sort a graph, with canonical blank nodes (RDFC-1.0), so that equal graphs become equal bytes."""
    triples = set(result)
    if any(isinstance(term, BlankNode) for triple in triples for term in triple):
        dataset = Dataset(Quad(*triple) for triple in triples)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        triples = {quad.triple for quad in dataset}
    return sorted(triples, key=str)


def _check_xml_names(triples: Iterable[Triple]) -> None:
    """Raise for a property that RDF/XML has no way to write; pyoxigraph 0.5.13 would write broken XML."""
    for triple in triples:
        if not _XML_NAME.search(triple.predicate.value):
            others = [form.media_type for form in GRAPHS if form.writer != RdfFormat.RDF_XML]
            raise NotAcceptableError(f"RDF/XML cannot write the property {triple.predicate}", others)


class _Bounded(io.BytesIO):
    """Bytes in memory up to a limit; writing more raises `QueryLimitError`."""

    def __init__(self, mib: int) -> None:
        super().__init__()
        self._mib = mib

    def write(self, data: Any) -> int:
        """Append `data`; raises `QueryLimitError` at the limit."""
        if self.tell() + len(data) > self._mib * _MIB:
            message = f"the answer is larger than {self._mib} MiB; ask for less, for example with LIMIT"
            raise QueryLimitError("answer-mb", message)
        return super().write(data)
