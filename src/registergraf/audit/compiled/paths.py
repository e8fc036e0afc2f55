"""Property paths: of SHACL (section 2.3.1) into SPARQL 1.1 (section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import NamedNode

from registergraf.audit.compiled.terms import NIL, RDF, SH, told
from registergraf.errors import ShapesError

if TYPE_CHECKING:
    from registergraf.audit.compiled.terms import ShapesGraph
    from registergraf.graph.queries import Term

REPEATED = {SH + "zeroOrMorePath": "*", SH + "oneOrMorePath": "+", SH + "zeroOrOnePath": "?"}


class Path(NamedTuple):
    """A path in SPARQL's syntax, and what its use depends on."""

    text: str
    nullable: bool
    """Whether it leads from every node to itself."""
    predicate: NamedNode | None = None
    """The property, where it is nothing else."""

    def step(self, start: str, end: str) -> str:
        """The pattern that leads from one variable to another."""
        return f"?{start} {self.text} ?{end} ."


def read_path(shapes: ShapesGraph, node: Term, above: frozenset[Term] = frozenset()) -> Path:
    """Read a path; raises `ShapesError` where it is not well-formed."""
    if node == NIL:
        raise ShapesError("an empty list is not a property path")
    if isinstance(node, NamedNode):
        return Path(str(node), nullable=False, predicate=node)
    if node in above:
        raise ShapesError("a property path contains itself")
    above |= {node}
    if shapes.objects(node, RDF + "first"):
        return _sequence([read_path(shapes, part, above) for part in shapes.members(node)])
    forms = [name for name in shapes.properties(node) if name.startswith(SH)]
    if len(forms) != 1 or len(values := shapes.objects(node, forms[0])) != 1:
        raise ShapesError(f"{told(node)} is not a property path: it needs one IRI, list or sh:…Path")
    if forms[0] == SH + "alternativePath":
        parts = [read_path(shapes, part, above) for part in shapes.members(values[0])]
        return Path(_grouped("|", parts), any(part.nullable for part in parts))
    inner = read_path(shapes, values[0], above)
    if forms[0] == SH + "inversePath":
        return Path(f"^({inner.text})" if inner.predicate is None else f"^{inner.text}", inner.nullable)
    if forms[0] in REPEATED:
        mark = REPEATED[forms[0]]
        return Path(f"({inner.text}){mark}", inner.nullable or mark != "+")
    raise ShapesError(f"<{forms[0]}> is not a form of property path")


def _sequence(parts: list[Path]) -> Path:
    return Path(_grouped("/", parts), all(part.nullable for part in parts))


def _grouped(mark: str, parts: list[Path]) -> str:
    if len(parts) < 2:  # noqa: PLR2004 - what the recommendation asks
        raise ShapesError("a sequence or alternative of a property path has fewer than two members")
    return "(" + mark.join(part.text for part in parts) + ")"
