"""Running the queries of shapes: over a store, or over any SPARQL 1.1 service, with the same results."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from pyoxigraph import Literal, NamedNode

from registergraf.audit.compiled.messages import filled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registergraf.audit.compiled.compiling import Check
    from registergraf.graph.queries import Row, Term


class Ask(Protocol):
    """Whatever answers a SELECT."""

    def __call__(self, query: str) -> Iterable[Row]:
        """The rows, each a mapping of the variables that are bound."""


class Result(NamedTuple):
    """One validation result (SHACL 1.0, section 3.6.2)."""

    root: Term
    """The shape whose target was judged."""
    thing: Term
    """The target."""
    focus: Term
    """The target, or the node on the way from it that the property shape stands at."""
    path: str
    """The path in SPARQL's syntax; empty where there is none."""
    value: Term | None
    component: NamedNode
    shape: Term
    severity: NamedNode
    messages: tuple[Literal, ...] = ()


def results(check: Check, ask: Ask) -> Iterator[Result]:
    """What a check finds."""
    for row in ask(check.query):
        yield _result(check, row)


def _result(check: Check, row: Row) -> Result:
    path = check.path.text if check.path is not None else ""
    if "path" in row and isinstance(row["path"], NamedNode):
        path = str(row["path"])
    value = row.get("value")
    if value is None and check.constraint is not None and check.path is None:
        value = row["this"]
    said = (*((row["message"],) if isinstance(row.get("message"), Literal) else check.messages),)
    messages = tuple(filled(message, row) for message in said if isinstance(message, Literal))
    return Result(
        check.root,
        row.get("target", row["this"]),
        row["this"],
        path,
        value,
        check.component,
        check.shape,
        check.severity,
        messages,
    )
