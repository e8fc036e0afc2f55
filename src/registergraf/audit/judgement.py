"""A whole audit: every rule judged, the periods of the rules and the waivers taken into account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from registergraf.audit.engine import judge
from registergraf.audit.waivers import Waiver, accepted, matched, read_waivers
from registergraf.graph.queries import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Store

    from registergraf.audit.apart import Limits
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


def examine(  # noqa: PLR0913 - what `judge` takes
    store: Store,
    rules: Rules,
    documents: Documents,
    terms: Iterable[str],
    base: str,
    *,
    limits: Limits | None = None,
) -> Judgement:
    """Judge a dataset by the rules, as of the day of its view."""
    known = tuple(terms)
    plain = rules.only([rule.id for rule in rules.rules if not rule.reads_verdicts])
    verdicts = judge(store, plain, documents, known, base, limits=limits)
    return settle(store, rules, documents, known, base, verdicts)


def settle(  # noqa: PLR0913, PLR0917 - what `examine` takes, and the verdicts
    store: Store, rules: Rules, documents: Documents, terms: Iterable[str], base: str, verdicts: Iterable[Verdict]
) -> Judgement:
    """Turn the verdicts of the rules alone into those of an audit.

    A rule does not apply to the view of a day outside its period; what the claims say is judged by the checks as of the
    dates of the documents. Then the rules that read verdicts are judged, and failures that waivers accept are marked.
    """
    day = day_of(store, base)
    waivers = read_waivers(store, base)
    judged = [_in_period(verdict, day) for verdict in verdicts]
    later = rules.only([rule.id for rule in rules.rules if rule.reads_verdicts])
    if waivers and later.rules:
        with matched(store, judged, waivers, base):
            judged += judge(store, later, documents, terms, base)
    order = {rule.id: number for number, rule in enumerate(rules.rules)}
    return Judgement(day, sorted(accepted(judged, waivers, day), key=lambda v: order[v.rule.id]), waivers)


def day_of(store: Store, base: str) -> str:
    """The day of the view of a dataset, as ISO 8601 writes it."""
    return select(store, f"PREFIX rg: <{base}ns#> SELECT ?day WHERE {{ ?view rg:asOf ?day }}")[0]["day"].value


def _in_period(verdict: Verdict, day: str) -> Verdict:
    if verdict.run != "view" or verdict.rule.applies_on(day):
        return verdict
    return replace(verdict, outcome="not-applicable", details=())
