"""New verdicts in the place of those that the changes can have moved; the others stay as they were told."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from dataclasses import replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from pyoxigraph import NamedNode

from registergraf.audit.asking import StoreAsker
from registergraf.audit.engine import PASSAGE_LINES, judge_parts, laid_out
from registergraf.audit.evidence import LABELS, PASSAGES, TITLES
from registergraf.audit.judgement import at_first, day_of, in_period, judge_later
from registergraf.audit.restricting import restricted_in
from registergraf.audit.rows import parts_of
from registergraf.audit.rules import RUNS
from registergraf.audit.shacl import read_shapes
from registergraf.audit.since.moving import Moving, reads_lines
from registergraf.audit.since.reads import keep_reads
from registergraf.audit.waivers import Waiver, accepted, read_waivers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import Store

    from registergraf.audit.asking import Asker
    from registergraf.audit.documents import Documents
    from registergraf.audit.evidence import Evidence
    from registergraf.audit.rows import Key, Part
    from registergraf.audit.rules import Rule, Rules
    from registergraf.audit.since.moving import Before

Moved = dict["Key", set[str] | None]
"""By rule and run, the things whose verdicts may have moved; None for any."""
Parts = dict["Key", list["Part"]]
"""The checks and shapes of each rule and run."""


class Since(NamedTuple):
    """What an audit from an earlier one found: the same as a `Judgement`, with the verdicts as reports tell them."""

    day: str
    verdicts: Sequence[Mapping[str, Any]]
    rules: Sequence[Rule]
    """The rules, their provisions named where they have verdicts."""
    waivers: Sequence[Waiver]


def judge_since(  # noqa: PLR0913, PLR0917 - what `examine` takes
    before: Before,
    store: Store,
    rules: Rules,
    documents: Documents,
    terms: Iterable[str],
    base: str,
    *,
    asker: Asker | None = None,
) -> Since:
    """The verdicts on a dataset, from those on what it was before and what changed: the same as `examine` gives.

    `asker` asks the store; in processes apart where none is given.
    """
    day, waivers, plain = day_of(store, base), read_waivers(store, base), at_first(rules)
    told, parts, moving = _grouped(before.verdicts), _parts(plain), Moving(before, store, base)
    _keep(parts, base)
    asking = asker or StoreAsker(store)
    moved, near = _near(parts, moving, plain)
    with laid_out(store, documents, terms, base, _passages(moved, parts)):
        judged, evidence = judge_parts(store, plain, near, base, asking)
    fresh = _grouped(in_period(verdict, day).as_json() for verdict in judged)
    ordered = {rule.id: _of_rule(rule, told, fresh, moved) for rule in plain.rules}
    before_later = (verdict for verdicts in ordered.values() for verdict in (verdicts if waivers else ()))
    failures = {(verdict["rule"], verdict["focus"]) for verdict in before_later if verdict["outcome"] == "failed"}
    later = _grouped(v.as_json() for v in judge_later(store, rules, waivers, failures, base, asking))
    for rule in rules.rules:
        ordered.setdefault(rule.id, _of_rule(rule, {}, later, {}))
    verdicts = [verdict for rule in rules.rules for verdict in ordered[rule.id]]
    marked = _marked(verdicts, accepted(waivers, day))
    return Since(day, marked, _named(rules, ordered, evidence), waivers)


def keep_reads_of(rules: Rules, base: str) -> None:
    """Work out what the queries of an audit read, and keep it, so that the first audit from an earlier one is fast."""
    _keep(_parts(at_first(rules)), base)


def _keep(parts: Parts, base: str) -> None:
    queries = [(query, "this") for ones in parts.values() for part in ones for query in part.queries]
    told = [
        (LABELS, "thing"),
        (TITLES, "thing"),
        (PASSAGES.format(base=base), "claim"),
        (PASSAGE_LINES.format(base=base), "passage"),
    ]
    keep_reads([*queries, *told])


def _parts(rules: Rules) -> Parts:
    found: Parts = {}
    for part in parts_of(rules):
        found.setdefault(part.key, []).append(part)
    return found


def _near(parts: Parts, moving: Moving, rules: Rules) -> tuple[Moved, list[Part]]:
    """What may have moved, and the parts as far as they are about it."""
    with moving.both():
        moved = {key: moving.things(key, ones) for key, ones in parts.items()}
    restrict, shapes = partial(restricted_in, moving.store), read_shapes(rules)
    found: list[Part] = []
    for key, ones in parts.items():
        things = moved[key]
        found += ones if things is None else [part.near(things, shapes, restrict) for part in ones if things]
    return moved, found


def _passages(moved: Moved, parts: Parts) -> set[str] | None:
    """The things whose lines may be asked for; None for all."""
    sets = [moved[key] for key, ones in parts.items() if any(reads_lines(q) for part in ones for q in part.queries)]
    return None if None in sets else set().union(*(s for s in sets if s))


def _marked(verdicts: Sequence[Mapping[str, Any]], accepting: Mapping[tuple[str, str], str]) -> list[Mapping[str, Any]]:
    """The verdicts, the failures among them with the waiver that accepts them."""
    return [_with_waiver(v, accepting) if v["waiver"] or v["outcome"] == "failed" else v for v in verdicts]


def _with_waiver(verdict: Mapping[str, Any], accepting: Mapping[tuple[str, str], str]) -> Mapping[str, Any]:
    failed = verdict["outcome"] == "failed"
    waiver = accepting.get((verdict["rule"], verdict["focus"]), "") if failed else ""
    return verdict if verdict["waiver"] == waiver else {**verdict, "waiver": waiver}


def _grouped(verdicts: Iterable[Mapping[str, Any]]) -> dict[Key, list[Mapping[str, Any]]]:
    """Verdicts by rule and run, in the order they come in."""
    grouped: defaultdict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    for key, ones in groupby(verdicts, itemgetter("rule", "run")):
        grouped[key] += ones
    return grouped


def _of_rule(
    rule: Rule,
    told: Mapping[Key, list[Mapping[str, Any]]],
    fresh: Mapping[Key, list[Mapping[str, Any]]],
    moved: Moved,
) -> list[Mapping[str, Any]]:
    """The verdicts by a rule in the order of run and thing, those that can have moved from the fresh ones."""
    found: list[Mapping[str, Any]] = []
    for run in RUNS:
        key = rule.id, run
        things = moved.get(key)
        kept = [] if things is None else told.get(key, [])
        if things:
            kept = [verdict for verdict in kept if verdict["focus"] not in things]
        for verdict in fresh.get(key, ()):  # that a rule was not judged comes last
            insort(kept, verdict, key=lambda one: (one["focus"] == rule.iri, one["focus"]))
        found += kept
    return found


def _named(rules: Rules, ordered: Mapping[str, Sequence[Mapping[str, Any]]], evidence: Evidence) -> list[Rule]:
    return [
        replace(rule, source_labels=tuple(evidence.label(NamedNode(source)) for source in rule.sources))
        if ordered[rule.id]
        else rule
        for rule in rules.rules
    ]
