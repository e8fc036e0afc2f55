"""What is kept from the engine: queries that would crash it, and queries that would make it open a connection.

pyoxigraph follows SERVICE to any address and has no switch for it. That a query has none is shown by parsing, with
pyoxigraph's own parser, since it is that parser's reading which is executed: the query is parsed with the letters of
"service" exchanged for a word that is no keyword, wherever they stand. Names, strings and comments do not mind; a
SERVICE clause is no longer SPARQL. Where the word stands by itself, rdflib's parser is the second opinion, and has to
agree; a variable or a name that has the word in it, as many have, is not worth the 10 MiB that it takes in each worker.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pyoxigraph import Store

from registergraf.errors import QueryError, QueryLimitError, QueryRefusedError, QuerySyntaxError
from registergraf.namespaces import BASE
from registergraf.querytext.syntax import syntax_error
from registergraf.querytext.tokens import COMMENT, IRI, SERVICE, STRING, has_service, without_service

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["explain", "refuse_service", "scan"]

# << and >> are brackets of SPARQL 1.2, which pyoxigraph reads.
_BRACKETS = re.compile(
    rf"{STRING} | {COMMENT} | (?P<iri>{IRI}) | \\. | (?P<open> [\[({{] | << ) | (?P<close> [\])}}] | >> )",
    re.VERBOSE | re.DOTALL,
)
_OPENING = ("(", "[", "{", "<<")
_WORDS = re.compile(
    rf"{STRING} | {COMMENT} | {IRI} | [?$@:][\w.-]*+ | (?P<word>[\w.-]++) (?P<local>:[\w.-]*+)?+",
    re.VERBOSE | re.DOTALL,
)
_UPDATE = re.compile(r"\b(?:INSERT|DELETE|LOAD|CLEAR|CREATE|DROP|COPY|MOVE|ADD)\b", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U(00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})")
_NO_SERVICE = "this service answers from its own data only: SERVICE, which asks another one, is refused"


def scan(query: str, length: int, nesting: int) -> None:
    """Bound the length of a query and the depth of its brackets, in one pass and without parsing.

    Raises `QueryLimitError` for "query-length" or "query-nesting". Brackets in strings and comments do not count. What
    looks like an IRI may be a comparison (``?a<(1)&&(2)>?b``), so brackets in it may raise the depth, never lower it.
    """
    if len(query) > length:
        raise QueryLimitError("query-length", f"the query has {len(query)} characters; {length} are allowed")
    if sum(map(query.count, _OPENING)) <= nesting:
        return
    depth = 0
    for token in _BRACKETS.finditer(query):
        peak, change = _climb(token)
        if depth + peak > nesting:
            message = f"the query nests brackets deeper than the {nesting} levels that are allowed"
            raise QueryLimitError("query-nesting", message)
        depth = max(0, depth + change)


def refuse_service(query: str) -> None:
    """Return if executing `query` opens no connection.

    Raises `QueryRefusedError` for a query with SERVICE (SPARQL 1.1 Federated Query), or where it cannot be told;
    `QuerySyntaxError` for text that is not SPARQL.
    """
    resolved = _ESCAPE.sub(lambda escape: chr(int(escape[1] or escape[2], 16)), query) if "\\" in query else query
    for text in dict.fromkeys((query, resolved)):
        if has_service(text):
            _refuse_service(text)


def explain(query: str, error: SyntaxError) -> QueryError:
    """Tell why pyoxigraph does not parse a query: an update is refused, other text is not SPARQL."""
    if _is_update(query):
        return QueryRefusedError("this service only answers queries: SPARQL updates are refused")
    return syntax_error(query, error)


def _refuse_service(text: str) -> None:
    if _has_bare_word(text):
        tree = _parse(text)
        if tree is None:
            raise QueryRefusedError(
                f"{_NO_SERVICE}; this query has the word, and could not be read well enough to be sure"
            )
        if any(one == "ServiceGraphPattern" for one in _names(tree)):
            raise QueryRefusedError(_NO_SERVICE)
    _parse_without_the_word(text)


def _parse_without_the_word(text: str) -> None:
    """Raise unless pyoxigraph finds SPARQL where "service" cannot be a keyword; the store is empty."""
    try:
        Store().query(without_service(text), base_iri=BASE)  # which base does not matter for parsing
    except SyntaxError as error:
        raise explain(text, error) from error
    except UnicodeEncodeError as error:
        raise QuerySyntaxError("the query has characters that are not Unicode") from error
    except RuntimeError:
        return  # parsed; that it cannot be evaluated is for the answer to say


def _parse(text: str) -> Any:
    """Parse with rdflib; None where it cannot."""
    # Here, since few queries need it and it would treble the start of a worker.
    from pyparsing import ParseException  # noqa: PLC0415
    from rdflib.plugins.sparql.parser import parseQuery  # noqa: PLC0415

    try:
        return parseQuery(text)
    except (ParseException, RecursionError, ValueError):
        return None


def _is_update(text: str) -> bool:
    if not _UPDATE.search(text):
        return False
    from pyparsing import ParseException  # noqa: PLC0415
    from rdflib.plugins.sparql.parser import parseUpdate  # noqa: PLC0415

    try:
        return "request" in parseUpdate(text)  # an empty text is an update without requests
    except (ParseException, RecursionError, ValueError):
        return False


def _names(tree: Any) -> Iterator[str]:
    """Every name of a node in rdflib's parse tree."""
    from pyparsing import ParseResults  # noqa: PLC0415
    from rdflib.plugins.sparql.parserutils import CompValue  # noqa: PLC0415

    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, CompValue):
            yield node.name
            todo.extend(node.values())
        elif isinstance(node, (list, ParseResults)):
            todo.extend(node)


def _has_bare_word(text: str) -> bool:
    return any(
        token["word"] and not token["local"] and SERVICE.search(token["word"]) for token in _WORDS.finditer(text)
    )


def _climb(token: re.Match[str]) -> tuple[int, int]:
    """How far a token climbs at most, and where it leaves the depth."""
    if token["iri"] is None:
        change = bool(token["open"]) - bool(token["close"])
        return change, change
    peak = level = 0
    for character in token["iri"]:
        level += (character in "([") - (character in ")]")
        peak = max(peak, level)
    return peak, max(0, level)
