"""How properties of all things of a class are found, ``?x a <Class> ; <p> ?y``, which Oxigraph joins thing by thing.

Oxigraph in memory looks for a property of a thing among all that is said of the thing. For many things of which much is
said it is faster to read all triples of the property once, and to join them by a hash table. Oxigraph does so for what
it cannot ask thing by thing, such as a group with MINUS; so a pattern becomes ``{ ?x <p> ?y MINUS {} }``. Taking away
what has no variable takes nothing away (SPARQL 1.1 Query, section 8.3.3), and triple patterns side by side are joined
wherever braces stand between them (section 18.2.2.6): the solutions are the same, each as many times. What MINUS at the
end takes away from them, if it looks at ``?x`` alone of their variables, is taken from the things of the class before
they are joined: whether a solution goes follows from its ``?x``, which joining does not change.

So it is done only where it was measured to be faster: in a SELECT of one group which is evaluated whole, where nothing
finds few things but their class, and by the counts of the graph. What cannot be read for certain stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registergraf.querytext.reading import NEUTRAL, Group, Token, read
from registergraf.sparql.statistics import MOST_COUNTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from registergraf.sparql.statistics import Statistics

__all__ = ["join_by_hash"]

_CLASS = re.compile(r"[?$]\w+\s+a\s+(?: <(?P<iri>[^<>\s]+)> | (?P<prefix>[\w-]*):(?P<local>[\w-]+) )", re.VERBOSE)
# Where there is more than one group of triple patterns, or the first solutions will do.
_OTHERS = re.compile(
    r"\b(?:OPTIONAL|UNION|GRAPH|SERVICE|LATERAL|VALUES|BIND|EXISTS|ASK|CONSTRUCT|DESCRIBE|FROM|BASE)\b", re.IGNORECASE
)
_WHOLE = frozenset({"order", "group"})
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_NAMES = frozenset({"iri", "name"})
_FEWEST_THINGS = 1_000
"""Below this it takes longer to read the query than could be saved."""
# What was measured, in microseconds, is told apart only by its order: 1 to find a property of a thing of which nothing
# else is said, and 0.13 for each triple about it; 2 to keep a thing in a hash table, 0.8 to look up a triple in it.
_FIND, _PASS_OVER, _KEEP, _LOOK_UP = 1.0, 0.13, 2.0, 0.8
_FILTERED = 0.5
"""The part of a property's triples that is taken to pass a filter on it."""
_CLEARLY = 0.7
"""The part of the time that it may take to be done."""


@dataclass
class _Statement:
    """A subject with what is said of it, and its place in the text."""

    start: int
    end: int
    patterns: list[tuple[Token, Token, Token]]


class _UnreadError(Exception):
    """There is something in a query that is not looked at here."""


def join_by_hash(query: str, statistics: Statistics) -> str:
    """Give a query with the same answers that Oxigraph evaluates faster over a graph, or the query itself."""
    if not _may_be_many(query, statistics) or _OTHERS.search(query):
        return query
    root = read(query)
    try:
        return _joined(query, root, statistics) if root else query
    except _UnreadError:
        return query


def _may_be_many(query: str, statistics: Statistics) -> bool:
    """Whether there seem to be many things of a class that stands in a query; a quick guess."""
    for found in _CLASS.finditer(query):
        iri = found["iri"]
        if iri is None and (prefix := re.search(rf"(?:^|\s){found['prefix']}:\s*<([^<>\s]*)>", query)):
            iri = prefix[1] + found["local"]
        if iri and statistics.instances(iri) >= _FEWEST_THINGS:
            return True
    return False


def _joined(query: str, root: Group, statistics: Statistics) -> str:
    group = _only_group(root)
    prefixes = _prefixes(root)
    statements, filtered = _statements(group.parts)
    subject = _star(statements, filtered, prefixes, statistics)
    if not subject:
        return query
    early, query = _taken_from_the_class(group, statements, subject, query)
    for statement in reversed(statements):
        text = " ".join(_written(pattern, subject, early) for pattern in statement.patterns)
        query = query[: statement.start] + text.removesuffix(".") + query[statement.end :]
    return query


def _taken_from_the_class(group: Group, statements: Sequence[_Statement], name: str, query: str) -> tuple[str, str]:
    """What is taken away from the things themselves, and the query without it; it stands behind the statements."""
    bound = {term.text[1:] for one in statements for pattern in one.patterns for term in pattern if _is_variable(term)}
    early = ""
    if sum(verb.text == "a" for one in statements for _, verb, _ in one.patterns) > 1:
        return early, query
    for at in reversed(range(1, len(group.parts))):
        part, word = group.parts[at], group.parts[at - 1]
        if isinstance(part, Group) and isinstance(word, Token) and bound & set(_variables(part)) == {name}:
            early = f" MINUS {{{query[part.start : part.end]}\n}}{early}"
            query = query[: word.start] + NEUTRAL + query[part.end + 1 :]
    return early, query


def _variables(group: Group) -> Iterator[str]:
    """The names of all variables in a group, at any depth."""
    for part in group.parts:
        if isinstance(part, Group):
            yield from _variables(part)
        elif _is_variable(part):
            yield part.text[1:]


def _is_variable(token: Token) -> bool:
    return token.kind == "variable"


def _only_group(root: Group) -> Group:
    """The group of a SELECT that needs all its solutions."""
    groups = [part for part in root.parts if isinstance(part, Group)]
    words = [part.word for part in root.parts if isinstance(part, Token)]
    if len(groups) != 1 or words.count("select") != 1 or ("limit" in words and _WHOLE.isdisjoint(words)):
        raise _UnreadError
    return groups[0]


