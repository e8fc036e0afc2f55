"""From triples to bytes: the syntaxes that harvesters ask for.

Equal triples give equal bytes: they are sorted first, and no step below iterates over a set. Every IRI is absolute,
and JSON-LD carries its context, so that nothing has to be fetched to read the document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, RdfFormat, parse, serialize

from registergraf.catalogue.export import by_name
from registergraf.catalogue.lines import iris, joined, ordered, split, to_lines, to_triples
from registergraf.json_text import json_part, json_text
from registergraf.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from orjson import Fragment
    from pyoxigraph import Triple

LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[\w.-]*[\w-])?")
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


@dataclass(frozen=True)
class Format:
    """A syntax of RDF: its media type, the suffix of a file in it, and pyoxigraph's serialiser for it."""

    media_type: str
    suffix: str
    rdf_format: RdfFormat


FORMATS = {
    "turtle": Format("text/turtle", ".ttl", RdfFormat.TURTLE),
    "json-ld": Format("application/ld+json", ".jsonld", RdfFormat.JSON_LD),
    "rdf-xml": Format("application/rdf+xml", ".rdf", RdfFormat.RDF_XML),
    "n-triples": Format("application/n-triples", ".nt", RdfFormat.N_TRIPLES),
    "trig": Format("application/trig", ".trig", RdfFormat.TRIG),
}
"""The formats a catalogue document is written in, by the name `write` takes."""


def write(triples: Iterable[Triple], format: str, prefixes: Mapping[str, str] = PREFIXES) -> bytes:  # noqa: A002
    """Write the triples in a format of `FORMATS`, as UTF-8, with those of the prefixes that occur.

    Raises `UnknownNameError` for a format that does not exist.
    """
    return write_document(joined(ordered(to_lines(triples))), format, prefixes)


def write_document(document: bytes, format: str, prefixes: Mapping[str, str] = PREFIXES) -> bytes:  # noqa: A002
    """Write a document of sorted N-Triples as `write` does its triples."""
    syntax = by_name(FORMATS, "format", format).rdf_format
    return _written(document, syntax, used_prefixes(document, prefixes))


def write_all(document: bytes, prefixes: Mapping[str, str] = PREFIXES) -> Iterator[tuple[str, bytes]]:
    """Write a document of sorted N-Triples in each format, by its name, one after the other."""
    used = used_prefixes(document, prefixes)
    for name, format_ in FORMATS.items():
        yield name, _written(document, format_.rdf_format, used)


def _written(document: bytes, syntax: RdfFormat, used: Mapping[str, str]) -> bytes:
    if syntax == RdfFormat.N_TRIPLES:
        return document
    if syntax == RdfFormat.JSON_LD:
        return json_ld(to_triples(document), used)
    return serialize(parse(document, format=RdfFormat.N_TRIPLES), format=syntax, prefixes=dict(used)) or b""


def used_prefixes(document: bytes, prefixes: Mapping[str, str]) -> dict[str, str]:
    """Pick the prefixes that at least one IRI of a document in N-Triples can be written with."""
    names = by_namespace(prefixes)
    written = {compact(iri, names).partition(":")[0] for iri in iris(split(document))}
    return {prefix: namespace for prefix, namespace in prefixes.items() if prefix in written}


def by_namespace(prefixes: Mapping[str, str]) -> dict[str, str]:
    """The prefix of each namespace; a namespace ends in a slash or a hash."""
    return {namespace: prefix for prefix, namespace in prefixes.items()}


def compact(iri: str, names: Mapping[str, str]) -> str:
    """Write the IRI as a prefixed name where its namespace has a prefix and leaves a plain local name, else as it is.

    `names` is what `by_namespace` gives.
    """
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    prefix = names.get(iri[:cut])
    return f"{prefix}:{iri[cut:]}" if prefix and LOCAL_NAME.fullmatch(iri, cut) else iri


def json_ld(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> bytes:
    """Write triples that come subject by subject as a flattened JSON-LD 1.1 document, one node object for each.

    Written here because pyoxigraph writes no context, and rdflib neither keeps an order nor the text of a number.
    """
    names = by_namespace(prefixes)
    named = cache(lambda iri: compact(iri, names))
    nodes = [_node(about, named) for _, about in groupby(triples, key=lambda triple: triple.subject)]
    return json_text({"@context": dict(prefixes), "@graph": nodes})


def _node(about: Iterable[Triple], named: Callable[[str], str]) -> Fragment:
    """A node object as text, so that a large document is never all objects at once."""
    node: dict[str, Any] = {}
    for subject, predicate, object_ in about:
        node.setdefault("@id", named(subject.value))
        if predicate.value == RDF_TYPE:
            node.setdefault("@type", []).append(named(object_.value))
        else:
            node.setdefault(named(predicate.value), []).append(_json_value(object_, named))
    return json_part(node, depth=2)


def _json_value(term: Any, named: Callable[[str], str]) -> dict[str, str] | str:
    if not isinstance(term, Literal):
        return {"@id": named(term.value)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value == XSD_STRING:
        return term.value
    return {"@value": term.value, "@type": named(term.datatype.value)}
