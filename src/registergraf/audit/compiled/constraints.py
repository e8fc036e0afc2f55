"""Constraints that are about a node's values together, as SPARQL patterns (SHACL 1.0, sections 4.2, 4.3, 4.5, 4.8).

Each function gives the pattern that binds the focus to every node that breaks the constraint, and the value to what
is wrong, where that is one value. What is taken away is said by MINUS: FILTER NOT EXISTS over several patterns is
quadratic in some engines; over one, which is looked up for each node, it takes less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import NamedNode

from registergraf.audit.compiled.domains import on_path, step
from registergraf.audit.compiled.terms import RDF, told
from registergraf.audit.compiled.values import number, same
from registergraf.audit.compiled.written import value_of
from registergraf.errors import ShapesError

if TYPE_CHECKING:
    from collections.abc import Callable

    from registergraf.audit.compiled.domains import Domain, Names
    from registergraf.audit.compiled.paths import Path
    from registergraf.audit.compiled.shapes import Constraint, Shapes
    from registergraf.graph.queries import Term


FOCUS = "this"
"""The variable that names the focus node in a row that is told as a result."""


class Site(NamedTuple):
    """Where a constraint stands: the focus nodes, the path from them, and the variables that name both ends."""

    domain: Domain
    path: Path | None
    focus: str
    value: str
    """The same as `focus` where there is no path: there a node is its own value."""
    names: Names
    restricted: bool
    """Whether the focus nodes are few, so that what is taken away is better sought from them."""

    @property
    def pairs(self) -> str:
        """The pattern that binds the focus to each node and the value to each of its values."""
        return self.domain(self.focus) if self.path is None else step(self.domain, self.path, self.focus, self.value)

    @property
    def values(self) -> Domain:
        """The values, as a domain of their own."""
        return on_path(self.domain, self.path, self.names)

    def seen_as(self, name: str) -> str:
        """A variable of that name where rows are told as results; elsewhere one that stands nowhere else."""
        return name if self.focus == FOCUS else self.names.new()

    def reached(self, focus: str, value: str) -> str:
        """The values of each node, to be joined with nodes of the domain or taken away from them."""
        if self.path is None:
            return f"{self.domain(focus)} BIND(?{focus} AS ?{value})"
        if self.path.predicate is not None and not self.restricted:
            return self.path.step(focus, value)
        return step(self.domain, self.path, focus, value)

    def named(self, property_: Term, value: str) -> str:
        """The values of a property of each node, to be taken away."""
        return f"{self.domain(self.focus) if self.restricted else ''} ?{self.focus} {property_} ?{value} ."

    @property
    def is_looked_up(self) -> bool:
        """Whether a node's values are those of one property, which an engine looks up."""
        return self.path is not None and self.path.predicate is not None

    def without(self, term: str) -> str:
        """The nodes that do not have a term, or any where it is a variable, as a value of the one property."""
        looked_up = f"?{self.focus} {self.path.text if self.path else ''} {term} ."
        return f"{self.domain(self.focus)} FILTER(NOT EXISTS {{ {looked_up} }})"

    def counted(self, more: str, having: str, within: str = "") -> str:
        """The nodes whose number of values, as far as `more` leaves them, is as it is asked for.

        `within` is a variable of `more`; those are counted apart that it has different values for.
        """
        # to count all values of a property and then ask for the nodes takes less than to ask for them first
        first, then = (self.pairs, "") if self.restricted else (self.reached(self.focus, self.value), self._among)
        names = f"?{self.focus}{f' ?{within}' if within else ''}"
        return (
            f"{{ SELECT {names} WHERE {{ {first} {more} }} GROUP BY {names} "
            f"HAVING (COUNT(DISTINCT ?{self.value}) {having}) }}{then}"
        )

    @property
    def _among(self) -> str:
        """The nodes, where `reached` has not asked for them."""
        return f" {self.domain(self.focus)}" if self.is_looked_up else ""


def at_least(site: Site, least: int, more: str = "") -> str | None:
    """The nodes with fewer values than that; None where there can be none."""
    if least < 1:
        return None
    if least == 1 and not more and site.is_looked_up:
        return site.without(f"?{site.value}")
    if least == 1 and not more:
        enough = site.reached(site.focus, site.value)
    else:
        enough = f"{site.pairs} {more}" if least == 1 else site.counted(more, f">= {least}")
    return f"{site.domain(site.focus)} MINUS {{ {enough} }}"


