"""What the checks and shapes of all rules give, asked together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import NamedNode

from registergraf.audit.apart import Lost
from registergraf.audit.compiled import plan
from registergraf.audit.restricting import restricted
from registergraf.audit.shacl import read_shapes, shape_rows
from registergraf.errors import ShapesError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from registergraf.audit.asking import Asker
    from registergraf.audit.compiled import Plan
    from registergraf.audit.rules import Rule, Rules
    from registergraf.graph.queries import Row


class Seen(NamedTuple):
    """What one rule gives in one run."""

    rule: Rule
    run: str
    """"view" or "claims"."""
    rows: list[Row]
    lost: tuple[Lost, ...] = ()
    """Why it could not be judged, or not in full."""


class _Part(NamedTuple):
    """A check or a shape of a rule, and how many queries it asks."""

    rule: Rule
    run: str
    queries: tuple[str, ...]
    plan: Plan | None = None
    lost: Lost | None = None


def rows_of(
    rules: Rules,
    asker: Asker,
    *,
    near: Mapping[tuple[str, str], set[str] | None] | None = None,
    restrict: Callable[[str, Iterable[str]], str] = restricted,
) -> list[Seen]:
    """The rows of every rule and run that has a check or a shape, in the order of the rules.

    `near` gives, by rule and run, the things that rows are wanted for, None for all; `restrict` a check for them.
    """
    parts = _parts(rules) if near is None else list(_near(rules, near, restrict))
    answers = iter(asker.ask_all([query for part in parts for query in part.queries]))
    seen: dict[tuple[str, str], Seen] = {}
    for part in parts:
        before = seen.get((part.rule.id, part.run), Seen(part.rule, part.run, []))
        seen[part.rule.id, part.run] = _with(before, part, [next(answers) for _ in part.queries])
    return list(seen.values())


def _parts(rules: Rules) -> list[_Part]:
    shapes = read_shapes(rules)
    parts = []
    for rule in rules.rules:
        parts += [_Part(rule, run, (text,)) for run, text in rule.checks.items()]
        if rule.has_shape:
            try:
                planned = plan(shapes, NamedNode(rule.iri))
                parts.append(_Part(rule, "view", planned.queries, planned))
            except ShapesError as error:
                parts.append(_Part(rule, "view", (), lost=Lost("error", str(error))))
    return sorted(parts, key=lambda part: (part.rule.id, part.run != "view"))


def _near(
    rules: Rules, near: Mapping[tuple[str, str], set[str] | None], restrict: Callable[[str, Iterable[str]], str]
) -> Iterator[_Part]:
    """The parts as far as they are about some things."""
    shapes = read_shapes(rules)
    for part in _parts(rules):
        things = near.get((part.rule.id, part.run))
        if things is None:
            yield part
        elif things and part.plan is None:
            yield part._replace(queries=tuple(restrict(query, things) for query in part.queries))
        elif things:
            planned = plan(shapes, NamedNode(part.rule.iri), [NamedNode(thing) for thing in sorted(things)])
            yield part._replace(queries=planned.queries, plan=planned)


def _with(seen: Seen, part: _Part, answers: Sequence[list[Row] | Lost]) -> Seen:
    lost = [answer for answer in (part.lost, *answers) if isinstance(answer, Lost)]
    if part.plan is not None and part.plan.reason:
        lost.append(Lost("error", f"the shape has no query: {part.plan.reason}"))
    if lost:
        return seen._replace(lost=(*seen.lost, *lost))
    whole = [answer for answer in answers if not isinstance(answer, Lost)]
    rows = whole[0] if part.plan is None else shape_rows(part.plan.concluded(whole))
    return seen._replace(rows=[*seen.rows, *rows])
