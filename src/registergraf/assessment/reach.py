"""What our own catalogue can have of a score: the maximum it is held to.

A limit is a metric that one dataset lacks for a reason that ``queries/quality/out-of-reach.rq`` finds in the graph,
such as a silence of the documents; ``data/quality/reasons.tsv`` tells it. What no limit explains is a fault of the
catalogue.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from registergraf.assessment.tables import rows
from registergraf.graph import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Store

    from registergraf.assessment.scores import DatasetScore, Metric, Score

QUERY = "queries/quality/out-of-reach.rq"
LANGUAGES = ("nb", "nn", "en")


@dataclass(frozen=True, order=True)
class Limit:
    """A metric that a dataset cannot have."""

    score: str
    dataset: str
    metric: str
    reason: str
    """A row of ``data/quality/reasons.tsv``."""


@dataclass(frozen=True)
class Shortfall:
    """A metric that several datasets cannot have for one reason."""

    metric: Metric
    reason: str
    datasets: int
    says: Mapping[str, str]
    """The reason in each language."""


def limits(view: Store, files: Mapping[str, str], profile: str) -> tuple[Limit, ...]:
    """The limits of a view of the catalogue; the store's default graph is the view of a day."""
    found = select(view, files[QUERY])
    return tuple(
        sorted(
            Limit(row["score"].value, row["dataset"].value, row["metric"].value, row["reason"].value)
            for row in found
            if row["profile"].value == profile
        )
    )


def attainable_mean(score: Score, within: Iterable[Limit]) -> float:
    """The mean of the datasets' points if each had every metric that was checked and that no limit keeps from it."""
    kept_from = {(limit.dataset, limit.metric) for limit in within if limit.score == score.name}
    sums = [
        sum(m.points for m in score.metrics if score.is_checked(m) and (_iri(dataset), m.name) not in kept_from)
        for dataset in score.datasets
    ]
    return fmean(sums) if sums else 0.0


def unexplained(score: Score, within: Iterable[Limit]) -> list[tuple[str, str]]:
    """Each dataset with a metric that it lacks although no limit keeps it from it."""
    kept_from = {(limit.dataset, limit.metric) for limit in within if limit.score == score.name}
    return sorted(lack for lack in lacks(score) if lack not in kept_from)


def lacks(score: Score) -> Iterator[tuple[str, str]]:
    """Each dataset with a metric that was checked and that it does not have."""
    for dataset in score.datasets:
        for metric in score.metrics:
            if score.is_checked(metric) and metric.name not in dataset.reached:
                yield _iri(dataset), metric.name


def shortfalls(score: Score, within: Sequence[Limit], files: Mapping[str, str]) -> list[Shortfall]:
    """The limits of a score, added up by metric and reason; a dataset with two reasons counts at both."""
    says = {row["reason"]: {lang: row[lang] for lang in LANGUAGES} for row in rows(files, "data/quality/reasons.tsv")}
    metrics = {metric.name: metric for metric in score.metrics}
    counted = Counter((limit.metric, limit.reason) for limit in within if limit.score == score.name)
    return [
        Shortfall(metrics[metric], reason, count, says[reason]) for (metric, reason), count in sorted(counted.items())
    ]


def _iri(scored: DatasetScore) -> str:
    return scored.dataset.value
