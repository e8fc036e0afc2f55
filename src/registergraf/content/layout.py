"""The one layout of a registry file: prefixes, what we decide, and the claims in sections of a fixed order.

A claim stands with the provenance that follows it. Which section it belongs to is read from the properties it states.
Nothing but the order of blocks, the headings, the prefix lines and the blank lines is touched, and the result is
compared with the original: a layout that would change a statement is an error of ours and nothing is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyoxigraph import RdfFormat, parse

from registergraf.errors import MalformedError, Problem, RegistergrafError

RULE = "# " + "-" * 64 + " "
HEADINGS = (
    "",
    "name and kind",
    "legal basis",
    "controller, processor, decision authority",
    "consent and identifiability",
    "purposes",
    "period, population, content",
    "parts, succession, data flow",
    "access",
    "what the documents do not say",
)
SECTION_OF = {
    "title": 1, "alternative": 1, "type": 1, "description": 1,
    "statutoryBasis": 2, "regulatedBy": 2, "purposeClause": 2, "authorisation": 2, "disclosureBasis": 2,
    "linkageBasis": 2, "taskBasis": 2, "contentBasis": 2, "accessBasis": 2,
    "qualifiedAttribution": 3, "throughUnit": 3,
    "consentModel": 4, "identifiability": 4,
    "hasPurpose": 5,
    "isPartOf": 7, "memberOfRegistry": 7, "inSeries": 7, "replaces": 7, "isReplacedBy": 7, "receivesDataFrom": 7,
    "relation": 7, "isVersionOf": 7,
    "contactPoint": 8, "accessProcedure": 8, "hasCost": 8, "deadline": 8, "accessCondition": 8, "disruption": 8,
    "hasInput": 8,
}  # fmt: skip
"""The section of the first property, by its local name, that is listed here; anything else is content (6)."""
SECTION_OF_NODE = {
    "role": 3, "purpose": 5, "authorisation": 2, "service": 8, "deadline": 8, "cost": 8, "disruption": 8, "contact": 8,
}  # fmt: skip
"""The section of a claim that says nothing about a data source, by the kind of node it is about."""
CONTENT, SILENCES = 6, 9

BLOCK = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>\s]*>|#[^\n]*|[{}]')
LOCAL_NAME = re.compile(r"^.*[/#]")
PREFIX = re.compile(r"@prefix\s+([\w-]*):\s*<([^>]*)>\s*\.\s*")


@dataclass(frozen=True)
class Block:
    """A graph of the file with the comments right before it: the graph's name and the text."""

    graph: str
    text: str


def lay_out(path: str, text: str) -> str:
    """The text of a registry file in the one layout.

    Raises `MalformedError` when it does not parse.
    """
    before = _quads(path, text)
    blocks = list(_blocks(text[_body_start(text) :]))
    sections = _sections(blocks, _statements(before))
    head = [line for line in text[: _body_start(text)].split("\n") if line.startswith("#")]
    parts = ["\n".join(_prefix_lines(text)), "\n".join(head)]
    for number, heading in enumerate(HEADINGS):
        if sections.get(number):
            parts += ([RULE + heading] if heading else []) + sections[number]
    written = "\n\n".join(filter(None, parts)) + "\n"
    if set(_quads(path, written)) != set(before):
        raise RegistergrafError(f"{path}: the layout would change what the file says; please report it")
    return written


def _quads(path: str, text: str) -> list[tuple[str, str, str, str]]:
    try:
        return [
            (str(q.graph_name), str(q.subject), q.predicate.value, str(q.object))
            for q in parse(text.encode(), format=RdfFormat.TRIG)
        ]
    except SyntaxError as error:
        raise MalformedError([Problem(path, error.lineno or 1, str(error.msg), error.offset or 0)]) from error


def _body_start(text: str) -> int:
    """Where the last prefix line and the comments of the head end."""
    ends = [match.end() for match in PREFIX.finditer(text)]
    start = ends[-1] if ends else 0
    comments = re.compile(r"(?:#(?! -{8})[^\n]*\n|\s*\n)*")
    match = comments.match(text, start)
    return match.end() if match else start


def _prefix_lines(text: str) -> list[str]:
    """The prefixes that the file uses, by name."""
    body = PREFIX.sub("", text)
    found = dict(PREFIX.findall(text))
    return [
        f"@prefix {n}: <{iri}> ." for n, iri in sorted(found.items()) if re.search(rf"(?<![\w-]){re.escape(n)}:", body)
    ]


def _blocks(text: str) -> list[Block]:
    """The graphs of the text, each with the comments before it that are no heading."""
    found, depth, start, opened = [], 0, 0, 0
    for match in BLOCK.finditer(text):
        if match[0] == "{":
            depth += 1
            opened = match.start() if depth == 1 else opened
        elif match[0] == "}":
            depth -= 1
            if depth == 0:
                piece = text[start : match.end()]
                name = text[start:opened].rpartition("\n")[2].strip()
                kept = [line.rstrip() for line in piece.strip("\n").split("\n") if not line.startswith(RULE)]
                found.append(Block(name, "\n".join(kept).strip("\n")))
                start = match.end()
    return found


def _statements(quads: list[tuple[str, str, str, str]]) -> dict[str, list[tuple[str, str]]]:
    """What each graph states, in the order of the file: the kind of the subject, and the property's local name."""
    stated: dict[str, list[tuple[str, str]]] = {}
    for graph, subject, predicate, _ in quads:
        kind = subject.strip("<>").split("/")[-2]
        stated.setdefault(graph.strip("<>").rpartition("/")[2], []).append((kind, LOCAL_NAME.sub("", predicate)))
    return stated


def _sections(blocks: list[Block], statements: dict[str, list[tuple[str, str]]]) -> dict[int, list[str]]:
    """The text of the blocks by section; provenance stays with the claim before it."""
    sections: dict[int, list[str]] = {}
    current = 0
    follows = False
    for block in blocks:
        name = block.graph.partition(":")[2]
        if block.graph.startswith("claim:"):
            current, follows = _section(statements.get(name, [])), True
            sections.setdefault(current, []).append(block.text)
        elif "a rg:Silence" in block.text and "a rg:Claim" not in block.text:
            sections.setdefault(SILENCES, []).append(block.text)
            follows = False
        elif block.graph == "graph:provenance" and follows:
            sections[current][-1] += "\n" + block.text
        else:
            sections.setdefault(0, []).append(block.text)
    return sections


def _section(statements: list[tuple[str, str]]) -> int:
    """The section of a claim: by what it says of a data source, else by the kind of node it is about."""
    of_source = [name for kind, name in statements if kind == "registry"]
    for name in of_source:
        if name in SECTION_OF:
            return SECTION_OF[name]
    kinds = [SECTION_OF_NODE[kind] for kind, _ in statements if kind in SECTION_OF_NODE]
    return kinds[0] if kinds and not of_source else CONTENT
