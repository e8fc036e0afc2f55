"""Constraints that are SPARQL already (SHACL 1.0, section 5): the focus nodes are joined into the query.

SHACL runs such a query once for each focus node, with $this replaced by it ("pre-binding", appendix A). Here it runs
once for all: the pattern of the focus nodes is put at the beginning of every group where $this must be known. What
pre-binding forbids is refused; what would mean something else when run for all nodes at once is not compiled.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, Store

from registergraf.audit.compiled.terms import told
from registergraf.errors import NotCompilableError, ShapesError
from registergraf.querytext.tokens import COMMENT, IRI, STRING, without_service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registergraf.audit.compiled.constraints import Site
    from registergraf.audit.compiled.shapes import Shape
    from registergraf.audit.compiled.terms import ShapesGraph
    from registergraf.graph.queries import Term

TOKEN = re.compile(
    rf"(?P<string>{STRING}) | (?P<comment>{COMMENT}) | (?P<iri>{IRI}) | (?P<variable>[?$]\w+)"
    r"| (?P<word>[A-Za-z_]+(?![\w:-])) | (?P<brace>[{}]) | (?P<other>[A-Za-z_][\w.:-]* | \s+ | .)",
    re.VERBOSE | re.DOTALL,
)
PREFIXED = re.compile(
    rf"{STRING} | {IRI} | _:\w+ | @\w+ | [?$]\w+"
    r"| (?P<name>(?:[A-Za-z][\w.-]*)?:(?:[\w:%-]|\\.|\.(?=[\w:%.\\-]))*) | \w+ | .",
    re.VERBOSE | re.DOTALL,
)
PREFIX = re.compile(r"\bPREFIX\s+([\w.-]*):\s*<([^>]*)>", re.IGNORECASE)
ESCAPED = re.compile(r"\\(.)")
FORBIDDEN = {"MINUS", "VALUES", "SERVICE"}
AGGREGATES = {"COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"}
TOLD = ("value", "path", "message")
"""What a row may say beside the focus node."""


class Token(NamedTuple):
    """A piece of a query."""

    kind: str
    text: str

    @property
    def keyword(self) -> str:
        """A word in capitals; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def is_this(self) -> bool:
        """Whether it is the focus node."""
        return self.kind == "variable" and self.text[1:] == "this"


def own_query(graph: ShapesGraph, node: Term, shape: Shape, site: Site) -> str:
    """The pattern of a sh:sparql constraint: its query with the focus nodes joined into it.

    Raises `ShapesError` for a query that is not SPARQL or that SHACL does not allow, `NotCompilableError` for one that
    cannot run for all focus nodes at once.
    """
    text = graph.one(node, "select")
    if not isinstance(text, Literal):
        raise NotCompilableError(f"the SPARQL constraint {told(node)} has no sh:select")
    namespaces = {**_declared(graph, node), **dict(PREFIX.findall(text.value))}
    tokens = [_along(token, shape) for token in _tokens(PREFIX.sub("", text.value))]
    _refuse(tokens, node)
    body = "".join(_joined(tokens, site))
    prefixes = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in namespaces.items())
    try:
        Store().query(without_service(prefixes + body))
    except SyntaxError as error:
        raise ShapesError(f"the query of {told(node)} is not SPARQL: {error}") from error
    return f"{{ {_expanded(body, namespaces)} }}"


def _tokens(text: str) -> Iterator[Token]:
    for found in TOKEN.finditer(text):
        if found.lastgroup != "comment":
            yield Token(found.lastgroup or "other", found[0])


def _along(token: Token, shape: Shape) -> Token:
    """$PATH is replaced by the path of the shape."""
    if token.kind == "variable" and token.text[1:] == "PATH" and shape.path is not None:
        return Token("iri", shape.path.text)
    return token


