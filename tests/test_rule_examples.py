"""Every rule has an example that passes and one that fails, in `shapes/examples/`, which are its tests.

A file says in comments which of its things pass and which fail. All of them are judged together, over the law, the
organisations and the ontology, without the data sources.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, parse

from registergraf import audit, graph
from registergraf.audit.documents import Documents
from registergraf.content.load import parse_quads
from registergraf.namespaces import BASE
from support import DAY

if TYPE_CHECKING:
    from registergraf.content import Content

EXPECTED = re.compile(r"^# (passes|fails|not-checked): (?:<(\S+)>|(\S+):(\S+))$", re.MULTILINE)
PREFIX = re.compile(r"^@prefix ([\w-]+): <([^>]+)> \.$", re.MULTILINE)
OUTCOMES = {"passes": "passed", "fails": "failed", "not-checked": "not-checked"}
NEVER_FAILS = {"L15"}
"""Rules that tell what could not be checked, by design: their example says so."""


@pytest.fixture(scope="module")
def examples(content: Content) -> dict[str, str]:
    """The text of each example, by the rule's id."""
    files = content.files.under("shapes/examples", ".trig")
    return {name.removesuffix(".trig"): text for name, text in files.items() if name != "documents.trig"}


@pytest.fixture(scope="module")
def rules(content: Content) -> audit.Rules:
    """The rules."""
    return audit.load_rules(content.files.under("shapes"), BASE)


@pytest.fixture(scope="module")
def outcomes(content: Content, rules: audit.Rules) -> dict[tuple[str, str], set[str]]:
    """What the rules say of the examples, by rule and thing."""
    paths = [p for p in content.files if p.startswith(("ontology/", "data/law/", "data/sources", "data/organisations"))]
    quads = [q for p in paths if p.endswith((".ttl", ".trig")) for q in parse_quads(p, content.files[p], BASE)]
    for text in content.files.under("shapes/examples", ".trig").values():
        quads += parse(text.encode(), format=RdfFormat.TRIG)
    dataset = graph.assemble([*quads, *rules.quads], content.queries, DAY, BASE)
    document = content.files["shapes/examples/example.txt"].encode()
    judged = audit.examine(dataset, rules, Documents({"example.txt": document}), content.terms, BASE)
    found: dict[tuple[str, str], set[str]] = {}
    for verdict in judged.verdicts:
        found.setdefault((verdict.rule.id, verdict.focus), set()).add(verdict.outcome)
    return found


def expected(text: str) -> list[tuple[str, str]]:
    """The things of an example, each with the outcome it is to have."""
    prefixes = dict(PREFIX.findall(text))
    return [(OUTCOMES[word], iri or prefixes[prefix] + name) for word, iri, prefix, name in EXPECTED.findall(text)]


def test_every_rule_has_an_example_that_passes_and_one_that_fails(examples: dict[str, str], rules: audit.Rules) -> None:
    """And no example is without its rule."""
    assert set(examples) == {rule.id for rule in rules.rules}
    for id_, text in examples.items():
        told = {outcome for outcome, _ in expected(text)}
        assert told == {"passed", "not-checked" if id_ in NEVER_FAILS else "failed"}, id_


def test_every_example_is_judged_as_it_says(
    examples: dict[str, str], outcomes: dict[tuple[str, str], set[str]]
) -> None:
    """What passes does so in each run that judges it; what fails does so in one at least."""
    wrong = []
    for id_, text in examples.items():
        for outcome, thing in expected(text):
            found = outcomes.get((id_, thing), set())
            right = outcome in found and (outcome != "passed" or found <= {"passed", "not-applicable"})
            if not right:
                wrong.append((id_, thing.removeprefix(BASE), outcome, sorted(found)))
    assert wrong == []
