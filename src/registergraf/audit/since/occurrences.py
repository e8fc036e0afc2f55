"""Reading queries: each triple pattern, and how what it reads leads back to what the rows are about."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any

from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern, translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, Identifier, Variable

from registergraf.audit.since.patterns import Occurrence, Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator


VARIABLE = re.compile(r"\?\w+")


def occurrences(query: str, about: str = "this") -> tuple[Occurrence, ...]:
    """Every triple pattern of a SELECT, with how it leads to the variable that its rows are about."""
    algebra = translateQuery(parseQuery(query)).algebra
    return tuple(_Reader().read(algebra.p, (), "", frozenset({f"?{about}"})))


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
            case "Join":
                first, second = self.core(node.p1, graph), self.core(node.p2, graph)
                for part, other, more in ((node.p1, node.p2, second), (node.p2, node.p1, first)):
                    led, named = self._led(other, graph, names)
                    yield from self.read(part, (*beside, *more, *led), graph, named)
            case "LeftJoin" | "Minus":
                led, named = self._led(node.p1, graph, names)
                led = (*beside, *self.core(node.p1, graph), *led)
                yield from self.read(node.p1, beside, graph, names)
                yield from self.read(node.p2, led, graph, named)
                if node.name == "LeftJoin":
                    yield from self._asked(node.expr, led, graph, named)
            case "Union":
                yield from self.read(node.p1, beside, graph, names)
                yield from self.read(node.p2, beside, graph, names)
            case "Filter" | "Extend":
                led, named = self._led(node, graph, names)
                yield from self.read(node.p, (*beside, *led), graph, named)
                yield from self._asked(node.expr, (*beside, *self.core(node.p, graph), *led), graph, named)
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

    def _led(self, node: Any, graph: str, names: frozenset[str]) -> tuple[tuple[Pattern, ...], frozenset[str]]:
        """The variables that a pattern has the value of the names from, with the optional parts that bind them."""
        if node.name == "Extend":
            # what a query groups by comes through an aggregate too, as rdflib reads it, under its own name
            if f"?{node.var}" in names and not str(node.expr).startswith("__agg_"):
                names = names - {f"?{node.var}"} | _variables(node.expr)
                led, names = self._led(node.p, graph, names)
                return (*led, *self.optionals(node.p, graph, names)), names
            return self._led(node.p, graph, names)
        if node.name in {"Filter", "LeftJoin"}:
            return self._led(node.p if node.name == "Filter" else node.p1, graph, names)
        return (), names

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
        patterns = self._patterns(triples, graph)
        for index, pattern in enumerate(patterns):
            yield Occurrence(pattern, (*patterns[:index], *patterns[index + 1 :], *beside), tuple(sorted(names)))

    def _patterns(self, triples: list[Any], graph: str) -> list[Pattern]:
        return [_pattern(step, graph) for triple in triples for step in self._steps_apart(*triple)]

    def _steps_apart(self, subject: Any, predicate: Any, object_: Any) -> Iterator[tuple[Any, Any, Any]]:
        """A path of steps that follow on one another as so many patterns, which lead back by less."""
        if isinstance(predicate, InvPath):
            yield from self._steps_apart(object_, predicate.arg, subject)
        elif isinstance(predicate, SequencePath):
            places = [subject, *(Variable(f"step_{next(self._numbers)}") for _ in predicate.args[1:]), object_]
            for index, part in enumerate(predicate.args):
                yield from self._steps_apart(places[index], part, places[index + 1])
        else:
            yield subject, predicate, object_

    def _asked(
        self, expression: Any, beside: tuple[Pattern, ...], graph: str, names: frozenset[str]
    ) -> Iterator[Occurrence]:
        """What EXISTS within an expression reads."""
        for inner in _exists(expression):
            yield from self.read(inner, beside, graph, names)

    def _either(self, node: Any, graph: str) -> tuple[Pattern, ...]:
        """A union as one clause of what each of its parts satisfies, and of the names that a part gives to others."""
        parts = [" ".join((*(p.text for p in self.core(part, graph)), *_renamings(part))) for part in _parts(node)]
        return (Pattern(" UNION ".join(f"{{ {part} }}" for part in parts), "", "", ""),) if all(parts) else ()

    def optionals(self, node: Any, graph: str, names: frozenset[str]) -> Iterator[Pattern]:
        """The optional parts that may bind some of the variables, as clauses."""
        if node.name == "LeftJoin":
            parts = self.core(node.p2, graph)
            if names & {found for part in parts for found in VARIABLE.findall(part.text)}:
                yield Pattern(f"OPTIONAL {{ {' '.join(part.text for part in parts)} }}", "", "", "")
        for inner in ("p", "p1"):
            if node.name in {"LeftJoin", "Join", "Filter", "Extend"} and inner in node:
                yield from self.optionals(node[inner], graph, names)

    def core(self, node: Any, graph: str) -> tuple[Pattern, ...]:  # noqa: PLR0911 - one for each operator
        """The patterns that every solution satisfies."""
        match node.name:
            case "BGP":
                return tuple(self._patterns(node.triples, graph))
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
            case "Union":
                return self._either(node, graph)
            case "Filter" | "Extend" | "Group" | "AggregateJoin" | "Project" | "Distinct" | "Reduced" | "OrderBy":
                return self.core(node.p, graph)
            case _:
                return ()


def _parts(node: Any) -> Iterator[Any]:
    if node.name == "Union":
        yield from _parts(node.p1)
        yield from _parts(node.p2)
    else:
        yield node


def _renamings(node: Any) -> Iterator[str]:
    """What a pattern binds to the value of another variable."""
    while node.name in {"Extend", "Filter", "LeftJoin"}:
        if node.name == "Extend" and isinstance(node.expr, Variable):
            yield f"BIND(?{node.expr} AS ?{node.var})"
        node = node.p1 if node.name == "LeftJoin" else node.p


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
    """The variables that an expression has its value from; those within EXISTS only say which."""
    if isinstance(expression, Variable):
        return frozenset({f"?{expression}"})
    if isinstance(expression, CompValue):
        if expression.name in {"Builtin_EXISTS", "Builtin_NOTEXISTS", "Builtin_BOUND"}:
            return frozenset()
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
