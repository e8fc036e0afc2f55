"""Which things' verdicts the changes can have moved, by rule and run."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Quad

from registergraf.audit.engine import OA_EXACT, PASSAGE_LINES
from registergraf.audit.evidence import LABELS, PASSAGES, TITLES
from registergraf.audit.restricting import restricted
from registergraf.audit.since.affected import Changes, affected
from registergraf.audit.since.reads import reads_of
from registergraf.graph.queries import select
from registergraf.namespaces import graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Store

    from registergraf.audit.rows import Key, Part

DOCUMENTS = "graph:documents"
"""How a query names the lines of documents that are laid beside."""


@dataclass(frozen=True)
class Before:
    """What is known of the dataset as it was."""

    verdicts: Sequence[Mapping[str, Any]] = field(repr=False)
    removed: Sequence[Quad] = field(repr=False)
    """The quads that are there no more."""
    added: Sequence[Quad] = field(repr=False)
    """The quads that are new."""
    same_rules: frozenset[str]
    """The ids of the rules that were the same, and whose verdicts were told as they were given."""


class Moving:
    """Follows changes of a dataset back to the things whose verdicts they can have moved."""

    def __init__(self, before: Before, store: Store, base: str) -> None:
        self.store = store
        self._before, self._base = before, base
        self._changes = Changes([*before.removed, *before.added], store)

    @contextmanager
    def both(self) -> Iterator[None]:
        """Have in the store what was there and what is there, together, which `things` looks through."""
        self.store.extend(self._before.removed)
        try:
            yield
        finally:
            _take_out(self.store, self._before.removed)

    def things(self, key: Key, parts: Iterable[Part]) -> set[str] | None:
        """The things whose verdicts by some parts of a rule in a run may have moved; None for any."""
        listed = list(parts)
        queries = [query for part in listed for query in part.queries]
        known = key[0] in self._before.same_rules and all(part.has_queries for part in listed)
        if not known or self._changes.have_blanks:
            return None
        if self._lines is None and any(map(reads_lines, queries)):
            return None
        found = set(self._told_otherwise.get(key, ()))
        for query in queries:
            things = affected(reads_of(query), self._with_lines)
            if things is None:
                return None
            found |= things
        return found

    @cached_property
    def _lines(self) -> list[Quad] | None:
        """The passages whose lines may be other ones, as changes of the graph that is laid beside; None for any."""
        passages = affected(reads_of(PASSAGE_LINES.format(base=self._base), "passage"), self._changes)
        layer = NamedNode(graph("documents", self._base))
        return (
            None if passages is None else [Quad(NamedNode(p), OA_EXACT, Literal(""), layer) for p in sorted(passages)]
        )

    @cached_property
    def _with_lines(self) -> Changes:
        return self._changes.with_more(self._lines or [])

    @cached_property
    def _told_otherwise(self) -> Mapping[Key, set[str]]:
        """The things whose verdicts would be told in other words: a name, a status or a passage has changed."""
        named, titled = (affected(reads_of(query, "thing"), self._changes) for query in (LABELS, TITLES))
        claims = affected(reads_of(PASSAGES.format(base=self._base), "claim"), self._changes)
        found: defaultdict[Key, set[str]] = defaultdict(set)
        words = None if named is None or titled is None else _words(named | titled, self.store, self._base)
        said = None if claims is None else _said_of(claims, self._changes)
        verdicts = self._before.verdicts
        about = verdicts if named is None else [v for v in (verdicts if named else ()) if v["focus"] in named]
        telling = (
            verdict
            for verdict in [verdict for verdict in verdicts if verdict["details"]]
            if _is_told_otherwise(verdict["details"], claims, words) or _names_other_claim(verdict, said)
        )
        for verdict in (*about, *telling):
            found[verdict["rule"], verdict["run"]].add(verdict["focus"])
        return found


def reads_lines(query: str) -> bool:
    """Whether a query reads the lines of documents that are laid beside the dataset."""
    return DOCUMENTS in query


def _take_out(store: Store, quads: Iterable[Quad]) -> None:
    """Remove quads, and the named graphs that are empty without them: a store keeps their names."""
    for quad in quads:
        store.remove(quad)
        left = store.quads_for_pattern(None, None, None, quad.graph_name)
        if isinstance(quad.graph_name, NamedNode) and next(left, None) is None:
            store.remove_graph(quad.graph_name)


def _names_other_claim(verdict: Mapping[str, Any], said: set[tuple[str, str]] | None) -> bool:
    """Whether another claim may be named as the one that says what was seen on a path."""
    paths = {detail["path"] for detail in verdict["details"]} - {""}
    return bool(paths) and (said is None or any((verdict["focus"], path) in said for path in paths))


def _said_of(claims: set[str], changes: Changes) -> set[tuple[str, str]]:
    """The things, and properties of theirs, that changed quads or claims read elsewhere now say something of."""
    quads = [quad for claim in claims for quad in changes.both.quads_for_pattern(None, None, None, NamedNode(claim))]
    return {
        (quad.subject.value, quad.predicate.value)
        for quad in (*quads, *changes.quads)
        if isinstance(quad.subject, NamedNode)
    }


def _words(named: set[str], store: Store, base: str) -> set[str]:
    """What the things were and are called."""
    words = {iri.removeprefix(base) for iri in named}
    if named:
        for query, name in ((LABELS, "label"), (TITLES, "title")):
            words |= {row[name].value for row in select(store, restricted(query, named, "thing"))}
    return words


def _is_told_otherwise(details: Sequence[Mapping[str, Any]], claims: set[str] | None, words: set[str] | None) -> bool:
    if claims is None or words is None or any(detail["claim"] in claims for detail in details):
        return True
    return bool(words) and any(word in text for text in _texts(details) for word in words)


def _texts(value: Any) -> Iterator[str]:
    """Every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
