"""A query restricted to some of the things that it is about.

What follows a query as VALUES is joined with its solutions (SPARQL 1.1 Query, section 18.2.4.3), and engines then work
all of them out. So the same is said at the beginning of every group where it means the same: one that is joined, whose
own triple patterns bind the thing, and whose solutions keep it up to the outermost SELECT.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from registergraf.graph.queries import select
from registergraf.querytext.tokens import COMMENT, IRI, STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Store

TOKEN = re.compile(
    rf"{STRING} | {COMMENT} | {IRI} | (?P<variable>[?$]\w+) | (?P<word>[A-Za-z_][\w:.-]*) | (?P<mark>[{{}}()])",
    re.VERBOSE | re.DOTALL,
)
THIS = "?"
"""How the variable that a query is about stands among its tokens."""
NOT_JOINED = {"OPTIONAL", "MINUS", "EXISTS", "VALUES", "SERVICE", "SILENT"}
"""What stands before a group whose solutions are not joined with those around it, or that is no group of patterns."""
CUTTING = {"LIMIT", "OFFSET"}

PART_OR_WHOLE = re.compile(
    r"OPTIONAL\s*\{(?P<pattern>[^{}]*)\}\s*"
    r"BIND\(COALESCE\(\?(?P<whole>\w+),\s*\?(?P<own>\w+)\)\s+AS\s+\?this\)"
)
"""How a query tells of a whole what it finds of a part."""
PREFIX = re.compile(r"^PREFIX .*$", re.MULTILINE)


class Told(NamedTuple):
    """The variable that a query has its things from, and how things lead back to it."""

    own: str
    whole: str
    pattern: str
    """What leads from the own thing to the whole, with the prefixes that it needs."""
    prefixes: str
    places: tuple[int, ...]
    """Where in the query its own things can be restricted, as offsets, in order."""

    def leading_to(self, things: Iterable[str]) -> str:
        """The query for the own things that some wholes are told of."""
        values = _values(self.whole, things)
        return f"{self.prefixes}\nSELECT DISTINCT ?{self.own} WHERE {{ {values} {self.pattern} }}"


def restricted(query: str, things: Iterable[str], about: str = "this") -> str:
    """A SELECT with its rows restricted to some things, by their IRIs, that the variable `about` names."""
    values = _values(about, things)
    return f"{_inserted(query, places(query, about), values).rstrip()}\n{values}\n"


def restricted_in(store: Store, query: str, things: Iterable[str]) -> str:
    """The same for ``?this``, also where it is a whole that a query tells of what it finds of the parts in a store."""
    listed, told = list(things), told_of(query)
    if told is None:
        return restricted(query, listed)
    parts = {row[told.own].value for row in select(store, told.leading_to(listed))}
    inner = _inserted(query, told.places, _values(told.own, {*listed, *parts})).rstrip().removesuffix("}")
    # a list that is joined with all of it takes longer to plan
    return f"{inner}  FILTER(?this IN ({', '.join(f'<{thing}>' for thing in sorted(listed))}))\n}}\n"


def _values(name: str, things: Iterable[str]) -> str:
    return f"VALUES ?{name} {{ {' '.join(f'<{thing}>' for thing in sorted(things))} }}"


def _inserted(query: str, where: Iterable[int], values: str) -> str:
    parts, end = [], 0
    for place in where:
        parts += [query[end:place], f" {values} "]
        end = place
    return "".join([*parts, query[end:]])


@cache
def places(query: str, about: str) -> tuple[int, ...]:
    """Where in a query its rows can be restricted, as offsets, in order."""
    texts, ends = _tokens(query, about)
    return tuple(sorted(ends[index] for index in _selected(texts, 0, len(texts))))


@cache
def told_of(query: str) -> Told | None:
    """How a query has ``?this`` from another variable, where it has it so."""
    found = PART_OR_WHOLE.search(query)
    if found is None or not query.rstrip().endswith("}"):
        return None
    texts, ends = _tokens(query, found["own"])
    around = [index for index, text in enumerate(texts) if text == "{" and ends[index] <= found.start()]
    opening = next(index for index in reversed(around) if ends[_closing(texts, index)] > found.start())
    where = tuple(sorted(ends[index] for index in _joined(texts, opening, _closing(texts, opening))))
    return Told(found["own"], found["whole"], found["pattern"], "\n".join(PREFIX.findall(query)), where)


def _tokens(query: str, about: str) -> tuple[list[str], list[int]]:
    """The words and marks of a query that say where it can be restricted, and where each ends."""
    tokens = [
        (THIS if found["variable"] else (found["word"] or found["mark"]).upper(), found.end())
        for found in TOKEN.finditer(query)
        if found.lastgroup and found["variable"] in {None, f"?{about}", f"${about}"}
    ]
    return [text for text, _ in tokens], [end for _, end in tokens]


def _selected(texts: list[str], first: int, last: int) -> Iterator[int]:
    """The braces behind which the WHERE of a SELECT can be restricted, its inner groups included."""
    opening = next((i for i in range(first, last) if texts[i] == "{"), last)
    if opening == last:
        return
    closing = _closing(texts, opening)
    after = texts[closing:last]
    groups = THIS in after[after.index("GROUP") :] if "GROUP" in after else not _is_aggregated(texts[first:opening])
    if _gives_this(texts[first:opening]) and groups and not CUTTING & set(after):
        yield from _joined(texts, opening, closing)


def _gives_this(head: list[str]) -> bool:
    """Whether a SELECT hands on the thing as its WHERE binds it."""
    at_depth = list(_with_depth(head))
    return (THIS, 0) in at_depth and ("AS", THIS) not in pairwise(head)


def _is_aggregated(head: list[str]) -> bool:
    return bool({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"} & set(head))


def _joined(texts: list[str], opening: int, closing: int, *, only_selects: bool = False) -> Iterator[int]:
    """The braces behind which a group can be restricted: its own, and those of the groups that are joined in it.

    Where the group has the thing before them, from its own patterns or from a group that is joined, also those of the
    SELECTs in what it leaves out, or may do without: they are worked out by themselves, and rows about other things
    than the group's fit none of its own.
    """
    if texts[opening + 1] == "SELECT":
        yield from _selected(texts, opening + 1, closing)
        return
    own: list[str] = []
    bound = False
    depth, index = 0, opening + 1
    while index < closing:
        text = texts[index]
        depth += {"(": 1, ")": -1}.get(text, 0)
        if text == "{":
            end = _closing(texts, index)
            what = _before_group(own)
            apart = what in {"OPTIONAL", "MINUS"} and (bound or _has_this(own))
            if depth == 0 and (apart or what not in NOT_JOINED):
                yield from _joined(texts, index, end, only_selects=only_selects or apart)
            is_alone = depth == 0 and what not in {*NOT_JOINED, "UNION"} and texts[end + 1] != "UNION"
            bound = bound or (is_alone and _binds(texts, index, end))
            index, own = end, [*own, "}"]
        else:
            own.append(text)
        index += 1
    binds = ("AS", THIS) in pairwise(own)
    if not only_selects and not binds and _has_this(own):
        yield opening


def _binds(texts: list[str], opening: int, closing: int) -> bool:
    """Whether the triple patterns that a group begins with, or the WHERE of a SELECT, bind the thing in every solution.

    Those of a named graph within count too.
    """
    if texts[opening + 1] == "SELECT":
        inner = texts.index("{", opening + 1)
        return _gives_this(texts[opening + 1 : inner]) and _binds(texts, inner, _closing(texts, inner))
    own: list[str] = []
    index = opening + 1
    while index < closing:
        end = _closing(texts, index) if texts[index] == "{" else index
        if end > index and _before_group(own) == "GRAPH" and _binds(texts, index, end):
            return True
        own.append("}" if end > index else texts[index])
        index = end + 1
    return _has_this(own)


def _has_this(own: list[str]) -> bool:
    """Whether the triple patterns that a group begins with bind the thing."""
    return (THIS, 0) in _with_depth(_before_others(own))


def _before_group(own: list[str]) -> str:
    """The word that says what a group is for; a list of variables may stand between."""
    words = [text for text in own[-3:] if text not in {"(", ")", THIS}]
    return words[-1] if words else ""


def _before_others(own: list[str]) -> list[str]:
    """The patterns of a group before anything whose meaning depends on what is bound so far."""
    return own[: next((index for index, text in enumerate(own) if text in {"OPTIONAL", "MINUS", "BIND"}), len(own))]


def _with_depth(texts: list[str]) -> Iterator[tuple[str, int]]:
    """Each text and how many brackets it stands in."""
    depth = 0
    for text in texts:
        depth += {"(": 1, ")": -1}.get(text, 0)
        yield text, depth


def _closing(texts: list[str], opening: int) -> int:
    depth = 0
    for index in range(opening, len(texts)):
        depth += {"{": 1, "}": -1}.get(texts[index], 0)
        if depth == 0:
            return index
    return len(texts)
