"""Verdicts as text for a terminal, as JSON, and as RDF (SHACL results and EARL assertions)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from registergraf.audit.verdicts import OUTCOMES
from registergraf.namespaces import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from registergraf.audit.rules import Rule
    from registergraf.audit.verdicts import Verdict

SEVERITIES = ("Violation", "Warning", "Info")
IN_CLAIMS = {"nb": " (i påstandene)", "nn": " (i påstandane)", "en": " (in the claims)"}
RESTS_ON = {"nb": "hviler på", "nn": "kviler på", "en": "rests on"}
SH = "http://www.w3.org/ns/shacl#"
EARL = "http://www.w3.org/ns/earl#"
TYPE = NamedNode(RDF_TYPE)
EARL_OUTCOME = {"passed": "passed", "failed": "failed", "not-applicable": "inapplicable", "not-checked": "cantTell"}


@dataclass(frozen=True)
class Report:
    """The verdicts and rules of one audit, as plain values."""

    rules: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]

    @classmethod
    def of(cls, verdicts: Iterable[Verdict], rules: Iterable[Rule]) -> Self:
        """The report of these verdicts."""
        return cls([rule.as_json() for rule in rules], [verdict.as_json() for verdict in verdicts])

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read what `json` wrote."""
        return cls(**json.loads(data))

    @property
    def json(self) -> bytes:
        """The same bytes for the same verdicts."""
        return (json.dumps(vars(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def to_text(report: Report, language: str) -> str:
    """The findings by rule, gravest first, and then what was counted."""
    lines: list[str] = []
    for severity in SEVERITIES:
        for rule in report.rules:
            found = [v for v in report.verdicts if v["rule"] == rule["id"] and v["outcome"] == "failed"]
            if found and rule["severity"] == severity:
                lines += [f"{severity} {rule['id']}  {rule['title'][language]}"]
                lines += [f"  {RESTS_ON[language]} {'; '.join(rule['source_labels'])}"] if rule["source"] else []
                lines += [line for verdict in found for line in _finding(verdict, language)]
                lines += [""]
    return "\n".join([*lines, *_counted(report)]) + "\n"


def _finding(verdict: Mapping[str, Any], language: str) -> Iterator[str]:
    where = "" if verdict["run"] == "view" else IN_CLAIMS[language]
    yield f"  {verdict['label']}{where}: {verdict['message'][language]}"
    places = [
        f"    {_place(passage)}" + (f"  [{detail['status']}]" if detail["status"] else "")
        for detail in verdict["details"]
        for passage in detail["passages"]
    ]
    yield from dict.fromkeys(places)


def _place(passage: Mapping[str, Any]) -> str:
    if passage["provision"]:
        return f"{passage['document']}: {passage['provision']}"
    if not passage["first"]:
        return str(passage["document"])
    lines = f"{passage['first']}" if passage["first"] == passage["last"] else f"{passage['first']}-{passage['last']}"
    return f"{passage['document']}:{lines}" + (f" «{passage['phrase']}»" if passage["phrase"] else "")


def _counted(report: Report) -> Iterator[str]:
    yield f"{'rule':6}{'run':8}" + "".join(f"{outcome:>16}" for outcome in OUTCOMES)
    for rule in report.rules:
        for run in ("view", "claims"):
            counts = Counter(v["outcome"] for v in report.verdicts if v["rule"] == rule["id"] and v["run"] == run)
            if counts:
                yield f"{rule['id']:6}{run:8}" + "".join(f"{counts[outcome]:16}" for outcome in OUTCOMES)
    total = Counter(v["outcome"] for v in report.verdicts)
    yield f"{'all':14}" + "".join(f"{total[outcome]:16}" for outcome in OUTCOMES)


def to_turtle(report: Report, base: str) -> bytes:
    """A SHACL validation report with a result for each failure, and an EARL assertion for every verdict."""
    iris = {rule["id"]: rule["iri"] for rule in report.rules}
    node = NamedNode(base + "audit")
    conforms = not any(violates(verdict) for verdict in report.verdicts)
    boolean = NamedNode("http://www.w3.org/2001/XMLSchema#boolean")
    triples = [
        Triple(node, TYPE, NamedNode(SH + "ValidationReport")),
        Triple(node, NamedNode(SH + "conforms"), Literal(str(conforms).lower(), datatype=boolean)),
    ]
    for verdict in report.verdicts:
        triples += _assertion(verdict, iris[verdict["rule"]], node, base)
    prefixes = {"earl": EARL, "sh": SH, "verdict": base + "verdict/", "rule": base + "rule/"}
    return serialize(sorted(triples, key=str), format=RdfFormat.TURTLE, prefixes=prefixes) or b""


def violates(verdict: Mapping[str, Any]) -> bool:
    """Whether a verdict closes the gate: a violation in the view."""
    return bool(verdict["outcome"] == "failed" and verdict["severity"] == "Violation" and verdict["run"] == "view")


def _assertion(verdict: Mapping[str, Any], rule: str, report: NamedNode, base: str) -> Iterator[Triple]:
    node, result = NamedNode(f"{base}verdict/{verdict['id']}"), NamedNode(f"{base}verdict/{verdict['id']}-result")
    yield Triple(node, TYPE, NamedNode(EARL + "Assertion"))
    yield Triple(node, NamedNode(EARL + "subject"), NamedNode(verdict["focus"]))
    yield Triple(node, NamedNode(EARL + "test"), NamedNode(rule))
    yield Triple(node, NamedNode(EARL + "result"), result)
    yield Triple(result, TYPE, NamedNode(EARL + "TestResult"))
    yield Triple(result, NamedNode(EARL + "outcome"), NamedNode(EARL + EARL_OUTCOME[verdict["outcome"]]))
    if verdict["outcome"] == "failed":
        yield Triple(report, NamedNode(SH + "result"), node)
        yield Triple(node, TYPE, NamedNode(SH + "ValidationResult"))
        yield Triple(node, NamedNode(SH + "focusNode"), NamedNode(verdict["focus"]))
        yield Triple(node, NamedNode(SH + "sourceShape"), NamedNode(rule))
        yield Triple(node, NamedNode(SH + "resultSeverity"), NamedNode(SH + verdict["severity"]))
        for language, text in sorted(verdict["message"].items()):
            yield Triple(node, NamedNode(SH + "resultMessage"), Literal(text, language=language))
