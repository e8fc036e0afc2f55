"""Registries by rules: the graver of the two runs in each cell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registergraf.audit.report.model import worst

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registergraf.audit.report.model import Report

SYMBOLS = {"not-checked": "?", "passed": "✓", "not-applicable": "·"}
FAILED = {"Violation": "✗", "Warning": "!", "Info": "i"}
ACCEPTED = "a"


@dataclass(frozen=True)
class Cell:
    """The graver verdict of one rule on one registry."""

    verdict: Mapping[str, Any]

    @property
    def symbol(self) -> str:
        """One sign, so that the matrix reads without colours."""
        if self.verdict["outcome"] != "failed":
            return SYMBOLS[self.verdict["outcome"]]
        return ACCEPTED if self.verdict["waiver"] else FAILED[self.verdict["severity"]]


@dataclass(frozen=True)
class Matrix:
    """The rules that are judged for registries, and a row of cells for each registry, by slug."""

    rules: Sequence[str]
    rows: Mapping[str, Sequence[Cell | None]]


def matrix(report: Report) -> Matrix:
    """The matrix of a report: every data source, every rule that judges data sources."""
    sources = {slug for slug, registry in report.names.registries.items() if not registry["part"]}
    found: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for verdict in report.verdicts:
        if verdict["registry"] in sources:
            found[verdict["registry"], verdict["rule"]].append(verdict)
    judging = {id_ for _, id_ in found}
    rules = [rule["id"] for rule in report.rules if rule["id"] in judging]
    graver = {key: worst(verdicts) for key, verdicts in found.items()}
    slugs = [slug for slug in report.by_registry if slug in sources]
    return Matrix(rules, {slug: [_cell(graver.get((slug, rule))) for rule in rules] for slug in slugs})


def _cell(verdict: Mapping[str, Any] | None) -> Cell | None:
    return None if verdict is None else Cell(verdict)
