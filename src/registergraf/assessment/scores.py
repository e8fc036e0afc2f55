"""The quality scores of a catalogue, for each dataset and as a whole.

The European score is that of data.europa.eu (MQA, 405 points), the national one that of data.norge.no (435 points).
A dataset counts with its best distribution, and of a metric that both can have, the larger counts, as
fdk-mqa-scoring-service does it. A catalogue's score is the mean of its datasets'.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from registergraf.assessment.conformance import PROFILES, Conformance, by_table
from registergraf.assessment.slices import Node, Slices
from registergraf.assessment.tables import code_lists, controlled, expand, kept, rows
from registergraf.graph import select
from registergraf.namespaces import PREFIXES, graph

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pyoxigraph import Triple

    from registergraf.graph.queries import Term

NEEDS = {"answers": "network", "never": "never"}
"""What the query of a metric needs besides the document."""

STATUS_CODE = NamedNode("http://www.w3.org/2011/http#statusCodeValue")
CONFORMS = NamedNode(PREFIXES["sh"] + "conforms")
XSD = PREFIXES["xsd"]


@dataclass(frozen=True)
class Metric:
    """One metric of a score."""

    name: str
    dimension: str
    points: int
    on: str
    """What it is measured on: dataset, distribution, or both."""
    properties: tuple[str, ...]
    query: str
    says: str

    @property
    def needs(self) -> str:
        """What it needs: the network, never (nothing reaches it), or no more than the document."""
        return NEEDS.get(self.query, "")


@dataclass(frozen=True)
class DatasetScore:
    """The score of a dataset, with the best of its distributions."""

    dataset: Node
    distribution: Node | None
    reached: frozenset[str]
    """The names of the metrics it has."""
    points: int


@dataclass(frozen=True)
class Score:
    """A score of a catalogue."""

    name: str
    metrics: tuple[Metric, ...]
    unchecked: frozenset[str]
    """What was not available: the network, or nothing."""
    datasets: tuple[DatasetScore, ...] = field(repr=False)
    conformance: Conformance = field(repr=False)

    @property
    def total(self) -> int:
        """The points of all metrics."""
        return sum(metric.points for metric in self.metrics)

    @property
    def attainable(self) -> int:
        """The points of the metrics that can be reached at all."""
        return sum(metric.points for metric in self.metrics if metric.needs != "never")

    @property
    def checked(self) -> int:
        """The points of the metrics that can be reached and were checked."""
        return sum(metric.points for metric in self.metrics if self.is_checked(metric))

    @property
    def mean(self) -> float:
        """The catalogue's points."""
        return fmean(d.points for d in self.datasets) if self.datasets else 0.0

    def is_checked(self, metric: Metric) -> bool:
        """Whether the metric was measured."""
        return metric.needs != "never" and metric.needs not in self.unchecked

    def having(self, metric: Metric) -> int:
        """How many datasets have the metric."""
        return sum(metric.name in dataset.reached for dataset in self.datasets)


@dataclass(frozen=True)
class Value:
    """A value of a property that takes its values from a code list."""

    class_: str
    property: str
    value: str
    verdict: str
    """As ``queries/quality/controlled.rq`` says: member, elsewhere, unknown, not-a-code, stranger."""
    count: int
    """How many things have it."""


@dataclass(frozen=True)
class Assessment:
    """What a catalogue was found to be worth."""

    scores: tuple[Score, ...]
    values: tuple[Value, ...]


def assess(
    triples: Sequence[Triple],
    files: Mapping[str, str],
    base: str,
    answers: Mapping[str, int] | None = None,
    shapes: Mapping[str, Sequence[tuple[str, bytes]]] | None = None,
) -> Assessment:
    """Assess the catalogue that the triples describe.

    `files` has the curated texts by path. `answers` has the HTTP status of each address that was tried, 0 for none;
    without it the metrics that need the network are not checked. `shapes` has SHACL shapes as Turtle, with the place
    they come from, by the name of a score; without them conformance is judged by the score's own table of rules.
    """
    store, slices = prepared(triples, files, base), Slices(triples)
    store.extend(_answers(answers or {}, base))
    unchecked = {"network"} if answers is None else set()
    scores = [_judged(store, slices, files, base, name, unchecked, (shapes or {}).get(name, ())) for name in PROFILES]
    return Assessment(tuple(scores), tuple(values(store, files)))


def offline_score(triples: Sequence[Triple], files: Mapping[str, str], base: str, name: str) -> Score:
    """One score of the catalogue that the triples describe, without what needs the network."""
    return _judged(prepared(triples, files, base), Slices(triples), files, base, name, {"network"}, ())


def _judged(  # noqa: PLR0913, PLR0917 - each is a part of what a score follows from
    store: Store,
    slices: Slices,
    files: Mapping[str, str],
    base: str,
    name: str,
    unchecked: Collection[str],
    shapes: Sequence[tuple[str, bytes]],
) -> Score:
    if shapes:
        from registergraf.assessment.shapes import by_shapes, shapes_graph  # noqa: PLC0415 - as that module says

        found = by_shapes(slices, shapes_graph(shapes))
    else:
        found = by_table(store, slices, files, base, PROFILES[name])
    store.extend(_validation(found, name, base))
    return score(store, files, base, name, unchecked, found)


