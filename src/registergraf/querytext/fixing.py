"""Variables that are fixed to a term, told to the planner: ``VALUES`` in each group that asks for one of them.

Oxigraph exchanges such a variable for its term when the query is evaluated, and has planned by then: it looks through
everything for what the term would have led to at once. What ``VALUES`` says is known before. It changes no answer where
the variable of the group is that of the whole query, so that it has no other value there; so a query within the query
has to project it and may not be cut short. What is compared with the outside (EXISTS, MINUS) is left as it is, and
so is a group with BIND of the variable, which sees it only behind the patterns.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from registergraf.querytext.reading import Group, Token, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["fix"]

_ELSEWHERE = frozenset({"exists", "minus", "lateral", "construct"})
_CUT = frozenset({"limit", "offset"})


def fix(query: str, terms: Mapping[str, object]) -> str:
    """Give a query that says of variables, by name, which term each is; the query itself where it cannot be read.

    The terms are IRIs and literals, whose `str` is what stands for them in a query, as it is of pyoxigraph's.
    """
    root = read(query)
    if root is None:
        return query
    places = sorted(
        (group.start, f" VALUES ?{name} {{ {term} }}")
        for name, term in terms.items()
        for group in _in_scope(root, name)
        if _asks_for(group, name)
    )
    for start, values in reversed(places):
        query = query[:start] + values + query[start:]
    return query


def _in_scope(group: Group, name: str) -> Iterator[Group]:
    """The groups in which a variable of the query is the same variable."""
    yield group
    if group.parent is not None and _is_query(group) and not _hands_on(group, name):
        return
    for part in group.parts:
        if isinstance(part, Group) and part.keyword not in _ELSEWHERE:
            yield from _in_scope(part, name)


def _is_query(group: Group) -> bool:
    return any(isinstance(part, Token) and part.word == "select" for part in group.parts)


def _hands_on(group: Group, name: str) -> bool:
    """Whether a query within a query gives all solutions with the variable as it is."""
    head = [token for token, depth in _by_depth(group, before_groups=True) if depth == 0]
    projected = any(token.text == "*" or _is_variable(token, name) for token in head)
    return projected and not any(isinstance(part, Token) and part.word in _CUT for part in group.parts)


def _asks_for(group: Group, name: str) -> bool:
    """Whether a group has the variable in its own patterns, and in no BIND, which sees what stands before it."""
    if group.parent is None or _is_query(group):
        return False
    asked = bound = False
    for token, depth in _by_depth(group):
        bound = (bound and depth > 0) or token.word == "bind"
        if _is_variable(token, name):
            if bound:
                return False
            asked = asked or depth == 0
    return asked


def _by_depth(group: Group, *, before_groups: bool = False) -> Iterator[tuple[Token, int]]:
    """The tokens of a group, or those before the first group in it, each with the parentheses around it."""
    depth = 0
    parts = takewhile(lambda part: isinstance(part, Token), group.parts) if before_groups else group.parts
    for part in parts:
        if isinstance(part, Token):
            depth += (part.text == "(") - (part.text == ")")
            yield part, depth


def _is_variable(token: Token, name: str) -> bool:
    return token.kind == "variable" and token.text[1:] == name
