"""What a query reads, and how each thing that it reads leads back to what it is about.

An occurrence is one triple pattern of a query, wherever it stands, with the patterns that any row which uses it must
satisfy too. What a row does not depend on by necessity (filters, optional parts beside it, what is taken away) is left
out, so that following an occurrence back gives too many things rather than too few.
"""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern, translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, Identifier, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator


VARIABLE = re.compile(r"\?\w+")


class Pattern(NamedTuple):
    """One triple pattern, or a clause of values, as SPARQL writes it."""

    subject: str
    predicate: str
    """A term, a variable, or a path; empty for a clause of values, which stands in `subject`."""
    object: str
    graph: str
    """Empty for the default graph."""
    steps: tuple[str, ...] = ()
    """The properties of a path, each with ^ before it where it is followed backwards; empty where it is no path."""

    @property
    def text(self) -> str:
        """As a query writes it."""
        if not self.predicate:
            return self.subject
        triple = f"{self.subject} {self.predicate} {self.object} ."
        return f"GRAPH {self.graph} {{ {triple} }}" if self.graph else triple


class Occurrence(NamedTuple):
    """A pattern of a query, and what any row that uses it must satisfy."""

    pattern: Pattern
    beside: tuple[Pattern, ...]
    names: tuple[str, ...]
    """The variables that may be what the row is about."""


def occurrences(query: str, about: str = "this") -> tuple[Occurrence, ...]:
    """Every triple pattern of a SELECT, with how it leads to the variable that its rows are about."""
    algebra = translateQuery(parseQuery(query)).algebra
    return tuple(_Reader().read(algebra.p, (), "", frozenset({f"?{about}"})))


def leads(query: str, about: str = "this") -> bool:
    """Whether the variable that rows are about is bound by what every row satisfies, from the first pattern on."""
    node = translateQuery(parseQuery(query)).algebra.p
    while node.name in {"Project", "Distinct", "Extend", "OrderBy", "Filter", "LeftJoin", "Minus"}:
        node = node.p1 if node.name in {"LeftJoin", "Minus"} else node.p
    first = node
    while first.name == "Join":
        first = first.p1
    return first.name == "BGP" and any(f"?{about}" in pattern[:3] for pattern in _Reader().core(node, ""))


