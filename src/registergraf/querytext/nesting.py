"""The way back from `registergraf.querytext.rewriting`: ``MINUS { triple patterns }`` becomes ``FILTER NOT EXISTS``.

Where there are few solutions it takes less time to ask about each of them than to find all that is to be taken away.
Oxigraph orders the patterns of an EXISTS without knowing what is bound outside, so each pattern stands in an EXISTS of
the one before it: ``NOT EXISTS { ?x <p> ?y FILTER EXISTS { ?y <q> <z> } }``. That is the same question, for EXISTS asks
whether there is any solution, and exchanges the variables that are bound for their values (SPARQL 1.1 Query, section
18.6). The answers are those of MINUS where the conditions of the other exchange hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.querytext.reading import Group, Token
from registergraf.querytext.rewriting import is_exchangeable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

__all__ = ["ask_of_each"]

_Triple = tuple[str, ...]
_TERMS_OF_A_TRIPLE = 3


def ask_of_each(query: str, group: Group, certain: Collection[str]) -> str:
    """Give what stands in a group of a query, with each MINUS that can be exchanged as a filter.

    `certain` are the names of variables that all its solutions bind. The group has no MINUS but at its end.
    """
    text, start = "", group.start
    for word, part in zip(group.parts, group.parts[1:], strict=False):
        if isinstance(part, Group) and part.keyword == "minus" and is_exchangeable(part, certain):
            triples = [*_triples(part)]
            if all(len(triple) == _TERMS_OF_A_TRIPLE for triple in triples):
                text += f"{query[start : word.start]}FILTER NOT EXISTS {_nested(_in_order(triples, certain))}"
                start = part.end + 1
    return text + query[start : group.end]


def _triples(group: Group) -> Iterator[_Triple]:
    """The triple patterns of a group that has nothing else."""
    terms: list[str] = []
    for part in group.parts:
        assert isinstance(part, Token)  # noqa: S101 - it would not be exchangeable
        if part.text not in {".", ";", ","}:
            _add(part, terms)
            continue
        if len(terms) > 1:  # there may be a semicolon before a full stop
            yield tuple(terms)
        del terms[{".": 0, ";": 1, ",": 2}[part.text] :]
    if len(terms) > 1:
        yield tuple(terms)


def _add(token: Token, terms: list[str]) -> None:
    """Add a term to those of a triple, or the tag or datatype of the last one to it."""
    if terms and (token.kind == "tag" or token.text == "^^" or terms[-1].endswith("^^")):
        terms[-1] += token.text
    else:
        terms.append(token.text)


def _in_order(triples: Sequence[_Triple], certain: Collection[str]) -> Iterator[_Triple]:
    """The patterns, each after those that bind what it is found by, where that can be."""
    left = list(triples)
    bound = set(certain)
    while left:
        best = min(left, key=lambda triple: [*(_is_free(term, bound) for term in triple)])
        left.remove(best)
        bound.update(term[1:] for term in best if term[0] in "?$")
        yield best


def _is_free(term: str, bound: Collection[str]) -> bool:
    return term[0] in "?$" and term[1:] not in bound


def _nested(triples: Iterator[_Triple]) -> str:
    """The patterns as a group, each one in an EXISTS of the one before it."""
    first, *others = (" ".join(triple) for triple in triples)
    return f"{{ {' FILTER EXISTS { '.join([first, *others])} {'} ' * (len(others) + 1)}"
