"""Literals as they were written, where a store would keep their value only.

Oxigraph reads ``"01"^^xsd:integer`` back as ``1`` and an ``xsd:nonNegativeInteger`` as an ``xsd:integer``, so it cannot
tell whether a datatype, a pattern or a list of values is kept to. A literal that would not come back as it was written
is given a datatype of its own, which says what it was; the queries know of it, and results and the reference get the
literal as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from registergraf.audit.compiled.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable


T = TypeVar("T")
MARK = "urn:x-as-written:"
"""What stands before the datatype of a literal that is kept as it was written."""


def kept(literals: Iterable[Literal]) -> dict[Literal, Literal]:
    """The literals that a store would change, each with the one to put in its place."""
    typed = [literal for literal in dict.fromkeys(literals) if literal.datatype.value.startswith(XSD)]
    store, holds = Store(), NamedNode("urn:x-holds")
    store.bulk_extend(Quad(BlankNode(f"n{number}"), holds, literal) for number, literal in enumerate(typed))
    stored = {quad.subject.value: quad.object for quad in store}
    return {
        literal: Literal(literal.value, datatype=NamedNode(MARK + literal.datatype.value))
        for number, literal in enumerate(typed)
        if stored[f"n{number}"] != literal
    }


def keep(quads: Iterable[Quad]) -> tuple[list[Quad], bool]:
    """The quads with their literals as they were written, and whether any had to be kept."""
    listed = list(quads)
    changed = kept(quad.object for quad in listed if isinstance(quad.object, Literal))
    if not changed:
        return listed, False
    return [
        Quad(quad.subject, quad.predicate, changed[quad.object], quad.graph_name)
        if isinstance(quad.object, Literal) and quad.object in changed
        else quad
        for quad in listed
    ], True


def written(term: T) -> T | Literal:
    """A term as it was written."""
    if isinstance(term, Literal) and term.datatype.value.startswith(MARK):
        return Literal(term.value, datatype=NamedNode(term.datatype.value.removeprefix(MARK)))
    return term


def value_of(variable: str) -> str:
    """The expression for the value of a variable that may hold a literal as it was written."""
    casts = {
        name: f"<{XSD}{name}>(STR(?{variable}))"
        for name in ("boolean", "decimal", "double", "dateTime", "date", "time")
    }
    truth = f"DATATYPE(?{variable}) = <{MARK}{XSD}boolean>, {casts.pop('boolean')}"
    value = f"IF({truth}, COALESCE({', '.join(casts.values())}))"
    return f'IF(STRSTARTS(STR(DATATYPE(?{variable})), "{MARK}"), {value}, ?{variable})'
