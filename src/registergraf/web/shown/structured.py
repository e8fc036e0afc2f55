"""What search engines for datasets read in a page: schema.org as JSON-LD (JSON-LD 1.1, section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import request
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from registergraf.json_text import json_text
from registergraf.namespaces import RDF_TYPE
from registergraf.web.ground.days import AS_OF
from registergraf.web.ground.site import site

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

SCHEMA = "https://schema.org/"


def structured(iri: str, lang: str) -> Markup:
    """The script element that describes a data source of the catalogue in a language.

    Nothing for what is no data source, and for another day than the release's, which the catalogue is not of.
    """
    triples = [] if AS_OF in request.args else site().offered("schema-org", dataset=NamedNode(iri))
    if not triples:
        return Markup()
    document = {"@context": SCHEMA, **_node(iri, _told(triples), lang, frozenset({iri}))}
    text = json_text(document).decode().replace("<", "\\u003c")
    return Markup(f'<script type="application/ld+json">\n{text}</script>')  # noqa: S704 - no "<" is left in it


Told = dict[str, dict[str, list[Any]]]
"""What is told of each node, by the names of schema.org."""


def _told(triples: Iterable[Triple]) -> Told:
    told: Told = {}
    for triple in triples:
        name = "@type" if triple.predicate.value == RDF_TYPE else triple.predicate.value.removeprefix(SCHEMA)
        told.setdefault(cast("NamedNode", triple.subject).value, {}).setdefault(name, []).append(triple.object)
    return told


def _node(iri: str, told: Told, lang: str, above: frozenset[str]) -> dict[str, Any]:
    """A node with all that is said of it, and the described nodes it leads to within it."""
    node: dict[str, Any] = {"@id": iri}
    for name, terms in sorted(told.get(iri, {}).items()):
        values = [_value(name, term, told, lang, above) for term in sorted(_in_language(terms, lang), key=str)]
        node[name] = values[0] if len(values) == 1 else values
    return node


def _value(name: str, term: Any, told: Told, lang: str, above: frozenset[str]) -> Any:
    text = str(term.value)
    if name == "@type":
        return text.removeprefix(SCHEMA)
    if isinstance(term, Literal) or name == "url" or text in above:
        return text
    node = _node(text, told, lang, above | {text})
    return node if len(node) > 1 else text


def _in_language(terms: list[Any], lang: str) -> list[Any]:
    """Of texts in several languages those in the language, else in bokmål, else all; what has none stays."""
    for wanted in (lang, "nb"):
        if any(isinstance(term, Literal) and term.language == wanted for term in terms):
            return [term for term in terms if not isinstance(term, Literal) or term.language in {wanted, None}]
    return terms
