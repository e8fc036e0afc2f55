"""How the first rows of a sorted list are found, ``ORDER BY ?name ... LIMIT 20``, for which Oxigraph sorts all of it.

It reads the terms anew for each comparison, so that sorting takes longer than finding what is sorted. Where the list is
sorted by the values of a property, of which the graph knows how they are spread, only rows below some value are asked
first: if they are enough, the first of them are the first of all, and if not, all are asked.

That holds where each row has a value of the property, and all its values are strings, or all have a language: Oxigraph
sorts those by their characters, as ``<`` compares them. SPARQL leaves it open in which order rows come that are equal
by all keys (section 15.1), and the two ways may find them in different ones; so whoever asks for such a list page by
page has it sorted by what it shows too, whichever way is gone, and no row is on two pages or on none.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal

from registergraf.querytext.reading import Group, Token, read
from registergraf.querytext.statements import Names, UnreadError, patterns_of, read_statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from registergraf.querytext.statements import Pattern, Statement, Statements
    from registergraf.sparql.statistics import Spread, Statistics

__all__ = ["FirstRows", "first_rows"]

_WORTH_READING = re.compile(r"\bORDER\s+BY\b.*\bLIMIT\b", re.IGNORECASE | re.DOTALL)
_MODIFIERS = frozenset({"limit", "offset"})
_OF_LANGUAGE = frozenset({"lang", "langmatches", "true"})
"""The words of a filter that lets about as many rows below a value pass as above it."""
_CLASS_AND_VALUE = 2
_MOST_ROWS = 1_000
_FEWEST_ROWS = 1_000
"""Below this all of it is sorted in less time than the query is read."""
_SURELY, _PERHAPS = 1.2, 8
"""How many times the rows that are wanted there are to be below the value; more where some may be left out of them."""
_CLEARLY = 0.5
"""The part of all rows that they may be to be asked by themselves."""


class FirstRows(NamedTuple):
    """Queries for the first rows of a list: `below`, if there is one and it gives so many `rows`, else `whole`."""

    whole: str
    below: str = ""
    rows: int = 0


class _List(NamedTuple):
    """A list: the variable it is sorted by first, where its keys end, the ones to add, and which rows it is cut to."""

    key: str
    keys_end: int
    last_keys: str
    limit: int
    offset: int


def first_rows(query: str, statistics: Statistics) -> FirstRows | None:
    """Give how the rows of a query are found faster, and in one order from page to page; None where they are not."""
    if not _WORTH_READING.search(query):
        return None
    try:
        root = read(query)
        return _first_rows(query, root, statistics) if root else None
    except UnreadError:
        return None


def _first_rows(query: str, root: Group, statistics: Statistics) -> FirstRows | None:
    group, asked = _read_list(root)
    found = read_statements(group, query)
    if found.filtered - {asked.key} or found.filtering - _OF_LANGUAGE:
        return None
    statement, (subject, property_, _) = _finding(found, asked.key)
    spread = _spread(patterns_of(found.own), subject, property_, Names(root), statistics)
    if spread.number < _FEWEST_ROWS:
        return None
    whole = f"{query[: asked.keys_end]}{asked.last_keys}{query[asked.keys_end :]}"
    is_sure = len(patterns_of(found.own)) == _CLASS_AND_VALUE and not found.filtering and not found.takes_away
    wanted = math.ceil((_SURELY if is_sure else _PERHAPS) * (asked.limit + asked.offset))
    if asked.limit > _MOST_ROWS or wanted > _CLEARLY * spread.number:
        return FirstRows(whole)
    text = f"STR(?{asked.key})" if spread.have_language else f"?{asked.key}"
    below = f"{whole[: statement.end]} FILTER({text} < {Literal(spread.below(wanted))}) {whole[statement.end :]}"
    return FirstRows(whole, below, asked.limit)


def _finding(found: Statements, key: str) -> tuple[Statement, Pattern]:
    """The pattern that a row has the value from which it is sorted by, with its statement."""
    for statement in found.own:
        for pattern in statement.patterns:
            if pattern[1].text != "a" and pattern[2].text[1:] == key:
                return statement, pattern
    raise UnreadError


def _spread(
    patterns: Iterable[Pattern], subject: Token, property_: Token, names: Names, statistics: Statistics
) -> Spread:
    """How the values are spread of the smallest class that the subject is of."""
    classes = (names.iri(object_) for one, verb, object_ in patterns if verb.text == "a" and one.text == subject.text)
    number, class_ = min(((statistics.instances(class_), class_) for class_ in classes), default=(0, ""))
    if number < _FEWEST_ROWS:
        raise UnreadError
    return statistics.spread(class_, names.iri(property_))


def _read_list(root: Group) -> tuple[Group, _List]:
    """Read how a query is sorted and cut, and the group it finds rows with."""
    at = next((at for at, part in enumerate(root.parts) if isinstance(part, Group)), len(root.parts))
    before, after = root.parts[:at], root.parts[at + 1 :]
    group = root.parts[at] if at < len(root.parts) else None
    tokens = [part for part in after if isinstance(part, Token)]
    words = [token.word for token in tokens]
    if not isinstance(group, Group) or len(tokens) < len(after) or words[:2] != ["order", "by"]:
        raise UnreadError
    cut = next((at for at, word in enumerate(words) if word in _MODIFIERS), len(words))
    numbers = _numbers(tokens[cut:])
    keys = tokens[2:cut]
    last_keys = "".join(f" {shown}" for shown in _shown(before) if shown not in _plain(keys))
    return group, _List(_first_key(keys), keys[-1].end, last_keys, numbers["limit"], numbers.get("offset", 0))


def _numbers(tokens: Sequence[Token]) -> dict[str, int]:
    """LIMIT and OFFSET, of which the first must be there."""
    numbers = {word.word: number.text for word, number in zip(tokens[::2], tokens[1::2], strict=False)}
    if len(tokens) != 2 * len(numbers) or not numbers.keys() <= _MODIFIERS or "limit" not in numbers:
        raise UnreadError
    if not all(number.isdecimal() for number in numbers.values()):
        raise UnreadError
    return {word: int(number) for word, number in numbers.items()}


def _first_key(keys: Sequence[Token]) -> str:
    """The variable of the first key, which is it, or how it is written."""
    texts = [key.text.lower() for key in keys[:4]]
    if len(texts) == 4 and texts[0] in {"asc", "str"} and (texts[1], texts[3]) == ("(", ")"):  # noqa: PLR2004
        keys = keys[2:]
    if not keys or keys[0].kind != "variable":
        raise UnreadError
    return keys[0].text[1:]


def _plain(keys: Sequence[Token]) -> Iterator[str]:
    """The keys that are variables by themselves."""
    depth = 0
    for key in keys:
        depth += (key.text == "(") - (key.text == ")")
        if depth == 0 and key.kind == "variable":
            yield key.text


def _shown(before: Sequence[Token | Group]) -> list[str]:
    """The variables that a SELECT shows, if it names them and nothing else."""
    tokens = [part for part in before if isinstance(part, Token)]
    at = next((at for at, token in enumerate(tokens) if token.word == "select"), len(tokens))
    shown = [token for token in tokens[at + 1 :] if token.word not in {"distinct", "reduced", "where"}]
    if not shown or any(token.kind != "variable" for token in shown):
        raise UnreadError
    return [token.text for token in shown]
