"""New verdicts in the place of those that the changes can have moved; the others stay."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from registergraf.audit.apart import Limits
from registergraf.audit.asking import StoreAsker
from registergraf.audit.compiled import plan
from registergraf.audit.engine import OA_EXACT, PASSAGE_LINES, laid_out, verdicts_of
from registergraf.audit.evidence import LABELS, PASSAGES, Evidence
from registergraf.audit.rows import rows_of
from registergraf.audit.shacl import read_shapes
from registergraf.audit.since.affected import affected, has_blank
from registergraf.audit.since.reads import reads_of
from registergraf.graph.queries import select
from registergraf.namespaces import graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import Store

    from registergraf.audit.documents import Documents
    from registergraf.audit.rules import Rule, Rules
    from registergraf.audit.verdicts import Verdict

Key = tuple[str, str]
"""A rule's id and a run."""


@dataclass(frozen=True)
class Before:
    """What is known of the dataset as it was."""

    verdicts: Sequence[Verdict] = field(repr=False)
    removed: Sequence[Quad] = field(repr=False)
    """The quads that are there no more."""
    added: Sequence[Quad] = field(repr=False)
    """The quads that are new."""
    same_rules: frozenset[str]
    """The ids of the rules that were the same."""


def judge_since(  # noqa: PLR0913, PLR0917 - what `judge` takes
    before: Before,
    store: Store,
    rules: Rules,
    documents: Documents,
    terms: Iterable[str],
    base: str,
    *,
    limits: Limits | None = None,
) -> list[Verdict]:
    """The verdicts on a dataset, from those on what it was before and what changed: the same as `judge` gives."""
    with laid_out(store, documents, terms, base):
        moved = _moved(before, store, rules, base)
        evidence = Evidence.of(store, base)
        asker = StoreAsker(store, limits or Limits())
        fresh = list(verdicts_of(rows_of(rules, asker, near=moved), evidence))
    return _merged(before, fresh, moved, rules, evidence)


def _moved(before: Before, store: Store, rules: Rules, base: str) -> dict[Key, set[str] | None]:
    """By rule and run, the things whose verdicts may have moved; None for any."""
    changed = [*before.removed, *before.added]
    store.extend(before.removed)  # what was there and what is there, together
    try:
        told = _told_otherwise(before, changed, store, base)
        lines = _lines_moved(changed, store, base)
        changed += lines or []
        moved: dict[Key, set[str] | None] = {}
        for key, queries in _queries(rules).items():
            whole = key[0] not in before.same_rules or has_blank(changed)
            whole = whole or (lines is None and any("graph:documents" in query for query in queries))
            sets = [None] if whole else [
                affected(reads_of(query).occurrences, changed, store) for query in queries
            ]  # fmt: skip
            one: set[str] = set()
            moved[key] = None if None in sets else one.union(*(s for s in sets if s is not None), told.get(key, set()))
        return moved
    finally:
        for quad in before.removed:
            store.remove(quad)


def _lines_moved(changed: Sequence[Quad], store: Store, base: str) -> list[Quad] | None:
    """The passages whose lines may be other ones, as changes of the graph that is laid beside; None for any."""
    passages = affected(reads_of(PASSAGE_LINES.format(base=base), "passage").occurrences, changed, store)
    layer = NamedNode(graph("documents", base))
    return None if passages is None else [Quad(NamedNode(p), OA_EXACT, Literal(""), layer) for p in sorted(passages)]


def _queries(rules: Rules) -> dict[Key, list[str]]:
    """What each rule and run asks."""
    shapes = read_shapes(rules)
    found: defaultdict[Key, list[str]] = defaultdict(list)
    for rule in rules.rules:
        for run, text in rule.checks.items():
            found[rule.id, run].append(text)
        if rule.has_shape:
            found[rule.id, "view"] += plan(shapes, NamedNode(rule.iri)).queries
    return dict(found)


def _told_otherwise(before: Before, changed: Sequence[Quad], store: Store, base: str) -> Mapping[Key, set[str]]:
    """The things whose verdicts would be told in other words: a name, a status or a passage has changed."""
    named = affected(reads_of(LABELS, "thing").occurrences, changed, store)
    claims = affected(reads_of(PASSAGES.format(base=base), "claim").occurrences, changed, store)
    found: defaultdict[Key, set[str]] = defaultdict(set)
    words = None if named is None else _words(named, store, base)
    said = None if claims is None else _said_of(claims, changed, store)
    for verdict in before.verdicts:
        names_claim = bool(verdict.details) and (said is None or verdict.focus in said)
        if names_claim or _is_told_otherwise(verdict, named, claims, words):
            found[verdict.rule.id, verdict.run].add(verdict.focus)
    return found


def _said_of(claims: set[str], changed: Sequence[Quad], store: Store) -> set[str]:
    """The things that changed quads, or claims read elsewhere now, say something of: a finding may name the claim."""
    quads = [quad for claim in claims for quad in store.quads_for_pattern(None, None, None, NamedNode(claim))]
    return {quad.subject.value for quad in (*quads, *changed) if isinstance(quad.subject, NamedNode)}


def _words(named: set[str], store: Store, base: str) -> set[str]:
    """What the things were and are called."""
    words = {iri.removeprefix(base) for iri in named}
    if named:
        labels = select(store, f"{LABELS} VALUES ?thing {{ {' '.join(f'<{iri}>' for iri in sorted(named))} }}")
        words |= {row["label"].value for row in labels}
    return words


def _is_told_otherwise(
    verdict: Verdict, named: set[str] | None, claims: set[str] | None, words: set[str] | None
) -> bool:
    if named is None or claims is None or words is None:
        return bool(verdict.details) or named is None
    if verdict.focus in named:
        return True
    if not verdict.details:
        return False
    if any(detail.claim in claims for detail in verdict.details):
        return True
    text = repr(verdict.details)
    return any(word in text for word in words)


def _merged(
    before: Before, fresh: list[Verdict], moved: Mapping[Key, set[str] | None], rules: Rules, evidence: Evidence
) -> list[Verdict]:
    told: dict[str, Rule] = {
        rule.id: replace(rule, source_labels=tuple(evidence.label(NamedNode(source)) for source in rule.sources))
        for rule in rules.rules
    }
    kept = [
        replace(verdict, rule=told[verdict.rule.id])
        for verdict in before.verdicts
        if verdict.rule.id in told and not _in(moved.get((verdict.rule.id, verdict.run)), verdict.focus)
    ]
    order = {rule.id: number for number, rule in enumerate(rules.rules)}
    return sorted([*kept, *fresh], key=lambda v: (order[v.rule.id], v.run != "view", v.focus))


def _in(things: set[str] | None, thing: str) -> bool:
    return things is None or thing in things
