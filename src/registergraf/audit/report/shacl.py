"""The SHACL validation report (SHACL 1.0, section 3.6), as Turtle and JSON-LD.

Two reports in one document. The strict one holds every failure, of either run and any severity, and conforms only
where there is none, as SHACL 1.0 has it. The one of the gate holds the violations in the view that no waiver accepts.
A result for each failed verdict has `sh:detail` for each of its causes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from registergraf.audit.report.model import SEVERITIES, violates
from registergraf.audit.report.rdf import TYPE, boolean, in_order, provenance, report_node, term, write_turtle
from registergraf.audit.report.shacl12 import used
from registergraf.json_text import json_text
from registergraf.namespaces import PREFIXES, RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registergraf.audit.report.model import Report

BY_QUERY = PREFIXES["sh"] + "SPARQLConstraintComponent"
BY_PARTS = PREFIXES["sh"] + "NodeConstraintComponent"


def to_turtle(report: Report) -> bytes:
    """The validation reports as Turtle."""
    return write_turtle(_triples(report, "turtle"), report.identity.base)


def to_json_ld(report: Report) -> bytes:
    """The same as flattened JSON-LD 1.1, with its context, in a fixed order."""
    nodes: dict[str, dict[str, Any]] = {}
    triple: Any
    for triple in in_order(_triples(report, "json-ld")):
        node = nodes.setdefault(triple.subject.value, {"@id": triple.subject.value})
        if triple.predicate.value == RDF_TYPE:
            node.setdefault("@type", []).append(triple.object.value)
        else:
            node.setdefault(_short(triple.predicate.value), []).append(_value(triple.object))
    context = {name: PREFIXES[name] for name in ("dct", "prov", "rdfs", "sh", "spdx", "xsd")}
    document = {"@context": {**context, "rg": report.identity.base + "ns#"}, "@graph": list(nodes.values())}
    return json_text(document)


def _triples(report: Report, format_name: str) -> Iterator[Triple]:
    identity = report.identity
    node = report_node(identity)
    gate = NamedNode(node.value + "/gate")
    failed = [verdict for verdict in report.verdicts if verdict["outcome"] == "failed"]
    yield from provenance(identity, identity.command(format_name, report.languages))
    yield from _report(node, not failed)
    yield from used(node, identity, SEVERITIES)
    yield from _report(gate, report.conforms)
    yield from used(gate, identity, SEVERITIES[:1])
    rules = {rule["id"]: NamedNode(rule["iri"]) for rule in report.rules}
    for verdict in failed:
        result = NamedNode(f"{identity.base}verdict/{verdict['id']}")
        yield Triple(node, term("sh", "result"), result)
        if violates(verdict):
            yield Triple(gate, term("sh", "result"), result)
        yield from _result(result, verdict, rules[verdict["rule"]])


def _report(node: NamedNode, conforms: bool) -> Iterator[Triple]:  # noqa: FBT001 - it is the value
    yield Triple(node, TYPE, term("sh", "ValidationReport"))
    yield Triple(node, term("sh", "conforms"), boolean(conforms))


def _result(node: NamedNode, verdict: Mapping[str, Any], rule: NamedNode) -> Iterator[Triple]:
    details = verdict["details"]
    component = BY_PARTS if any(detail["component"] for detail in details) else BY_QUERY
    yield from _common(node, verdict, rule, component, verdict["message"])
    if verdict["waiver"]:
        yield Triple(node, term("dct", "relation"), NamedNode(verdict["waiver"]))
    for number, detail in enumerate(details, start=1):
        cause = NamedNode(f"{node.value}/{number}")
        yield Triple(node, term("sh", "detail"), cause)
        shape = NamedNode(detail["shape"]) if detail["shape"] else rule
        yield from _common(cause, verdict, shape, detail["component"] or BY_QUERY, detail["message"])
        if detail["path"]:
            yield Triple(cause, term("sh", "resultPath"), NamedNode(detail["path"]))
        if detail["term"]:
            yield Triple(cause, term("sh", "value"), read_term(detail["term"]))
        if detail["claim"]:
            yield Triple(cause, term("prov", "wasDerivedFrom"), NamedNode(detail["claim"]))


def _common(
    node: NamedNode, verdict: Mapping[str, Any], shape: NamedNode, component: str, message: Mapping[str, str]
) -> Iterator[Triple]:
    yield Triple(node, TYPE, term("sh", "ValidationResult"))
    yield Triple(node, term("sh", "focusNode"), NamedNode(verdict["focus"]))
    yield Triple(node, term("sh", "sourceShape"), shape)
    yield Triple(node, term("sh", "sourceConstraintComponent"), NamedNode(component))
    yield Triple(node, term("sh", "resultSeverity"), term("sh", verdict["severity"]))
    for language, text in message.items():
        yield Triple(node, term("sh", "resultMessage"), Literal(text, language=language))


def read_term(text: str) -> Any:
    """A term that was written as N-Triples writes it."""
    return next(iter(parse(f"<s:> <p:> {text} .", format=RdfFormat.N_TRIPLES))).object


def _short(iri: str) -> str:
    for name in ("dct", "prov", "rdfs", "sh", "spdx"):
        if iri.startswith(PREFIXES[name]):
            return f"{name}:{iri.removeprefix(PREFIXES[name])}"
    return iri


def _value(object_: Any) -> dict[str, str] | str:
    if isinstance(object_, NamedNode):
        return {"@id": object_.value}
    if object_.language:
        return {"@value": object_.value, "@language": object_.language}
    plain = object_.datatype.value == PREFIXES["xsd"] + "string"
    return str(object_.value) if plain else {"@value": object_.value, "@type": object_.datatype.value}
