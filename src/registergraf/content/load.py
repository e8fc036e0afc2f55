"""Curated files to quads: which layer each file belongs to, and what is refused."""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from registergraf.content.locate import Locator
from registergraf.errors import ContentError, MalformedError, Problem
from registergraf.namespaces import RDF_TYPE, graph
from registergraf.querytext.syntax import syntax_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registergraf.content.files import Files

LAYERS = (
    ("ontology/", "ontology"),
    ("data/law/", "law"),
    ("data/sources.ttl", "sources"),
    ("data/", "editorial"),
)
"""The layer of a Turtle file, by the first prefix that its path has. A TriG file names its graphs itself."""

WHITELIST = "ontology/terms.txt"


@dataclass(frozen=True)
class Content:
    """Everything curated: the quads, and the files they were read from."""

    files: Files = field(repr=False)
    base: str
    quads: tuple[Quad, ...] = field(repr=False)
    described_in: dict[str, tuple[str, ...]] = field(repr=False)
    """Each IRI that is the subject of a statement, with the files that state it."""

    @property
    def queries(self) -> dict[str, str]:
        """The SPARQL of `queries/`, by its path below it."""
        return self.files.under("queries", ".rq")

    @property
    def locator(self) -> Locator:
        """Where each IRI is written."""
        return Locator(data_files(self.files))

    @property
    def terms(self) -> frozenset[str]:
        """The external terms that content may use."""
        return whitelist(self.files)


def load(files: Files, base: str) -> Content:
    """Parse every file and refuse what cannot be built from.

    Raises `MalformedError` with every file that does not parse, or else `ContentError` with every unknown term,
    reference to nothing and blank node.
    """
    quads: dict[str, list[Quad]] = {}
    problems: list[Problem] = []
    for path, text in data_files(files).items():
        try:
            quads[path] = list(parse_quads(path, text, base))
        except SyntaxError as error:
            problems.append(syntax_problem(path, error))
    problems += query_problems(files)
    if problems:
        raise MalformedError(problems)
    content = Content(files, base, tuple(q for path in quads for q in quads[path]), _described_in(quads))
    if wrong := list(term_problems(content, quads)):
        raise ContentError(wrong)
    return content


def data_files(files: Files) -> dict[str, str]:
    """The files that become quads: those of `ontology/` and `data/`."""
    return {p: t for p, t in files.items() if p.startswith(("ontology/", "data/")) and p.endswith((".ttl", ".trig"))}


def whitelist(files: Files) -> frozenset[str]:
    """The external terms of `ontology/terms.txt`; lines that begin with # tell where a block comes from."""
    return frozenset(line for line in files.get(WHITELIST, "").split("\n") if line and not line.startswith("#"))


def parse_quads(path: str, text: str, base: str) -> Iterator[Quad]:
    """The quads of one file, a Turtle file's in the graph of its layer; raises `SyntaxError`."""
    format_ = RdfFormat.TRIG if path.endswith(".trig") else RdfFormat.TURTLE
    layer = NamedNode(graph(next(name for prefix, name in LAYERS if path.startswith(prefix)), base))
    for quad in parse(text.encode(), format=format_, base_iri=base):
        if isinstance(quad.graph_name, DefaultGraph):
            yield Quad(quad.subject, quad.predicate, quad.object, layer)
        else:
            yield quad


def syntax_problem(path: str, error: SyntaxError) -> Problem:
    """A parser's complaint as a problem with file, line and column."""
    text = str(error.msg).split(": ", 1)[-1] if error.lineno else str(error)
    return Problem(path, error.lineno or 1, text, error.offset or 0)


def query_problems(files: Files) -> Iterator[Problem]:
    """SPARQL files that do not parse."""
    empty = Store()
    for path, text in files.items():
        if path.endswith(".rq"):
            try:
                empty.query(text)
            except SyntaxError as error:
                told = syntax_error(text, error)
                yield Problem(path, told.line or 1, told.message, told.column)


def term_problems(content: Content, quads: dict[str, list[Quad]]) -> Iterator[Problem]:
    """Unknown properties and classes, references to nothing, and blank nodes, each once per file."""
    locator = content.locator
    known = content.terms
    seen: set[tuple[str, str]] = set()
    for path, file_quads in quads.items():
        for iri, text in _complaints(file_quads, content, known):
            if (path, iri) not in seen:
                seen.add((path, iri))
                yield Problem(path, locator.find(iri, [path])[1], text)


def _complaints(quads: Iterable[Quad], content: Content, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    for quad in quads:
        if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
            yield (
                quad.predicate.value,
                f"a blank node at {_short(quad.predicate.value)}; give the node an IRI of its own",
            )
        yield from _unknown_term(quad.predicate.value, "property", content, known)
        if not isinstance(quad.object, NamedNode):
            continue
        if quad.predicate.value == RDF_TYPE:
            yield from _unknown_term(quad.object.value, "class", content, known)
        elif quad.object.value.startswith(content.base + "rule/"):
            pass  # rules are described in shapes/; that a waiver names one that exists is judged by rule S13
        elif quad.object.value.startswith(content.base) and quad.object.value not in content.described_in:
            yield (
                quad.object.value,
                f"{_short(quad.object.value)} is described nowhere{_nearest(quad.object.value, content.described_in)}",
            )


def _unknown_term(iri: str, kind: str, content: Content, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    if iri not in known and iri not in content.described_in:
        candidates = [*known, *(i for i in content.described_in if i.startswith(content.base + "ns#"))]
        yield iri, f"there is no {kind} {_short(iri)}{_nearest(iri, candidates)}"


def _nearest(iri: str, candidates: Iterable[str]) -> str:
    near = difflib.get_close_matches(iri, list(candidates), n=1, cutoff=0.85)
    return f"; the nearest is {_short(near[0])}" if near else ""


def _short(iri: str) -> str:
    return f"<{iri}>"


def _described_in(quads: dict[str, list[Quad]]) -> dict[str, tuple[str, ...]]:
    files: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for path, file_quads in quads.items():
        for quad in file_quads:
            if isinstance(quad.subject, NamedNode):
                files[quad.subject.value][path] = None
    return {iri: tuple(paths) for iri, paths in files.items()}
