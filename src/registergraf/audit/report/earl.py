"""An EARL 1.0 assertion for every verdict, passes included (W3C Evaluation and Report Language), as Turtle.

A failure that a waiver accepts is a failure, with the waiver beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Triple

from registergraf.audit.report.rdf import EARL, TYPE, provenance, report_node, write_turtle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registergraf.audit.report.model import Report

OUTCOMES = {"passed": "passed", "failed": "failed", "not-applicable": "inapplicable", "not-checked": "cantTell"}


def to_earl(report: Report) -> bytes:
    """The assertions, each with subject, test, mode, result and who asserts it.

    They are written as text, in the order of the report: a serialiser takes ten times as long for as many.
    """
    identity = report.identity
    engine = NamedNode(f"{identity.base}software/registergraf/{identity.engines.get('registergraf', '')}")
    head = [
        *provenance(identity, identity.command("earl", report.languages)),
        Triple(engine, TYPE, NamedNode(EARL + "Software")),
        *(Triple(NamedNode(rule["iri"]), TYPE, NamedNode(EARL + "TestRequirement")) for rule in report.rules),
    ]
    same = f"earl:assertedBy {engine} ; earl:mode earl:automatic ; dct:isPartOf {report_node(identity)}"
    rules = {rule["id"]: NamedNode(rule["iri"]) for rule in report.rules}
    body = (_assertion(verdict, rules[verdict["rule"]], same, identity.base) for verdict in report.verdicts)
    return write_turtle(head, identity.base) + "".join(body).encode()


def _assertion(verdict: Mapping[str, Any], rule: NamedNode, same: str, base: str) -> str:
    result = f"<{base}verdict/{verdict['id']}/result>"
    told = "".join(f" ; earl:info {Literal(text, language=lang)}" for lang, text in sorted(verdict["message"].items()))
    accepted = f"dct:relation <{verdict['waiver']}> ; " if verdict["waiver"] else ""
    return (
        f"<{base}verdict/{verdict['id']}> a earl:Assertion ; {accepted}{same} ;\n"
        f"  earl:subject <{verdict['focus']}> ; earl:test {rule} ; earl:result {result} .\n"
        f"{result} a earl:TestResult ; earl:outcome earl:{OUTCOMES[verdict['outcome']]}{told} .\n"
    )
