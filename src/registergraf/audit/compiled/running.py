"""From the rows that answer the query of a check to validation results."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode

from registergraf.audit.compiled.messages import filled
from registergraf.audit.compiled.written import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registergraf.audit.compiled.compiling import Check
    from registergraf.graph.queries import Row, Term


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
    parameter: str = ""
    """What the constraint asks for, as SPARQL writes it; empty where it is another shape without a name."""
    query: str = ""
    """The query that found it, over all targets; empty where the reference did."""


def results(check: Check, rows: Iterable[Row]) -> Iterator[Result]:
    """What the rows that answer a check say."""
    return (_result(check, row) for row in rows)


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
        written(row.get("target", row["this"])),
        written(row["this"]),
        path,
        None if value is None else written(value),
        check.component,
        check.shape,
        check.severity,
        messages,
        check.parameter,
        check.shown or check.query,
    )
