"""OWL 2 RL over the ontology by owlrl, and graphs as rdflib has them, which is what owlrl and pySHACL work on.

A module of its own, since both libraries take long to load and what serves needs neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import owlrl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib.namespace import OWL

from registergraf.graph.inference import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable

XSD_STRING = NamedNode("http://www.w3.org/2001/XMLSchema#string")


def ontology_closure(axioms: Iterable[Triple]) -> list[Triple]:
    """What OWL 2 RL makes of our own axioms, by owlrl: relations between terms that are not written down.

    Trivial ones (of a term to itself, to owl:Thing or owl:Nothing) are left out.
    """
    graph = as_graph(axioms)
    written = set(graph)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    trivial = {OWL.Thing, OWL.Nothing}
    return sorted(
        (
            Triple(NamedNode(str(s)), NamedNode(str(p)), NamedNode(str(o)))
            for s, p, o in graph
            if str(p) in SCHEMA
            and (s, p, o) not in written
            and s != o
            and not {s, o} & trivial
            and isinstance(s, rdflib.URIRef)
        ),
        key=str,
    )


def as_graph(triples: Iterable[Triple]) -> rdflib.Graph:
    """The triples as an rdflib graph, which is what owlrl and pySHACL work on."""
    graph = rdflib.Graph()
    for triple in triples:
        graph.add((_term(triple.subject), _term(triple.predicate), _term(triple.object)))
    return graph


def _term(term: NamedNode | BlankNode | Literal | Triple) -> rdflib.URIRef | rdflib.BNode | rdflib.Literal:
    """A term of pyoxigraph as one of rdflib; a plain string keeps no datatype, as in rdflib's own parsers."""
    if isinstance(term, Literal):
        if term.language or term.datatype == XSD_STRING:
            return rdflib.Literal(term.value, lang=term.language)
        return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)
    if isinstance(term, Triple):
        raise TypeError("a quoted triple has no counterpart in rdflib")
    return rdflib.URIRef(term.value) if isinstance(term, NamedNode) else rdflib.BNode(term.value)
