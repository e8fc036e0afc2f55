"""How properties of all things of a class are found, ``?x a <Class> ; <p> ?y``, which Oxigraph joins thing by thing.

Oxigraph in memory looks for a property of a thing among all that is said of the thing. For many things of which much is
said it is faster to read all triples of the property once, and to join them by a hash table. Oxigraph does so for what
it cannot ask thing by thing, such as a group with MINUS; so a pattern becomes ``{ ?x <p> ?y MINUS {} }``. Taking away
what has no variable takes nothing away (SPARQL 1.1 Query, section 8.3.3), and triple patterns side by side are joined
wherever braces stand between them (section 18.2.2.6): the solutions are the same, each as many times. So are those of
an OPTIONAL that has nothing but triple patterns. What MINUS at the end takes away, if it looks at ``?x`` alone of the
variables of the group, is taken from the things of the class before they are joined: whether a solution goes follows
from its ``?x``, which joining does not change.

So it is done only where it was measured to be faster: in a SELECT of one group which is evaluated whole, where nothing
finds few things but their class, and by the counts of the graph. What cannot be read for certain stays as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from registergraf.querytext.reading import NEUTRAL, Group, Token, read
from registergraf.querytext.statements import Names, UnreadError, patterns_of, read_statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registergraf.querytext.statements import Pattern, Statements
    from registergraf.sparql.statistics import Statistics

__all__ = ["join_by_hash"]

# Where there is more than one group of triple patterns, or the first solutions will do.
_OTHERS = re.compile(
    r"\b(?:UNION|GRAPH|SERVICE|LATERAL|VALUES|BIND|EXISTS|ASK|CONSTRUCT|DESCRIBE|FROM|BASE)\b", re.IGNORECASE
)
_WHOLE = frozenset({"order", "group"})
_MOST = 50_000
"""Things, and triples of a property, that are put into a hash table: it takes the memory of a query."""
_FEWEST_THINGS = 1_000
"""Below this it takes longer to read the query than could be saved."""
# What was measured, in microseconds, is told apart only by its order: 1 to find a property of a thing of which nothing
# else is said, and 0.13 for each triple about it; 2 to keep a thing in a hash table, 0.8 to look up a triple in it.
_FIND, _PASS_OVER, _KEEP, _LOOK_UP = 1.0, 0.13, 2.0, 0.8
_FEW = 0.5
"""The part of a property's triples that those of one that is looked up behind it may be, to be read at once too."""
_FILTERED = 0.5
"""The part of a property's triples that is taken to pass a filter on it."""
_CLEARLY = 0.7
"""The part of the time that it may take to be done."""


def join_by_hash(query: str, statistics: Statistics) -> str:
    """Give a query with the same answers that Oxigraph evaluates faster over a graph, or the query itself."""
    if not statistics.seem_many(query, _FEWEST_THINGS) or _OTHERS.search(query):
        return query
    root = read(query)
    try:
        return _joined(query, root, statistics) if root else query
    except UnreadError:
        return query


def _joined(query: str, root: Group, statistics: Statistics) -> str:
    group = _only_group(root)
    found = read_statements(group, query)
    if found.steps and _takes_all(root):
        return query
    counts = _Counts(statistics, Names(root))
    subject = _star(found, counts)
    if not subject:
        return query
    early, query = _taken_from_the_class(group, found, subject, query)
    at_once = _read_at_once(found, subject, counts)
    for statement in reversed(found.all):
        text = " ".join(_written(pattern, at_once, early) for pattern in statement.patterns)
        query = query[: statement.start] + text.removesuffix(".") + query[statement.end :]
    return query


def _only_group(root: Group) -> Group:
    """The group of a SELECT that needs all its solutions."""
    groups = [part for part in root.parts if isinstance(part, Group)]
    words = [part.word for part in root.parts if isinstance(part, Token)]
    if len(groups) != 1 or words.count("select") != 1 or ("limit" in words and _WHOLE.isdisjoint(words)):
        raise UnreadError
    return groups[0]


