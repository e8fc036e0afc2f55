"""What follows: CONSTRUCT rules run to a fixed point for the data; for the ontology itself, see `reasoner`.

The rules say the OWL 2 RL consequences of our own axioms and nothing else; a test proves that they and owlrl agree
on the real graph. owlrl alone would take minutes on a graph where the rules take milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Quad

from registergraf.graph.queries import construct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import Store, Triple


RDFS, OWL = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2002/07/owl#"
SCHEMA = frozenset(
    {
        f"{RDFS}subClassOf",
        f"{RDFS}subPropertyOf",
        f"{OWL}equivalentClass",
        f"{OWL}equivalentProperty",
        f"{OWL}inverseOf",
    }
)
"""What is worth knowing of the closure of the ontology: how its terms hang together."""


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


def is_schema(triple: Triple) -> bool:
    """Whether a triple relates two terms, as those of `ontology_closure` do."""
    return triple.predicate.value in SCHEMA


def is_concept(triple: Triple) -> bool:
    """Whether a triple of the ontology layer belongs to a concept scheme, which holds no axiom."""
    return "/concept/" in str(triple.subject)
