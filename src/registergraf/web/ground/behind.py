"""The queries behind a page: each one that a view asks is remembered, and told with what it was asked about filled in.

``?show=sparql`` on any page shows them instead of the page, so that whatever a page says can be asked again by anyone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from flask import g, has_request_context
from pyoxigraph import Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from registergraf.graph.queries import Term

T = TypeVar("T")

SHOW = "show"
SPARQL = "sparql"
BODY = re.compile(r"\bWHERE\s*\{")


@dataclass(frozen=True)
class Asked:
    """One query that a page asked, and what it was asked about."""

    name: str
    text: str
    bindings: Mapping[str, Term | str]

    @property
    def standalone(self) -> str:
        """The query with its bindings written out, as any SPARQL 1.1 service takes it."""
        start = BODY.search(self.text)
        if start is None:
            return self.text
        head, body = self.text[: start.start()], self.text[start.start() :]
        body, modifiers = body[: body.rindex("}")], body[body.rindex("}") :]
        for name, value in self.bindings.items():
            term = str(Literal(value) if isinstance(value, str) else value).replace("\\", r"\\")
            body = re.sub(rf"\?{name}\b", term, body)
            modifiers = re.sub(rf"\?{name}\b", f"({term})", modifiers)
            head = re.sub(rf" \?{name}\b", "", head)
        return head + body + modifiers


def remember(asked: Asked) -> None:
    """Keep a query for the page of the current request, once; outside a request nothing is kept."""
    if has_request_context() and asked not in asked_here():
        g.asked.append(asked)


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
