"""Everything that can go wrong, as one tree; the exit code of the command line stands on the class.

RegistergrafError                3   could not be read or checked
├── UsageError                   2   the call is wrong
│   ├── ParameterError           2   a named query is asked with a parameter that it has not, or a value that is none
│   └── UnknownNameError         2   a name that does not exist, with the nearest ones
├── ContentError                 1   curated files that were read and found wanting
│   └── MalformedError           3   curated files that cannot be read
├── DocumentError                3   an RDF document of others that cannot be fetched or read
├── ShapesError                  3   shapes that are not SHACL
│   └── NotCompilableError       3   SHACL that has no query (used inside only)
├── ReleaseError                 3   no release, or one that cannot be read or written
│   └── IntegrityError           4   a release whose files differ from its manifest
└── QueryError                   3   a query that was not answered
    ├── QuerySyntaxError         3   not SPARQL, with line and column
    ├── QueryRefusedError        3   SPARQL that this service does not do
    ├── QueryLimitError          3   a limit was reached
    └── EndpointError            3   a remote service did not answer
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "ContentError",
    "DocumentError",
    "EndpointError",
    "IntegrityError",
    "MalformedError",
    "NotCompilableError",
    "ParameterError",
    "Problem",
    "QueryError",
    "QueryLimitError",
    "QueryRefusedError",
    "QuerySyntaxError",
    "RegistergrafError",
    "ReleaseError",
    "Sentence",
    "ShapesError",
    "UnknownNameError",
    "UsageError",
]


_SHOWN = 100
_BEFORE = 60
"""Characters of a line that are shown, and of them before the place."""


class RegistergrafError(Exception):
    """Root of the tree; its text is one sentence a user can act on."""

    exit_code = 3


class UsageError(RegistergrafError):
    """The call itself is wrong."""

    exit_code = 2


class ParameterError(UsageError):
    """A named query is asked with a parameter that it has not, or with a value that the parameter does not take.

    `key` names the sentence, which is told in English, and `values` are what it takes to say it in another language.
    """

    def __init__(self, key: str, english: str, **values: str) -> None:
        self.key = key
        self.values = values
        super().__init__(english.format(**values))


class UnknownNameError(UsageError):
    """A name that does not exist, told with the nearest names that do."""

    def __init__(self, kind: str, name: str, nearest: Sequence[str]) -> None:
        self.name = name
        self.nearest = tuple(nearest)
        hint = f"; did you mean {' or '.join(nearest)}?" if nearest else ""
        super().__init__(f"there is no {kind} called '{name}'{hint}")


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a curated file: where, what, and what would be right."""

    file: str
    line: int
    text: str
    column: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")
        return f"{place}: {self.text}"


class ContentError(RegistergrafError):
    """Curated files that were read and found wanting; carries every problem found."""

    exit_code = 1

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class MalformedError(ContentError):
    """Curated files that cannot be read: not UTF-8, not Turtle, TriG or SPARQL."""

    exit_code = 3


class DocumentError(RegistergrafError):
    """An RDF document of others that cannot be fetched or read."""


class ShapesError(RegistergrafError):
    """Shapes that are not well-formed SHACL."""


class NotCompilableError(ShapesError):
    """Well-formed SHACL that no SPARQL query says; the reference implementation judges it instead."""


class ReleaseError(RegistergrafError):
    """There is no release, or it cannot be read or written."""


class IntegrityError(ReleaseError):
    """A release whose files are not the ones its manifest names."""

    exit_code = 4


class QueryError(RegistergrafError):
    """A query that was not answered."""


class Sentence(NamedTuple):
    """A sentence in English, with what it takes to say it in another language."""

    english: str
    key: str = ""
    values: Mapping[str, str] | None = None


class QuerySyntaxError(QueryError):
    """Text that is not SPARQL; `line` and `column` count from 1 (0 where the parser gives none).

    `source` is that line, and `guesses` say what may have been meant.
    """

    def __init__(
        self, fault: Sentence | str, line: int = 0, column: int = 0, source: str = "", guesses: Iterable[Sentence] = ()
    ) -> None:
        self.fault = Sentence(fault) if isinstance(fault, str) else Sentence(*fault)
        self.line = line
        self.column = column
        self.source = source
        self.guesses = tuple(Sentence(*guess) for guess in guesses)
        self.message = "; ".join(sentence.english for sentence in (self.fault, *self.guesses))
        where = f"line {line}, column {column}: " if line else ""
        super().__init__(f"{where}{self.message}")

    @property
    def excerpt(self) -> str:
        """The line, cut to what a screen has, and below it a caret at the column; "" where there is no place."""
        if not self.line:
            return ""
        first = max(0, self.column - 1 - _BEFORE)
        shown = self.source[first : first + _SHOWN].rstrip()
        under = "".join("\t" if character == "\t" else " " for character in self.source[first : self.column - 1])
        return f"{shown}\n{under}^"


class QueryRefusedError(QueryError):
    """SPARQL that this service does not do: SERVICE, LOAD, updates."""


class QueryLimitError(QueryError):
    """A limit was reached; `limit` is the name of the setting."""

    def __init__(self, limit: str, message: str) -> None:
        self.limit = limit
        super().__init__(message)


class CalledOffError(QueryError):
    """Nobody waits for the answer any more."""

    def __init__(self) -> None:
        super().__init__("the client left before the answer was there")


class EndpointError(QueryError):
    """A remote SPARQL service could not be asked or answered with an error."""
