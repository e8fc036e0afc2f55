"""How the first rows of a sorted list are found, ``ORDER BY ?name ... LIMIT 20``, for which Oxigraph sorts all of it.

It reads the terms anew for each comparison, so that sorting takes longer than finding what is sorted. Where the list is
sorted by the values of a property, of which the graph knows the lowest, only rows with some of those are asked first,
``VALUES ?name { ... }``: if they are enough, the first of them are the first of all, and if not, more are asked, as
many as seem to do by how many there were, and at last all. What is taken away is asked of each of so few rows by itself
(`registergraf.querytext.nesting`).

That holds where each row has a value of the property, and all its values are strings, or all have a language, or all
are days of one datatype: Oxigraph sorts those as their characters are, and so are they sorted here. SPARQL leaves it
open in which order rows come that are equal by all keys (section 15.1), and the ways may find them in different ones;
so whoever asks for such a list page by page has it sorted by what it shows too, whichever way is gone, and no row is on
two pages or on none.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from registergraf.querytext.nesting import ask_of_each
from registergraf.querytext.reading import Group, Token, read
from registergraf.querytext.statements import Names, UnreadError, patterns_of, read_statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from registergraf.querytext.statements import Pattern
    from registergraf.sparql.statistics import Lowest, Statistics

__all__ = ["FirstRows", "first_rows"]

_WORTH_READING = re.compile(r"\bORDER\s+BY\b.*\bLIMIT\b", re.IGNORECASE | re.DOTALL)
_MODIFIERS = frozenset({"limit", "offset"})
_CLASS_AND_VALUE = 2
_MOST_ROWS = 1_000
_FEWEST = 1_000
"""Below this all of it is sorted in less time than the query is read."""
_SURELY, _PERHAPS = 1.1, 2
"""How many times the rows that are wanted there are to be values; more where some rows may be left out of them."""
_MORE, _WHERE_NONE_IS = 1.5, 4
"""How many times as many as seem to do are asked next, and how many times the values in which nothing was found."""
_CLEARLY = 0.5
"""The part of all values that they may be to be asked by themselves."""


class FirstRows(NamedTuple):
    """A query for the first `rows` of a list behind `offset` of them, whole; and what it takes to ask for few."""

    whole: str
    rows: int
    offset: int
    lowest: Lowest
    around: tuple[str, str]
    """The text before the terms of the lowest values, and behind them."""
    wanted: int
    """Of how many values to ask first."""

    def few(self, wanted: int) -> str:
        """The query for the rows with so many of the lowest values; "" where that is not less than asking for all."""
        if self.rows > _MOST_ROWS or wanted > _CLEARLY * self.lowest.number:
            return ""
        terms = self.lowest.first(wanted)
        return " ".join(terms).join(self.around) if terms else ""

    def more(self, wanted: int, found: int) -> int:
        """How many values may do, where so many gave only so many rows."""
        times = _MORE * (self.rows + self.offset) / (found + self.offset) if found else _WHERE_NONE_IS
        return math.ceil(wanted * times)


class _List(NamedTuple):
    """A list: the variable it is sorted by first, where its keys end, the ones to add, and which rows it is cut to."""

    key: str
    keys_end: int
    last_keys: str
    limit: int
    offset: int


def first_rows(query: str, statistics: Statistics) -> FirstRows | None:
    """Give how the rows of a query are found faster, and in one order from page to page; None where they are not."""
    if not _WORTH_READING.search(query) or not statistics.seem_many(query, _FEWEST):
        return None
    try:
        root = read(query)
        return _first_rows(query, root, statistics) if root else None
    except UnreadError:
        return None


def _first_rows(query: str, root: Group, statistics: Statistics) -> FirstRows | None:
    group, asked = _read_list(root)
    found = read_statements(group, query)
    patterns = patterns_of(found.own)
    lowest = _lowest(patterns, asked.key, Names(root), statistics)
    if lowest.number < _FEWEST:
        return None
    whole = f"{query[: asked.keys_end]}{asked.last_keys}{query[asked.keys_end :]}"
    certain = {term.text[1:] for pattern in patterns for term in pattern if term.kind == "variable"}
    around = (
        f"{whole[: group.start]} VALUES ?{asked.key} {{ ",
        f" }} {ask_of_each(query, group, certain)}{whole[group.end :]}",
    )
    is_sure = len(patterns) == _CLASS_AND_VALUE and not found.filtered and not found.takes_away
    wanted = math.ceil((asked.limit + asked.offset) * (_SURELY if is_sure else _PERHAPS))
    return FirstRows(whole, asked.limit, asked.offset, lowest, around, wanted)


def _lowest(patterns: Sequence[Pattern], key: str, names: Names, statistics: Statistics) -> Lowest:
    """The lowest values that a list is sorted by: those at the end of a path from the things of a class."""
    path: list[str] = []
    while not (classes := [*_classes(key, patterns)]):
        thing, property_ = _leading_to(key, patterns)
        path.insert(0, names.iri(property_))
        key = thing.text[1:]
        if len(path) > len(patterns):  # round and round
            raise UnreadError
    number, class_ = min((statistics.instances(class_), class_) for class_ in map(names.iri, classes))
    if not path or number < _FEWEST:
        raise UnreadError
    return statistics.lowest(class_, tuple(path))


def _classes(name: str, patterns: Iterable[Pattern]) -> Iterator[Token]:
    """What a variable is said to be."""
    return (class_ for thing, verb, class_ in patterns if verb.text == "a" and thing.text[1:] == name)


def _leading_to(name: str, patterns: Iterable[Pattern]) -> tuple[Token, Token]:
    """The first thing and its property that have a variable as their value."""
    for thing, property_, value in patterns:
        if property_.text != "a" and value.text[1:] == name:
            return thing, property_
    raise UnreadError


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