def _takes_all(root: Group) -> bool:
    """Whether a query answers with all variables it has."""
    words = [part for part in root.parts if isinstance(part, Token)]
    at = next(at for at, part in enumerate(words) if part.word == "select")
    return next(part.text for part in words[at + 1 :] if part.word not in {"distinct", "reduced"}) == "*"


def _taken_from_the_class(group: Group, found: Statements, name: str, query: str) -> tuple[str, str]:
    """What is taken away from the things themselves, and the query without it; it stands behind the statements."""
    patterns = patterns_of(found.all)
    bound = {term.text[1:] for pattern in patterns for term in pattern if term.kind == "variable"}
    early = ""
    if sum(verb.text == "a" for _, verb, _ in patterns) > 1:
        return early, query
    for at in reversed(range(1, len(group.parts))):
        part, word = group.parts[at], group.parts[at - 1]
        if isinstance(part, Group) and part.keyword == "minus" and bound & set(_variables(part)) == {name}:
            early = f" MINUS {{{query[part.start : part.end]}\n}}{early}"
            query = query[: word.start] + NEUTRAL + query[part.end + 1 :]
    return early, query


def _variables(group: Group) -> Iterator[str]:
    """The names of all variables in a group, at any depth."""
    for part in group.parts:
        if isinstance(part, Group):
            yield from _variables(part)
        elif part.kind == "variable":
            yield part.text[1:]


class _Counts:
    """How much the graph has of what a query names."""

    def __init__(self, statistics: Statistics, names: Names) -> None:
        self._statistics = statistics
        self._names = names

    def fewest(self, classes: Iterable[Token]) -> tuple[int, float]:
        """How many things the smallest of some classes has, and how many triples there are about one of them."""
        things, class_ = min((self._statistics.instances(iri), iri) for iri in map(self._names.iri, classes))
        return things, self._statistics.triples_of_one(class_)

    def triples(self, verb: Token) -> int:
        """How many triples have a property."""
        return self._statistics.triples(self._names.iri(verb))


def _star(found: Statements, counts: _Counts) -> str:
    """The variable whose properties are to be joined by a hash table; "" where there is none."""
    own = patterns_of(found.own)
    subjects = {subject.text[1:] for subject, verb, _ in own if verb.text == "a"}
    if len(subjects) != 1 or not subjects.isdisjoint(found.filtered):
        return ""
    (name,) = subjects
    things, triples_of_one = counts.fewest(object_ for _, verb, object_ in own if verb.text == "a")
    if not _FEWEST_THINGS <= things <= _MOST:
        return ""
    properties = _properties(found, name)
    numbers = [counts.triples(verb) for _, verb, _ in properties]
    if not numbers or max(numbers) > _MOST:
        return ""
    passing = (_FILTERED if object_.text[1:] in found.filtered else 1 for _, _, object_ in properties)
    read_at_once = sum(number * part for number, part in zip(numbers, passing, strict=True))
    at_once = len(properties) * _KEEP * things + _LOOK_UP * read_at_once
    one_by_one = len(properties) * things * (_FIND + _PASS_OVER * triples_of_one)
    return name if at_once < _CLEARLY * one_by_one else ""


def _properties(found: Statements, name: str) -> list[Pattern]:
    """The patterns that find a property of the things."""
    return [pattern for pattern in patterns_of(found.all) if pattern[0].text[1:] == name and pattern[1].text != "a"]


def _read_at_once(found: Statements, name: str, counts: _Counts) -> set[Pattern]:
    """What is joined by a hash table: the properties of the things, and few of what those refer to."""
    properties = _properties(found, name)
    referred = {object_.text[1:]: counts.triples(verb) for _, verb, object_ in properties}
    few = (
        pattern
        for pattern in patterns_of(found.all)
        if pattern[1].text != "a" and counts.triples(pattern[1]) < _FEW * referred.get(pattern[0].text[1:], 0)
    )
    return {*properties, *few}


def _written(pattern: Pattern, at_once: set[Pattern], early: str) -> str:
    subject, verb, object_ = pattern
    text = f"{subject.text} {verb.text} {object_.text}"
    if early and verb.text == "a":
        return f"{{ {text}{early} }}"
    return f"{{ {text} MINUS {{}} }}" if pattern in at_once else f"{text} ."
