"""What the checks and shapes of all rules give, asked together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import NamedNode

from registergraf.audit.apart import Lost
from registergraf.audit.compiled import plan
from registergraf.audit.shacl import read_shapes, shape_rows
from registergraf.errors import ShapesError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from registergraf.audit.asking import Asker
    from registergraf.audit.compiled import Plan, Shapes
    from registergraf.audit.rules import Rule, Rules
    from registergraf.graph.queries import Row


Key = tuple[str, str]
"""A rule's id and a run."""


class Seen(NamedTuple):
    """What one rule gives in one run."""

    rule: Rule
    run: str
    """"view" or "claims"."""
    rows: list[Row]
    lost: tuple[Lost, ...] = ()
    """Why it could not be judged, or not in full."""


class Part(NamedTuple):
    """A check or a shape of a rule, and the queries it asks."""

    rule: Rule
    run: str
    queries: tuple[str, ...]
    plan: Plan | None = None
    lost: Lost | None = None

    @property
    def key(self) -> Key:
        """The rule and the run."""
        return self.rule.id, self.run

    @property
    def has_queries(self) -> bool:
        """Whether queries say all that it asks."""
        return self.lost is None and (self.plan is None or not self.plan.reason)

    def near(self, things: Iterable[str], shapes: Shapes, restrict: Callable[[str, Iterable[str]], str]) -> Part:
        """The same about some things only, by their IRIs; `restrict` does it to a query of a check."""
        listed = sorted(things)
        if self.plan is None:
            return self._replace(queries=tuple(restrict(query, listed) for query in self.queries))
        planned = plan(shapes, NamedNode(self.rule.iri), map(NamedNode, listed))
        return self._replace(queries=planned.queries, plan=planned)


def parts_of(rules: Rules) -> list[Part]:
    """The checks and shapes of rules, in the order of rule and run."""
    shapes = read_shapes(rules)
    parts = []
    for rule in rules.rules:
        parts += [Part(rule, run, (text,)) for run, text in rule.checks.items()]
        if rule.has_shape:
            try:
                planned = plan(shapes, NamedNode(rule.iri))
                parts.append(Part(rule, "view", planned.queries, planned))
            except ShapesError as error:
                parts.append(Part(rule, "view", (), lost=Lost("error", str(error))))
    return sorted(parts, key=lambda part: (part.rule.id, part.run != "view"))


def rows_of(parts: Sequence[Part], asker: Asker) -> list[Seen]:
    """The rows of every rule and run of some parts, in their order."""
    answers = iter(asker.ask_all([query for part in parts for query in part.queries]))
    seen: dict[Key, Seen] = {}
    for part in parts:
        before = seen.get(part.key, Seen(part.rule, part.run, []))
        seen[part.key] = _with(before, part, [next(answers) for _ in part.queries])
    return list(seen.values())


def _with(seen: Seen, part: Part, answers: Sequence[list[Row] | Lost]) -> Seen:
    lost = [answer for answer in (part.lost, *answers) if isinstance(answer, Lost)]
    if part.plan is not None and part.plan.reason:
        lost.append(Lost("error", f"the shape has no query: {part.plan.reason}"))
    if lost:
        return seen._replace(lost=(*seen.lost, *lost))
    whole = [answer for answer in answers if not isinstance(answer, Lost)]
    rows = whole[0] if part.plan is None else shape_rows(part.plan.concluded(whole))
    return seen._replace(rows=[*seen.rows, *rows])