def prepared(triples: Iterable[Triple], files: Mapping[str, str], base: str) -> Store:
    """A store with the catalogue as default graph and each code list as a named graph."""
    store = Store()
    store.bulk_extend(Quad(t.subject, t.predicate, kept(t.object), DefaultGraph()) for t in triples)
    lists = code_lists(files)
    for list_ in lists.values():
        store.bulk_extend(list_.quads())
    store.extend(controlled(files, lists, base))
    return store


def score(  # noqa: PLR0913, PLR0917 - each is a part of what a score follows from
    store: Store, files: Mapping[str, str], base: str, name: str, unchecked: Collection[str], conformance: Conformance
) -> Score:
    """One score of the catalogue in a prepared store, which has the answers and the validation in their graphs."""
    metrics = metrics_of(files, name)
    having = {m.name: _having(store, files, base, name, m) for m in metrics if m.needs not in {"never", *unchecked}}
    scope: dict[Node, list[Node]] = {}
    for row in select(store, files[f"queries/quality/scope/{name}.rq"]):
        parts = scope.setdefault(_node(row["dataset"]), [])
        if isinstance(row.get("distribution"), Node):
            parts.append(_node(row["distribution"]))
    datasets = [_dataset_score(dataset, sorted(parts, key=str), metrics, having) for dataset, parts in scope.items()]
    return Score(
        name, metrics, frozenset(unchecked), tuple(sorted(datasets, key=lambda d: str(d.dataset))), conformance
    )


def metrics_of(files: Mapping[str, str], name: str) -> tuple[Metric, ...]:
    """The metrics of a score, from ``data/quality/metrics.tsv``."""
    return tuple(
        Metric(
            row["metric"], row["dimension"], int(row["points"]), row["on"], tuple(row["properties"].split()),
            row["query"], row["says"],
        )
        for row in rows(files, "data/quality/metrics.tsv")
        if row["score"] == name
    )  # fmt: skip


def addresses(triples: Iterable[Triple], files: Mapping[str, str], base: str) -> list[str]:
    """The addresses whose answers the scores ask for, each once."""
    found = select(prepared(triples, files, base), files["queries/quality/urls.rq"])
    return [row["url"].value for row in found if isinstance(row["url"], NamedNode)]


def values(store: Store, files: Mapping[str, str]) -> list[Value]:
    """The controlled values of the catalogue in a prepared store."""
    return [
        Value(
            row["class"].value, row["property"].value, row["value"].value, row["verdict"].value, int(row["count"].value)
        )
        for row in select(store, files["queries/quality/controlled.rq"])
    ]


def _having(store: Store, files: Mapping[str, str], base: str, name: str, metric: Metric) -> set[Term]:
    query = files[f"queries/quality/{metric.query}.rq"]
    if metric.query == "conforms":
        bindings: list[dict[str, Term]] = [{"validation": _validation_graph(name, base)}]
    elif "?property" in query:
        bindings = [{"property": expand(p)} for p in metric.properties]
    else:
        bindings = [{}]
    return {row["subject"] for binding in bindings for row in select(store, query, **binding)}


def _dataset_score(
    dataset: Node, distributions: Sequence[Node], metrics: Iterable[Metric], having: Mapping[str, set[Term]]
) -> DatasetScore:
    best: DatasetScore | None = None
    for distribution in distributions or (None,):
        bearers: dict[str, list[Node | None]] = {
            "dataset": [dataset],
            "distribution": [distribution],
            "both": [dataset, distribution],
        }
        reached = [m for m in metrics if any(bearer in having.get(m.name, ()) for bearer in bearers[m.on])]
        points = sum(metric.points for metric in reached)
        if best is None or points > best.points:
            best = DatasetScore(dataset, distribution, frozenset(m.name for m in reached), points)
    assert best is not None  # noqa: S101 - the loop runs at least once
    return best


def _node(term: Term) -> Node:
    if not isinstance(term, Node):
        raise TypeError(f"a subject is never a literal: {term}")
    return term


def _answers(answers: Mapping[str, int], base: str) -> Iterable[Quad]:
    place, integer = NamedNode(graph("answers", base)), NamedNode(XSD + "integer")
    return (Quad(NamedNode(u), STATUS_CODE, Literal(str(code), datatype=integer), place) for u, code in answers.items())


def _validation(conformance: Conformance, name: str, base: str) -> Iterable[Quad]:
    true = Literal("true", datatype=NamedNode(XSD + "boolean"))
    place = _validation_graph(name, base)
    return (Quad(dataset, CONFORMS, true, place) for dataset in conformance.conforming)


def _validation_graph(name: str, base: str) -> NamedNode:
    return NamedNode(f"{graph('validation', base)}/{name}")
