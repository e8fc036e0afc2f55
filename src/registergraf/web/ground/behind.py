"""The queries behind a page: each one that a view asks is remembered, and told with what it was asked about filled in.

``?show=sparql`` on any page shows them instead of the page, so that whatever a page says can be asked again by anyone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeVar

from flask import g, has_request_context
from pyoxigraph import Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from registergraf.graph.queries import Term

T = TypeVar("T")

SHOW = "show"
SPARQL = "sparql"
HEAD = re.compile(r"\bSELECT\b[^{]*\bWHERE\s*\{")
FORMS = 512
"""Queries that are kept with blanks in place of some variables; more than there are."""


@dataclass(frozen=True)
class Asked:
    """One query that a page asked, what it was asked about, and the terms of its empty VALUES."""

    name: str
    text: str
    bindings: Mapping[str, Term | str]
    values: Mapping[str, Sequence[Term]] = field(default_factory=dict)

    @property
    def standalone(self) -> str:
        """The query with all that written out, as any SPARQL 1.1 service takes it."""
        text = _with_blanks(self.text, tuple(self.bindings))
        for name, terms in self.values.items():
            text = text.replace(f"VALUES ?{name} {{ }}", f"VALUES ?{name} {{ {' '.join(map(str, terms))} }}", 1)
        # Last, since a term may be a visitor's words; none has a blank in it, for NUL is written as an escape.
        for name, value in self.bindings.items():
            text = text.replace(_blank(name), str(Literal(value) if isinstance(value, str) else value))
        return text


@lru_cache(maxsize=FORMS)
def _with_blanks(text: str, names: Sequence[str]) -> str:
    """A query with a blank wherever the term of a variable has to stand; it no longer answers with that variable."""
    end = text.rindex("}")
    body, modifiers = text[:end], text[end:]
    for name in names:
        variable = rf"\?{name}\b"
        body = re.sub(variable, _blank(name), HEAD.sub(partial(_without, f" {variable}"), body))
        modifiers = re.sub(variable, f"({_blank(name)})", modifiers)
    return body + modifiers


def _without(variable: str, head: re.Match[str]) -> str:
    return re.sub(variable, "", head[0])


def _blank(name: str) -> str:
    return f"\0{name}\0"


def remember(asked: Asked) -> None:
    """Keep a query for the page of the current request, once; outside a request nothing is kept."""
    if has_request_context() and asked not in (here := asked_here()):
        here.append(asked)


def recording(make: Callable[[], T]) -> tuple[T, list[Asked]]:
    """What `make` makes, and the queries that it asked, for those who are given it again later."""
    before = len(asked_here()) if has_request_context() else 0
    made = make()
    return made, asked_here()[before:] if has_request_context() else []


def asked_here() -> list[Asked]:
    """The queries that the current request has asked so far."""
    if "asked" not in g:
        g.asked = []
    given: list[Asked] = g.asked
    return given
