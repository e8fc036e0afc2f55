"""Waivers: known deviations that somebody has accepted, until a day.

A waiver is data (``data/waivers.trig``): which rule, which thing, who accepted it, why, until when. One in force marks
the failures it accepts and hides none. That a waiver is whole, has not expired and still accepts something is judged
by the rules S13, W01 and W02 in ``shapes/waivers.ttl``; the last of them reads what the others gave, which is laid into
``graph/verdicts``.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode, Quad

from registergraf.graph.queries import select
from registergraf.namespaces import graph

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from pyoxigraph import Store

Failure = tuple[str, str]
"""A rule's id and the IRI of a thing that breaks it."""
WAIVERS = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rg: <{base}ns#>
SELECT ?waiver ?rule ?id ?thing ?slug ?by ?name ?accepted ?until ?why WHERE {{
  ?waiver a rg:Waiver ; rg:waives ?rule ; oa:hasTarget ?thing . ?rule dct:identifier ?id .
  OPTIONAL {{ ?thing dct:identifier ?slug }}
  OPTIONAL {{ ?waiver prov:wasAttributedTo ?by . OPTIONAL {{ ?by foaf:name ?name }} }}
  OPTIONAL {{ ?waiver dct:dateAccepted ?accepted }} OPTIONAL {{ ?waiver dct:valid ?until }}
  OPTIONAL {{ ?waiver dct:description ?why }}
}} ORDER BY ?waiver ?id ?thing ?why ?name ?until
"""
EARL_TEST = NamedNode("http://www.w3.org/ns/earl#test")


@dataclass(frozen=True)
class Waiver:
    """An accepted deviation from one rule by one thing."""

    iri: str
    rule: str
    """The rule's id."""
    rule_iri: str
    focus: str
    label: str
    by: str
    """Who accepted it, by name."""
    accepted: str
    until: str
    """The last day it holds, as ISO 8601 writes it."""
    why: Mapping[str, str]
    """The reason, by language."""

    def in_force(self, day: str) -> bool:
        """Whether it holds on a day; one without a last day never does."""
        return bool(self.until) and (self.accepted or day) <= day <= self.until

    @property
    def about(self) -> Failure:
        """The failure that it accepts."""
        return self.rule, self.focus

    def as_json(self, day: str, failures: Container[Failure]) -> dict[str, Any]:
        """For reports, with its state on a day, among the failures there are."""
        state = "unmatched" if self.about not in failures else "in-force" if self.in_force(day) else "expired"
        kept = {name: value for name, value in vars(self).items() if name != "rule_iri"}
        return {**kept, "why": dict(self.why), "state": state}


def read_waivers(store: Store, base: str) -> tuple[Waiver, ...]:
    """The waivers of a dataset, in order of their IRIs."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in select(store, WAIVERS.format(base=base)):
        told = {name: row[name].value if name in row else "" for name in ("accepted", "until", "by", "name", "slug")}
        key = row["waiver"].value, row["id"].value, row["thing"].value
        kept = found.setdefault(key, {**told, "rule_iri": row["rule"].value, "why": {}})
        if "why" in row:
            kept["why"].setdefault(getattr(row["why"], "language", None) or "nb", row["why"].value)
    return tuple(
        Waiver(
            iri,
            rule,
            told["rule_iri"],
            thing,
            told["slug"] or thing.removeprefix(base),
            told["name"] or told["by"],
            told["accepted"],
            told["until"],
            told["why"],
        )
        for (iri, rule, thing), told in found.items()
    )


def accepted(waivers: Sequence[Waiver], day: str) -> dict[Failure, str]:
    """The failures that waivers in force accept, each with the waiver's IRI."""
    return {waiver.about: waiver.iri for waiver in reversed(waivers) if waiver.in_force(day)}


@contextmanager
def matched(store: Store, failures: Container[Failure], waivers: Sequence[Waiver], base: str) -> Iterator[None]:
    """Lay into ``graph/verdicts``, for a while, the failures that waivers are about: thing earl:test rule."""
    layer = NamedNode(graph("verdicts", base))
    try:
        store.extend(
            Quad(NamedNode(waiver.focus), EARL_TEST, NamedNode(waiver.rule_iri), layer)
            for waiver in waivers
            if waiver.about in failures
        )
        yield
    finally:
        store.remove_graph(layer)
