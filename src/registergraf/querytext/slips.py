"""The usual slips in SPARQL: what somebody who wrote this may have meant, as repaired text to be tried.

Each maker looks at the place where a parser stopped and proposes repairs. Whether one is right it cannot know:
`registergraf.querytext.syntax` tells only those with which the parser gets farther. A maker is bounded in what it reads
and linear in it, whatever the query holds.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from registergraf.namespaces import PREFIXES
from registergraf.querytext.tokens import COMMENT, IRI, STRING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["KEYWORDS", "PREFIXED", "Place", "Slip", "gaps", "line_and_column", "slips"]

KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a as ask asc avg base bind bound by coalesce concat construct contains count datatype desc describe distinct
        exists false filter from graph group group_concat having if in isiri lang langmatches limit max min minus named
        not offset optional order prefix reduced regex replace sample select separator service silent str strends
        strstarts sum true undef union values where
        """,
    )
)
PREFIXED = re.compile(r"([\w.-]*):[\w.-]*")

_HIDDEN = re.compile(rf"{STRING} | {COMMENT} | {IRI}", re.VERBOSE | re.DOTALL)
_NEAR = 300
"""Characters around the place that a maker reads."""
_QUOTES = "«»“”„‟‘’‚‹›＂"
_QUOTED = re.compile(rf"[{_QUOTES}]([^{_QUOTES}\n]*)[{_QUOTES}]?")
_SPACES = re.compile("[\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u2060\u3000\ufeff]")
_WORD = re.compile(r"[^\W\d][\w-]*(?![\w:-])")
_VARIABLES = re.compile(r"(?:[?$]\w+\s*,?\s*)+")
_AGGREGATE = re.compile(r"\w+\s*\([^(){}]*\)")
_MODIFIER = re.compile(r"(?:ORDER|GROUP|LIMIT|OFFSET|HAVING)\b[^{}]*", re.IGNORECASE)
_OPERATORS = {"==": "=", "<>": "!=", "and": "&&", "or": "||", "&": "&&", "=>": ">=", "=<": "<="}
_CLOSERS = {"{": "}", "(": ")", "[": "]"}


class Slip(NamedTuple):
    """A guess: which sentence tells it, with what, and the query as it would be."""

    key: str
    values: dict[str, str]
    repaired: str


@dataclass(frozen=True)
class Place:
    """A query and where in it a parser stopped."""

    query: str
    offset: int

    @cached_property
    def code(self) -> str:
        """The query with strings, comments and addresses blank, and every character where it was."""
        return _HIDDEN.sub(lambda token: re.sub(r"[^\n]", " ", token[0]), self.query)

    @property
    def before(self) -> str:
        """What stands before the place."""
        return self.code[max(0, self.offset - _NEAR) : self.offset]

    @property
    def rest(self) -> str:
        """What stands at the place."""
        return self.query[self.offset : self.offset + _NEAR]

    def put(self, text: str, over: int = 0, back: int = 0) -> str:
        """The query with text at the place, over so many characters behind it and so many before it."""
        return self.query[: self.offset - back] + text + self.query[self.offset + over :]


def slips(place: Place) -> Iterator[Slip]:
    """Propose what was meant, the likeliest first."""
    for maker in _MAKERS:
        yield from maker(place)


def gaps(place: Place) -> Iterator[Slip]:
    """Propose what could be missing at the place."""
    for right in (".", ")", "}", "]", "BY", "{", ","):
        yield Slip("missing", {"right": right}, place.put(f" {right} "))


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The line and column of a character, counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _prefix(place: Place) -> Iterator[Slip]:
    found = PREFIXED.match(place.rest)
    if not found:
        return
    name = found[1]
    address = re.match(r"https?://[^\s<>\"{}|^`\\]*[^\s<>\"{}|^`\\.;,)]", place.rest)
    if address:
        yield Slip("address", {"found": address[0]}, place.put(f"<{address[0]}>", len(address[0])))
    elif name in PREFIXES:
        yield Slip("declare", {"found": name, "right": PREFIXES[name]}, _declared(place.query, name))
    else:
        for near in difflib.get_close_matches(name, PREFIXES, n=1):
            yield Slip("near", {"right": f"{near}:"}, _declared(place.put(near, len(name)), near))


