"""New verdicts in the place of those that the changes can have moved; the others stay as they were told."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from pyoxigraph import Literal, NamedNode, Quad

from registergraf.audit.compiled import plan
from registergraf.audit.engine import OA_EXACT, PASSAGE_LINES, judge_near, laid_out
from registergraf.audit.evidence import LABELS, PASSAGES
from registergraf.audit.judgement import at_first, day_of, in_period, judge_later
from registergraf.audit.restricting import restricted
from registergraf.audit.rules import RUNS
from registergraf.audit.shacl import read_shapes
from registergraf.audit.since.affected import Changes, affected
from registergraf.audit.since.reads import keep_reads, reads_of
from registergraf.audit.waivers import Waiver, accepted, read_waivers
from registergraf.graph.queries import select
from registergraf.namespaces import graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Store

    from registergraf.audit.apart import Limits
    from registergraf.audit.documents import Documents
    from registergraf.audit.engine import Key
    from registergraf.audit.evidence import Evidence
    from registergraf.audit.rules import Rule, Rules

DOCUMENTS = "graph:documents"
"""How a query names the lines of documents that are laid beside."""
Moved = dict["Key", set[str] | None]
"""By rule and run, the things whose verdicts may have moved; None for any."""


@dataclass(frozen=True)
class Before:
    """What is known of the dataset as it was."""

    verdicts: Sequence[Mapping[str, Any]] = field(repr=False)
    removed: Sequence[Quad] = field(repr=False)
    """The quads that are there no more."""
    added: Sequence[Quad] = field(repr=False)
    """The quads that are new."""
    same_rules: frozenset[str]
    """The ids of the rules that were the same, and whose verdicts were told as they were given."""


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
    limits: Limits | None = None,
) -> Since:
    """The verdicts on a dataset, from those on what it was before and what changed: the same as `examine` gives."""
    day, waivers, plain = day_of(store, base), read_waivers(store, base), at_first(rules)
    asked = queries_of(plain)
    moved = _moved(before, store, asked, base)
    _keep(asked, base)
    with laid_out(store, documents, terms, base, _passages(moved, plain)):
        judged, evidence = judge_near(store, plain, base, near=moved, limits=limits)
    told = _grouped(before.verdicts)
    fresh = _grouped(in_period(verdict, day).as_json() for verdict in judged)
    ordered = {rule.id: _of_rule(rule, told, fresh, moved) for rule in plain.rules}
    failures = {(v["rule"], v["focus"]) for verdicts in ordered.values() for v in verdicts if v["outcome"] == "failed"}
    later = _grouped(v.as_json() for v in judge_later(store, rules, waivers, failures, base, limits))
    for rule in rules.rules:
        ordered.setdefault(rule.id, _of_rule(rule, {}, later, {}))
    verdicts = [verdict for rule in rules.rules for verdict in ordered[rule.id]]
    marked = _marked(verdicts, accepted(waivers, day))
    return Since(day, marked, _named(rules, ordered, evidence), waivers)


def queries_of(rules: Rules) -> dict[Key, list[str]]:
    """What each rule and run asks."""
    shapes = read_shapes(rules)
    found: defaultdict[Key, list[str]] = defaultdict(list)
    for rule in rules.rules:
        for run, text in rule.checks.items():
            found[rule.id, run].append(text)
        if rule.has_shape:
            found[rule.id, "view"] += plan(shapes, NamedNode(rule.iri)).queries
    return dict(found)


def keep_reads_of(rules: Rules, base: str) -> None:
    """Work out what the queries of an audit read, and keep it, so that the first audit from an earlier one is fast."""
    _keep(queries_of(at_first(rules)), base)


def _keep(asked: Mapping[Key, Sequence[str]], base: str) -> None:
    queries = [(query, "this") for ones in asked.values() for query in ones]
    told = [(LABELS, "thing"), (PASSAGES.format(base=base), "claim"), (PASSAGE_LINES.format(base=base), "passage")]
    keep_reads([*queries, *told])


def _moved(before: Before, store: Store, asked: Mapping[Key, Sequence[str]], base: str) -> Moved:
    changes = Changes([*before.removed, *before.added], store)
    store.extend(before.removed)  # what was there and what is there, together
    try:
        told = _told_otherwise(before, changes, base)
        lines = _lines_moved(changes, base)
        changes = changes.with_more(lines or [])
        moved: Moved = {}
        for key, queries in asked.items():
            whole = key[0] not in before.same_rules or changes.have_blanks
            whole = whole or (lines is None and any(DOCUMENTS in query for query in queries))
            sets = [None] if whole else [affected(reads_of(query), changes) for query in queries]
            one: set[str] = set()
            moved[key] = None if None in sets else one.union(*(s for s in sets if s is not None), told.get(key, set()))
        return moved
    finally:
        _take_out(store, before.removed)


def _take_out(store: Store, quads: Iterable[Quad]) -> None:
    """Remove quads, and the named graphs that are empty without them: a store keeps their names."""
    for quad in quads:
        store.remove(quad)
        left = store.quads_for_pattern(None, None, None, quad.graph_name)
        if isinstance(quad.graph_name, NamedNode) and next(left, None) is None:
            store.remove_graph(quad.graph_name)


def _lines_moved(changes: Changes, base: str) -> list[Quad] | None:
    """The passages whose lines may be other ones, as changes of the graph that is laid beside; None for any."""
    passages = affected(reads_of(PASSAGE_LINES.format(base=base), "passage"), changes)
    layer = NamedNode(graph("documents", base))
    return None if passages is None else [Quad(NamedNode(p), OA_EXACT, Literal(""), layer) for p in sorted(passages)]


def _passages(moved: Moved, rules: Rules) -> set[str] | None:
    """The things whose lines may be asked for; None for all."""
    asking = [(rule.id, run) for rule in rules.rules for run, text in rule.checks.items() if DOCUMENTS in text]
    sets = [moved[key] for key in asking]
    return None if None in sets else set().union(*(s for s in sets if s))


def _told_otherwise(before: Before, changes: Changes, base: str) -> Mapping[Key, set[str]]:
    """The things whose verdicts would be told in other words: a name, a status or a passage has changed."""
    named = affected(reads_of(LABELS, "thing"), changes)
    claims = affected(reads_of(PASSAGES.format(base=base), "claim"), changes)
    found: defaultdict[Key, set[str]] = defaultdict(set)
    words = None if named is None else _words(named, changes.both, base)
    said = None if claims is None else _said_of(claims, changes)
    for verdict in before.verdicts:
        if (named is None or verdict["focus"] in named) or (
            verdict["details"]
            and (_is_told_otherwise(verdict["details"], claims, words) or _names_other_claim(verdict, said))
        ):
            found[verdict["rule"], verdict["run"]].add(verdict["focus"])
    return found


def _names_other_claim(verdict: Mapping[str, Any], said: set[tuple[str, str]] | None) -> bool:
    """Whether another claim may be named as the one that says what was seen on a path."""
    paths = {detail["path"] for detail in verdict["details"]} - {""}
    return bool(paths) and (said is None or any((verdict["focus"], path) in said for path in paths))


def _said_of(claims: set[str], changes: Changes) -> set[tuple[str, str]]:
    """The things, and properties of theirs, that changed quads or claims read elsewhere now say something of."""
    quads = [quad for claim in claims for quad in changes.both.quads_for_pattern(None, None, None, NamedNode(claim))]
    return {
        (quad.subject.value, quad.predicate.value)
        for quad in (*quads, *changes.quads)
        if isinstance(quad.subject, NamedNode)
    }


def _words(named: set[str], store: Store, base: str) -> set[str]:
    """What the things were and are called."""
    words = {iri.removeprefix(base) for iri in named}
    if named:
        rows = select(store, restricted(LABELS, named, "thing"))
        words |= {row[name].value for row in rows for name in ("label", "title") if name in row}
    return words


def _is_told_otherwise(details: Sequence[Mapping[str, Any]], claims: set[str] | None, words: set[str] | None) -> bool:
    if claims is None or words is None or any(detail["claim"] in claims for detail in details):
        return True
    return bool(words) and any(word in text for text in _texts(details) for word in words)


def _texts(value: Any) -> Iterator[str]:
    """Every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _marked(verdicts: Sequence[Mapping[str, Any]], accepting: Mapping[tuple[str, str], str]) -> list[Mapping[str, Any]]:
    """The verdicts, the failures among them with the waiver that accepts them."""
    marked = list(verdicts)
    for index, verdict in enumerate(verdicts):
        if verdict["waiver"] or verdict["outcome"] == "failed":
            failed = verdict["outcome"] == "failed"
            waiver = accepting.get((verdict["rule"], verdict["focus"]), "") if failed else ""
            if verdict["waiver"] != waiver:
                marked[index] = {**verdict, "waiver": waiver}
    return marked


def _grouped(verdicts: Iterable[Mapping[str, Any]]) -> dict[Key, list[Mapping[str, Any]]]:
    """Verdicts by rule and run, in the order they come in."""
    grouped: defaultdict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    for verdict in verdicts:
        grouped[verdict["rule"], verdict["run"]].append(verdict)
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
        if key in fresh:  # that a rule was not judged comes last
            kept = sorted((*kept, *fresh[key]), key=lambda verdict: (verdict["focus"] == rule.iri, verdict["focus"]))
        found += kept
    return found


def _named(rules: Rules, ordered: Mapping[str, Sequence[Mapping[str, Any]]], evidence: Evidence) -> list[Rule]:
    return [
        replace(rule, source_labels=tuple(evidence.label(NamedNode(source)) for source in rule.sources))
        if ordered[rule.id]
        else rule
        for rule in rules.rules
    ]
