"""A report: what one audit found, as plain values, and what is counted over them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from registergraf.audit.identity import Identity
from registergraf.audit.names import Names
from registergraf.audit.rules import LANGUAGES
from registergraf.audit.verdicts import OUTCOMES
from registergraf.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from registergraf.audit.rules import Rule
    from registergraf.audit.verdicts import Verdict

SEVERITIES = ("Violation", "Warning", "Info")
SCHEMA = "audit/report.schema.json"
"""Where the JSON Schema of the JSON form is published, below the base."""


@dataclass(frozen=True)
class Report:
    """The verdicts, rules and waivers of one audit, with the names of what they are about."""

    identity: Identity
    rules: Sequence[Mapping[str, Any]]
    verdicts: Sequence[Mapping[str, Any]]
    waivers: Sequence[Mapping[str, Any]]
    names: Names
    languages: tuple[str, ...] = LANGUAGES
    """The languages it is told in, in order."""

    @classmethod
    def of(
        cls,
        identity: Identity,
        rules: Iterable[Rule],
        verdicts: Iterable[Verdict],
        waivers: Iterable[Mapping[str, Any]],
        names: Names,
    ) -> Self:
        """The report of these verdicts."""
        told = [verdict.as_json() for verdict in verdicts]
        return cls(identity, [rule.as_json() for rule in rules], told, list(waivers), names)

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read what `json` wrote; raises `ValueError`, `TypeError` or `KeyError` for anything else."""
        fields = json.loads(data)
        names = Names(**{name: fields[name] for name in ("documents", "registries", "provisions")})
        rules, verdicts, waivers = (fields[name] for name in ("rules", "verdicts", "waivers"))
        return cls(Identity.read(fields["identity"]), rules, verdicts, waivers, names, tuple(fields["languages"]))

    @cached_property
    def json(self) -> bytes:
        """The same bytes for the same verdicts; its schema is `report.schema.json`."""
        document = {
            "$schema": self.identity.base + SCHEMA,
            "command": self.identity.command("json", self.languages),
            "conforms": self.conforms,
            "identity": self.identity.as_json(),
            "languages": list(self.languages),
            "counts": {outcome: self.counts[outcome] for outcome in OUTCOMES},
            **{name: getattr(self, name) for name in ("rules", "verdicts", "waivers")},
            **vars(self.names),
        }
        return json_text(document, sort_keys=True)

    def told_in(self, languages: Sequence[str]) -> Self:
        """The same report in some of its languages."""
        if tuple(languages) == self.languages:
            return self
        verdicts = [_only(verdict, languages) if verdict["details"] else verdict for verdict in self.verdicts]
        rules, waivers = ([_only(thing, languages) for thing in things] for things in (self.rules, self.waivers))
        return replace(self, rules=rules, verdicts=verdicts, waivers=waivers, languages=tuple(languages))

    @cached_property
    def conforms(self) -> bool:
        """Whether the gate is open: nothing in the view violates a rule without a waiver in force."""
        return not any(violates(verdict) for verdict in self.verdicts)

    @property
    def complete(self) -> bool:
        """Whether every rule was judged; one that was not has a verdict on itself."""
        return not any(is_lost(verdict, rule) for rule in self.rules for verdict in self.by_rule[rule["id"]])

    @cached_property
    def counts(self) -> Counter[str]:
        """Verdicts by outcome."""
        return Counter(verdict["outcome"] for verdict in self.verdicts)

    @cached_property
    def by_rule(self) -> Mapping[str, list[Mapping[str, Any]]]:
        """The verdicts of each rule, in the order of run and thing."""
        return _grouped(self.verdicts, "rule", [rule["id"] for rule in self.rules])

    @cached_property
    def by_registry(self) -> Mapping[str, list[Mapping[str, Any]]]:
        """The verdicts on each data source, by slug."""
        grouped = _grouped(self.verdicts, "registry", sorted({v["registry"] for v in self.verdicts}))
        return {slug: verdicts for slug, verdicts in grouped.items() if slug}

    @cached_property
    def gravest_first(self) -> list[Mapping[str, Any]]:
        """The rules with failures by severity, then the others, each by id."""
        failing = {verdict["rule"] for verdict in self.verdicts if verdict["outcome"] == "failed"}

        def gravity(rule: Mapping[str, Any]) -> tuple[bool, int, str]:
            return rule["id"] not in failing, SEVERITIES.index(rule["severity"]), rule["id"]

        return sorted(self.rules, key=gravity)


def to_json(report: Report) -> bytes:
    """The report as JSON."""
    return report.json


def violates(verdict: Mapping[str, Any]) -> bool:
    """Whether a verdict closes the gate: a violation in the view that no waiver in force accepts."""
    failed = verdict["outcome"] == "failed" and verdict["severity"] == "Violation"
    return bool(failed and verdict["run"] == "view" and not verdict["waiver"])


def is_lost(verdict: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    """Whether a verdict says that its rule was not judged, rather than that a thing could not be."""
    return bool(verdict["outcome"] == "not-checked" and verdict["focus"] == rule["iri"])


def worst(verdicts: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The gravest of some verdicts, one that no waiver accepts before one that is accepted; none of none."""
    return min(verdicts, key=lambda v: (OUTCOMES.index(v["outcome"]), bool(v["waiver"]), v["run"]), default=None)


def _grouped(
    verdicts: Iterable[Mapping[str, Any]], key: str, order: Iterable[str]
) -> dict[str, list[Mapping[str, Any]]]:
    grouped: dict[str, list[Mapping[str, Any]]] = {name: [] for name in order}
    for verdict in verdicts:
        grouped[verdict[key]].append(verdict)
    return grouped


def _only(value: Any, languages: Sequence[str]) -> Any:
    """A value with every text in three languages reduced to some of them."""
    if isinstance(value, dict):
        if value and set(value) <= set(LANGUAGES):
            return {language: value[language] for language in languages if language in value}
        return {key: _only(inner, languages) for key, inner in value.items()}
    return [_only(inner, languages) for inner in value] if isinstance(value, list) else value