def _declared(query: str, name: str) -> str:
    return f"PREFIX {name}: <{PREFIXES[name]}>\n{query}"


def _typography(place: Place) -> Iterator[Slip]:
    if quoted := _QUOTED.search(place.code):
        straight = re.sub(f"[{_QUOTES}]", '"', place.code)
        repaired = "".join(
            new if new != old else kept for new, old, kept in zip(straight, place.code, place.query, strict=True)
        )
        yield Slip("quotes", {"found": quoted[0], "right": f'"{quoted[1]}"'}, repaired)
    if odd := _SPACES.search(place.code):
        line, column = line_and_column(place.query, odd.start())
        values = {"found": f"U+{ord(odd[0]):04X}", "line": str(line), "column": str(column)}
        yield Slip("space", values, place.query[: odd.start()] + " " + place.query[odd.end() :])


def _brackets(place: Place) -> Iterator[Slip]:
    """What is opened and never closed, and what closes nothing."""
    opened: list[int] = []
    for token in re.finditer(r"[\[\](){}]", place.code):
        if token[0] in _CLOSERS:
            opened.append(token.start())
        elif opened and _CLOSERS[place.code[opened[-1]]] == token[0]:
            opened.pop()
        elif token.start() == place.offset and not opened:
            yield Slip("surplus", {"found": token[0]}, place.put("", 1))
        else:
            break  # a closer of another kind: what is missing there is for `gaps`
    else:
        if opened:
            yield _unclosed(place, opened[-1], _CLOSERS[place.code[opened[-1]]], len(place.query))


def _tails(place: Place) -> Iterator[Slip]:
    """A text or an address that never ends."""
    for token in _HIDDEN.finditer(place.query):
        quote = token[0][:1]
        if quote in "\"'" and (len(token[0]) == 1 or token[0][-1] != quote) and token.start() < place.offset:
            mark = quote * 3 if token[0].startswith(quote * 3) else quote
            yield _unclosed(place, token.start(), mark, min(token.end(), len(place.query.rstrip())))
            return
    start = place.query.rfind("<", max(0, place.offset - _NEAR), place.offset)
    if start >= 0 and (open_ := re.match(r"<\w+:[^\s<>]*(?=[\s<]|$)", place.query[start : start + _NEAR])):
        yield _unclosed(place, start, ">", start + open_.end())


def _unclosed(place: Place, start: int, closer: str, end: int) -> Slip:
    line, column = line_and_column(place.query, start)
    opener = place.query[start : start + max(1, len(closer))]
    values = {"found": opener, "right": closer, "line": str(line), "column": str(column)}
    return Slip("unclosed", values, place.query[:end] + closer + place.query[end:])


def _inner_quote(place: Place) -> Iterator[Slip]:
    mark = place.query[place.offset - 1 : place.offset]
    if mark and mark in "\"'" and place.rest[:1].isalpha() and mark in place.rest.split("\n")[0]:
        yield Slip("inner-quote", {"right": f"\\{mark}"}, place.put(f"\\{mark}", back=1))


def _select(place: Place) -> Iterator[Slip]:
    listed = _VARIABLES.match(place.rest)
    if listed and "," in listed[0]:
        plain = " ".join(re.findall(r"[?$]\w+", listed[0]))
        yield Slip("commas", {"right": plain}, place.put(plain + " ", len(listed[0])))
    if (call := _AGGREGATE.match(place.rest)) and re.search(r"\bSELECT\b", place.before, re.IGNORECASE):
        named = f"({call[0]} AS ?value)"
        yield Slip("named", {"right": named}, place.put(named, len(call[0])))
    if place.rest.startswith(")") and re.search(r"\bSELECT\b[^{}]*\Z", place.before, re.IGNORECASE):
        yield Slip("missing", {"right": "AS ?value"}, place.put(" AS ?value"))


