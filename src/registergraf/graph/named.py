"""Named queries: one file each, with a header that says what it asks, what it takes and what it answers with.

The header is comment lines, ``# key: value``: `title-nb`, `title-nn`, `title-en`, `question`, `columns`, and a line
``# parameter: name type: what it is`` for each parameter. A parameter fixes a variable that the query projects.
A column is the variable of the same name, written with hyphens instead of underscores.
"""

from __future__ import annotations

import datetime
import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from pyoxigraph import Literal, NamedNode

from registergraf.errors import UnknownNameError, UsageError
from registergraf.graph.queries import date_literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registergraf.graph.queries import Term

HEADER = re.compile(r"^# ([a-z-]+): (.*)$")
PARAMETER = re.compile(r"^([a-z_]+) (text|date|integer|iri): (.*)$")
XSD_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")


@dataclass(frozen=True)
class Parameter:
    """One parameter of a named query."""

    name: str
    type: str
    help: str

    def read(self, text: str) -> Term:
        """The value as a term; raises `UsageError` when it is not of the parameter's type."""
        try:
            match self.type:
                case "date":
                    return date_literal(datetime.date.fromisoformat(text))
                case "integer":
                    return Literal(str(int(text)), datatype=XSD_INTEGER)
                case "iri":
                    return NamedNode(text)
                case _:
                    return Literal(text)
        except ValueError as error:
            raise UsageError(f"parameter {self.name} is '{text}', which is not {self.type}") from error


@dataclass(frozen=True)
class NamedQuery:
    """A query of the public interface."""

    name: str
    text: str = field(repr=False)
    titles: Mapping[str, str]
    question: str
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]

    @classmethod
    def read(cls, name: str, text: str) -> Self:
        """Read a query file with its header."""
        lines = [match.groups() for line in text.split("\n") if (match := HEADER.match(line))]
        header = {key: value for key, value in lines if key != "parameter"}
        parameters = tuple(
            Parameter(*match.groups())
            for key, value in lines
            if key == "parameter" and (match := PARAMETER.match(value))
        )
        titles = {key.removeprefix("title-"): value for key, value in header.items() if key.startswith("title-")}
        columns = tuple(filter(None, (column.strip() for column in header.get("columns", "").split(","))))
        return cls(name, text, titles, header.get("question", ""), parameters, columns)

    def bind(self, given: Mapping[str, str]) -> dict[str, Term]:
        """The terms of the given parameters; raises `UnknownNameError` or `UsageError`."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise UnknownNameError(
                    f"parameter of {self.name}", name, difflib.get_close_matches(name, known) or sorted(known)
                )
        return {name: known[name].read(text) for name, text in given.items()}


def named_queries(queries: Mapping[str, str]) -> dict[str, NamedQuery]:
    """The public queries, by name: the files that stand directly in `queries/`."""
    return {
        path.removesuffix(".rq"): NamedQuery.read(path.removesuffix(".rq"), text)
        for path, text in sorted(queries.items())
        if "/" not in path
    }


def find_query(queries: Mapping[str, str], name: str) -> NamedQuery:
    """The named query; raises `UnknownNameError` with the nearest names."""
    named = named_queries(queries)
    if name not in named:
        raise UnknownNameError(
            "query", name, difflib.get_close_matches(name, named, n=3, cutoff=0.4) or sorted(named)[:3]
        )
    return named[name]