def _refuse(tokens: list[Token], node: Term) -> None:
    words = {token.keyword for token in tokens}
    variables = {token.text[1:] for token in tokens if token.kind == "variable"}
    if found := words & FORBIDDEN:
        raise ShapesError(f"the query of {told(node)} has {min(found)}, which SHACL does not allow in a constraint")
    plain = " ".join(token.text for token in tokens if token.text.strip())
    if re.search(r"\bAS\s+[?$]this\b", plain, re.IGNORECASE):
        raise ShapesError(f"the query of {told(node)} gives $this another value")
    for selected in re.finditer(r"\{ SELECT (.*?)(?:WHERE )?\{", plain, re.IGNORECASE):
        if "*" in selected[1]:
            raise NotCompilableError("a subquery that gives every variable")
        if not re.search(r"[?$]this\b", selected[1]):
            raise ShapesError(f"a subquery of {told(node)} does not give $this")
    if variables & {"shapesGraph", "currentShape"}:
        raise NotCompilableError("$shapesGraph or $currentShape in a query")
    if words & {"LIMIT", "OFFSET", "REDUCED"} or (
        words & AGGREGATES and not re.search(r"GROUP BY [^{}]*[?$]this\b", plain, re.IGNORECASE)
    ):
        raise NotCompilableError("a query that counts or cuts its rows for each focus node")


def _joined(tokens: list[Token], site: Site) -> Iterator[str]:
    """The text, with the focus nodes at the beginning of the groups that need them."""
    focus = f"?{site.focus}"
    before: list[str] = []
    for index, token in enumerate(tokens):
        yield focus if token.is_this else token.text
        if token.text == "{" and _needs(tokens, index, before):
            yield f" {site.domain(site.focus)} "
        if token.text.strip():
            before.append(token.keyword or token.text)


def _needs(tokens: list[Token], index: int, before: list[str]) -> bool:
    """Whether $this must be known at the beginning of the group that opens here."""
    group = _group(tokens, index)
    if next((token.keyword for token in group if token.text.strip()), "") == "SELECT":
        return False  # its own WHERE is met later
    if "{" not in before:
        return True
    if "SELECT" in before[_last(before, "{") + 1 :]:
        return True
    opened_by = before[-1]
    if opened_by in {"OPTIONAL", "EXISTS"} or (len(before) > 1 and before[-2] == "GRAPH"):
        return opened_by == "OPTIONAL" and any(token.keyword == "BIND" for token in group)
    return any(token.is_this for token in group)


def _group(tokens: list[Token], index: int) -> list[Token]:
    depth = 0
    for end in range(index, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[end].text, 0)
        if depth == 0:
            return tokens[index + 1 : end]
    return tokens[index + 1 :]


def _last(items: list[str], item: str) -> int:
    return len(items) - 1 - items[::-1].index(item)


def _declared(graph: ShapesGraph, node: Term) -> dict[str, str]:
    """The namespace of each prefix that sh:prefixes leads to (section 5.2.1)."""
    found = {}
    for ontology in graph.sh(node, "prefixes"):
        for imported in (ontology, *graph.objects(ontology, "http://www.w3.org/2002/07/owl#imports")):
            for declaration in graph.sh(imported, "declare"):
                prefix, namespace = graph.one(declaration, "prefix"), graph.one(declaration, "namespace")
                if prefix is None or namespace is None:
                    raise ShapesError(f"a prefix declaration of {told(ontology)} lacks its prefix or its namespace")
                found[str(prefix.value)] = str(namespace.value)
    return found


def _expanded(text: str, namespaces: dict[str, str]) -> str:
    """The text with every prefixed name written out, so that it can stand within another query."""
    return "".join(_full(found, namespaces) for found in PREFIXED.finditer(text))


def _full(found: re.Match[str], namespaces: dict[str, str]) -> str:
    prefix, _, local = (found["name"] or "").partition(":")
    if found["name"] is None or prefix not in namespaces:
        return found[0]
    return f"<{namespaces[prefix]}{ESCAPED.sub(_second, local)}>"


def _second(escaped: re.Match[str]) -> str:
    return escaped[1]
