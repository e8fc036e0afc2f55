"""The tokens and groups of a query, as far as a text has to be understood to be exchanged for another.

It is no parser: what is read so may still be no SPARQL, and who exchanges something has to know every token of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from registergraf.querytext.tokens import COMMENT, IRI, STRING

__all__ = ["NEUTRAL", "Group", "Token", "read"]

NEUTRAL = "FILTER(true)"
"""What may stand in the place of a part of a group that is taken out, whatever is beside it."""

_TOKENS = re.compile(
    rf"""
      (?P<gap> \s++ | {COMMENT} )
    | (?P<text> {STRING} )
    | (?P<iri> {IRI} )
    | (?P<variable> [?$]\w++ )
    | (?P<tag> @[a-zA-Z]++(?:-[a-zA-Z0-9]++)*+ )
    | (?P<blank> _:[\w.-]*+ )
    | (?P<number> [+-]?(?:\d*\.\d++|\d++)(?:[eE][+-]?\d++)? )
    | (?P<name> (?:[^\W\d_][\w-]*+)?+:(?:[\w:-]|\.(?=[\w:-]))*+ )
    | (?P<word> [^\W\d]\w*+ )
    | (?P<mark> \^\^ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_DOUBTFUL_IRI = re.compile(r"[()]|&&|\\")  # may be two comparisons


class Token(NamedTuple):
    """A token with its place: of a `kind` that the pattern above names, or a word or mark of the grammar."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """A word in lower case, "" for anything else."""
        return self.text.lower() if self.kind == "word" else ""


@dataclass
class Group:
    """What stands between braces: tokens, and groups."""

    start: int
    before: tuple[str, ...]
    """The two words before the brace."""
    parent: Group | None
    parts: list[Token | Group] = field(default_factory=list)
    end: int = -1

    @property
    def keyword(self) -> str:
        """The word right before the brace, "" where there is none."""
        return self.before[-1] if self.before else ""


def read(query: str) -> Group | None:
    """Read the groups of a query; None where a token or a brace is not what it seems."""
    root = group = Group(0, (), None)
    words: tuple[str, ...] = ()
    for found in _TOKENS.finditer(query):
        if found.lastgroup == "gap":
            continue
        token = Token(str(found.lastgroup), found[0], found.start(), found.end())
        if token.kind == "iri" and _DOUBTFUL_IRI.search(token.text):
            return None
        if token.text == "{":
            inner = Group(token.end, words, group)
            group.parts.append(inner)
            group, words = inner, ()
        elif token.text == "}":
            if group.parent is None:
                return None
            group.end = token.start
            group, words = group.parent, ()
        else:
            group.parts.append(token)
            words = (*words[-1:], token.word)
    return root if group is root else None
