"""Running the rules: SPARQL checks and SHACL shapes, which are compiled to SPARQL, both giving the same rows.

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

from registergraf.audit.apart import Limits
from registergraf.audit.asking import StoreAsker
from registergraf.audit.evidence import Evidence
from registergraf.audit.lost import lost_verdict
from registergraf.audit.report.words import Words
from registergraf.audit.restricting import restricted
from registergraf.audit.rows import parts_of, rows_of
from registergraf.audit.verdicts import OUTCOMES, Detail, Verdict
from registergraf.graph.queries import select
from registergraf.namespaces import RDF_TYPE, graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Store

    from registergraf.audit.asking import Asker
    from registergraf.audit.documents import Documents
    from registergraf.audit.rows import Part, Seen
    from registergraf.audit.rules import Rule, Rules
    from registergraf.graph.queries import Row

RDFS_RESOURCE = NamedNode("http://www.w3.org/2000/01/rdf-schema#Resource")
OA_EXACT = NamedNode("http://www.w3.org/ns/oa#exact")
NOT_SEEN = frozenset({"this", "outcome", "value", "claim", "shape", "component", "path", "query"})
"""What of a row is not something beside the value that was seen."""
PLACEHOLDER = re.compile(r"\{\?(\w+)\}")

PASSAGE_LINES = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX rg: <{base}ns#>
SELECT ?passage ?file ?first ?last WHERE {{
  ?passage oa:hasSource/dct:source ?file ; rg:firstLine ?first ; rg:lastLine ?last ; rg:phrase ?phrase }}
"""


def judge(  # noqa: PLR0913 - the dataset, and all that is laid beside it
    store: Store,
    rules: Rules,
    documents: Documents,
    terms: Iterable[str],
    base: str,
    *,
    limits: Limits | None = None,
) -> list[Verdict]:
    """Every rule applied to everything in its scope, in both runs, in the order of rule, run and thing.

    A rule that reaches a limit, crashes or is malformed is not judged, which is a verdict of its own; the others are.
    """
    with laid_out(store, documents, terms, base):
        seen = rows_of(parts_of(rules), StoreAsker(store, limits or Limits()))
        return list(verdicts_of(seen, Evidence.of(store, base)))


def judge_parts(
    store: Store, rules: Rules, parts: Sequence[Part], base: str, asker: Asker
) -> tuple[list[Verdict], Evidence]:
    """The verdicts by parts of some rules, and the evidence that they and the rules are told with.

    What `laid_out` lays beside the dataset has to be there.
    """
    seen = rows_of(parts, asker)
    sources = {source for rule in rules.rules for source in rule.sources}
    evidence = Evidence.near(store, base, (row for one in seen for row in one.rows if "this" in row), sources)
    return list(verdicts_of(seen, evidence)), evidence


def verdicts_of(seen: Iterable[Seen], evidence: Evidence) -> Iterator[Verdict]:
    """The verdicts that the rows of each rule and run give, in order."""
    for plain, run, rows, lost in seen:
        rule = replace(plain, source_labels=tuple(evidence.label(NamedNode(source)) for source in plain.sources))
        yield from _verdicts(rule, run, rows, evidence)
        if lost:
            yield lost_verdict(rule, run, lost)


@contextmanager
def laid_out(
    store: Store, documents: Documents, terms: Iterable[str], base: str, passages: Iterable[str] | None = None
) -> Iterator[None]:
    """Lay `graph/documents` and `graph/whitelist` beside the dataset while it is judged; they are never published.

    `passages` are the only ones, by IRI, whose lines are wanted; None for all.
    """
    whitelist, lines = NamedNode(graph("whitelist", base)), NamedNode(graph("documents", base))
    try:
        store.extend(Quad(NamedNode(term), NamedNode(RDF_TYPE), RDFS_RESOURCE, whitelist) for term in terms)
        store.extend(_lines(store, documents, base, lines, passages))
        yield
    finally:
        store.remove_graph(whitelist)
        store.remove_graph(lines)


def _lines(
    store: Store, documents: Documents, base: str, layer: NamedNode, passages: Iterable[str] | None
) -> list[Quad]:
    """The text of the lines of each passage that has a phrase, where its document is at hand."""
    query = PASSAGE_LINES.format(base=base)
    rows = select(store, query if passages is None else restricted(query, passages, "passage"))
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
        queries = dict.fromkeys(row["query"].value if "query" in row else rule.checks[run] for row in told)
        yield Verdict(rule, run, thing, evidence.label(seen[0]["this"]), outcome, details, queries=tuple(queries))


def _detail(rule: Rule, row: Row, evidence: Evidence) -> Detail:
    message = tuple((language, _said(rule, row, evidence, language)) for language in sorted(rule.message))
    value = evidence.label(row["value"]) if "value" in row else ""
    claim = row["claim"].value if "claim" in row else evidence.claim_of(row)
    seen = tuple((name, evidence.label(term)) for name, term in sorted(row.items()) if _is_seen(name))
    shape, component, path = (row[name].value if name in row else "" for name in ("shape", "component", "path"))
    term = str(row["value"]) if "value" in row else ""
    return Detail(
        message, value, claim, evidence.status(claim), evidence.passages(claim), seen, shape, component, path, term
    )


def _is_seen(name: str) -> bool:
    return name not in NOT_SEEN and not name.startswith("message-")


def _said(rule: Rule, row: Row, evidence: Evidence, language: str) -> str:
    """The message that the row brings, or that of the rule."""
    own = row.get(f"message-{language}")
    if own is not None:
        return str(own.value)
    unchecked = rule.unchecked_message if row["outcome"].value == "not-checked" else {}
    return _fill((unchecked or rule.message)[language], row, evidence, language)


def _fill(text: str, row: Row, evidence: Evidence, language: str) -> str:
    def value(match: re.Match[str]) -> str:
        term = row.get(match[1])
        return evidence.title(term, language) if term is not None else Words([language])("unknown")

    return PLACEHOLDER.sub(value, text)
