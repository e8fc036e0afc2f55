"""pyoxigraph's words for a query that is not SPARQL, turned into a place and a sentence.

Its parser tries a keyword by taking as many characters as the keyword has, and reports the farthest place it came to:
``ASK { ?s ?p }`` fails in column 15 "expected OPTIONAL", which was tried at ``?s``. So the query is parsed once more
with wide gaps between its tokens, where a keyword that is tried does not reach the next token, and the length of the
keyword is taken off again.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Store

from registergraf.errors import QuerySyntaxError, Sentence
from registergraf.namespaces import BASE
from registergraf.querytext.slips import KEYWORDS, PREFIXED, Place, Slip, gaps, line_and_column, slips
from registergraf.querytext.tokens import COMMENT, IRI, STRING, without_service

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["syntax_error"]

# Wider than any keyword of SPARQL is long. The line break ends a comment.
_GAP = " " * 32
_END = "\n" + _GAP
_GAPS = re.compile(rf"{STRING} | {COMMENT} | {IRI} | (?P<gap> \s++ | [\[\](){{}}] )", re.VERBOSE | re.DOTALL)
_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_KEYWORDS = re.compile(r"\w+(?:, \w+)*")
# Oxigraph's own sentences stand among the tokens that were expected: "IRI parsing failed", "Prefix not found".
_SENTENCE = re.compile(r"\b[A-Z]\w*(?: [A-Za-z]\w*)+")
_BARE = re.compile(r"(?<![\w:?$@.'\"-])[^\W\d][\w-]*+(?=[ \t\r\n]*\Z)")
_NAME = re.compile(r"[\w.-]*+:[\w.:%-]*\Z")
# Of names, for the search to be bounded.
_LONGEST = 300
_SHOWN = 30


_TOLD = 2
"""The most guesses."""
_GUESSED = 10_000
"""Characters of the longest query that is guessed at: its repairs are parsed, and a long one could end the process."""
_SENTENCES = {
    "undeclared": "the prefix '{found}:' is not declared",
    "unexpected": "'{found}' cannot stand here",
    "incomplete": "the query ends before it is complete",
    "engine": "{found}",
    "address": "an address stands in angle brackets: <{found}>",
    "colon": "a prefix ends in a colon: PREFIX {found}:",
    "commas": "variables stand without commas: {right}",
    "condition": "the condition of FILTER stands in brackets",
    "dangling": "something is missing after the '{found}', or it is one too many",
    "date": "a date is written {right}",
    "declare": "it is one of ours: put PREFIX {found}: <{right}> at the top",
    "inner-quote": "a quotation mark inside a text is written {right}",
    "limit": "LIMIT takes one number: {right}",
    "missing": "{right} is missing before this",
    "modifier": "{found} stands behind the last }}",
    "named": "an expression stands in brackets and has a name: {right}",
    "near": "did you mean {right}?",
    "operator": "SPARQL writes {right} for {found}",
    "quotes": "quotation marks are straight in SPARQL: {right}, not {found}",
    "space": "the invisible character {found} in line {line}, column {column} is no space to SPARQL",
    "surplus": "this {found} closes nothing",
    "turtle": "SPARQL has neither @ nor a dot with a prefix: PREFIX name: <address>",
    "unclosed": "{right} is missing: the {found} in line {line}, column {column} is never closed",
    "word": 'a variable is written ?{found}, and a text "{found}"',
}


class _Failure(NamedTuple):
    offset: int
    expected: str


def syntax_error(query: str, error: SyntaxError) -> QuerySyntaxError:
    """Make the error for a query from what pyoxigraph raised for it, with guesses that the parser agrees with."""
    failure = _locate(query) or _read(query, error)
    if failure is None:
        return QuerySyntaxError(str(error))
    offset = _start_of_name(query, failure)
    line, column = line_and_column(query, offset)
    source = query.split("\n")[line - 1]
    return QuerySyntaxError(
        _fault(query, offset, failure.expected), line, column, source=source, guesses=_guess(query, offset, failure)
    )


def _start_of_name(query: str, failure: _Failure) -> int:
    """The place to tell: a name that is wrong is told where it starts, not behind it."""
    offset = max(0, min(failure.offset, len(query.rstrip())))
    start = max(0, offset - _LONGEST)
    if "Prefix not found" in failure.expected and (name := _NAME.search(query, start, offset)):
        return name.start()
    if '":"' in failure.expected and (word := _BARE.search(query, start, offset)) and word[0].lower() not in KEYWORDS:
        before = query[start : word.start()].rstrip()
        return offset if before.lower().endswith("prefix") else word.start()
    return offset


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


def _guess(query: str, offset: int, failure: _Failure) -> list[Sentence]:
    """Tell the likeliest slips; what is only missing, where nothing else was found."""
    if len(query) > _GUESSED:
        return []
    place = Place(query, offset)
    farther = _gets_farther(query, failure)
    found = list(islice(filter(farther, slips(place)), _TOLD)) or list(islice(filter(farther, gaps(place)), 1))
    return [_say(slip.key, **slip.values) for slip in found]


def _gets_farther(query: str, failure: _Failure) -> Callable[[Slip], bool]:
    """Tell the repairs with which less of the query is left behind the place where the parser stops."""
    left = len(query) - failure.offset

    def farther(slip: Slip) -> bool:
        if slip.repaired == query:
            return False
        found = _locate(slip.repaired)
        if found is None:
            return _is_sparql(slip.repaired)
        return len(slip.repaired) - found.offset < left

    return farther


def _is_sparql(query: str) -> bool:
    try:
        Store().query(without_service(query), base_iri=BASE)
    except SyntaxError:
        return False
    except RuntimeError:
        pass
    return True


def _fault(query: str, offset: int, expected: str) -> Sentence:
    token = next(iter(query[offset : offset + _LONGEST].split(maxsplit=1)), "")
    prefixed = PREFIXED.match(token)
    if prefixed and not re.search(rf"\bprefix\s+{re.escape(prefixed[1])}:", query, re.IGNORECASE):
        return _say("undeclared", found=prefixed[1])
    own = _SENTENCE.search(expected)
    if own is not None:
        return _say("engine", found=own[0])
    return _say("unexpected", found=token[:_SHOWN]) if token else _say("incomplete")


def _say(key: str, **values: str) -> Sentence:
    return Sentence(_SENTENCES[key].format(**values), key, values)
