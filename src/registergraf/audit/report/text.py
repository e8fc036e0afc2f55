"""Text for a terminal: the findings by rule, gravest first, and then what was counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from registergraf.audit.report.model import SEVERITIES, is_lost
from registergraf.audit.report.words import Words
from registergraf.audit.verdicts import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from registergraf.audit.report.model import Report


def to_text(report: Report) -> str:
    """The report as lines of plain text."""
    words = Words(report.languages)
    lines = [line for rule in report.gravest_first for line in _rule(report, rule, words)]
    return "\n".join([*lines, *_waived(report, words), *_counted(report), "", *_identity(report, words)]) + "\n"


def _rule(report: Report, rule: Mapping[str, Any], words: Words) -> Iterator[str]:
    found = [v for v in report.by_rule[rule["id"]] if v["outcome"] == "failed" or is_lost(v, rule)]
    if not found:
        return
    yield f"{rule['severity']} {rule['id']}  {words.pick(rule['title'])}"
    if rule["source"]:
        yield f"  {words('rests-on')} {'; '.join(rule['source_labels'])}"
    for verdict in found:
        yield from _finding(verdict, words)
    yield ""


def _finding(verdict: Mapping[str, Any], words: Words) -> Iterator[str]:
    where = "" if verdict["run"] == "view" else words("in-claims")
    waived = f" – {words('accepted')}" if verdict["waiver"] else ""
    for _, message in words.each(verdict["message"]):
        yield f"  {verdict['label']}{where}: {message}  ({verdict['id']}){waived}"
    places = [
        f"    {place(passage)}" + (f"  [{detail['status']}]" if detail["status"] else "")
        for detail in verdict["details"]
        for passage in detail["passages"]
    ]
    yield from dict.fromkeys(places)


def place(passage: Mapping[str, Any]) -> str:
    """Where something was read, as document:lines «phrase», or the provision."""
    if passage["provision"]:
        return f"{passage['document']}: {passage['provision']}"
    if not passage["first"]:
        return str(passage["document"])
    lines = f"{passage['first']}" if passage["first"] == passage["last"] else f"{passage['first']}-{passage['last']}"
    return f"{passage['document']}:{lines}" + (f" «{passage['phrase']}»" if passage["phrase"] else "")


def _waived(report: Report, words: Words) -> Iterator[str]:
    for waiver in report.waivers:
        about = f"{waiver['rule']} {waiver['label']}, {words('state.' + waiver['state'])}"
        yield f"{words('waiver')} {waiver['iri']}: {about}"
        who = f"{words('accepted.by')} {waiver['by']}, {words('until')} {waiver['until']}"
        yield f"  {who}: {words.pick(waiver['why'])}"
    if report.waivers:
        yield ""


def _counted(report: Report) -> Iterator[str]:
    width = max([6, *(len(rule["id"]) + 1 for rule in report.rules)])
    yield f"{'rule':{width}}{'run':8}" + "".join(f"{outcome:>16}" for outcome in OUTCOMES)
    for rule in report.rules:
        found = report.by_rule[rule["id"]]
        # a rule that applies to nothing is told too: it was asked
        for run in dict.fromkeys(verdict["run"] for verdict in found) or ("–",):
            counts = Counter(verdict["outcome"] for verdict in found if verdict["run"] == run)
            yield f"{rule['id']:{width}}{run:8}" + "".join(f"{counts[outcome]:16}" for outcome in OUTCOMES)
    yield f"{'all':{width + 8}}" + "".join(f"{report.counts[outcome]:16}" for outcome in OUTCOMES)
    failed = Counter(v["severity"] for v in report.verdicts if v["outcome"] == "failed")
    yield "failed: " + ", ".join(f"{failed[severity]} {severity.lower()}" for severity in SEVERITIES)


def _identity(report: Report, words: Words) -> Iterator[str]:
    yield f"{words('release')} {report.identity.release}, {words('as-of').lower()} {report.identity.as_of}"
    yield from (f"  {name:34} {value}" for name, value in report.identity.inputs.items() if name != "release")
    yield f"{words('command')}:"
    yield f"  {report.identity.command('text', report.languages)}"
