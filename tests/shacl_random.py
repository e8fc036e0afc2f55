"""Random shapes and graphs, small enough for pySHACL and mixed enough to meet every component within every other.

What pySHACL is known to judge otherwise than the recommendation is not made: it takes a blank node for a string of no
characters (sh:minLength 0), orders values of different datatypes, and refuses to compare blank nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

PREFIXES = (
    "@prefix : <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> . "
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
)
NODES = (":a", ":b", ":c", ":d", "_:x", "_:y")
PROPERTIES = (":p", ":q", ":r")
CLASSES = (":A", ":B", ":C")
STRINGS = ('"x"', '"y"@en', '"z"@nb', '"w"@en', '"longer text"')
NUMBERS = ("1", "5", "7", "2.5", '"05"^^xsd:integer', '"5"^^xsd:nonNegativeInteger', "2.50")
DATES = ('"2020-01-01"^^xsd:date', '"2021-05-05"^^xsd:date')
ODD = ('"abc"^^xsd:integer', '"2020-13-01"^^xsd:date', "true")
DEEPEST = 3


@dataclass
class Maker:
    """Makes a graph and a shape; `bound` is which values are compared, and so which may stand in the graph."""

    random: random.Random
    bound: str = ""

    def __post_init__(self) -> None:
        self.bound = self.random.choice(("number", "date", ""))
        self.literals = {"number": (*STRINGS, *NUMBERS), "date": (*STRINGS, *DATES)}.get(
            self.bound, (*STRINGS, *NUMBERS, *DATES, *ODD)
        )

    def one(self, *options: str) -> str:
        """One of them."""
        return self.random.choice(options)

    def graph(self) -> str:
        """Some triples, in Turtle."""
        triples = [self._triple() for _ in range(self.random.randint(3, 18))]
        return PREFIXES + "\n".join([*triples, self.one(":B rdfs:subClassOf :A .", "")])

    def _triple(self) -> str:
        subject, property_ = self.one(*NODES), self.one(*PROPERTIES)
        kinds = (
            f"a {self.one(*CLASSES)}",
            f"{property_} {self.one(*NODES)}",
            f"{property_} {self.one(*self.literals)}",
        )
        return f"{subject} {self.one(*kinds)} ."

    def shapes(self) -> str:
        """One shape with a target, in Turtle."""
        target = self.one(
            "sh:targetClass :A", 'sh:targetNode :a , :b , :nowhere , "x"', "sh:targetSubjectsOf :p", "sh:targetObjectsOf :q",
            "sh:targetClass :C ; sh:targetObjectsOf :p",
        )  # fmt: skip
        return f"{PREFIXES}:S {target} ; {self._body(0, property_=self.random.random() < 0.5)} ."

    def _shape(self, depth: int, *, property_: bool | None = None) -> str:
        return f"[ {self._body(depth + 1, property_=self.random.random() < 0.5 if property_ is None else property_)} ]"

    def _body(self, depth: int, *, property_: bool) -> str:
        said = [f"sh:path {self._path(0)}"] if property_ else []
        said += [self._constraint(depth, property_=property_) for _ in range(self.random.randint(1, 2))]
        said += ["sh:deactivated true"] if self.random.random() < 0.05 else []
        once = {part.split()[0]: part for part in said}  # most parameters may stand once
        return " ; ".join([f"a sh:{'Property' if property_ else 'Node'}Shape", *once.values()])

    def _path(self, depth: int) -> str:
        if depth > 1 or self.random.random() < 0.6:
            return self.one(*PROPERTIES)
        first, second = self._path(depth + 1), self._path(depth + 1)
        return self.one(
            f"[ sh:inversePath {first} ]", f"( {first} {second} )", f"[ sh:alternativePath ( {first} {second} ) ]",
            f"[ sh:zeroOrMorePath {first} ]", f"[ sh:oneOrMorePath {first} ]", f"[ sh:zeroOrOnePath {first} ]",
        )  # fmt: skip

    def _constraint(self, depth: int, *, property_: bool) -> str:
        pool = [*self._simple(), *(self._of_properties() if property_ else [])]
        if depth < DEEPEST and self.random.random() < 0.6:
            pool = self._nested(depth, property_=property_)
        return self.one(*pool)

    def _simple(self) -> list[str]:
        kinds = ("IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "IRIOrLiteral", "BlankNodeOrLiteral")
        types = (
            "xsd:integer",
            "xsd:string",
            "xsd:date",
            "xsd:boolean",
            "rdf:langString",
            "xsd:decimal",
            "xsd:nonNegativeInteger",
        )
        members = self.random.sample([*(n for n in NODES if n.startswith(":")), *self.literals], 4)
        bounds = {
            "number": ["sh:minInclusive 2", "sh:maxExclusive 5", "sh:maxInclusive 5", "sh:minExclusive 1"],
            "date": ['sh:minExclusive "2020-06-01"^^xsd:date', 'sh:maxInclusive "2020-01-01"^^xsd:date'],
        }.get(self.bound, [])
        return [
            f"sh:class {self.one(*CLASSES)}", f"sh:nodeKind sh:{self.one(*kinds)}", f"sh:datatype {self.one(*types)}",
            f"sh:minLength {self.random.randint(1, 4)}", f"sh:maxLength {self.random.randint(0, 4)}",
            'sh:pattern "^[a-z]$"', 'sh:pattern "ORG/A" ; sh:flags "i"', 'sh:languageIn ( "en" "nn" )',
            f"sh:in ( {' '.join(members)} )", f"sh:hasValue {self.one(':a', ':b', *self.literals)}",
            f"sh:equals {self.one(*PROPERTIES)}", f"sh:disjoint {self.one(*PROPERTIES)}",
            "sh:closed true ; sh:ignoredProperties ( rdf:type )", *bounds,
        ]  # fmt: skip

    def _of_properties(self) -> list[str]:
        return [
            f"sh:minCount {self.random.randint(0, 3)}",
            f"sh:maxCount {self.random.randint(0, 2)}",
            "sh:uniqueLang true",
        ]

    def _nested(self, depth: int, *, property_: bool) -> list[str]:
        first, second = self._shape(depth), self._shape(depth)
        nested = [
            f"sh:node {self._shape(depth, property_=False)}",
            f"sh:property {self._shape(depth, property_=True)}",
            f"sh:not {first}",
        ]
        nested += [f"sh:{name} ( {first} {second} )" for name in ("and", "or", "xone")]
        if property_:
            disjoint = self.one("", " ; sh:qualifiedValueShapesDisjoint true")
            nested += [f"sh:qualifiedValueShape {first} ; sh:qualifiedMinCount {self.random.randint(0, 2)}{disjoint}"]
            nested += [f"sh:qualifiedValueShape {first} ; sh:qualifiedMaxCount {self.random.randint(0, 1)}"]
        return nested
