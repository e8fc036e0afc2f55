"""Reading the rules."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from registergraf.content.load import syntax_problem
from registergraf.errors import MalformedError, UnknownNameError
from registergraf.graph.queries import select
from registergraf.namespaces import RG, graph

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from registergraf.graph.queries import Row

LANGUAGES = ("nb", "nn", "en")
RUNS = ("view", "claims")
DCT_TEMPORAL = "http://purl.org/dc/terms/temporal"

RULES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?rule ?id ?severity ?from ?until WHERE {
  ?rule dct:identifier ?id ; sh:severity ?severity .
  OPTIONAL { ?rule dct:temporal/dcat:startDate ?from } OPTIONAL { ?rule dct:temporal/dcat:endDate ?until }
} ORDER BY ?id
"""


@dataclass(frozen=True)
class Rule:
    """One rule; texts are by language."""

    iri: str
    id: str
    severity: str
    """Violation, Warning or Info, as in SHACL 1.0."""
    title: Mapping[str, str] = field(repr=False)
    explanation: Mapping[str, str] = field(repr=False)
    message: Mapping[str, str] = field(repr=False)
    sources: tuple[str, ...] = field(repr=False)
    """The provisions and acts it rests on."""
    source_labels: tuple[str, ...] = field(repr=False)
    """Their names as lawyers write them; set when the rule has been judged against a graph that knows them."""
    checks: Mapping[str, str] = field(repr=False)
    """SPARQL by run: "view" and "claims"."""
    has_shape: bool
    applies_from: str = ""
    """The first day it applies to, as ISO 8601 writes it; empty where it has none."""
    applies_until: str = ""
    """The last day it applies to; empty where it has none."""
    unchecked_message: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What is said where it cannot be checked, if that is another than `message`."""

    @property
    def is_structural(self) -> bool:
        """Whether it is about the graph itself rather than about the law."""
        return self.id.startswith("S")

    @property
    def reads_verdicts(self) -> bool:
        """Whether it is judged after the others, by what they gave."""
        return any("graph:verdicts" in text for text in self.checks.values())

    def as_json(self) -> dict[str, Any]:
        """For reports."""
        return {
            "id": self.id,
            "iri": self.iri,
            "severity": self.severity,
            "title": self.title,
            "explanation": self.explanation,
            "source": list(self.sources),
            "source_labels": list(self.source_labels),
            "checks": dict(self.checks),
            "applies_from": self.applies_from,
            "applies_until": self.applies_until,
        }

    def applies_on(self, day: str) -> bool:
        """Whether a day, as ISO 8601 writes it, lies in its period."""
        return (self.applies_from or day) <= day <= (self.applies_until or day)


@dataclass(frozen=True)
class Rules:
    """All rules, their shapes as Turtle, and what is published about them."""

    rules: tuple[Rule, ...]
    shapes: tuple[str, ...] = field(repr=False)
    quads: tuple[Quad, ...] = field(repr=False)
    """The description of each rule, for the graph `rules`; the shapes' own nodes are left out."""

    def named(self, name: str) -> Rule:
        """The rule of an id; raises `UnknownNameError`."""
        for rule in self.rules:
            if rule.id.lower() == name.lower():
                return rule
        raise UnknownNameError("rule", name, nearest_ids(name, [rule.id for rule in self.rules]))

    def only(self, ids: Container[str]) -> Rules:
        """The rules of the given ids."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.id in ids))

    def only_structural(self) -> Rules:
        """The rules about the graph itself."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.is_structural))


def nearest_ids(name: str, ids: Sequence[str]) -> list[str]:
    """The ids of rules that look most like a name."""
    return difflib.get_close_matches(name.upper(), ids, 3, 0.3)


def load_rules(files: Mapping[str, str], base: str) -> Rules:
    """Read the rules from the files of `shapes/`, by path below it; raises `MalformedError` for a malformed one."""
    turtle = {path: text for path, text in files.items() if path.endswith(".ttl")}
    store = Store()
    problems = []
    for path, text in turtle.items():
        try:
            store.extend(parse(text.encode(), format=RdfFormat.TURTLE, base_iri=base))
        except SyntaxError as error:
            problems.append(syntax_problem(f"shapes/{path}", error))
    if problems:
        raise MalformedError(problems)
    rules = tuple(_rule(store, row, files) for row in select(store, RULES))
    return Rules(rules, tuple(turtle.values()), tuple(_published(store, rules, base)))


def _rule(store: Store, row: Row, files: Mapping[str, str]) -> Rule:
    iri, id_, severity = (row[name].value for name in ("rule", "id", "severity"))
    node = NamedNode(iri)
    values: dict[str, list[Any]] = {}
    for quad in store.quads_for_pattern(node, None, None):
        values.setdefault(quad.predicate.value, []).append(quad.object)
    checks = {run: files[f"checks/{id_}.{run}.rq"] for run in RUNS if f"checks/{id_}.{run}.rq" in files}
    return Rule(
        iri,
        id_,
        severity.rpartition("#")[2],
        _texts(values["http://www.w3.org/2000/01/rdf-schema#label"]),
        _texts(values["http://purl.org/dc/terms/description"]),
        _texts(values["http://www.w3.org/ns/shacl#message"]),
        tuple(sorted(term.value for term in values.get("http://purl.org/dc/terms/source", []))),
        (),
        checks,
        NamedNode("http://www.w3.org/ns/shacl#NodeShape") in values["http://www.w3.org/1999/02/22-rdf-syntax-ns#type"],
        applies_from=row["from"].value if "from" in row else "",
        applies_until=row["until"].value if "until" in row else "",
        unchecked_message=_texts(values.get(RG + "uncheckedMessage", [])),
    )


def _texts(literals: list[Literal]) -> dict[str, str]:
    by_language = {literal.language or "": literal.value for literal in literals}
    return {language: by_language[language] for language in LANGUAGES if language in by_language}


def _published(store: Store, rules: tuple[Rule, ...], base: str) -> list[Quad]:
    layer = NamedNode(graph("rules", base))
    shacl_structure = ("property", "or", "target", "nodeKind", "pattern")
    periods = {str(quad.object).strip("<>") for quad in store.quads_for_pattern(None, NamedNode(DCT_TEMPORAL), None)}
    nodes = [NamedNode(iri) for iri in (*(rule.iri for rule in rules), *sorted(periods))]
    return [
        Quad(quad.subject, quad.predicate, quad.object, layer)
        for node in nodes
        for quad in store.quads_for_pattern(node, None, None)
        if isinstance(quad.object, NamedNode | Literal)
        and not quad.predicate.value.rpartition("#")[2].startswith(shacl_structure)
        and quad.object.value != "http://www.w3.org/ns/shacl#NodeShape"
    ]
