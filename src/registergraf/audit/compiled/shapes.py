"""Reading shapes: what each asks of which nodes (SHACL 1.0, sections 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode

from registergraf.audit.compiled.paths import Path, read_path
from registergraf.audit.compiled.terms import OWL, RDF, RDFS, SH, ShapesGraph, told
from registergraf.audit.compiled.written import kept
from registergraf.errors import ShapesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registergraf.graph.queries import Term

TARGETS = ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")
LISTS = frozenset({"in", "languageIn", "and", "or", "xone"})
"""Parameters whose value is an RDF list."""
PARAMETERS = LISTS | {
    "class", "closed", "datatype", "disjoint", "equals", "hasValue", "lessThan", "lessThanOrEquals", "maxCount",
    "maxExclusive", "maxInclusive", "maxLength", "minCount", "minExclusive", "minInclusive", "minLength", "node",
    "nodeKind", "not", "pattern", "property", "qualifiedMaxCount", "qualifiedMinCount", "sparql", "uniqueLang",
}  # fmt: skip
"""What makes a constraint, each the parameter of the component that is named after it."""
ADVANCED = frozenset({"expression", "js"})
"""Constraints of the advanced features and of SHACL JavaScript."""
PROPERTY_ONLY = frozenset(
    {"minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedMinCount", "qualifiedMaxCount"}
)


class Constraint(NamedTuple):
    """One constraint of a shape: its parameter, and the value, or the members of the list that is the value."""

    name: str
    values: tuple[Term, ...]

    @property
    def value(self) -> Term:
        """The value of a parameter that is no list."""
        return self.values[0]

    @property
    def component(self) -> NamedNode:
        """The constraint component, as a result names it."""
        name = {"sparql": "SPARQL", "in": "In"}.get(self.name, self.name[:1].upper() + self.name[1:])
        return NamedNode(f"{SH}{name}ConstraintComponent")


@dataclass(frozen=True)
class Shape:
    """A node shape or, where it has a path, a property shape."""

    node: Term
    path: Path | None
    constraints: tuple[Constraint, ...] = field(repr=False)
    severity: NamedNode
    messages: tuple[Literal, ...] = field(repr=False)
    deactivated: bool
    foreign: tuple[str, ...]
    """Properties that may be parameters of a component of somebody's own; their meaning is not known here."""


@dataclass(frozen=True)
class Shapes:
    """The shapes of a graph, each read when it is asked for."""

    graph: ShapesGraph = field(repr=False)
    as_written: bool = False
    """Whether the data keep literals as they were written; see `registergraf.audit.compiled.written`."""
    at_service: bool = False
    """Whether the data are at a service, which may be any engine's, and not in a store here."""
    _read: dict[Term, Shape] = field(default_factory=dict, repr=False)

    def roots(self) -> tuple[Term, ...]:
        """The shapes that have a target of their own, in order."""
        return tuple(sorted(self._roots(), key=str))

    def _roots(self) -> Iterator[Term]:
        for node in self.graph.subjects():
            targeted = any(self.graph.sh(node, name) for name in (*TARGETS, "target"))
            if targeted or self.is_implicit(node):
                yield node

    def is_implicit(self, node: Term) -> bool:
        """Whether a shape is a class too, and so has its instances as target."""
        types = {term.value for term in self.graph.objects(node, RDF + "type")}
        return bool(types & {SH + "NodeShape", SH + "PropertyShape"} and types & {RDFS + "Class", OWL + "Class"})

    def __getitem__(self, node: Term) -> Shape:
        """Read a shape; raises `ShapesError` where it is not well-formed."""
        if node not in self._read:
            self._read[node] = self._shape(node)
        return self._read[node]

    def siblings(self, shape: Shape) -> tuple[Term, ...]:
        """The other qualified value shapes of the shapes that this one is a property of (section 4.7.3)."""
        parents = [node for node in self.graph.subjects() if shape.node in self.graph.sh(node, "property")]
        own = set(self.graph.sh(shape.node, "qualifiedValueShape"))
        found = (
            q
            for parent in parents
            for property_ in self.graph.sh(parent, "property")
            for q in self.graph.sh(property_, "qualifiedValueShape")
        )
        return tuple(dict.fromkeys(q for q in found if q not in own))

    def _shape(self, node: Term) -> Shape:
        if isinstance(node, Literal):
            raise ShapesError(f"{node} stands where a shape is needed")
        graph = self.graph
        path = graph.one(node, "path")
        severity = graph.one(node, "severity")
        names = [name.removeprefix(SH) for name in graph.properties(node) if name.startswith(SH)]
        shape = Shape(
            node,
            read_path(graph, path) if path is not None else None,
            tuple(c for name in sorted(names) if name in PARAMETERS for c in self._constraints(node, name)),
            severity if isinstance(severity, NamedNode) else NamedNode(SH + "Violation"),
            tuple(m for m in graph.sh(node, "message") if isinstance(m, Literal)),
            graph.flag(node, "deactivated"),
            tuple(SH + name for name in names if name in ADVANCED) + tuple(self._custom(node)),
        )
        wrong = [c.name for c in shape.constraints if shape.path is None and c.name in PROPERTY_ONLY]
        if wrong:
            raise ShapesError(f"the node shape {told(node)} has sh:{wrong[0]}, which needs a path")
        return shape

    def named(self, terms: Iterable[Term]) -> tuple[Term, ...]:
        """The terms as the data hold them.

        A literal that a store here would change is not in data that needed none to be kept: without its mark it would
        be compared as another one.
        """
        listed = tuple(terms)
        changed = {} if self.at_service else kept(term for term in listed if isinstance(term, Literal))
        return tuple(changed.get(term, term) if isinstance(term, Literal) else term for term in listed)

    def _constraints(self, node: Term, name: str) -> Iterable[Constraint]:
        if name.startswith("qualified") and not self.graph.sh(node, "qualifiedValueShape"):
            return
        for value in self.graph.sh(node, name):
            if name in LISTS:
                yield Constraint(name, self.named(self.graph.members(value)))
            elif name == "hasValue":
                yield Constraint(name, self.named([value]))
            elif name == "pattern":
                yield Constraint(name, (value, *self.graph.sh(node, "flags")))
            elif name == "sparql" and self.graph.flag(value, "deactivated"):
                continue
            elif name not in {"closed", "uniqueLang"} or self.graph.flag(node, name):
                yield Constraint(name, (value,))

    def _custom(self, node: Term) -> Iterator[str]:
        """The properties of a node that a component of the shapes graph declares as parameters."""
        if not self._parameters:
            return
        yield from (name for name in self.graph.properties(node) if name in self._parameters)

    @cached_property
    def _parameters(self) -> frozenset[str]:
        return frozenset(
            path.value
            for component in self.graph.subjects()
            if any(self.graph.sh(component, name) for name in ("validator", "nodeValidator", "propertyValidator"))
            for parameter in self.graph.sh(component, "parameter")
            for path in self.graph.sh(parameter, "path")
            if not isinstance(path, BlankNode)
        )
