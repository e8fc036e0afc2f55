"""Footnotes: the places in the documents that each value rests on, numbered in the order the page refers to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registergraf.web.shown.entries import Entry, gather

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registergraf.graph.queries import Row, Term


TOLD = frozenset({"start", "end", "reason"})
"""Columns of a claim that a value of it is followed by."""


@dataclass
class Footnote:
    """One passage: document, lines or provision, words; and from where on the page it is referred to."""

    number: int
    passage: Row
    status: str
    references: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Said:
    """What the claims of a value say of themselves: status, reason, as written, period; most standing first."""

    claims: list[Entry]

    @property
    def standing(self) -> str:
        """The status of the claim with the most standing, as an IRI; empty for a silence, which has none."""
        return self.claims[0].text("status") if self.claims else ""

    @property
    def doubt(self) -> str:
        """The same where it is not accepted, empty where it is."""
        return "" if self.standing.endswith("-accepted") else self.standing

    @property
    def told(self) -> list[Entry]:
        """Those that say something in words, or from when to when they hold."""
        return [claim for claim in self.claims if not TOLD.isdisjoint(claim.columns)]


class Evidence:
    """The claims and passages of one page; `refer` numbers a footnote the first time it is needed."""

    def __init__(self, claims: Iterable[Row], passages: Iterable[Row]) -> None:
        self._claims = {e.item: e for e in gather({**row, "item": row["claim"]} for row in claims)}
        self._rank = {claim: rank for rank, claim in enumerate(self._claims)}
        self._passages: dict[Term, list[Row]] = {}
        for row in passages:
            self._passages.setdefault(row["claim"], []).append(row)
        self._footnotes: dict[str, Footnote] = {}

    @property
    def footnotes(self) -> list[Footnote]:
        """The footnotes referred to so far, by number."""
        return list(self._footnotes.values())

    def refer(self, claims: Iterable[Term]) -> list[tuple[Footnote, str]]:
        """The footnotes of the claims, each once, with the id of this reference to it."""
        found: dict[str, tuple[Footnote, str]] = {}
        for claim in claims:
            for passage in self._passages.get(claim, []):
                key = passage["passage"].value
                if key not in found:
                    footnote = self._footnote(key, passage, claim)
                    footnote.references.append(f"ref-{footnote.number}-{len(footnote.references) + 1}")
                    found[key] = (footnote, footnote.references[-1])
        return sorted(found.values(), key=lambda pair: pair[0].number)

    def _footnote(self, key: str, passage: Row, claim: Term) -> Footnote:
        footnote = self._footnotes.get(key)
        if footnote is None:
            status = self._claims[claim].text("status") if claim in self._claims else ""
            footnote = self._footnotes[key] = Footnote(len(self._footnotes) + 1, passage, status)
        return footnote

    def said(self, claims: Iterable[Term]) -> Said:
        """What the claims of a value say of themselves."""
        found = {claim for claim in claims if claim in self._rank}
        return Said([self._claims[claim] for claim in sorted(found, key=self._rank.__getitem__)])
