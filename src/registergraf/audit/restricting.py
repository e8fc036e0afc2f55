"""A query restricted to some of the things that it is about.

What follows a query as VALUES is joined with its solutions (SPARQL 1.1 Query, section 18.2.4.3), and engines then work
all of them out. So the same is said at the beginning of every group where it means the same: one that is joined, whose
own triple patterns bind the thing, and whose solutions keep it up to the outermost SELECT.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from registergraf.sparql_tokens import COMMENT, IRI, STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOKEN = re.compile(
    rf"{STRING} | {COMMENT} | {IRI} | (?P<variable>[?$]\w+) | (?P<word>[A-Za-z_][\w:.-]*) | (?P<mark>[{{}}()])",
    re.VERBOSE | re.DOTALL,
)
THIS = "?"
"""How the variable that a query is about stands among its tokens."""
NOT_JOINED = {"OPTIONAL", "MINUS", "EXISTS", "VALUES", "SERVICE"}
"""What stands before a group whose solutions are not joined with those around it, or that is no group of patterns."""
CUTTING = {"LIMIT", "OFFSET"}


def restricted(query: str, things: Iterable[str], about: str = "this") -> str:
    """A SELECT with its rows restricted to some things, by their IRIs, that the variable `about` names."""
    values = f"VALUES ?{about} {{ {' '.join(f'<{thing}>' for thing in sorted(things))} }}"
    parts, end = [], 0
    for place in places(query, about):
        parts += [query[end:place], f" {values} "]
        end = place
    return f"{''.join(parts)}{query[end:].rstrip()}\n{values}\n"


@cache
def places(query: str, about: str) -> tuple[int, ...]:
    """Where in a query its rows can be restricted, as offsets, in order."""
    tokens = [
        (THIS if found["variable"] else (found["word"] or found["mark"]).upper(), found.end())
        for found in TOKEN.finditer(query)
        if found.lastgroup and found["variable"] in {None, f"?{about}", f"${about}"}
    ]
    texts = [text for text, _ in tokens]
    return tuple(sorted(tokens[index][1] for index in _selected(texts, 0, len(texts))))


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


def _joined(texts: list[str], opening: int, closing: int) -> Iterator[int]:
    """The braces behind which a group can be restricted: its own, and those of the groups that are joined in it."""
    if texts[opening + 1] == "SELECT":
        yield from _selected(texts, opening + 1, closing)
        return
    own: list[str] = []
    depth, index = 0, opening + 1
    while index < closing:
        text = texts[index]
        depth += {"(": 1, ")": -1}.get(text, 0)
        if text == "{":
            end = _closing(texts, index)
            if depth == 0 and not NOT_JOINED & {*own[-1:], *own[-3:-2]}:
                yield from _joined(texts, index, end)
            index, own = end, [*own, "}"]
        else:
            own.append(text)
        index += 1
    binds = ("AS", THIS) in pairwise(own)
    if not binds and (THIS, 0) in _with_depth(_before_others(own)):
        yield opening


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
