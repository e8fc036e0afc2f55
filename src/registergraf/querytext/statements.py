"""The statements of a query of one group: triple patterns, OPTIONALs of such, filters, and MINUS at the end.

A path ``<p>/<q>`` is read as two patterns with a variable between them that nobody sees (SPARQL 1.1 Query, section
9.3). Whatever else there is raises `UnreadError`: it is not understood here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from registergraf.querytext.reading import Group, Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Names", "Pattern", "Statement", "Statements", "UnreadError", "patterns_of", "read_statements"]

_NAMES = frozenset({"iri", "name"})
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")

Pattern = tuple[Token, Token, Token]


@dataclass
class Statement:
    """A subject with what is said of it, and its place in the text."""

    start: int
    end: int
    patterns: list[Pattern]


@dataclass
class Statements:
    """What a group has: its own statements, those of its OPTIONALs, the variables of its filters, MINUS."""

    between: str
    """How the variables between the steps of paths begin, and nothing in the query does."""
    own: list[Statement] = field(default_factory=list)
    optional: list[Statement] = field(default_factory=list)
    filtered: set[str] = field(default_factory=set)
    takes_away: bool = False
    steps: int = 0

    @property
    def all(self) -> list[Statement]:
        """All statements, in the order of the text."""
        return sorted(self.own + self.optional, key=attrgetter("start"))

    def step(self) -> Token:
        """Another variable between two steps."""
        self.steps += 1
        return Token("variable", f"{self.between}{self.steps}", -1, -1)


class UnreadError(Exception):
    """There is something in a query that is not looked at here."""


class Names:
    """The prefixes of a query, and what names stand for by them."""

    def __init__(self, root: Group) -> None:
        parts = root.parts
        self._prefixes = {
            name.text: iri.text[1:-1]
            for word, name, iri in zip(parts, parts[1:], parts[2:], strict=False)
            if isinstance(word, Token) and word.word == "prefix" and isinstance(name, Token) and isinstance(iri, Token)
        }

    def iri(self, token: Token) -> str:
        """What a name stands for; as it is written where it is an IRI."""
        if token.kind == "iri":
            if not _ABSOLUTE.match(token.text):
                raise UnreadError
            return token.text[1:-1]
        prefix, _, local = token.text.partition(":")
        if prefix + ":" not in self._prefixes:
            raise UnreadError
        return self._prefixes[prefix + ":"] + local


def read_statements(group: Group, query: str) -> Statements:
    """Read what stands in a group of a query; raises `UnreadError`."""
    found = Statements(_unused(query))
    _read_into(found, group.parts)
    return found


def _unused(query: str) -> str:
    name = "?step"
    while name[1:] in query:
        name += "_"
    return name


def _read_into(found: Statements, parts: Sequence[Token | Group]) -> None:
    at = 0
    while at < len(parts):
        part = _token(parts, at)
        if part.kind == "variable":
            statement, at = _statement(parts, at, found)
            found.own.append(statement)
        elif part.word == "optional":
            found.optional += _only_statements(parts[at + 1] if at + 1 < len(parts) else None, found)
            at += 2
        elif part.word == "filter":
            at = _filter(parts, at + 1, found)
        elif part.text == ".":
            at += 1
        elif part.word == "minus" and all(_is_minus(one) for one in parts[at:]):
            found.takes_away = True
            break
        else:
            raise UnreadError


def _only_statements(group: Token | Group | None, found: Statements) -> Iterator[Statement]:
    """The statements of a group that has nothing else."""
    if not isinstance(group, Group):
        raise UnreadError
    at = 0
    while at < len(group.parts):
        if _token(group.parts, at).text == ".":
            at += 1
            continue
        if _token(group.parts, at).kind != "variable":
            raise UnreadError
        statement, at = _statement(group.parts, at, found)
        yield statement


def _is_minus(part: Token | Group) -> bool:
    return part.keyword == "minus" if isinstance(part, Group) else part.word == "minus" or part.text == "."


def _statement(parts: Sequence[Token | Group], at: int, found: Statements) -> tuple[Statement, int]:
    """Read a statement and give where it ends."""
    subject = _token(parts, at)
    patterns: list[Pattern] = []
    then = subject
    while then is subject or then.text in {";", ","}:
        if then.text != ",":
            path, at = _path(parts, at + 1)
        object_ = _token(parts, at + 1)
        patterns += _steps(subject, path, object_, found)
        then = _token(parts, at + 2)
        at += 2
    if then.text not in {".", ""} and then.word not in {"filter", "minus", "optional"}:
        raise UnreadError
    return Statement(subject.start, patterns[-1][2].end, patterns), at


def _path(parts: Sequence[Token | Group], at: int) -> tuple[list[Token], int]:
    """The properties of a sequence, mostly one, and where the last one stands."""
    path = [_token(parts, at)]
    while _token(parts, at + 1).text == "/":
        at += 2
        path.append(_token(parts, at))
    return path, at


def _steps(subject: Token, path: Sequence[Token], object_: Token, found: Statements) -> Iterator[Pattern]:
    """The patterns of a path from a subject to an object."""
    if len(path) > 1 and any(verb.text == "a" for verb in path):
        raise UnreadError
    for verb in path[:-1]:
        between = found.step()
        if not _is_read(verb, between):
            raise UnreadError
        yield subject, verb, between
        subject = between
    if not _is_read(path[-1], object_):
        raise UnreadError
    yield subject, path[-1], object_


def _is_read(verb: Token, object_: Token) -> bool:
    """Whether a pattern finds what its property, or its class, is counted as."""
    return object_.kind in _NAMES if verb.text == "a" else verb.kind in _NAMES and object_.kind == "variable"


def _token(parts: Sequence[Token | Group], at: int) -> Token:
    """A token; one without text for the end, or for a group."""
    part = parts[at] if at < len(parts) else None
    return part if isinstance(part, Token) else Token("", "", -1, -1)


def _filter(parts: Sequence[Token | Group], at: int, found: Statements) -> int:
    """Read a filter and give where it ends: behind the parenthesis that closes its first one."""
    depth = 0
    while True:
        part = _token(parts, at)
        depth += (part.text == "(") - (part.text == ")")
        at += 1
        if part.kind == "variable":
            found.filtered.add(part.text[1:])
        if part.text == ")" and depth == 0:
            return at
        if not part.text or part.word in {"filter", "minus"}:
            raise UnreadError


def patterns_of(statements: Iterable[Statement]) -> list[Pattern]:
    """The patterns of statements, in their order."""
    return [pattern for statement in statements for pattern in statement.patterns]
