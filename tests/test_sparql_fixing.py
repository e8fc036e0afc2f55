"""Saying to the planner which term a variable is fixed to changes no answer: random queries over random graphs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, QuerySolutions, Store, Variable

from registergraf.graph.named import named_queries
from registergraf.graph.queries import select
from registergraf.querytext.fixing import fix
from sparql_random import QUADS, bodies

if TYPE_CHECKING:
    from registergraf.graph.queries import Term
    from registergraf.release import Release

A = NamedNode("http://x/a")
changed: Counter[bool] = Counter()


def answers(store: Store, query: str) -> list[str]:
    """The solutions of a query with ?a fixed, sorted."""
    found = store.query(query, substitutions={Variable("a"): A})
    assert isinstance(found, QuerySolutions)
    return sorted(str([str(value) for value in row]) for row in found)


@settings(max_examples=400, deadline=None)
@given(st.sets(st.sampled_from(QUADS), max_size=25), bodies)
@example(set(QUADS[:20]), "OPTIONAL { BIND(?a AS ?f) ?a <http://x/p> ?b }")
@example(set(QUADS[:20]), "{ SELECT ?b { ?a ?e ?b } } ?a <http://x/p> ?c")
@example(set(QUADS[:20]), "{ SELECT ?a ?b { ?a ?e ?b } LIMIT 2 } ?a <http://x/p> ?c")
def test_the_answers_are_the_same(quads: set[Quad], group: str) -> None:
    """As many times each, in all kinds of groups."""
    store = Store()
    store.extend(sorted(quads, key=str))
    query = f"SELECT * {{ ?a ?first ?second . {group} }}"
    try:
        expected = answers(store, query)
    except SyntaxError:  # a variable that is in scope already is bound again
        return
    fixed = fix(query, {"a": A})
    changed[fixed.count("VALUES ?a { <http://x/a> }") > 1] += 1

    assert answers(store, fixed) == expected


def test_the_random_queries_were_changed_deep_inside() -> None:
    """Else the test before says nothing; it runs by itself where this one is asked for alone."""
    if not changed:
        test_the_answers_are_the_same()

    assert changed[True] > 20


@pytest.mark.parametrize(
    ("query", "fixed"),
    [
        ("SELECT ?a { ?a ?p ?o }", "SELECT ?a { VALUES ?a { <http://x/a> } ?a ?p ?o }"),
        ("SELECT * { ?b ?p ?o FILTER(?a = ?b) }", None),
        ("SELECT * { ?b ?p ?o BIND(?b AS ?a) }", None),
        ("SELECT * { ?b ?p ?o FILTER EXISTS { ?b ?p ?a } }", None),
        ("SELECT * { ?b ?p ?o MINUS { ?b ?p ?a } }", None),
        ("SELECT * { ?b ?p '{ ?a ?p ?o }' }", None),
        ("SELECT * { { SELECT (COUNT(*) AS ?n) { ?a ?p ?o } } }", None),
        ("SELECT * { { SELECT (COUNT(?a) AS ?n) ?b { ?a ?p ?b } GROUP BY ?b } }", None),
        ("SELECT * { { SELECT ?a { ?a ?p ?o } OFFSET 1 } }", None),
        (
            "SELECT * { { SELECT ?a { ?a ?p ?o } } UNION { ?b ?p ?a } }",
            "SELECT * { { SELECT ?a { VALUES ?a { <http://x/a> } ?a ?p ?o } } UNION { VALUES ?a { <http://x/a> } ?b ?p ?a } }",
        ),
    ],
)
def test_what_is_not_the_same_variable_is_left(query: str, fixed: str | None) -> None:
    """One of another scope, one that is made, one that is only compared; and where it is a pattern's, it is told."""
    assert " ".join(fix(query, {"a": A}).split()) == (fixed or query)


def table(store: Store, query: str, name: str, value: Term) -> list[str]:
    """The rows of a query with a variable fixed, in their order."""
    found = store.query(query, substitutions={Variable(name): value})
    assert isinstance(found, QuerySolutions)
    return [str([*row]) for row in found]


@pytest.mark.slow
def test_the_named_queries_answer_the_same(release: Release) -> None:
    """In the same order too, for each parameter that is a column; one that is planned badly would take minutes."""
    told = 0
    for query in named_queries(release.queries).values():
        rows = select(release.store, query.text)
        for name in {parameter.name for parameter in query.parameters} & {name for row in rows for name in row}:
            value = next(row[name] for row in reversed(rows) if name in row)
            fixed = fix(query.text, {name: value})
            told += fixed != query.text
            expected = table(release.store, query.text, name, value)
            assert table(release.store, fixed, name, value) == expected, (query.name, name)
            assert expected
    assert told > 20
