"""The tables that the scores rest on: metrics, code lists, rules of the profiles. Each is a curated text file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Quad

from registergraf.errors import ContentError, Problem
from registergraf.namespaces import PREFIXES, graph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HEADER = re.compile(r"^# ([a-z]+): (.*)$")
SCHEME = re.compile(r"^https?://")
IN_SCHEME = NamedNode(PREFIXES["skos"] + "inScheme")
NOTATION = NamedNode(PREFIXES["skos"] + "notation")
RELATED = NamedNode(PREFIXES["skos"] + "related")
BROADER = NamedNode(PREFIXES["skos"] + "broader")
TARGET_CLASS = NamedNode(PREFIXES["sh"] + "targetClass")
PATH = NamedNode(PREFIXES["sh"] + "path")


DERIVED_INTEGER = re.compile(
    r"http://www\.w3\.org/2001/XMLSchema#(byte|short|int|long|unsigned\w+|positiveInteger|negativeInteger"
    r"|non(Positive|Negative)Integer)"
)


@dataclass(frozen=True)
class CodeList:
    """A code list of somebody else: its members' IRIs, and where they were read."""

    name: str
    iri: str
    prefix: str
    members: tuple[str, ...] = field(repr=False)
    source: str
    version: str
    licence: str
    complete: bool

    def quads(self) -> Iterator[Quad]:
        """The members in a graph named by the list, each by its IRI and by its IRI without the scheme."""
        list_ = NamedNode(self.iri)
        for member in self.members:
            code = NamedNode(member)
            yield Quad(code, IN_SCHEME, list_, list_)
            yield Quad(code, NOTATION, Literal(SCHEME.sub("", member)), list_)


def code_lists(files: Mapping[str, str]) -> dict[str, CodeList]:
    """The code lists of ``data/code-lists``, by name; raises `ContentError` for one without its header."""
    folder = "data/code-lists/"
    return {
        path.removeprefix(folder).removesuffix(".txt"): _code_list(path, text)
        for path, text in files.items()
        if path.startswith(folder) and path.endswith(".txt")
    }


def _code_list(path: str, text: str) -> CodeList:
    header = {match[1]: match[2] for line in text.split("\n") if (match := HEADER.match(line))}
    members = tuple(header.get("prefix", "") + line for line in text.split("\n") if line and not line.startswith("#"))
    try:
        name = path.rpartition("/")[2].removesuffix(".txt")
        return CodeList(
            name, header["list"], header["prefix"], members, header["source"], header["version"], header["licence"],
            header["complete"] == "yes",
        )  # fmt: skip
    except KeyError as error:
        raise ContentError(
            [Problem(path, 1, f"the head of a code list needs a line '# {error.args[0]}: …'")]
        ) from error


def rows(files: Mapping[str, str], path: str) -> list[dict[str, str]]:
    """The rows of a table with tabs, by column; lines that begin with # are remarks.

    Raises `ContentError` where the table is missing or a row has another number of cells than the head.
    """
    if path not in files:
        raise ContentError([Problem(path, 1, "the table is missing")])
    lines = [(n, line) for n, line in enumerate(files[path].split("\n"), 1) if line and not line.startswith("#")]
    columns = lines[0][1].split("\t")
    problems = [
        Problem(path, n, f"has {len(line.split(chr(9)))} cells, and the head of the table {len(columns)}")
        for n, line in lines[1:]
        if len(line.split("\t")) != len(columns)
    ]
    if problems:
        raise ContentError(problems)
    return [dict(zip(columns, line.split("\t"), strict=True)) for _, line in lines[1:]]


def expand(name: str) -> NamedNode:
    """The IRI of a prefixed name of a table, or the one that stands in angle brackets."""
    if name.startswith("<"):
        return NamedNode(name[1:-1])
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def kept(term: Any) -> Any:
    """A literal or a datatype whose name Oxigraph keeps: it stores every derived integer as an xsd:integer."""
    if isinstance(term, Literal):
        datatype = kept(term.datatype)
        return term if datatype == term.datatype else Literal(term.value, datatype=datatype)
    if isinstance(term, NamedNode) and DERIVED_INTEGER.fullmatch(term.value):
        return NamedNode(f"{term.value}-kept")
    return term


def controlled(files: Mapping[str, str], lists: Mapping[str, CodeList], base: str) -> Iterator[Quad]:
    """The rows of ``data/quality/controlled.tsv`` as a graph that ``queries/quality/controlled.rq`` reads."""
    place = NamedNode(graph("controlled", base))
    for number, row in enumerate(rows(files, "data/quality/controlled.tsv")):
        rule = NamedNode(f"{place.value}#{number}")
        yield Quad(rule, TARGET_CLASS, expand(row["on"]), place)
        yield Quad(rule, PATH, expand(row["property"]), place)
        for name in row["lists"].split():
            yield Quad(rule, IN_SCHEME, NamedNode(lists[name].iri), place)
            if not lists[name].complete:
                yield Quad(rule, BROADER, Literal(lists[name].prefix), place)
        for prefix in row["elsewhere"].split():
            yield Quad(rule, RELATED, Literal(prefix), place)
