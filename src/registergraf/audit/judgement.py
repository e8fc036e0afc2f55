"""A whole audit: every rule judged, the periods of the rules and the waivers taken into account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from registergraf.audit.apart import Limits
from registergraf.audit.asking import StoreAsker
from registergraf.audit.engine import judge, judge_parts
from registergraf.audit.rows import parts_of
from registergraf.audit.waivers import Failure, Waiver, accepted, matched, read_waivers
from registergraf.graph.queries import select

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from pyoxigraph import Store

    from registergraf.audit.asking import Asker
    from registergraf.audit.documents import Documents
    from registergraf.audit.rules import Rules
    from registergraf.audit.verdicts import Verdict


@dataclass(frozen=True)
class Judgement:
    """What an audit of one day found."""

    day: str
    """The day of the view, as ISO 8601 writes it."""
    verdicts: Sequence[Verdict]
    waivers: Sequence[Waiver]

    @property
    def failures(self) -> frozenset[Failure]:
        """What breaks which rule."""
        return failures_of(self.verdicts)


def examine(  # noqa: PLR0913 - what `judge` takes
    store: Store,
    rules: Rules,
    documents: Documents,
    terms: Iterable[str],
    base: str,
    *,
    limits: Limits | None = None,
) -> Judgement:
    """Judge a dataset by the rules, as of the day of its view.

    Then the rules that read verdicts are judged, and failures that waivers accept are marked.
    """
    day, waivers, asker = day_of(store, base), read_waivers(store, base), StoreAsker(store, limits or Limits())
    verdicts = [in_period(v, day) for v in judge(store, at_first(rules), documents, terms, base, limits=limits)]
    verdicts += judge_later(store, rules, waivers, failures_of(verdicts), base, asker)
    accepting = accepted(waivers, day)
    marked = [replace(v, waiver=accepting.get((v.rule.id, v.focus), "")) if v.failed else v for v in verdicts]
    order = {rule.id: number for number, rule in enumerate(rules.rules)}
    return Judgement(day, sorted(marked, key=lambda v: order[v.rule.id]), waivers)


def at_first(rules: Rules) -> Rules:
    """The rules that do not read the verdicts of others."""
    return rules.only([rule.id for rule in rules.rules if not rule.reads_verdicts])


def judge_later(  # noqa: PLR0913, PLR0917 - the dataset, and what is known of it by now
    store: Store,
    rules: Rules,
    waivers: Sequence[Waiver],
    failures: Container[Failure],
    base: str,
    asker: Asker,
) -> list[Verdict]:
    """The verdicts by the rules that read those of the others; none where there is no waiver."""
    later = rules.only([rule.id for rule in rules.rules if rule.reads_verdicts])
    if not waivers or not later.rules:
        return []
    with matched(store, failures, waivers, base):
        return judge_parts(store, later, parts_of(later), base, asker)[0]


def failures_of(verdicts: Iterable[Verdict]) -> frozenset[Failure]:
    """What breaks which rule."""
    return frozenset((verdict.rule.id, verdict.focus) for verdict in verdicts if verdict.failed)


def day_of(store: Store, base: str) -> str:
    """The day of the view of a dataset, as ISO 8601 writes it."""
    return select(store, f"PREFIX rg: <{base}ns#> SELECT ?day WHERE {{ ?view rg:asOf ?day }}")[0]["day"].value


def in_period(verdict: Verdict, day: str) -> Verdict:
    """A verdict, not applicable where its rule does not apply to the view of the day.

    What the claims say is judged by the checks as of the dates of the documents.
    """
    if verdict.run != "view" or verdict.rule.applies_on(day):
        return verdict
    return replace(verdict, outcome="not-applicable", details=())
