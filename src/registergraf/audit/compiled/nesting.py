"""Shapes within shapes: which nodes of a domain fail one (SHACL 1.0, sections 4.6 and 4.7, and 3.7 on conformance).

Everything is said over sets: the nodes that conform are the domain without those that fail. A shape that asks only for
things a value shows by itself is an expression; a shape that asks only for a class is one pattern.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from registergraf.audit.compiled import constraints, values
from registergraf.audit.compiled.constraints import Site, at_least, at_most
from registergraf.audit.compiled.domains import Names
from registergraf.audit.compiled.own_queries import own_query
from registergraf.audit.compiled.terms import INSTANCE_OF, told
from registergraf.errors import NotCompilableError

if TYPE_CHECKING:
    from registergraf.audit.compiled.domains import Domain
    from registergraf.audit.compiled.shapes import Constraint, Shape, Shapes
    from registergraf.graph.queries import Term

NOTHING = "FILTER(false)"


@dataclass(frozen=True)
class Compiler:
    """Makes the patterns of one root shape."""

    shapes: Shapes
    restricted: bool
    names: Names = field(default_factory=Names)
    above: frozenset[Term] = frozenset()
    """The shapes that we are within, to notice one that contains itself."""

    def within(self, node: Term) -> tuple[Compiler, Shape]:
        """A shape, and the compiler for what is in it.

        Raises `NotCompilableError` for a shape that contains itself, or that has parts of unknown meaning.
        """
        if node in self.above:
            raise NotCompilableError(f"the shape {told(node)} contains itself")
        shape = self.shapes[node]
        if shape.foreign:
            raise NotCompilableError(f"the shape {told(node)} has <{shape.foreign[0]}>")
        return replace(self, above=self.above | {node}), shape

    def site(self, shape: Shape, domain: Domain, focus: str, value: str) -> Site:
        """Where the constraints of a shape stand."""
        return Site(domain, shape.path, focus, value if shape.path else focus, self.names, self.restricted)

    def broken(self, constraint: Constraint, shape: Shape, site: Site) -> str | None:
        """The pattern for what breaks a constraint; None where nothing can.

        Not for sh:property, whose results are those of the property shape.
        """
        if constraint.name == "sparql":
            if self.shapes.as_written:
                raise NotCompilableError("a query of one's own over literals that are kept as they were written")
            return own_query(self.shapes.graph, constraint.value, shape, site)
        if constraint.name.startswith("qualified"):
            return self._qualified(constraint, shape, site)
        make = constraints.MAKERS.get(constraint.name)
        if make is not None:
            return make(site, constraint, self.shapes, shape.node)
        wrong = self.wrong(constraint, site.value, site.values)
        return None if wrong == NOTHING else f"{site.pairs} {wrong}"

    def failing(self, node: Term, variable: str, domain: Domain) -> str | None:
        """The pattern that binds a variable to each node of the domain that fails a shape; None where none can."""
        inner, shape = self.within(node)
        parts = [] if shape.deactivated else list(inner.failures(shape, variable, domain))
        return " UNION ".join(f"{{ {part} }}" for part in parts) or None

    def failures(self, shape: Shape, variable: str, domain: Domain) -> list[str]:
        """The patterns of `failing`, one for each constraint of the shape."""
        found: list[str | None] = []
        for constraint in shape.constraints:
            site = self.site(shape, domain, variable, self.names.new())
            if constraint.name != "property":
                found.append(self.broken(constraint, shape, site))
            elif shape.path is None:
                found.append(self.failing(constraint.value, variable, domain))
            elif (part := self.failing(constraint.value, site.value, site.values)) is not None:
                found.append(f"{site.pairs} {{ SELECT DISTINCT ?{site.value} WHERE {{ {part} }} }}")
        return [part for part in found if part is not None]

    def wrong(self, constraint: Constraint, variable: str, domain: Domain) -> str:
        """What leaves, of the values that a variable is bound to, those that break the constraint."""
        if (right := values.right(constraint, variable, as_written=self.shapes.as_written)) is not None:
            return f"FILTER(!{right})"
        make = {
            "class": self._not_of_class,
            "node": self._failing_node,
            "not": self._conforming_to,
            "and": self._failing_some,
            "or": self._failing_all,
            "xone": self._not_exactly_one,
        }.get(constraint.name)
        if make is None:
            raise NotCompilableError(f"sh:{constraint.name}")
        return make(constraint, variable, domain)

    def _not_of_class(self, constraint: Constraint, variable: str, domain: Domain) -> str:
        class_, near = constraints.iri(constraint), domain(variable) if self.restricted else ""
        return f"MINUS {{ {near} ?{variable} {INSTANCE_OF} {class_} . }}"

    def _failing_node(self, constraint: Constraint, variable: str, domain: Domain) -> str:
        return self.without_conforming(constraint.value, variable, domain)

    def _conforming_to(self, constraint: Constraint, variable: str, domain: Domain) -> str:
        return self.without_failing(constraint.value, variable, domain)

    def _failing_some(self, constraint: Constraint, variable: str, domain: Domain) -> str:
        parts = [self.failing(node, variable, domain) for node in constraint.values]
        united = " UNION ".join(f"{{ {part} }}" for part in parts if part is not None)
        return f"{{ SELECT DISTINCT ?{variable} WHERE {{ {united} }} }}" if united else NOTHING

    def _failing_all(self, constraint: Constraint, variable: str, domain: Domain) -> str:
        tests = [self.test(node, variable) for node in constraint.values]
        if None not in tests:
            return f"FILTER(!({' || '.join(f'({test})' for test in tests) or 'false'}))"
        left = [self.without_conforming(node, variable, domain) for node in constraint.values]
        return NOTHING if NOTHING in left else " ".join(left)

    def without_conforming(self, node: Term, variable: str, domain: Domain) -> str:
        """What leaves, of the values that a variable is bound to, those that fail a shape."""
        if (test := self.test(node, variable)) is not None:
            return f"FILTER(!({test}))"
        inner, shape = self.within(node)
        if shape.path is None and len(shape.constraints) == 1 and shape.constraints[0].name != "property":
            only = shape.constraints[0]
            if only.name in {"class", "node", "not", "and", "or", "xone"} and not shape.deactivated:
                return inner.wrong(only, variable, domain)
        failing = self.failing(node, variable, domain)
        return NOTHING if failing is None else f"{{ SELECT DISTINCT ?{variable} WHERE {{ {failing} }} }}"

    def without_failing(self, node: Term, variable: str, domain: Domain) -> str:
        """What leaves, of the values that a variable is bound to, those that conform to a shape."""
        if (test := self.test(node, variable)) is not None:
            return f"FILTER({test})"
        failing = self.failing(node, variable, domain)
        return "" if failing is None else f"MINUS {{ {failing} }}"

    def test(self, node: Term, variable: str) -> str | None:
        """The expression for whether a value conforms to a shape; None where an expression cannot tell."""
        inner, shape = self.within(node)
        if shape.deactivated:
            return "true"
        if shape.path is not None:
            return None
        tests = [inner.tested(constraint, variable) for constraint in shape.constraints]
        return None if None in tests else " && ".join(map(str, tests)) or "true"

    def tested(self, constraint: Constraint, variable: str) -> str | None:
        """The expression for whether a value is right; None where an expression cannot tell."""
        if constraint.name == "hasValue":
            return values.same(constraint.value, variable)
        if constraint.name not in {"and", "or", "not", "node"}:
            return values.right(constraint, variable, as_written=self.shapes.as_written)
        parts = [self.test(node, variable) for node in constraint.values]
        if None in parts:
            return None
        joined = (" || " if constraint.name == "or" else " && ").join(f"({part})" for part in parts)
        return f"!({joined})" if constraint.name == "not" else f"({joined or 'true'})"

    def _not_exactly_one(self, constraint: Constraint, variable: str, domain: Domain) -> str:
        """A value passes where all members but one fail; those that none fails are not counted."""
        number = len(constraint.values)
        which = self.names.new()
        parts = [self.failing(node, variable, domain) for node in constraint.values]
        failing = [
            f"{{ SELECT DISTINCT ?{variable} ({index} AS ?{which}) WHERE {{ {part} }} }}"
            for index, part in enumerate(parts)
            if part is not None
        ]
        if number == 1:
            return self.without_conforming(constraint.value, variable, domain)
        united = " UNION ".join(f"{{ {part} }}" for part in failing) or NOTHING
        counted = (
            f"SELECT ?{variable} WHERE {{ {united} }} GROUP BY ?{variable} HAVING (COUNT(?{which}) = {number - 1})"
        )
        return f"MINUS {{ {{ {counted} }} }}"

    def _qualified(self, constraint: Constraint, shape: Shape, site: Site) -> str | None:
        (qualified,) = self.shapes.graph.sh(shape.node, "qualifiedValueShape")
        left = [self.without_failing(qualified, site.value, site.values)]
        if self.shapes.graph.flag(shape.node, "qualifiedValueShapesDisjoint"):
            left += [self.without_conforming(other, site.value, site.values) for other in self.shapes.siblings(shape)]
        limit = values.number(constraint.value)
        if constraint.name == "qualifiedMinCount":
            return at_least(site, limit, " ".join(left) or " ")
        return at_most(site, limit, " ".join(left))
