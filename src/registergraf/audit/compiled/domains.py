"""Which nodes a query is about: the targets of a shape (SHACL 1.0, section 2.1), and the values on a path from them.

A domain is asked for the pattern that binds a variable to its nodes, as often as a query needs it; every other
variable of the pattern is a new one. The same node may come more than once.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from registergraf.audit.compiled.terms import INSTANCE_OF, told
from registergraf.errors import NotCompilableError, ShapesError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from registergraf.audit.compiled.paths import Path
    from registergraf.audit.compiled.shapes import Shapes
    from registergraf.graph.queries import Term

    Domain = Callable[[str], str]


class Names:
    """Variables that stand nowhere else in a query."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> str:
        """One more."""
        return f"v{next(self._numbers)}"


def targets(shapes: Shapes, node: Term, focus: Iterable[Term] | None = None) -> Domain:
    """The nodes that a shape is applied to, or those among the given ones.

    Raises `NotCompilableError` for a target that SPARQL cannot name, `ShapesError` for one that is malformed.
    """
    given = None if focus is None else list(focus)
    parts = list(_targets(shapes, node))

    def pattern(variable: str) -> str:
        found = [part.replace("?target", f"?{variable}") for part in parts]
        whole = found[0] if len(found) == 1 else " UNION ".join(f"{{ {part} }}" for part in found)
        return whole if given is None else f"{values(variable, given)} {whole}"

    return pattern


def _targets(shapes: Shapes, node: Term) -> Iterator[str]:
    graph = shapes.graph
    if graph.sh(node, "target"):
        raise NotCompilableError("a target of the advanced features")
    if named := graph.sh(node, "targetNode"):
        yield values("target", shapes.named(named))
    classes = (*graph.sh(node, "targetClass"), *((node,) if shapes.is_implicit(node) else ()))
    for name, terms, text in (
        ("targetClass", classes, f"?target {INSTANCE_OF} {{}} ."),
        ("targetSubjectsOf", graph.sh(node, "targetSubjectsOf"), "?target {} [] ."),
        ("targetObjectsOf", graph.sh(node, "targetObjectsOf"), "[] {} ?target ."),
    ):
        for term in terms:
            if not isinstance(term, NamedNode):
                raise ShapesError(f"sh:{name} of {told(node)} is not an IRI")
            yield text.format(term)


def values(variable: str, terms: Iterable[Term]) -> str:
    """A VALUES clause; raises `NotCompilableError` for a blank node, which no query can name."""
    listed = list(terms)
    if any(isinstance(term, BlankNode) for term in listed):
        raise NotCompilableError("a blank node that is named as a value")
    return f"VALUES ?{variable} {{ {' '.join(map(str, listed))} }}"


def step(domain: Domain, path: Path, start: str, end: str) -> str:
    """The pattern that binds `start` to each node of the domain and `end` to each of its values on the path.

    A path of no steps leads from a node to itself although the node may stand nowhere in the graph, or be a literal;
    engines differ there, so that case is said apart.
    """
    along = f"{domain(start)} {path.step(start, end)}"
    return f"{{ {along} }} UNION {{ {domain(start)} BIND(?{start} AS ?{end}) }}" if path.nullable else along


def on_path(domain: Domain, path: Path | None, names: Names) -> Domain:
    """The values on a path from the nodes of a domain, each once; the domain itself where there is no path."""
    if path is None:
        return domain

    def pattern(variable: str) -> str:
        return f"{{ SELECT DISTINCT ?{variable} WHERE {{ {step(domain, path, names.new(), variable)} }} }}"

    return pattern
