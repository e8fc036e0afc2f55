"""Constraints that a value passes or fails by itself, as SPARQL expressions (SHACL 1.0, sections 4.1, 4.3, 4.4, 4.8).

Each expression is true where the value is right and false where it is not: an error within is a failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from registergraf.audit.compiled.datatypes import well_formed
from registergraf.audit.compiled.terms import SH, told
from registergraf.audit.compiled.written import MARK, value_of
from registergraf.errors import NotCompilableError, ShapesError
from registergraf.graph.queries import select

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from registergraf.audit.compiled.shapes import Constraint
    from registergraf.graph.queries import Term

NODE_KINDS = {
    "IRI": "isIRI(?{v})",
    "BlankNode": "isBlank(?{v})",
    "Literal": "isLiteral(?{v})",
    "BlankNodeOrIRI": "!isLiteral(?{v})",
    "BlankNodeOrLiteral": "!isIRI(?{v})",
    "IRIOrLiteral": "!isBlank(?{v})",
}
BOUNDS = {"minExclusive": ">", "minInclusive": ">=", "maxExclusive": "<", "maxInclusive": "<="}


def right(constraint: Constraint, variable: str, *, as_written: bool = False) -> str | None:
    """The expression for whether the value of the variable is right; None for a constraint of another kind.

    `as_written` is for data that keep literals as they were written; see `registergraf.audit.compiled.written`.

    Raises `ShapesError` for a parameter that is not what SHACL asks for, `NotCompilableError` for one that SPARQL
    cannot say.
    """
    make = MAKERS.get(constraint.name)
    if make is None:
        return None
    if as_written and constraint.name == "datatype":
        return _datatype(constraint.values, variable, as_written=True)
    if as_written and constraint.name in BOUNDS:
        return make(constraint.values, variable).replace(f"?{variable}", value_of(variable), 1)
    return make(constraint.values, variable)


def same(term: Term, variable: str) -> str:
    """The expression for whether a variable is the term; raises `NotCompilableError` for a blank node."""
    if isinstance(term, BlankNode):
        raise NotCompilableError("a blank node that is named as a value")
    return f"sameTerm(?{variable}, {term})"


def _kind(values: Sequence[Term], variable: str) -> str:
    name = str(values[0].value).removeprefix(SH)
    if name not in NODE_KINDS:
        raise ShapesError(f"sh:nodeKind {told(values[0])} is none of {', '.join('sh:' + kind for kind in NODE_KINDS)}")
    return NODE_KINDS[name].format(v=variable)


def _datatype(values: Sequence[Term], variable: str, *, as_written: bool = False) -> str:
    if not isinstance(values[0], NamedNode):
        raise ShapesError(f"sh:datatype {told(values[0])} is not an IRI")
    kept_as = f", <{MARK}{values[0].value}>" if as_written else ""
    parts = [f"DATATYPE(?{variable}) IN ({values[0]}{kept_as})", well_formed(values[0].value, variable)]
    return f"COALESCE({' && '.join(filter(None, parts))}, false)"


def _bound(operator: str) -> Callable[[Sequence[Term], str], str]:
    def expression(values: Sequence[Term], variable: str) -> str:
        if not isinstance(values[0], Literal):
            raise ShapesError(f"{told(values[0])} is not a literal that values can be compared with")
        return f"COALESCE(?{variable} {operator} {values[0]}, false)"

    return expression


def _length(operator: str) -> Callable[[Sequence[Term], str], str]:
    def expression(values: Sequence[Term], variable: str) -> str:
        return f"(!isBlank(?{variable}) && COALESCE(STRLEN(STR(?{variable})) {operator} {number(values[0])}, false))"

    return expression


def _pattern(values: Sequence[Term], variable: str) -> str:
    arguments = ", ".join(str(Literal(value.value)) for value in values)
    if not isinstance(values[0], Literal):
        raise ShapesError(f"sh:pattern {told(values[0])} is not a string")
    if "known" not in select(Store(), f'SELECT (REGEX("", {arguments}) AS ?known) {{}}')[0]:
        raise NotCompilableError(f"a regular expression that the engine does not read: {values[0].value}")
    return f"(!isBlank(?{variable}) && COALESCE(REGEX(STR(?{variable}), {arguments}), false))"


def _languages(values: Sequence[Term], variable: str) -> str:
    ranges = " || ".join(f"LANGMATCHES(LANG(?{variable}), {Literal(value.value)})" for value in values)
    return f"COALESCE({ranges or 'false'}, false)"


def _member(values: Sequence[Term], variable: str) -> str:
    iris = [str(value) for value in values if isinstance(value, NamedNode)]
    others = [same(value, variable) for value in values if not isinstance(value, NamedNode)]
    tests = [*([f"?{variable} IN ({', '.join(iris)})"] if iris else []), *others]
    return f"({' || '.join(tests) or 'false'})"


def number(term: Term) -> int:
    """An integer that a parameter gives; raises `ShapesError` for anything else."""
    try:
        if isinstance(term, Literal):
            return int(term.value)
    except ValueError:
        pass
    raise ShapesError(f"{told(term)} stands where SHACL needs an integer")


MAKERS: dict[str, Callable[[Sequence[Term], str], str]] = {
    "nodeKind": _kind,
    "datatype": _datatype,
    "minLength": _length(">="),
    "maxLength": _length("<="),
    "pattern": _pattern,
    "languageIn": _languages,
    "in": _member,
    **{name: _bound(operator) for name, operator in BOUNDS.items()},
}