def at_most(site: Site, most: int, more: str = "") -> str:
    """The nodes with more values than that."""
    return f"{site.pairs} {more}" if most < 1 else site.counted(more, f"> {most}")


def _min_count(site: Site, constraint: Constraint, _shapes: Shapes, _node: Term) -> str | None:
    return at_least(site, number(constraint.value))


def _max_count(site: Site, constraint: Constraint, _shapes: Shapes, _node: Term) -> str:
    return at_most(site, number(constraint.value))


def _unique_language(site: Site, _constraint: Constraint, _shapes: Shapes, _node: Term) -> str:
    language = site.seen_as("language")
    tagged = f'BIND(LCASE(LANG(?{site.value})) AS ?{language}) FILTER(?{language} != "")'
    return site.counted(tagged, "> 1", language)


def _has_value(site: Site, constraint: Constraint, _shapes: Shapes, _node: Term) -> str:
    if site.path is None:
        return f"{site.pairs} FILTER(!{same(constraint.value, site.focus)})"
    expected = same(constraint.value, value := site.names.new())
    if site.is_looked_up:
        return site.without(str(constraint.value))
    found = f"{site.reached(site.focus, value)} FILTER({expected})"
    return f"{site.domain(site.focus)} MINUS {{ {found} }}"


def _equals(site: Site, constraint: Constraint, _shapes: Shapes, _node: Term) -> str:
    property_, value = iri(constraint), site.value if site.path else site.seen_as("value")
    pairs = site.pairs if site.path else f"{site.pairs} BIND(?{site.focus} AS ?{value})"
    extra = f"{site.domain(site.focus)} ?{site.focus} {property_} ?{value} ."
    return (
        f"{{ {pairs} MINUS {{ {site.named(property_, value)} }} }} UNION "
        f"{{ {extra} MINUS {{ {site.reached(site.focus, value)} }} }}"
    )


def _disjoint(site: Site, constraint: Constraint, _shapes: Shapes, _node: Term) -> str:
    return f"{site.pairs} ?{site.focus} {iri(constraint)} ?{site.value} ."


def _less(operator: str) -> Callable[[Site, Constraint, Shapes, Term], str]:
    def pattern(site: Site, constraint: Constraint, shapes: Shapes, _node: Term) -> str:
        other = site.seen_as("other")
        pairs = f"{site.pairs} ?{site.focus} {iri(constraint)} ?{other} ."
        first, second = (value_of(name) if shapes.as_written else f"?{name}" for name in (site.value, other))
        return f"{pairs} FILTER(!COALESCE({first} {operator} {second}, false))"

    return pattern


def _closed(site: Site, _constraint: Constraint, shapes: Shapes, node: Term) -> str:
    allowed = [
        path
        for property_ in shapes.graph.sh(node, "property")
        for path in shapes.graph.sh(property_, "path")
        if isinstance(path, NamedNode)
    ]
    ignored = shapes.graph.one(node, "ignoredProperties")
    allowed += shapes.graph.members(ignored) if ignored is not None else ()  # type: ignore[arg-type] # IRIs or refused
    listed = ", ".join(map(str, dict.fromkeys(allowed))) or f"<{RDF}nil>"
    path, stated = site.seen_as("path"), site.seen_as("stated")
    # the focus itself, not a copy of it: from a copy an engine does not look its triples up, but reads all there are
    held = site.names.new() if site.path else site.focus
    nodes = site._replace(value=held).pairs
    return f"{nodes} ?{held} ?{path} ?{stated} FILTER(?{path} NOT IN ({listed}))"


def iri(constraint: Constraint) -> NamedNode:
    """The property that a parameter names; raises `ShapesError` for anything else."""
    if not isinstance(constraint.value, NamedNode):
        raise ShapesError(f"sh:{constraint.name} {told(constraint.value)} is not an IRI")
    return constraint.value


MAKERS: dict[str, Callable[[Site, Constraint, Shapes, Term], str | None]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "uniqueLang": _unique_language,
    "hasValue": _has_value,
    "equals": _equals,
    "disjoint": _disjoint,
    "lessThan": _less("<"),
    "lessThanOrEquals": _less("<="),
    "closed": _closed,
}