def _prefixes(root: Group) -> dict[str, str]:
    """What the prefixes stand for, each with its colon."""
    parts = root.parts
    return {
        name.text: iri.text[1:-1]
        for word, name, iri in zip(parts, parts[1:], parts[2:], strict=False)
        if isinstance(word, Token) and word.word == "prefix" and isinstance(name, Token) and isinstance(iri, Token)
    }


def _statements(parts: Sequence[Token | Group]) -> tuple[list[_Statement], set[str]]:
    """The statements of a group, which come before what is taken away, and the variables that filters look at."""
    statements: list[_Statement] = []
    filtered: set[str] = set()
    at = 0
    while at < len(parts):
        part = parts[at]
        if isinstance(part, Group):
            raise _UnreadError
        if part.kind == "variable":
            statement, at = _statement(parts, at)
            statements.append(statement)
        elif part.word == "filter":
            variables, at = _filter(parts, at + 1)
            filtered |= variables
        elif part.text == ".":
            at += 1
        elif part.word == "minus" and all(_is_minus(one) for one in parts[at:]):
            break
        else:
            raise _UnreadError
    return statements, filtered


def _is_minus(part: Token | Group) -> bool:
    return part.keyword == "minus" if isinstance(part, Group) else part.word == "minus" or part.text == "."


def _statement(parts: Sequence[Token | Group], at: int) -> tuple[_Statement, int]:
    """Read a statement and give where it ends."""
    subject = _token(parts, at)
    patterns = []
    then = subject
    while then is subject or then.text in {";", ","}:
        if then.text != ",":
            verb = _token(parts, at + 1)
            at += 1
        object_ = _token(parts, at + 1)
        at += 1
        if not _is_read(verb, object_):
            raise _UnreadError
        patterns.append((subject, verb, object_))
        then = _token(parts, at + 1)
        at += 1
    if then.text not in {".", ""} and then.word not in {"filter", "minus"}:
        raise _UnreadError
    return _Statement(subject.start, patterns[-1][2].end, patterns), at


def _is_read(verb: Token, object_: Token) -> bool:
    """Whether a pattern finds what its property, or its class, is counted as."""
    return object_.kind in _NAMES if verb.text == "a" else verb.kind in _NAMES and object_.kind == "variable"


def _token(parts: Sequence[Token | Group], at: int) -> Token:
    """A token; one without text for the end, or for a group."""
    part = parts[at] if at < len(parts) else None
    return part if isinstance(part, Token) else Token("", "", -1, -1)


def _filter(parts: Sequence[Token | Group], at: int) -> tuple[set[str], int]:
    """The variables of a filter, and where it ends: behind the parenthesis that closes its first one."""
    variables = set()
    depth = 0
    while True:
        part = _token(parts, at)
        depth += (part.text == "(") - (part.text == ")")
        at += 1
        if part.kind == "variable":
            variables.add(part.text[1:])
        if part.text == ")" and depth == 0:
            return variables, at
        if not part.text or part.word in {"filter", "minus"}:
            raise _UnreadError


def _star(
    statements: Sequence[_Statement], filtered: set[str], prefixes: Mapping[str, str], statistics: Statistics
) -> str:
    """The variable whose properties are to be joined by a hash table; "" where there is none."""
    patterns = [pattern for statement in statements for pattern in statement.patterns]
    subjects = {subject.text[1:] for subject, verb, _ in patterns if verb.text == "a"}
    if len(subjects) != 1 or not subjects.isdisjoint(filtered):
        return ""
    (name,) = subjects
    classes = [_iri(object_, prefixes) for _, verb, object_ in patterns if verb.text == "a"]
    things, class_ = min((statistics.instances(class_), class_) for class_ in classes)
    if not _FEWEST_THINGS <= things <= MOST_COUNTED:
        return ""
    properties = [(verb, object_) for subject, verb, object_ in patterns if _is_property(subject, verb, name)]
    counts = [statistics.triples(_iri(verb, prefixes)) for verb, _ in properties]
    if not counts or max(counts) > MOST_COUNTED:
        return ""
    passing = (_FILTERED if object_.text[1:] in filtered else 1 for _, object_ in properties)
    read_at_once = sum(count * part for count, part in zip(counts, passing, strict=True))
    one_by_one = things * (_FIND + _PASS_OVER * statistics.triples_of_one(class_))
    return name if _KEEP * things + _LOOK_UP * read_at_once < _CLEARLY * one_by_one else ""


def _iri(token: Token, prefixes: Mapping[str, str]) -> str:
    """What a name stands for; as it is written where it is an IRI."""
    if token.kind == "iri":
        if not _ABSOLUTE.match(token.text):
            raise _UnreadError
        return token.text[1:-1]
    prefix, _, local = token.text.partition(":")
    if prefix + ":" not in prefixes:
        raise _UnreadError
    return prefixes[prefix + ":"] + local


def _written(pattern: tuple[Token, Token, Token], name: str, early: str) -> str:
    subject, verb, object_ = pattern
    text = f"{subject.text} {verb.text} {object_.text}"
    if early and verb.text == "a":
        return f"{{ {text}{early} }}"
    return f"{{ {text} MINUS {{}} }}" if _is_property(subject, verb, name) else f"{text} ."


def _is_property(subject: Token, verb: Token, name: str) -> bool:
    return subject.text[1:] == name and verb.text != "a"
