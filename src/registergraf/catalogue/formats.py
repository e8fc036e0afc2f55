"""From triples to bytes: the syntaxes that harvesters ask for.

Equal triples give equal bytes: they are sorted first, and no step below iterates over a set. Every IRI is absolute,
and JSON-LD carries its context, so that nothing has to be fetched to read the document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, RdfFormat, serialize

from registergraf.catalogue.export import by_name
from registergraf.json_text import json_text
from registergraf.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

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
    syntax = by_name(FORMATS, "format", format).rdf_format
    ordered = sorted(set(triples), key=str)
    return _written(ordered, syntax, {} if syntax == RdfFormat.N_TRIPLES else used_prefixes(ordered, prefixes))


def write_all(triples: Iterable[Triple], prefixes: Mapping[str, str] = PREFIXES) -> dict[str, bytes]:
    """Write the triples in each format, by its name, as `write` does: sorted once for all of them."""
    ordered = sorted(set(triples), key=str)
    used = used_prefixes(ordered, prefixes)
    return {name: _written(ordered, format_.rdf_format, used) for name, format_ in FORMATS.items()}


def _written(ordered: Sequence[Triple], syntax: RdfFormat, used: Mapping[str, str]) -> bytes:
    if syntax == RdfFormat.N_TRIPLES:
        return serialize(ordered, format=syntax) or b""
    if syntax == RdfFormat.JSON_LD:
        return json_ld(ordered, used)
    return serialize(ordered, format=syntax, prefixes=dict(used)) or b""


def used_prefixes(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Pick the prefixes that at least one IRI of the triples can be written with."""
    names = by_namespace(prefixes)
    terms: set[Any] = {term for triple in triples for term in triple}  # most stand in many triples
    iris = {term.datatype.value if isinstance(term, Literal) else term.value for term in terms}
    written = {compact(iri, names).partition(":")[0] for iri in iris}
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
    """Write the triples as a flattened JSON-LD 1.1 document, one node object per subject, in the order given.

    Written here because pyoxigraph writes no context, and rdflib neither keeps an order nor the text of a number.
    """
    names = by_namespace(prefixes)
    nodes: dict[str, dict[str, Any]] = {}
    named = cache(lambda iri: compact(iri, names))
    for triple in triples:
        subject, predicate, object_ = triple
        name = named(subject.value)
        node = nodes.setdefault(name, {"@id": name})
        if predicate.value == RDF_TYPE:
            node.setdefault("@type", []).append(named(object_.value))
        else:
            node.setdefault(named(predicate.value), []).append(_json_value(object_, named))
    return json_text({"@context": dict(prefixes), "@graph": list(nodes.values())})


def _json_value(term: Any, named: Callable[[str], str]) -> dict[str, str] | str:
    if not isinstance(term, Literal):
        return {"@id": named(term.value)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value == XSD_STRING:
        return term.value
    return {"@value": term.value, "@type": named(term.datatype.value)}
