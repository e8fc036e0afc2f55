"""An assessment as text for people, as JSON, and as DQV (W3C's Data Quality Vocabulary)."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Triple

from registergraf.assessment.reach import attainable_mean, shortfalls, unexplained
from registergraf.catalogue import write
from registergraf.json_text import json_text
from registergraf.namespaces import PREFIXES, RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from registergraf.assessment.reach import Limit
    from registergraf.assessment.scores import Assessment, DatasetScore, Metric, Score, Value
    from registergraf.graph.queries import Term

TITLES = {"eu-mqa": "European score (data.europa.eu, MQA)", "fdk-mqa": "National score (data.norge.no)"}
METRIC_IRIS = {
    "eu-mqa": "https://piveau.eu/ns/voc#",
    "fdk-mqa": "https://data.norge.no/vocabulary/dcatno-mqa#",
}
"""The namespace of the metrics of each score, as its owner publishes its own measurements."""

BANDS = ((351, "excellent"), (221, "good"), (121, "sufficient"), (0, "bad"))
"""The European ratings and the points they begin at."""

DQV = "http://www.w3.org/ns/dqv#"
VERDICTS = ("member", "elsewhere", "unknown", "stranger", "not-a-code")
WHY = {"network": "not checked: needs the network", "never": "nothing reaches it"}
COMMON = 5
"""How many of the commonest breaches and strangers are told."""


def to_text(
    assessment: Assessment,
    place: str,
    files: Mapping[str, str],
    within: Sequence[Limit] = (),
    *,
    datasets: bool = False,
) -> str:
    """The assessment for people; with a line for each dataset where they are asked for.

    `within` are the limits of the catalogue where they are known, `files` the curated texts that tell them.
    """
    parts = [place]
    for score in assessment.scores:
        parts += [*_score_lines(score), *_limit_lines(score, within, files)]
        if datasets:
            parts += [f"  {d.points:4}  {name(d.dataset)}" for d in sorted(score.datasets, key=lambda d: d.points)]
    return "\n".join([*parts, *_value_lines(assessment.values)]) + "\n"


def to_json(assessment: Assessment, place: str, files: Mapping[str, str], within: Sequence[Limit] = ()) -> bytes:
    """The assessment for programs; `within` and `files` as `to_text`."""
    told = {
        "catalogue": place,
        "scores": {score.name: _score_json(score, within, files) for score in assessment.scores},
        "controlledValues": [
            {"class": v.class_, "property": v.property, "value": v.value, "verdict": v.verdict, "count": v.count}
            for v in assessment.values
        ],
    }
    return json_text(told)


def to_dqv(assessment: Assessment) -> bytes:
    """The measurements as Turtle: one for each metric that was checked, of each dataset, and the points of each."""
    triples = [t for score in assessment.scores for d in score.datasets for t in _measurements(score, d)]
    return write(
        triples,
        "turtle",
        {**PREFIXES, "dqv": DQV, "piveau": METRIC_IRIS["eu-mqa"], "dcatnomqa": METRIC_IRIS["fdk-mqa"]},
    )


def rating(score: Score) -> str:
    """The European rating; where something was not checked, the least it can be."""
    if score.name != "eu-mqa":
        return ""
    word = next(word for least, word in BANDS if round(score.mean) >= least)
    return word if not score.unchecked else f"{word} or better"


def name(term: Term) -> str:
    """A dataset as it is told: its IRI, or the label of a blank node."""
    return term.value if isinstance(term, NamedNode) else str(term)


def _score_lines(score: Score) -> Iterator[str]:
    count = len(score.datasets)
    yield ""
    yield f"{TITLES[score.name]}: {score.mean:.1f} of {score.checked} points checked, mean of {count} datasets"
    rated = f"; {rating(score)}" if rating(score) and count else ""
    yield f"  {score.total} points in all, {score.attainable} of them attainable, {score.checked} checked{rated}"
    for metric in score.metrics:
        told = f"{score.having(metric):6} of {count}" if score.is_checked(metric) else WHY[metric.needs]
        yield f"  {metric.dimension:17} {metric.points:3}  {metric.name:36} {told}"
    broken = Counter((b.property, b.rule) for found in score.conformance.breaches.values() for b in found)
    for (path, rule), times in broken.most_common(COMMON):
        yield f"  does not conform: {path} ({rule}), {times} times"


def _limit_lines(score: Score, within: Sequence[Limit], files: Mapping[str, str]) -> Iterator[str]:
    if not any(limit.score == score.name for limit in within):
        return
    yield f"  {attainable_mean(score, within):.1f} points are within reach of this catalogue"
    for short in shortfalls(score, within, files):
        points = f"{short.metric.points} points"
        yield f"  out of reach: {short.metric.name} ({points}), {short.datasets} datasets. {short.says['en']}"
    for dataset, metric in unexplained(score, within):
        yield f"  lacks what it could have: {metric}, {dataset}"


def limits_json(score: Score, within: Sequence[Limit], files: Mapping[str, str]) -> dict[str, Any]:
    """What of a score is within reach, and why not more; nothing where no limit of it is known."""
    if not any(limit.score == score.name for limit in within):
        return {}
    return {
        "withinReach": round(attainable_mean(score, within), 2),
        "outOfReach": [
            {"metric": s.metric.name, "points": s.metric.points, "datasets": s.datasets, "because": dict(s.says)}
            for s in shortfalls(score, within, files)
        ],
        "unexplained": [{"dataset": dataset, "metric": metric} for dataset, metric in unexplained(score, within)],
    }


def _value_lines(found: Iterable[Value]) -> Iterator[str]:
    by_property: dict[str, Counter[str]] = {}
    strangers: Counter[str] = Counter()
    for value in found:
        key = f"{_local(value.class_)} {_local(value.property)}"
        by_property.setdefault(key, Counter())[value.verdict] += value.count
        if value.verdict in {"stranger", "not-a-code"}:
            strangers[f"{key}: {value.value}"] += value.count
    yield ""
    yield "Controlled values (offline)"
    for key, verdicts in sorted(by_property.items()):
        yield f"  {key:34} " + ", ".join(f"{verdicts[v]} {v}" for v in VERDICTS if verdicts[v])
    for value_, times in strangers.most_common(COMMON):
        yield f"  in no list: {value_} ({times} times)"


def summary_json(score: Score, within: Sequence[Limit], files: Mapping[str, str]) -> dict[str, Any]:
    """A score of a catalogue as a whole: points, metrics and limits, without the single datasets."""
    return {
        "mean": round(score.mean, 2),
        "total": score.total,
        "attainable": score.attainable,
        "checked": score.checked,
        "rating": rating(score),
        "metrics": [
            {
                "metric": METRIC_IRIS[score.name] + m.name, "dimension": m.dimension, "points": m.points,
                "says": m.says, "checked": score.is_checked(m), "datasets": score.having(m),
            }
            for m in score.metrics
        ],
        **limits_json(score, within, files),
    }  # fmt: skip


def _score_json(score: Score, within: Sequence[Limit], files: Mapping[str, str]) -> dict[str, Any]:
    return {
        **summary_json(score, within, files),
        "datasets": [
            {
                "dataset": name(d.dataset),
                "distribution": name(d.distribution) if d.distribution else None,
                "points": d.points,
                "lacks": [m.name for m in score.metrics if score.is_checked(m) and m.name not in d.reached],
                "breaches": [
                    {"focus": b.focus, "property": b.property, "rule": b.rule}
                    for b in score.conformance.breaches.get(d.dataset, ())
                ],
            }
            for d in score.datasets
        ],
    }


def _measurements(score: Score, scored: DatasetScore) -> Iterator[Triple]:
    for metric in score.metrics:
        if score.is_checked(metric):
            yield from _measurement(score, scored, metric)
    yield from _triples(score.name, "scoring", scored.dataset, str(scored.points), "integer")


def _measurement(score: Score, scored: DatasetScore, metric: Metric) -> Iterator[Triple]:
    on = scored.distribution if metric.on == "distribution" and scored.distribution else scored.dataset
    reached = "true" if metric.name in scored.reached else "false"
    yield from _triples(score.name, metric.name, on, reached, "boolean")


def _triples(score: str, metric: str, on: Term, value: str, datatype: str) -> Iterator[Triple]:
    measured = NamedNode(METRIC_IRIS[score] + metric)
    node = NamedNode(uuid.uuid5(uuid.NAMESPACE_URL, f"{measured.value} {on}").urn)
    yield Triple(node, NamedNode(RDF_TYPE), NamedNode(DQV + "QualityMeasurement"))
    yield Triple(node, NamedNode(DQV + "computedOn"), on)
    yield Triple(node, NamedNode(DQV + "isMeasurementOf"), measured)
    yield Triple(node, NamedNode(DQV + "value"), Literal(value, datatype=NamedNode(PREFIXES["xsd"] + datatype)))


def _local(iri: str) -> str:
    return iri.replace("/", "#").rpartition("#")[2]
