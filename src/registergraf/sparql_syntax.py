"""pyoxigraph's words for a query that is not SPARQL, turned into a place and a sentence.

Its parser tries a keyword by taking as many characters as the keyword has, and reports the farthest place it came to:
``ASK { ?s ?p }`` fails in column 15 "expected OPTIONAL", which was tried at ``?s``. So the query is parsed once more
with wide gaps between its tokens, where a keyword that is tried does not reach the next token, and the length of the
keyword is taken off again.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from pyoxigraph import Store

from registergraf.errors import QuerySyntaxError
from registergraf.namespaces import BASE
from registergraf.sparql_tokens import COMMENT, IRI, STRING, without_service

__all__ = ["syntax_error"]

# Wider than any keyword of SPARQL is long. The line break ends a comment.
_GAP = " " * 32
_END = "\n" + _GAP
_GAPS = re.compile(rf"{STRING} | {COMMENT} | {IRI} | (?P<gap> \s++ | [\[\](){{}}] )", re.VERBOSE | re.DOTALL)
_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_KEYWORDS = re.compile(r"\w+(?:, \w+)*")
# Oxigraph's own sentences stand among the tokens that were expected: "IRI parsing failed", "Prefix not found".
_SENTENCE = re.compile(r"\b[A-Z]\w*(?: [A-Za-z]\w*)+")
_PREFIXED = re.compile(r"([\w.-]*):[\w.-]*")
_NAME = re.compile(r"[\w.-]*+:[\w.:%-]*\Z")
# Of names, for the search to be bounded.
_LONGEST = 300
_SHOWN = 30


class _Failure(NamedTuple):
    offset: int
    expected: str


def syntax_error(query: str, error: SyntaxError) -> QuerySyntaxError:
    """Make the error for a query from what pyoxigraph raised for it."""
    failure = _locate(query) or _read(query, error)
    if failure is None:
        return QuerySyntaxError(str(error))
    offset = max(0, min(failure.offset, len(query.rstrip())))
    if "Prefix not found" in failure.expected and (name := _NAME.search(query, max(0, offset - _LONGEST), offset)):
        offset = name.start()  # told behind the name
    return QuerySyntaxError(_sentence(query, offset, failure.expected), *_line_and_column(query, offset))


def _locate(query: str) -> _Failure | None:
    """Parse once more with wide gaps; None where that is SPARQL, for then a gap came into a token."""
    cuts = [token.end() for token in _GAPS.finditer(query) if token["gap"]]
    pieces = (query[start:end] for start, end in zip([0, *cuts], [*cuts, len(query)], strict=True))
    wide = without_service(_GAP.join(pieces)) + _END  # parsing is executing, with pyoxigraph
    try:
        Store().query(wide, base_iri=BASE)
    except SyntaxError as error:
        found = _read(wide, error)
        return found and found._replace(offset=_narrow(found.offset, cuts))
    except RuntimeError:
        pass
    return None


def _narrow(offset: int, cuts: list[int]) -> int:
    """Find the place in the query for a place in the text with gaps."""
    starts = [cut + len(_GAP) * number for number, cut in enumerate(cuts)]
    before = bisect_left(starts, offset)
    if before and offset < starts[before - 1] + len(_GAP):
        return cuts[before - 1]
    return offset - len(_GAP) * before


def _read(text: str, error: SyntaxError) -> _Failure | None:
    """Read the place and the expected tokens from pyoxigraph's message."""
    found = _PLACE.fullmatch(str(error))
    if found is None:
        return None
    line, column, expected = int(found[1]), int(found[2]), found[3]
    offset = sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1
    if _KEYWORDS.fullmatch(expected):
        offset -= min(map(len, expected.split(", ")))
    return _Failure(offset, expected)


def _sentence(query: str, offset: int, expected: str) -> str:
    token = next(iter(query[offset:].split(maxsplit=1)), "")
    prefixed = _PREFIXED.match(token)
    if prefixed and not re.search(rf"\bprefix\s+{re.escape(prefixed[1])}:", query, re.IGNORECASE):
        return f"the prefix '{prefixed[1]}:' is not declared"
    own = _SENTENCE.search(expected)
    if own is not None:
        return own[0]
    return f"'{token[:_SHOWN]}' cannot stand here" if token else "the query ends before it is complete"


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
