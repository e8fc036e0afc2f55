"""The named queries as SHACL executables, where SIB's sparql-examples have them: editors offer them as examples."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect
from pyoxigraph import Literal, NamedNode, Triple

from registergraf.catalogue import FORMATS, write
from registergraf.web.data.descriptions import chosen
from registergraf.web.data.documents import document
from registergraf.web.ground.site import site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.wrappers import Response as AnyResponse

    from registergraf.graph.named import NamedQuery

blueprint = Blueprint("examples", __name__)

EXAMPLES = "/.well-known/sparql-examples"
FORM = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE | re.MULTILINE)
RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SH = "http://www.w3.org/ns/shacl#"
ANY_URI = NamedNode("http://www.w3.org/2001/XMLSchema#anyURI")
TARGET = NamedNode("https://schema.org/target")


@blueprint.get(EXAMPLES)
def examples() -> Response:
    """Every named query, with the prefixes they use (SHACL, section 5.2.1)."""
    triples = [*_prefixes(), *(triple for query in site().named.values() for triple in _executable(query))]
    return document(write(triples, chosen(), site().prefixes), FORMATS[chosen()], vary="Accept")


@blueprint.get(f"{EXAMPLES}/<name>")
def example(name: str) -> AnyResponse:
    """The address of an example leads to the query."""
    return redirect(f"/query/{name}", 303)


def _executable(query: NamedQuery) -> Iterator[Triple]:
    node = NamedNode(f"{_address()}/{query.name}")
    found = FORM.search(query.text)
    form = found[1].lower() if found else "select"
    yield Triple(node, RDF_TYPE, NamedNode(f"{SH}SPARQLExecutable"))
    yield Triple(node, RDF_TYPE, NamedNode(f"{SH}SPARQL{form.capitalize()}Executable"))
    yield Triple(node, NamedNode(f"{SH}{form}"), Literal(query.text))
    yield Triple(node, NamedNode(f"{SH}prefixes"), _declarations())
    yield Triple(node, TARGET, NamedNode(f"{site().release.base}sparql"))
    for lang, question in query.questions.items():
        yield Triple(node, NamedNode(f"{RDFS}comment"), Literal(question, language=lang))
    for lang, title in query.titles.items():
        yield Triple(node, NamedNode(f"{RDFS}label"), Literal(title, language=lang))


def _prefixes() -> Iterator[Triple]:
    for prefix, namespace in site().prefixes.items():
        node = NamedNode(f"{_address()}#prefix-{prefix}")
        yield Triple(_declarations(), NamedNode(f"{SH}declare"), node)
        yield Triple(node, RDF_TYPE, NamedNode(f"{SH}PrefixDeclaration"))
        yield Triple(node, NamedNode(f"{SH}prefix"), Literal(prefix))
        yield Triple(node, NamedNode(f"{SH}namespace"), Literal(namespace, datatype=ANY_URI))


def _declarations() -> NamedNode:
    return NamedNode(f"{_address()}#prefixes")


def _address() -> str:
    return f"{site().release.base}{EXAMPLES[1:]}"
