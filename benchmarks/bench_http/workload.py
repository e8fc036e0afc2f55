"""What is asked: the questions beside this file, or those of the gallery, filled in with what the graph has.

A question that never comes again differs from the others in a value of the graph, and where those run out in a number
in a comment, which changes nothing but the text.
"""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from registergraf.graph.named import named_queries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registergraf.graph.named import NamedQuery

QUESTIONS = {
    path.stem: path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("questions/*.rq"))
}

_HEADER = re.compile(r"(?:#.*\n|\n)*")
_FOUND = {
    "slug": re.compile(r' <http://purl\.org/dc/terms/identifier> "([a-z][^"]*)" \.$'),
    "claim": re.compile(r"^<([^>]+/claim/[^>]+)> <http://www\.w3\.org/ns/prov#wasDerivedFrom>"),
    "provision": re.compile(r" <http://data\.europa\.eu/r5r/applicableLegislation> <([^>]+)> \.$"),
    "act": re.compile(r" <http://data\.europa\.eu/eli/ontology#is_part_of> <(https://lovdata[^>]+)> \.$"),
    "organisation": re.compile(r" <https://w3id\.org/dpv#hasDataController> <([^>]+)> \.$"),
    "role": re.compile(r" <http://www\.w3\.org/ns/dcat#hadRole> <([^>]+)> \.$"),
}
_WORDS = ("register", "kreft", "helse", "barn", "norsk", "kvalitet", "survey", "skade", "hjerte", "diabetes")


class Values(NamedTuple):
    """What each parameter may be."""

    of: dict[str, list[str]]

    def choose(self, chance: random.Random) -> dict[str, str]:
        """One value for each."""
        return {name: chance.choice(values) for name, values in self.of.items()}


def read_values(graph: Path) -> Values:
    """Find what the graph has; slugs and claims may be many thousands."""
    found: dict[str, dict[str, None]] = {name: {} for name in _FOUND}
    with graph.open(encoding="utf-8") as lines:
        for line in lines:
            for name, pattern in _FOUND.items():
                if match := pattern.search(line):
                    found[name][match[1]] = None
    return Values(
        {name: list(values) for name, values in found.items()}
        | {
            "word": list(_WORDS),
            "year": [str(year) for year in range(1955, 2025)],
            "offset": [str(number) for number in range(0, 60, 2)],
        }
    )


def gallery(queries: Mapping[str, str]) -> dict[str, str]:
    """The named queries of a release as questions; one that can be asked of a single data source is asked of one."""
    return {name: _of_one(query) for name, query in named_queries(queries).items()}


def _of_one(query: NamedQuery) -> str:
    head, select, rest = query.text[_HEADER.match(query.text).end() :].replace("%", "%%").partition("SELECT")
    if any(parameter.name == "slug" for parameter in query.parameters):
        rest = rest.replace("{", '{ VALUES ?slug { "%(slug)s" }', 1)
    return head + select + rest


def in_turn(some: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Each of the others, and before it one of some, again and again."""
    pairs = enumerate(zip(itertools.cycle(some.items()), others.items(), strict=False))
    return dict(one for number, ((name, text), other) in pairs for one in ((f"{name} {number}", text), other))


def never_repeated(values: Values, questions: Mapping[str, str], seed: int) -> Iterator[str]:
    """Queries without end, the questions in turn, no two of which are the same."""
    chance = random.Random(seed)  # noqa: S311 - to be the same each time
    for number, question in enumerate(itertools.cycle(questions.values())):
        yield question % values.choose(chance) + f"\n# {seed}-{number}\n"


def repeated(values: Values, questions: Mapping[str, str], seed: int, different: int = 400) -> Iterator[str]:
    """Queries without end as people ask them: few are asked often and many seldom (Zipf's law)."""
    chance = random.Random(seed)  # noqa: S311 - to be the same each time
    some = list(itertools.islice(never_repeated(values, questions, seed), different))
    weights = list(itertools.accumulate(1 / rank for rank in range(1, different + 1)))
    while True:
        yield from chance.choices(some, cum_weights=weights, k=1000)
