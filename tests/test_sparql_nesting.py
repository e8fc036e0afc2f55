"""MINUS as a filter that is asked of each solution has the same answers: random patterns over random graphs."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad, QuerySolutions, Store

from registergraf.querytext.nesting import ask_of_each
from registergraf.querytext.reading import Group, read
from sparql_random import QUADS, joined, lists, patterns

VARIABLE = re.compile(r"\?(\w+)")
optionals = st.builds("OPTIONAL {{ {} }}".format, joined(patterns, 1, 2))
groups = st.builds("MINUS {{ {} }}".format, joined(patterns, 1, 3) | lists)


def answers(store: Store, group: str) -> Counter[str]:
    """The solutions of a group, as many times as each is there, whatever the order of their columns."""
    found = store.query(f"SELECT * {{ {group} }}")
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    return Counter(str(sorted(zip(names, map(str, row), strict=True))) for row in found)


def nested(group: str, certain: set[str]) -> str:
    """The same group with its MINUS exchanged, where that can be."""
    query = f"SELECT * {{{group}}}"
    root = read(query)
    assert root
    inner = root.parts[-1]
    assert isinstance(inner, Group)
    return ask_of_each(query, inner, certain)


@settings(max_examples=400, deadline=None)
@given(
    st.sets(st.sampled_from(QUADS), max_size=25),
    joined(patterns, 1, 2),
    joined(optionals, 0, 1),
    joined(groups, 1, 2),
)
@example(
    set(QUADS), "?a <http://x/p> ?b .", "OPTIONAL { ?b <http://x/q> ?c }", "MINUS { ?d ?e ?c . ?b <http://x/p> ?d }"
)
@example(set(QUADS[:20]), "?a <http://x/p> ?b .", "", "MINUS { ?c <http://x/q> ?d . ?b <http://x/p> ?c . ?d ?e ?a }")
def test_the_answers_are_the_same(quads: set[Quad], own: str, optional: str, taken_away: str) -> None:
    """As many times each, whatever is bound outside, and in which order the patterns stand."""
    store = Store()
    store.extend(sorted(quads, key=str))
    group = f"{own} {optional} {taken_away}"

    assert answers(store, nested(group, set(VARIABLE.findall(own)))) == answers(store, group)


@pytest.mark.parametrize(
    ("taken_away", "asked"),
    [
        ("?b :p :c", "{ ?b :p :c }"),
        ("?c :q :d . ?b :p ?c", "{ ?b :p ?c FILTER EXISTS { ?c :q :d } }"),
        ("?c :q ?d . ?d :p ?b .", "{ ?d :p ?b FILTER EXISTS { ?c :q ?d } }"),
        ("?b :q ?c , 'x'@en ; .", "{ ?b :q 'x'@en FILTER EXISTS { ?b :q ?c } }"),
        ("?c a 'x'^^:d ; :p ?b", "{ ?c a 'x'^^:d FILTER EXISTS { ?c :p ?b } }"),
    ],
)
def test_each_pattern_stands_behind_what_binds_its_variables(taken_away: str, asked: str) -> None:
    """In an EXISTS of the one before it."""
    exchanged = nested(f"?a :p ?b MINUS {{ {taken_away} }} MINUS {{ ?a :q ?f }}", {"a", "b"})

    assert exchanged.split() == f"?a :p ?b FILTER NOT EXISTS {asked} FILTER NOT EXISTS {{ ?a :q ?f }}".split()


@pytest.mark.parametrize("taken_away", ["?c :p ?d", "?b :p+ ?c", "?b :p ?c FILTER(?c > 1)", "?b :p [ :q ?c ]", "?b :p"])
def test_what_might_differ_is_left_as_it_is(taken_away: str) -> None:
    """Without a common variable, with paths or filters."""
    group = f"?a :p ?b MINUS {{ {taken_away} }}"

    assert nested(group, {"a", "b"}) == group