def _clauses(place: Place) -> Iterator[Slip]:
    """Clauses that are written in another way than in SQL, in Turtle or in speech."""
    modifier = _MODIFIER.match(place.rest)
    if modifier and place.code.rstrip().endswith("}"):
        whole = place.query.rstrip()
        repaired = f"{whole[: place.offset]}}} {whole[place.offset : -1]}"
        yield Slip("modifier", {"found": modifier[0].split()[0].upper()}, repaired)
    if re.search(r"\bFILTER\s*\Z", place.before, re.IGNORECASE):
        yield Slip("condition", {}, place.put("("))
    if re.search(r"\bBIND\s*\([^()]*\Z", place.before, re.IGNORECASE) and place.rest.startswith(","):
        yield Slip("operator", {"found": ",", "right": "AS"}, place.put(" AS ", 1))
    numbers = re.search(r"\bLIMIT\s+(\d+)\s*\Z", place.before, re.IGNORECASE)
    if numbers and (second := re.match(r",\s*(\d+)", place.rest)):
        right = f"LIMIT {second[1]} OFFSET {numbers[1]}"
        yield Slip("limit", {"right": right}, place.put(right, len(second[0]), len(numbers[0])))
    if place.rest[:7].lower() == "@prefix":
        yield Slip("turtle", {}, re.sub(r"@(prefix\s[^>\n]*>)\s*\.", r"\1", place.query, flags=re.IGNORECASE))
    if place.rest.startswith(".") and re.search(r"\bPREFIX\s+[\w.-]*:\s*\Z", place.before, re.IGNORECASE):
        yield Slip("turtle", {}, place.put("", 1))
    if name := re.search(r"\bPREFIX\s+([\w-]+)\s*\Z", place.before, re.IGNORECASE):
        yield Slip(
            "colon", {"found": name[1]}, place.put(f"{name[1]}: ", back=len(name[0]) - name.start(1) + name.start())
        )
    if dangling := re.search(r"([,;])\s*\Z", place.before):
        yield Slip("dangling", {"found": dangling[1]}, place.put("", back=len(dangling[0])))


def _operators(place: Place) -> Iterator[Slip]:
    for start in (0, 1):
        around = place.query[place.offset - start : place.offset + _NEAR]
        word = re.match(r"[A-Za-z]+|[=<>&]{1,2}", around) if place.offset >= start else None
        right = word and _OPERATORS.get(word[0].lower())
        if word and right:
            yield Slip("operator", {"found": word[0], "right": right}, place.put(right, len(word[0]) - start, start))


def _date(place: Place) -> Iterator[Slip]:
    year = re.search(r"(?<!\w)\d{4}\Z", place.before)
    if year and (rest := re.match(r"-\d\d-\d\d\b", place.rest)):
        right = f'"{year[0]}{rest[0]}"^^xsd:date'
        repaired = place.put(f'"{year[0]}{rest[0]}"^^<{PREFIXES["xsd"]}date>', len(rest[0]), 4)
        yield Slip("date", {"right": right}, repaired)


def _words(place: Place) -> Iterator[Slip]:
    word = _WORD.match(place.rest)
    if not word or word[0].lower() in KEYWORDS:
        return
    for near in difflib.get_close_matches(word[0].lower(), KEYWORDS, n=2, cutoff=0.7):
        yield Slip("near", {"right": near.upper()}, place.put(near, len(word[0])))
    yield Slip("word", {"found": word[0]}, place.put(f"?{word[0]}", len(word[0])))


_MAKERS: tuple[Callable[[Place], Iterator[Slip]], ...] = (
    _typography,
    _prefix,
    _tails,
    _inner_quote,
    _select,
    _clauses,
    _operators,
    _date,
    _words,
    _brackets,
)
