"""The report for a case file: one HTML page that needs nothing else, reads without colours, and prints on A4."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from registergraf.audit.report.matrix import ACCEPTED, FAILED, SYMBOLS, matrix
from registergraf.audit.report.model import SEVERITIES
from registergraf.audit.report.words import Words
from registergraf.audit.verdicts import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Template

    from registergraf.audit.report.model import Report

LISTED = 100
"""Most things that a list of passes names; a rule that judges more is counted, and listed in the other formats."""


def to_html(report: Report) -> bytes:
    """The whole report."""
    words = Words(report.languages)
    page = _template().render(
        report=report,
        identity=report.identity,
        command=report.identity.command("html", report.languages),
        words=words,
        matrix=matrix(report),
        registries=_told(report),
        style=style(),
        counts=_counts(report),
        severities=SEVERITIES,
        outcomes=OUTCOMES,
        signs=_signs(words),
        rules={rule["id"]: rule for rule in report.rules},
        waivers={waiver["iri"]: waiver for waiver in report.waivers},
        listed=LISTED,
        data=json.dumps(report.identity.as_json(), sort_keys=True).replace("<", "\\u003c"),
    )
    return (page + "\n").encode()


@cache
def style() -> str:
    """The style sheet, which stands in the page itself."""
    return files(__package__).joinpath("report.css").read_text(encoding="utf-8")


def style_hash() -> str:
    """The source expression by which a Content-Security-Policy allows the style sheet (CSP level 3, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()}'"


@cache
def _template() -> Template:
    loader = PackageLoader("registergraf.audit", "report")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"runs": runs, "having": having, "labels": labels, "places": places}
    return environment.get_template("report.html.jinja")


def _counts(report: Report) -> Mapping[str, Counter[str]]:
    """Outcomes by severity, an accepted failure counted apart."""
    counts: dict[str, Counter[str]] = {severity: Counter() for severity in SEVERITIES}
    for verdict in report.verdicts:
        accepted = verdict["outcome"] == "failed" and verdict["waiver"]
        counts[verdict["severity"]]["accepted" if accepted else verdict["outcome"]] += 1
    return counts


def _told(report: Report) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The verdicts by registry: of every data source, and of a part of one where there is something to tell."""
    known = report.names.registries
    return {
        slug: verdicts
        for slug, verdicts in report.by_registry.items()
        if not known.get(slug, {}).get("part") or any(v["outcome"] == "failed" for v in verdicts)
    }


def _signs(words: Words) -> list[tuple[str, str]]:
    failed = [(sign, f"{words('failed')}: {words(severity).lower()}") for severity, sign in FAILED.items()]
    return [*failed, (ACCEPTED, words("accepted").lower()), *((sign, words(name)) for name, sign in SYMBOLS.items())]


def runs(verdicts: Sequence[Mapping[str, Any]]) -> list[tuple[str, Counter[str]]]:
    """The outcomes of each run that judged anything."""
    counted = [(run, Counter(v["outcome"] for v in verdicts if v["run"] == run)) for run in ("view", "claims")]
    return [(run, counts) for run, counts in counted if counts]


def having(verdicts: Sequence[Mapping[str, Any]], outcome: str) -> list[Mapping[str, Any]]:
    """The verdicts with an outcome."""
    return [verdict for verdict in verdicts if verdict["outcome"] == outcome]


def labels(verdicts: Sequence[Mapping[str, Any]], outcome: str) -> list[str]:
    """The things with an outcome, each once, in order."""
    return sorted({verdict["label"] for verdict in verdicts if verdict["outcome"] == outcome})


def places(verdict: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]]:
    """The passages of a verdict with the status of their claim, each once."""
    found = {
        (json.dumps(passage, sort_keys=True), detail["status"]): (passage, detail["status"])
        for detail in verdict["details"]
        for passage in detail["passages"]
    }
    return list(found.values())
