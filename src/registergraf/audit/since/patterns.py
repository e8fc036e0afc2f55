"""What a query reads, and how each thing that it reads leads back to what it is about.

An occurrence is one triple pattern of a query, wherever it stands, with the patterns that any row which uses it must
satisfy too. What a row does not depend on by necessity (filters, optional parts beside it, what is taken away) is left
out, so that following an occurrence back gives too many things rather than too few.
"""

from __future__ import annotations

from typing import NamedTuple


class Pattern(NamedTuple):
    """One triple pattern, or a clause of values, as SPARQL writes it."""

    subject: str
    predicate: str
    """A term, a variable, or a path; empty for a clause, of values or an optional one, which stands in `subject`."""
    object: str
    graph: str
    """Empty for the default graph."""
    steps: tuple[str, ...] = ()
    """The properties of a path, each with ^ before it where it is followed backwards; empty where it is no path."""

    @property
    def is_optional(self) -> bool:
        """Whether a row need not satisfy it, and it only leads on."""
        return self.subject.startswith("OPTIONAL")

    @property
    def text(self) -> str:
        """As a query writes it."""
        if not self.predicate:
            return self.subject
        triple = f"{self.subject} {self.predicate} {self.object} ."
        return f"GRAPH {self.graph} {{ {triple} }}" if self.graph else triple


class Occurrence(NamedTuple):
    """A pattern of a query, and what any row that uses it must satisfy."""

    pattern: Pattern
    beside: tuple[Pattern, ...]
    names: tuple[str, ...]
    """The variables that may be what the row is about: one of them is, where it is bound."""
