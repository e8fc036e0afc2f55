"""A verdict or a rule in plain language."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from registergraf.audit.rechecking import shape_queries, shapes_of
from registergraf.audit.report.text import place
from registergraf.audit.report.words import Words
from registergraf.audit.rules import nearest_ids
from registergraf.audit.verdicts import OUTCOMES, recheck
from registergraf.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from registergraf.audit.report.model import Report


def explain(report: Report, name: str, language: str, turtle: Iterable[str]) -> str:
    """What a verdict or a rule means, by its id; `turtle` is the files of the rules, for the queries of shapes.

    Raises `UnknownNameError` for a name that is neither.
    """
    words = Words((language,))
    rules = {rule["id"]: rule for rule in report.rules}
    if name.upper() in rules:
        return "\n".join(_rule(report, rules[name.upper()], words)) + "\n"
    verdict = find_verdict(report, name)
    rule = rules[verdict["rule"]]
    return "\n".join([*_verdict(report, verdict, rule, words), *_queries(verdict, rule, turtle, words)]) + "\n"


def find_verdict(report: Report, name: str) -> Mapping[str, Any]:
    """The verdict of an id, or of its beginning where only one begins so; raises `UnknownNameError`."""
    found = [verdict for verdict in report.verdicts if name and verdict["id"].startswith(name.lower())]
    if len(found) == 1:
        return found[0]
    near = [verdict["id"] for verdict in found[:3]] or nearest_ids(name, [rule["id"] for rule in report.rules])
    raise UnknownNameError("verdict or rule", name, near)


def _queries(verdict: Mapping[str, Any], rule: Mapping[str, Any], turtle: Iterable[str], words: Words) -> Iterator[str]:
    """The query that gives the verdict again; for a pass every query of the rule, none of which finds a fault."""
    queries = list(verdict["recheck"])
    if not queries:
        queries = [recheck(rule["checks"].get(verdict["run"], ""), verdict["focus"])]
        if verdict["run"] == "view":
            queries += shape_queries(shapes_of(turtle), rule["iri"], verdict["focus"])
    for query in filter(None, queries):
        yield from ("", f"{words('query')}:", query.rstrip())


def _head(report: Report, rule: Mapping[str, Any], words: Words) -> Iterator[str]:
    yield f"{rule['id']} {words.pick(rule['title'])}"
    yield f"  {words.pick(rule['explanation'])}"
    yield f"  {words('severity')}: {words(rule['severity'])}"
    for iri in rule["source"]:
        known = report.names.provisions[iri]
        heading = f" ({known['heading']})" if known["heading"] else ""
        yield f"  {words('provision')}: {known['label']}{heading} <{known['link']}>"
    if not rule["source"]:
        yield f"  {words('provision')}: {words('rests-on.none')}"
    if rule["applies_from"] or rule["applies_until"]:
        bounds = [
            f"{words(k)} {d}" for k, d in (("since", rule["applies_from"]), ("until", rule["applies_until"])) if d
        ]
        yield f"  {words('applies')}: {' '.join(bounds)}"
    else:
        yield f"  {words('applies.always')}"


def _rule(report: Report, rule: Mapping[str, Any], words: Words) -> Iterator[str]:
    yield from _head(report, rule, words)
    for run in ("view", "claims"):
        counts = Counter(v["outcome"] for v in report.by_rule[rule["id"]] if v["run"] == run)
        if counts:
            told = ", ".join(f"{words(outcome)} {counts[outcome]}" for outcome in OUTCOMES if counts[outcome])
            yield f"  {words('run')} {words('run.' + run)}: {told}"
    for verdict in report.by_rule[rule["id"]]:
        if verdict["outcome"] == "failed":
            yield f"    {verdict['id']}  {verdict['label']}: {words.pick(verdict['message'])}"
    for run, query in sorted(rule["checks"].items(), reverse=True):
        yield from ("", f"{words('query.rule')} ({words('run.' + run)}):", query.rstrip())


def _verdict(report: Report, verdict: Mapping[str, Any], rule: Mapping[str, Any], words: Words) -> Iterator[str]:
    yield f"{words('verdict')} {verdict['id']}: {words(verdict['outcome'])}"
    yield f"  {verdict['label']} <{verdict['focus']}> ({words('run.' + verdict['run'])})"
    yield ""
    yield from _head(report, rule, words)
    for number, detail in enumerate(verdict["details"], start=1):
        yield ""
        yield f"{number}. {words.pick(detail['message'])}"
        seen = {
            words("value").lower(): detail["value"],
            **dict(sorted(detail["seen"].items())),
            "path": detail["path"],
            "shape": detail["shape"],
            "component": detail["component"],
        }
        yield from (f"  {name}: {value}" for name, value in seen.items() if value)
        status = f" [{words('status.' + detail['status'])}]" if detail["status"] else ""
        if detail["claim"]:
            yield f"  {words('claim')}: <{detail['claim']}>{status}"
        yield from (f"  {words('where').lower()}: {_place(report, passage, words)}" for passage in detail["passages"])
    yield from _waiver(report, verdict, words)


def _place(report: Report, passage: Mapping[str, Any], words: Words) -> str:
    document = report.names.documents.get(passage["document"])
    if document is None:
        return place(passage)
    dated = document["date"] or words("undated")
    return f"{place(passage)} – {words.pick(document['title'])} ({dated})"


def _waiver(report: Report, verdict: Mapping[str, Any], words: Words) -> Iterator[str]:
    for waiver in report.waivers:
        if waiver["iri"] == verdict["waiver"]:
            until = f"{words('until')} {waiver['until']}"
            yield from (
                "",
                f"{words('accepted')}: {words('accepted.by')} {waiver['by']}, {until}: {words.pick(waiver['why'])}",
            )
