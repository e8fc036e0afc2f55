"""Running the rules: SPARQL checks on Oxigraph, SHACL shapes in pySHACL, both giving the same rows.

A check is a SELECT with a row for each thing in its scope and each fault it looks for:
``?this``, ``?outcome`` (passed, failed, not-applicable, not-checked), and whatever its message mentions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from registergraf.audit.evidence import Evidence
from registergraf.audit.shacl import shacl_rows
from registergraf.audit.verdicts import OUTCOMES, Detail, Verdict
from registergraf.graph.queries import select
from registergraf.namespaces import RDF_TYPE, graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Store

    from registergraf.audit.documents import Documents
    from registergraf.audit.rules import Rule, Rules
    from registergraf.graph.queries import Row

RDFS_RESOURCE = NamedNode("http://www.w3.org/2000/01/rdf-schema#Resource")
OA_EXACT = NamedNode("http://www.w3.org/ns/oa#exact")
NOT_SEEN = frozenset({"this", "outcome", "value", "claim", "shape", "component", "path"})
"""What of a row is not something beside the value that was seen."""
PLACEHOLDER = re.compile(r"\{\?(\w+)\}")

PASSAGE_LINES = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX rg: <{base}ns#>
SELECT ?passage ?file ?first ?last WHERE {{
  ?passage oa:hasSource/dct:source ?file ; rg:firstLine ?first ; rg:lastLine ?last ; rg:phrase ?phrase }}
"""


def judge(store: Store, rules: Rules, documents: Documents, terms: Iterable[str], base: str) -> list[Verdict]:
    """Every rule applied to everything in its scope, in both runs, in the order of rule, run and thing."""
    with laid_out(store, documents, terms, base):
        return list(_judged(store, rules, Evidence.of(store, base)))


def _judged(store: Store, rules: Rules, evidence: Evidence) -> Iterator[Verdict]:
    shapes = shacl_rows(store, rules)
    for plain in rules.rules:
        rule = replace(plain, source_labels=tuple(evidence.label(NamedNode(source)) for source in plain.sources))
        rows = {run: select(store, text) for run, text in rule.checks.items()}
        if rule.has_shape:
            rows["view"] = [*rows.get("view", []), *shapes.get(rule.id, [])]
        for run in ("view", "claims"):
            yield from _verdicts(rule, run, rows.get(run, []), evidence)


@contextmanager
def laid_out(store: Store, documents: Documents, terms: Iterable[str], base: str) -> Iterator[None]:
    """Lay `graph/documents` and `graph/whitelist` beside the dataset while it is judged; they are never published."""
    whitelist, lines = NamedNode(graph("whitelist", base)), NamedNode(graph("documents", base))
    try:
        store.extend(Quad(NamedNode(term), NamedNode(RDF_TYPE), RDFS_RESOURCE, whitelist) for term in terms)
        store.extend(_lines(store, documents, base, lines))
        yield
    finally:
        store.remove_graph(whitelist)
        store.remove_graph(lines)


def _lines(store: Store, documents: Documents, base: str, layer: NamedNode) -> list[Quad]:
    """The text of the lines of each passage that has a phrase, where its document is at hand."""
    rows = select(store, PASSAGE_LINES.format(base=base))
    texts = ((r["passage"], documents.text(r["file"].value, int(r["first"].value), int(r["last"].value))) for r in rows)
    return [Quad(NamedNode(p.value), OA_EXACT, Literal(text), layer) for p, text in texts if text is not None]


def _verdicts(rule: Rule, run: str, rows: list[Row], evidence: Evidence) -> Iterator[Verdict]:
    by_thing: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if "this" in row and "outcome" in row:
            by_thing[row["this"].value].append(row)
    for thing, seen in sorted(by_thing.items()):
        outcome = min((row["outcome"].value for row in seen), key=OUTCOMES.index)
        told = [row for row in seen if row["outcome"].value == outcome] if outcome in {"failed", "not-checked"} else []
        details = tuple(sorted({_detail(rule, row, evidence) for row in told}))
        yield Verdict(rule, run, thing, evidence.label(NamedNode(thing)), outcome, details)


def _detail(rule: Rule, row: Row, evidence: Evidence) -> Detail:
    message = tuple((language, _fill(text, row, evidence, language)) for language, text in sorted(rule.message.items()))
    value = evidence.label(row["value"]) if "value" in row else ""
    claim = row["claim"].value if "claim" in row else evidence.claim_of(row)
    seen = tuple((name, evidence.label(term)) for name, term in sorted(row.items()) if name not in NOT_SEEN)
    shape, component, path = (row[name].value if name in row else "" for name in ("shape", "component", "path"))
    term = str(row["value"]) if "value" in row else ""
    return Detail(
        message, value, claim, evidence.status(claim), evidence.passages(claim), seen, shape, component, path, term
    )


def _fill(text: str, row: Row, evidence: Evidence, language: str) -> str:
    def value(match: re.Match[str]) -> str:
        term = row.get(match[1])
        return evidence.label(term, language) if term is not None else "–"

    return PLACEHOLDER.sub(value, text)
