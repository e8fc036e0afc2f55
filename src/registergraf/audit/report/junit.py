"""JUnit XML, as continuous integration reads it: a suite for each rule and run, a case for each thing.

Only what closes the gate is a failure, so that a build turns red for what it should. A finding of another severity, or
one that a waiver accepts, is a case that says so on its output; what does not apply or could not be checked is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from registergraf.audit.report.model import violates
from registergraf.audit.report.text import place
from registergraf.audit.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from registergraf.audit.report.model import Report

SKIPPED = ("not-applicable", "not-checked")


def to_junit(report: Report) -> bytes:
    """The report in the form that Jenkins, GitLab and others read."""
    words = Words(report.languages)
    root = ET.Element("testsuites", {"name": "registergraf audit", **_counts(report.verdicts)})
    made = {"command": report.identity.command("junit", report.languages), **report.identity.inputs}
    for rule in report.rules:
        for run in ("view", "claims"):
            cases = [v for v in report.by_rule[rule["id"]] if v["run"] == run]
            if cases:
                title = f"{rule['id']} {words.pick(rule['title'])} ({words('run.' + run)})"
                suite = ET.SubElement(root, "testsuite", {"name": title, **_counts(cases)})
                _properties(suite, made)
                made = {}
                for verdict in cases:
                    _case(suite, verdict, words)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _counts(verdicts: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    told = list(verdicts)
    failures, skipped = sum(map(violates, told)), sum(v["outcome"] in SKIPPED for v in told)
    return {"tests": str(len(told)), "failures": str(failures), "errors": "0", "skipped": str(skipped)}


def _properties(suite: ET.Element, made: Mapping[str, str]) -> None:
    """What the report was made from, in the first suite: the root has no place for it."""
    properties = ET.SubElement(suite, "properties") if made else suite
    for name, value in made.items():
        ET.SubElement(properties, "property", name=name, value=value)


def _case(suite: ET.Element, verdict: Mapping[str, Any], words: Words) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=f"registergraf.{verdict['rule']}.{verdict['run']}", name=verdict["label"]
    )
    told = words.pick(verdict["message"]) if verdict["message"] else ""
    if violates(verdict):
        failure = ET.SubElement(case, "failure", type=verdict["severity"], message=told)
        failure.text = _places(verdict)
    elif verdict["outcome"] in SKIPPED:
        ET.SubElement(case, "skipped", message=f"{words(verdict['outcome'])}{': ' if told else ''}{told}")
    elif verdict["outcome"] == "failed":
        accepted = f" ({words('accepted')}: {verdict['waiver']})" if verdict["waiver"] else ""
        ET.SubElement(case, "system-out").text = f"{verdict['severity']}{accepted}: {told}\n{_places(verdict)}"


def _places(verdict: Mapping[str, Any]) -> str:
    seen = dict.fromkeys(place(passage) for detail in verdict["details"] for passage in detail["passages"])
    return "\n".join([*seen, f"registergraf explain {verdict['id']}"])