class _Reader:
    """Walks an algebra, from the outside in."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def read(  # noqa: C901 - one case for each operator of the algebra
        self, node: Any, beside: tuple[Pattern, ...], graph: str, names: frozenset[str]
    ) -> Iterator[Occurrence]:
        """The occurrences in a pattern, given what stands beside it."""
        match node.name:
            case "BGP":
                yield from self._triples(node.triples, beside, graph, names)
            case "Join" | "LeftJoin" | "Minus":
                first, second = self.core(node.p1, graph), self.core(node.p2, graph)
                yield from self.read(node.p1, (*beside, *second) if node.name == "Join" else beside, graph, names)
                yield from self.read(node.p2, (*beside, *first), graph, names)
                if node.name == "LeftJoin":
                    yield from self._asked(node.expr, (*beside, *first), graph, names)
            case "Union":
                yield from self.read(node.p1, beside, graph, names)
                yield from self.read(node.p2, beside, graph, names)
            case "Filter":
                yield from self.read(node.p, beside, graph, names)
                yield from self._asked(node.expr, (*beside, *self.core(node.p, graph)), graph, names)
            case "Extend":
                named = names | _variables(node.expr) if f"?{node.var}" in names else names
                yield from self.read(node.p, beside, graph, named)
                yield from self._asked(node.expr, (*beside, *self.core(node.p, graph)), graph, named)
            case "Graph":
                yield from self.read(node.p, beside, node.term.n3(), names)
            case "ToMultiSet" if node.p.name != "values":
                yield from self._apart(node.p, beside, graph, names)
            case "ToMultiSet" | "values":
                return
            case "Group" | "AggregateJoin" | "Project" | "Distinct" | "Reduced" | "OrderBy" | "Slice":
                yield from self.read(node.p, beside, graph, names)
            case other:
                raise NotImplementedError(other)

    def _apart(self, node: Any, beside: tuple[Pattern, ...], graph: str, names: frozenset[str]) -> Iterator[Occurrence]:
        """A subquery: its variables that are not given out are its own."""
        shown = {f"?{name}" for name in _given_out(node)}
        ending = f"_{next(self._numbers)}"
        renamed = tuple(_renamed(pattern, shown, ending) for pattern in beside)
        # what is beside it keeps its meaning where the subquery has other variables of the same names
        yield from self.read(node, renamed, graph, frozenset(n if n in shown else n + ending for n in names))

    def _triples(
        self, triples: list[Any], beside: tuple[Pattern, ...], graph: str, names: frozenset[str]
    ) -> Iterator[Occurrence]:
        patterns = [_pattern(triple, graph) for triple in triples]
        for index, pattern in enumerate(patterns):
            yield Occurrence(pattern, (*patterns[:index], *patterns[index + 1 :], *beside), tuple(sorted(names)))

    def _asked(
        self, expression: Any, beside: tuple[Pattern, ...], graph: str, names: frozenset[str]
    ) -> Iterator[Occurrence]:
        """What EXISTS within an expression reads."""
        for inner in _exists(expression):
            yield from self.read(inner, beside, graph, names)

    def core(self, node: Any, graph: str) -> tuple[Pattern, ...]:  # noqa: PLR0911 - one for each operator
        """The patterns that every solution satisfies."""
        match node.name:
            case "BGP":
                return tuple(_pattern(triple, graph) for triple in node.triples)
            case "Join":
                return (*self.core(node.p1, graph), *self.core(node.p2, graph))
            case "LeftJoin" | "Minus":
                return self.core(node.p1, graph)
            case "Graph":
                return self.core(node.p, node.term.n3())
            case "ToMultiSet" if node.p.name != "values":
                if any(part.name == "Group" and not part.expr for part in _chain(node.p)):
                    return ()  # without keys there is a row even of nothing
                shown, ending = {f"?{name}" for name in _given_out(node.p)}, f"_{next(self._numbers)}"
                return tuple(_renamed(pattern, shown, ending) for pattern in self.core(node.p, graph))
            case "ToMultiSet" | "values":
                return (_values(node.p if node.name == "ToMultiSet" else node),)
            case "Filter" | "Extend" | "Group" | "AggregateJoin" | "Project" | "Distinct" | "Reduced" | "OrderBy":
                return self.core(node.p, graph)
            case _:
                return ()


def _given_out(node: Any) -> list[Any]:
    """The variables of a subquery that its surroundings see."""
    return next(list(part.PV) for part in _chain(node) if part.name == "Project")


def _chain(node: Any) -> Iterator[Any]:
    while isinstance(node, CompValue):
        yield node
        node = node.get("p")


def _exists(expression: Any) -> Iterator[Any]:
    if isinstance(expression, CompValue):
        if expression.name in {"Builtin_EXISTS", "Builtin_NOTEXISTS"}:
            graph = expression.graph
            yield translateGroupGraphPattern(graph) if graph.name == "GroupGraphPatternSub" else graph
        else:
            for value in expression.values():
                yield from _exists(value)
    elif isinstance(expression, list | tuple):
        for value in expression:
            yield from _exists(value)


def _variables(expression: Any) -> frozenset[str]:
    if isinstance(expression, Variable):
        return frozenset({f"?{expression}"})
    if isinstance(expression, CompValue):
        return frozenset(name for key, value in expression.items() if key != "_vars" for name in _variables(value))
    if isinstance(expression, list | tuple):
        return frozenset(name for value in expression for name in _variables(value))
    return frozenset()


def _pattern(triple: tuple[Any, Any, Any], graph: str) -> Pattern:
    subject, predicate, object_ = triple
    if isinstance(predicate, Path):
        return Pattern(_term(subject), _path(predicate), _term(object_), graph, tuple(_steps(predicate, forward=True)))
    return Pattern(_term(subject), _term(predicate), _term(object_), graph)


def _term(term: Identifier) -> str:
    return f"?bnode_{term}" if isinstance(term, BNode) else term.n3()


def _path(path: Any) -> str:
    match path:
        case InvPath():
            return f"^({_path(path.arg)})"
        case SequencePath():
            return "(" + "/".join(map(_path, path.args)) + ")"
        case AlternativePath():
            return "(" + "|".join(map(_path, path.args)) + ")"
        case MulPath():
            return f"({_path(path.path)}){path.mod}"
        case Path():
            raise NotImplementedError(str(path))
        case _:
            return str(path.n3())


def _steps(path: Any, *, forward: bool) -> Iterator[str]:
    match path:
        case InvPath():
            yield from _steps(path.arg, forward=not forward)
        case SequencePath() | AlternativePath():
            for part in path.args:
                yield from _steps(part, forward=forward)
        case MulPath():
            yield from _steps(path.path, forward=forward)
        case _:
            yield ("" if forward else "^") + path.n3()


def _values(node: Any) -> Pattern:
    names = sorted({name for row in node.res for name in row})
    rows = " ".join(
        "(" + " ".join(row[name].n3() if name in row and row[name] != "UNDEF" else "UNDEF" for name in names) + ")"
        for row in node.res
    )
    return Pattern(f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ {rows} }}", "", "", "")


def _renamed(pattern: Pattern, shown: set[str], ending: str) -> Pattern:
    """A pattern with the variables that are not given out renamed."""

    def name(found: re.Match[str]) -> str:
        return found[0] if found[0] in shown else found[0] + ending

    if not pattern.predicate:
        return pattern._replace(subject=VARIABLE.sub(name, pattern.subject))
    terms = (pattern.subject, pattern.predicate, pattern.object, pattern.graph)
    subject, predicate, object_, graph = (
        name(found) if (found := VARIABLE.fullmatch(term)) else term for term in terms
    )
    return Pattern(subject, predicate, object_, graph, pattern.steps)
