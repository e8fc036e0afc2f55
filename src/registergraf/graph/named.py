"""Named queries: one file each, with a header that says what it asks, what it takes and what it answers with.

The header is comment lines, ``# key: value``: `title-nb`, `title-nn`, `title-en`, `question-nb`, `question-nn`,
`question-en`, `columns`, and for each parameter a line ``# parameter: name type`` with its help in lines like
``# parameter-nb: name: what it is``. The type `code` has its values behind it, ``# parameter: name code: one, other``.
A parameter fixes a variable that the query projects. A column is the variable of the same name, written with hyphens
instead of underscores.
"""

from __future__ import annotations

import datetime
import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from pyoxigraph import Literal, NamedNode

from registergraf.errors import ParameterError, UnknownNameError
from registergraf.graph.queries import date_literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from registergraf.graph.queries import Term

HEADER = re.compile(r"^# ([a-z-]+): (.*)$")
PARAMETER = re.compile(r"^([a-z_]+) (text|date|integer|iri|code)(?:: (.*))?$")
HELP = re.compile(r"^([a-z_]+): (.*)$")
XSD_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
CHOICE = "parameter {name} is '{value}', which is none of {choices}"
UNKNOWN = "the query {query} has no parameter {name}; it has {known}"
EXAMPLES = {
    "date": "parameter {name} is '{value}', which is not a day like 2022-06-01",
    "integer": "parameter {name} is '{value}', which is not a whole number",
    "iri": "parameter {name} is '{value}', which is not an absolute IRI",
}
"""What is told of a value that a parameter does not take, by the type; in other languages by the same names."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a named query; `helps` say what it is, by language, and `choices` are the values of a code."""

    name: str
    type: str
    helps: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> Term:
        """The value as a term; raises `ParameterError` when it is not of the parameter's type."""
        try:
            match self.type:
                case "date":
                    return date_literal(datetime.date.fromisoformat(text))
                case "integer":
                    return Literal(str(int(text)), datatype=XSD_INTEGER)
                case "iri":
                    return NamedNode(text)
                case "code" if text not in self.choices:
                    near = difflib.get_close_matches(text, self.choices, n=1) or self.choices
                    raise ParameterError("choice", CHOICE, name=self.name, value=text, choices=", ".join(near))
                case _:
                    return Literal(text)
        except ValueError as error:
            raise ParameterError(self.type, EXAMPLES[self.type], name=self.name, value=text) from error


@dataclass(frozen=True)
class NamedQuery:
    """A query of the public interface, with its titles and questions by language."""

    name: str
    text: str = field(repr=False)
    titles: Mapping[str, str]
    questions: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]

    @classmethod
    def read(cls, name: str, text: str) -> Self:
        """Read a query file with its header."""
        lines = [match.groups() for line in text.split("\n") if (match := HEADER.match(line))]
        columns = next((value for key, value in lines if key == "columns"), "")
        return cls(
            name,
            text,
            _by_language(lines, "title"),
            _by_language(lines, "question"),
            tuple(
                Parameter(match[1], match[2], _helps(lines, match[1]), _listed(match[3] or ""))
                for key, value in lines
                if key == "parameter" and (match := PARAMETER.match(value))
            ),
            _listed(columns),
        )

    def bind(self, given: Mapping[str, str]) -> dict[str, Term]:
        """The terms of the given parameters; raises `ParameterError`."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(name, known) or sorted(known) or ["–"]
                raise ParameterError("unknown", UNKNOWN, query=self.name, name=name, known=", ".join(near))
        return {name: known[name].read(text) for name, text in given.items()}


def _by_language(lines: Iterable[tuple[str, ...]], key: str) -> dict[str, str]:
    return {one.removeprefix(f"{key}-"): value for one, value in lines if one.startswith(f"{key}-")}


def _helps(lines: Sequence[tuple[str, ...]], name: str) -> dict[str, str]:
    told = [(key, match) for key, value in lines if (match := HELP.match(value))]
    return {
        key.removeprefix("parameter-"): match[2]
        for key, match in told
        if key.startswith("parameter-") and match[1] == name
    }


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(","))))


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
