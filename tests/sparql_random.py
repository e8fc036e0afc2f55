"""Random graphs, and the bodies of random queries over them, of everything that may stand in a group."""

from __future__ import annotations

from itertools import product

from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

NODES = [NamedNode(f"http://x/{name}") for name in "abc"]
PREDICATES = [NamedNode(f"http://x/{name}") for name in "pq"]
OBJECTS = [*NODES, Literal("1"), BlankNode("z")]
GRAPHS = [DefaultGraph(), NamedNode("http://x/g")]
QUADS = [Quad(*terms) for terms in product(NODES, PREDICATES, OBJECTS, GRAPHS)]

terms = st.sampled_from(["?a", "?b", "?c", "?d", "<http://x/a>", "<http://x/b>"])
predicates = st.sampled_from(["<http://x/p>", "<http://x/q>", "?a", "?e"])
patterns = st.builds("{} {} {} .".format, terms, predicates, terms)


def joined(parts: st.SearchStrategy[str], least: int, most: int) -> st.SearchStrategy[str]:
    """So many parts, one after the other."""
    return st.lists(parts, min_size=least, max_size=most).map(" ".join)


several = joined(patterns, 1, 3)
lists = st.builds("{} <http://x/p> {} ; <http://x/q> {} , {}".format, terms, terms, terms, terms)


def deeper(groups: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """What may stand in a group, besides triple patterns."""
    return st.one_of(
        st.builds("FILTER NOT EXISTS {{ {} }}".format, several | lists | groups),
        st.builds("FILTER EXISTS {{ {} }}".format, several | groups),
        st.builds("OPTIONAL {{ {} }}".format, groups),
        st.builds("MINUS {{ {} }}".format, groups),
        st.builds("{{ {} }}".format, groups),
        st.builds("{{ {} }} UNION {{ {} }}".format, groups, groups),
        st.builds("GRAPH {} {{ {} }}".format, st.sampled_from(["?g", "?a", "<http://x/g>"]), groups),
        st.builds("{{ SELECT {} {{ {} }} }}".format, st.sampled_from(["*", "?a", "DISTINCT ?b ?c"]), groups),
        st.builds("BIND({} AS ?f{})".format, terms, st.integers(0, 10**9)),
        st.builds("VALUES {} {{ <http://x/a> UNDEF }}".format, st.sampled_from(["?a", "?b"])),
        st.builds("FILTER({} != {})".format, terms, terms),
    )


bodies = st.recursive(
    several, lambda groups: joined(st.one_of(patterns, patterns, deeper(groups)), 1, 4), max_leaves=12
)
