"""What follows: CONSTRUCT rules run to a fixed point for the data, owlrl for the ontology itself.

The rules say the OWL 2 RL consequences of our own axioms and nothing else; a test proves that they and owlrl agree
on the real graph. owlrl alone would take minutes on a graph where the rules take milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import owlrl
import rdflib
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple
from rdflib.namespace import OWL, RDFS

from registergraf.graph.queries import construct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Store


XSD_STRING = NamedNode("http://www.w3.org/2001/XMLSchema#string")
SCHEMA = (RDFS.subClassOf, RDFS.subPropertyOf, OWL.equivalentClass, OWL.equivalentProperty, OWL.inverseOf)
"""What is worth knowing of the closure of the ontology: how its terms hang together."""
SCHEMA_IRIS = frozenset(str(term) for term in SCHEMA)


def closure(store: Store, rules: Sequence[str]) -> list[Triple]:
    """Run the rules over the default graph until nothing new follows; adds what follows to it and returns it."""
    followed: dict[Triple, None] = {}
    while True:
        fresh = {t: None for rule in rules for t in construct(store, rule) if not _holds(store, t)}
        if not fresh:
            return list(followed)
        store.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in fresh)
        followed |= fresh


def _holds(store: Store, triple: Triple) -> bool:
    return Quad(triple.subject, triple.predicate, triple.object, DefaultGraph()) in store


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
            if p in SCHEMA
            and (s, p, o) not in written
            and s != o
            and not {s, o} & trivial
            and isinstance(s, rdflib.URIRef)
        ),
        key=str,
    )


def is_schema(triple: Triple) -> bool:
    """Whether a triple relates two terms, as those of `ontology_closure` do."""
    return triple.predicate.value in SCHEMA_IRIS


def is_concept(triple: Triple) -> bool:
    """Whether a triple of the ontology layer belongs to a concept scheme, which holds no axiom."""
    return "/concept/" in str(triple.subject)


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
