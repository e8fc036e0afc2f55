"""A verdict: one rule applied to one thing, with what was seen and where it was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registergraf.audit.rules import Rule

OUTCOMES = ("failed", "not-checked", "passed", "not-applicable")
"""From gravest to least: where the rows of a check disagree about a thing, the first one counts."""


@dataclass(frozen=True, order=True)
class Passage:
    """Where something was read: lines of a document, or a provision."""

    document: str
    first: int
    last: int
    phrase: str
    provision: str
    """Its name as lawyers write it, or empty."""
    provision_iri: str = ""

    def __str__(self) -> str:
        if self.provision:
            return f"{self.document}, {self.provision}"
        lines = "" if not self.first else f" {self.first}" if self.first == self.last else f" {self.first}-{self.last}"
        quoted = f" «{self.phrase}»" if self.phrase else ""
        return f"{self.document}{' line' if lines else ''}{lines}{quoted}"


@dataclass(frozen=True, order=True)
class Detail:
    """One thing seen: the message in each language, the claim that says it, and the claim's passages."""

    message: tuple[tuple[str, str], ...]
    value: str
    claim: str = ""
    status: str = ""
    passages: tuple[Passage, ...] = ()
    seen: tuple[tuple[str, str], ...] = ()
    """What the check saw beside the value, by the names of its columns."""
    shape: str = ""
    """The shape within the rule that failed, where the rule is judged by shapes."""
    component: str = ""
    """The SHACL constraint component that failed; empty where the rule is judged by a query."""
    path: str = ""
    """The property on which it was seen, or empty."""
    term: str = ""
    """The value as N-Triples writes it; empty where there is none."""


@dataclass(frozen=True)
class Verdict:
    """One rule applied to one thing in one run."""

    rule: Rule = field(repr=False)
    run: str
    """"view" or "claims"."""
    focus: str
    """The IRI of the thing."""
    label: str
    """Its name or slug."""
    outcome: str
    details: tuple[Detail, ...] = ()
    """The causes, each of which alone gives the outcome; empty for a pass."""
    waiver: str = ""
    """The IRI of the waiver in force that accepts the failure, or empty."""
    queries: tuple[str, ...] = field(default=(), repr=False)
    """The queries that gave it, each once."""

    @property
    def failed(self) -> bool:
        """Whether the thing breaks the rule."""
        return self.outcome == "failed"

    @property
    def severity(self) -> str:
        """The rule's severity."""
        return self.rule.severity

    @property
    def key(self) -> str:
        """A short name that stays the same for the same rule, run and thing."""
        return hashlib.sha256(f"{self.rule.id} {self.run} {self.focus}".encode()).hexdigest()[:12]

    def explain(self, language: str) -> str:
        """What was seen, in one language, one sentence for each detail."""
        said = [dict(detail.message).get(language, "") for detail in self.details]
        return "; ".join(dict.fromkeys(filter(None, said))) or self.rule.title.get(language, self.rule.id)

    def as_json(self) -> dict[str, Any]:
        """For reports."""
        return {
            "id": self.key,
            "rule": self.rule.id,
            "run": self.run,
            "focus": self.focus,
            "registry": self.label if "/registry/" in self.focus else "",
            "label": self.label,
            "outcome": self.outcome,
            "severity": self.severity,
            "message": {language: self.explain(language) for language in self.rule.title} if self.details else {},
            "details": [_detail_json(detail) for detail in self.details],
            "recheck": [recheck(query, self.focus) for query in self.queries] if self.details else [],
            "waiver": self.waiver,
        }


def recheck(query: str, focus: str) -> str:
    """The query of a rule restricted to one thing.

    A VALUES block after the query is joined with its solutions (SPARQL 1.1 Query, section 18.2.4.3). Empty where there
    is no query, or the thing is a blank node.
    """
    return f"{query.rstrip()}\nVALUES ?this {{ <{focus}> }}\n" if query and ":" in focus else ""


def _detail_json(detail: Detail) -> Mapping[str, Any]:
    return {
        **vars(detail),
        "message": dict(detail.message),
        "seen": dict(detail.seen),
        "passages": [vars(p) for p in detail.passages],
    }
