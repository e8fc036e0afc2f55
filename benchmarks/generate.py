"""A graph of any size, made of the view of a release: its data sources again and again under other slugs.

Same release, size and seed: same bytes. The law, the ontology and the organisations stay; what belongs to one source
(its claims, passages, roles, periods, purposes, ...) is copied with it. Each copy says other organisations and other
years, so that the copies are not told apart by their slugs alone.
"""

from __future__ import annotations

import argparse
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "https://w3id.org/registergraf/"
KINDS = "registry|claim|passage|role|period|purpose|service|deadline|cost|disruption|silence|no-fact|authorisation"
OWN = re.compile(rf"(<{BASE}(?:{KINDS})/[^>]+)>")
SLUG = re.compile(r'( <http://purl\.org/dc/terms/identifier> "[^"]+)"')
ORGANISATION = re.compile(rf"<{BASE}organisation/\d{{9}}>")
YEAR = re.compile(r'"(?:19|20)\d\d-')
TRIPLE = re.compile(r'^\S+ \S+ (?:"(?:[^"\\]|\\.)*"\S*|\S+) \.$')
FIRST_YEAR, LAST_YEAR = 1952, 2025
COPY, ANY_ORGANISATION, ANY_YEAR = "\x01", "\x02", "\x03"


def main() -> None:
    """Write a graph."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("graph", type=Path, help="graph.nq of a release")
    parser.add_argument("target", type=Path, help="file of N-Triples to write")
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"{write(asked.graph, asked.target, asked.triples, asked.seed)} triples")


def write(graph: Path, target: Path, triples: int, seed: int = 1) -> int:
    """Write at least so many triples; gives how many they are."""
    view = [line for line in graph.read_text(encoding="utf-8").splitlines() if TRIPLE.match(line)]
    own = [line for line in view if OWN.match(line)]
    copies = max(0, -(-(triples - len(view)) // len(own)))
    organisations = sorted(set(ORGANISATION.findall("\n".join(view))))
    with target.open("w", encoding="utf-8") as file:
        file.write("\n".join(view) + "\n")
        for text in copied(own, copies, organisations, random.Random(seed)):  # noqa: S311 - to be the same each time
            file.write(text)
    return len(view) + copies * len(own)


def copied(own: list[str], copies: int, organisations: list[str], chance: random.Random) -> Iterator[str]:
    """The lines that belong to the sources, once for each copy."""
    text = "\n".join(own) + "\n"
    text = OWN.sub(rf"\1{COPY}>", text)
    text = SLUG.sub(rf'\1{COPY}"', text)
    text = ORGANISATION.sub(ANY_ORGANISATION, text)
    text = YEAR.sub(f'"{ANY_YEAR}-', text)
    parts = re.split(f"({ANY_ORGANISATION}|{ANY_YEAR})", text)
    for number in range(1, copies + 1):
        chosen = {
            ANY_ORGANISATION: iter(chance.choices(organisations, k=parts.count(ANY_ORGANISATION))),
            ANY_YEAR: iter([str(year) for year in chance.choices(range(FIRST_YEAR, LAST_YEAR), k=len(parts))]),
        }
        made = "".join(next(chosen[part]) if part in chosen else part for part in parts)
        yield made.replace(COPY, f"x{number}")


if __name__ == "__main__":
    main()
