"""Judging what stands in files: curated content for its curators, a release for its auditors."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from registergraf import audit, graph
from registergraf.audit.apart import Limits
from registergraf.audit.coverage import documents_at_hand, uncited
from registergraf.audit.identity import Identity
from registergraf.audit.lost import is_lost
from registergraf.audit.names import Names
from registergraf.audit.report import Report
from registergraf.content import WHITELIST, load, read_files
from registergraf.errors import Problem, UnknownNameError
from registergraf.release.manifest import GRAPH_FILE, engine_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import Store

    from registergraf.audit import Judgement, Rules, Verdict
    from registergraf.audit.coverage import Uncited
    from registergraf.audit.rules import Rule
    from registergraf.content import Content
    from registergraf.release.manifest import Manifest
    from registergraf.release.store import Release
    from registergraf.settings import Settings


@dataclass(frozen=True)
class Checked:
    """What a check of curated files found."""

    problems: Sequence[Problem]
    """What breaks a rule of structure, warnings included, each with file and line."""
    lost: Sequence[str]
    """Which rules could not be judged, each with the reason."""


def check_content(settings: Settings) -> Checked:
    """Judge the curated files by the rules of structure.

    Raises `MalformedError` for a file that does not parse, `ContentError` for unknown terms.
    """
    content = load(read_files(settings.content_dir, settings.base_iri), settings.base_iri)
    rules = audit.load_rules(content.files.under("shapes"), content.base).only_structural()
    # how the terms of the ontology hang together is not needed to judge structure
    store = graph.assemble([*content.quads, *rules.quads], content.queries, _today(), content.base, schema=[])
    documents = audit.read_documents(settings.sources_dir)
    judged = audit.examine(store, rules, documents, content.terms, content.base, limits=limits_of(settings))
    problems = structure_problems(judged.verdicts, content, severities=("Violation", "Warning"))
    return Checked(problems, [f"{v.rule.id}: {v.explain('en')}" for v in judged.verdicts if is_lost(v)])


def uncovered_lines(settings: Settings, document: str | None) -> list[Uncited]:
    """The lines of the documents at hand that nothing accounts for; of one document, by its slug, or of all.

    Raises `UnknownNameError` for a document that is not at hand.
    """
    content = load(read_files(settings.content_dir, settings.base_iri), settings.base_iri)
    store = graph.assemble(content.quads, content.queries, _today(), content.base, schema=[])
    documents = audit.read_documents(settings.sources_dir)
    at_hand = documents_at_hand(store, documents)
    if document is not None and document not in at_hand:
        raise UnknownNameError("document at hand", document, at_hand)
    return [line for line in uncited(store, documents, content.base) if document in {None, line.document}]


def structure_problems(
    verdicts: Iterable[Verdict], content: Content, severities: Sequence[str] = ("Violation",)
) -> list[Problem]:
    """Failed verdicts of the rules of structure, as problems at the line that writes the thing they are about."""
    failed = [v for v in verdicts if v.failed and v.rule.is_structural and v.severity in severities]
    locator, described_in = content.locator, content.described_in
    return sorted(
        {
            Problem(*locator.find(v.focus, described_in.get(v.focus, ())), f"{v.rule.id}: {v.label}: {v.explain('en')}")
            for v in failed
        }
    )


def judge_release(release: Release, settings: Settings, as_of: datetime.date, only: Sequence[str] = ()) -> Report:
    """The verdicts on a release as of a day, by all rules or only those of the given ids.

    Raises `UnknownNameError` for an id that no rule has.
    """
    shapes = {
        path.removeprefix("shapes/"): release.read(path).decode()
        for path in release.manifest.files
        if path.startswith("shapes/")
    }
    rules = audit.load_rules(shapes, release.base)
    rules = rules.only({rules.named(name).id for name in only}) if only else rules
    store = (
        release.store
        if as_of == release.as_of
        else graph.view_as_of(release.store, release.queries, as_of, release.base)
    )
    terms = [line for line in release.read(WHITELIST).decode().split("\n") if line and not line.startswith("#")]
    documents = audit.read_documents(settings.sources_dir)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in documents.files.items()}
    identity = replace(
        identity_of(release.manifest),
        as_of=as_of.isoformat(),
        sources=dict(sorted(hashes.items())),
        engines=engine_versions(),
        rules=tuple(rule.id for rule in rules.rules) if only else (),
    )
    judged = audit.examine(store, rules, documents, terms, release.base, limits=limits_of(settings))
    return report_of(judged, rules, store, identity)


def limits_of(settings: Settings) -> Limits:
    """What a query of a rule may take."""
    return Limits(settings.rule_seconds, settings.rule_memory_mb)


def identity_of(manifest: Manifest) -> Identity:
    """What an audit of a release is made from."""
    shapes = {path: digest for path, digest in manifest.files.items() if path.startswith("shapes/")}
    return Identity(
        manifest.name,
        manifest.as_of.isoformat(),
        manifest.base,
        manifest.content,
        manifest.files[GRAPH_FILE],
        hashlib.sha256(json.dumps(shapes, sort_keys=True).encode()).hexdigest(),
        manifest.sources,
        manifest.engines,
    )


def report_of(judged: Judgement, rules: Rules, store: Store, identity: Identity) -> Report:
    """The report, with the rules as they were judged (their provisions named) and the names of what it is about."""
    named = {verdict.rule.id: verdict.rule for verdict in judged.verdicts}
    told = [named.get(rule.id, rule) for rule in rules.rules]
    waivers = [waiver.as_json(judged.day, judged.failures) for waiver in judged.waivers]
    return assembled([verdict.as_json() for verdict in judged.verdicts], told, waivers, store, identity)


def assembled(
    verdicts: Sequence[Mapping[str, Any]],
    rules: Sequence[Rule],
    waivers: Sequence[Mapping[str, Any]],
    store: Store,
    identity: Identity,
) -> Report:
    """The report of verdicts and waivers as it tells them, with the names of what they are about."""
    passages = (passage for verdict in verdicts for detail in verdict["details"] for passage in detail["passages"])
    labels = {passage["provision_iri"]: passage["provision"] for passage in passages if passage["provision_iri"]}
    labels |= {iri: label for rule in rules for iri, label in zip(rule.sources, rule.source_labels, strict=False)}
    names = Names.of(store, identity.base, labels)
    return Report(identity, [rule.as_json() for rule in rules], verdicts, waivers, names)


def _today() -> datetime.date:
    return datetime.datetime.now(tz=datetime.UTC).date()
