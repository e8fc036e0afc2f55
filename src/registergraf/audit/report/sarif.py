"""SARIF 2.1.0 (OASIS), for code hosts and editors: what failed, and what could not be checked.

What passed is counted in the run's properties; JSON, CSV and EARL list it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from registergraf.audit.report.words import Words
from registergraf.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registergraf.audit.report.model import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"Violation": "error", "Warning": "warning", "Info": "note"}
KINDS = {"failed": "fail", "not-checked": "open"}


def to_sarif(report: Report) -> bytes:
    """One run of the tool over the release."""
    words = Words(report.languages)
    identity, command = report.identity, report.identity.command("sarif", report.languages)
    run = {
        "tool": {"driver": _driver(report, words)},
        "automationDetails": {"id": f"registergraf/audit/{identity.release}/{identity.as_of}"},
        "invocations": [{"commandLine": command, "executionSuccessful": True}],
        "language": words.languages[0],
        "artifacts": list(_artifacts(report, words)),
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, verdict, words) for verdict in report.verdicts if verdict["outcome"] in KINDS],
        "properties": {"identity": identity.as_json(), "counts": dict(report.counts), "conforms": report.conforms},
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(document, sort_keys=True)


def _driver(report: Report, words: Words) -> dict[str, Any]:
    driver = {
        "name": "Registergraf",
        "informationUri": report.identity.base,
        "rules": [_rule(report, rule, words) for rule in report.rules],
    }
    version = report.identity.engines.get("registergraf")
    return {**driver, "version": version} if version else driver


def _rule(report: Report, rule: Mapping[str, Any], words: Words) -> dict[str, Any]:
    links = [report.names.provisions[iri]["link"] for iri in rule["source"] if iri in report.names.provisions]
    return {
        "id": rule["id"],
        "shortDescription": {"text": words.pick(rule["title"])},
        "fullDescription": {"text": words.pick(rule["explanation"])},
        "helpUri": links[0] if links else rule["iri"],
        "defaultConfiguration": {"level": LEVELS[rule["severity"]]},
        "properties": {"restsOn": rule["source_labels"], "links": links, "checks": rule["checks"]},
    }


def _artifacts(report: Report, words: Words) -> Iterator[dict[str, Any]]:
    for document in report.names.documents.values():
        if document["file"]:
            digest = report.identity.sources.get(document["file"])
            yield {
                "location": {"uri": document["file"], "uriBaseId": "SOURCES"},
                "description": {"text": words.pick(document["title"]) or document["iri"]},
                **({"hashes": {"sha-256": digest}} if digest else {}),
            }


def _result(report: Report, verdict: Mapping[str, Any], words: Words) -> dict[str, Any]:
    failed = verdict["outcome"] == "failed"
    return {
        "ruleId": verdict["rule"],
        "kind": KINDS[verdict["outcome"]],
        "level": LEVELS[verdict["severity"]] if failed else "none",
        "message": {"text": f"{verdict['label']}: {words.pick(verdict['message'])}"},
        "locations": list(_locations(report, verdict)),
        "partialFingerprints": {"registergraf/verdict": verdict["id"]},
        "properties": {"run": verdict["run"], "focus": verdict["focus"], "recheck": verdict["recheck"]},
        **({"suppressions": list(_suppressions(report, verdict, words))} if verdict["waiver"] else {}),
    }


def _locations(report: Report, verdict: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Where it was read, each place once; the thing itself where nothing was."""
    logical = [{"fullyQualifiedName": verdict["focus"], "name": verdict["label"]}]
    passages = {json.dumps(p, sort_keys=True): p for detail in verdict["details"] for p in detail["passages"]}
    places = [
        {"artifactLocation": {"uri": file, "uriBaseId": "SOURCES"}, "region": _region(passage)}
        for passage in passages.values()
        if passage["first"] and (file := report.names.documents[passage["document"]]["file"])
    ]
    yield from ({"physicalLocation": place, "logicalLocations": logical} for place in places)
    if not places:
        yield {"logicalLocations": logical}


def _region(passage: Mapping[str, Any]) -> dict[str, Any]:
    region = {"startLine": passage["first"], "endLine": passage["last"]}
    return {**region, "message": {"text": passage["phrase"]}} if passage["phrase"] else region


def _suppressions(report: Report, verdict: Mapping[str, Any], words: Words) -> Iterator[dict[str, Any]]:
    for waiver in report.waivers:
        if waiver["iri"] == verdict["waiver"]:
            why = f"{words.pick(waiver['why'])} ({waiver['by']}, {words('until')} {waiver['until']})"
            yield {"kind": "external", "status": "accepted", "justification": why}
