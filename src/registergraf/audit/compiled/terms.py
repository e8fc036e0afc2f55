"""A shapes graph as an index, and the terms of SHACL that are read from it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from registergraf.errors import ShapesError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

    from registergraf.graph.queries import Term

SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
NIL = NamedNode(RDF + "nil")
INSTANCE_OF = f"<{RDF}type>/<{RDFS}subClassOf>*"
"""The path from a node to the classes it is a SHACL instance of."""


class ShapesGraph:
    """Triples by subject and property, in the order they were given."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._index: defaultdict[Term, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self.triples = tuple(triples)
        for triple in self.triples:
            if isinstance(triple.subject, NamedNode | BlankNode) and isinstance(
                triple.object, NamedNode | BlankNode | Literal
            ):
                self._index[triple.subject][triple.predicate.value].append(triple.object)

    def subjects(self) -> tuple[Term, ...]:
        """Every node that says something."""
        return tuple(self._index)

    def properties(self, node: Term) -> tuple[str, ...]:
        """The properties that a node has."""
        return tuple(self._index[node]) if node in self._index else ()

    def objects(self, node: Term, property_: str) -> tuple[Term, ...]:
        """The values of a property of a node."""
        return tuple(self._index[node][property_]) if property_ in self.properties(node) else ()

    def sh(self, node: Term, name: str) -> tuple[Term, ...]:
        """The values of a property of SHACL."""
        return self.objects(node, SH + name)

    def one(self, node: Term, name: str) -> Term | None:
        """The only value of a property of SHACL, or None; raises `ShapesError` for several."""
        values = self.sh(node, name)
        if len(values) > 1:
            raise ShapesError(f"{told(node)} has {len(values)} values for sh:{name}, where one is allowed")
        return values[0] if values else None

    def flag(self, node: Term, name: str) -> bool:
        """Whether a property of SHACL is true."""
        value = self.one(node, name)
        return isinstance(value, Literal) and value.value == "true"

    def members(self, head: Term) -> tuple[Term, ...]:
        """The members of an RDF list; raises `ShapesError` where it is none."""
        found: list[Term] = []
        seen: set[Term] = set()
        while head != NIL:
            first, rest = self.objects(head, RDF + "first"), self.objects(head, RDF + "rest")
            if head in seen or len(first) != 1 or len(rest) != 1:
                raise ShapesError(f"{told(head)} is not a well-formed RDF list")
            seen.add(head)
            found.append(first[0])
            head = rest[0]
        return tuple(found)


def told(term: Term) -> str:
    """A term as a message names it."""
    return "a node without an IRI" if isinstance(term, BlankNode) else str(term)
