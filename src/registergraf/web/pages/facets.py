"""What the data sources can be browsed by: for each value, which of them have it, as the bits of a number.

The rows come from ``queries/pages/facets.rq`` and from the verdicts, once for a release and a day. Counting is then
`&` and `bit_count`, some hundred nanoseconds each, whatever is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["FACETS", "NONE", "SILENT", "Chosen", "Facets", "Value"]

FACETS = (
    "kind", "consent", "identifiability", "controller", "processor", "basis", "regulation", "purpose", "period",
    "route", "verdict", "rule",
)  # fmt: skip
"""The facets in the order in which they are shown, by their names in an address."""

SILENT = "silent"
"""The value of a data source of which a document was read that does not say."""
NONE = "none"
"""The value of a data source that has no other, or is silent only."""

Chosen = dict[str, tuple[str, ...]]
"""The keys that are chosen of each facet: one of them is enough, and every facet has to fit."""


@dataclass(frozen=True)
class Value:
    """A value of a facet."""

    key: str
    iri: str
    """The IRI of what it is, or the key where it is no thing."""
    bits: int


class Facets:
    """Which data sources have which value."""

    def __init__(self, order: Sequence[str], rows: Iterable[tuple[str, str, str, str]]) -> None:
        """Take the data sources by IRI, and rows of one, a facet, the IRI of a value and its key in an address."""
        self.order = order
        self.all = (1 << len(order)) - 1
        self._place = place = {iri: number for number, iri in enumerate(order)}
        bits: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
        iris: dict[tuple[str, str], str] = {}
        for registry, facet, iri, key in rows:
            if registry in place:
                bits[facet][key] = bits[facet].get(key, 0) | 1 << place[registry]
                iris[facet, key] = iri
        for facet, values in bits.items():
            if rest := self.all & ~_union(mask for key, mask in values.items() if key != SILENT):
                values[NONE] = rest
                iris[facet, NONE] = NONE
        self.values: Mapping[str, Mapping[str, Value]] = {
            facet: {key: Value(key, iris[facet, key], mask) for key, mask in values.items()}
            for facet, values in bits.items()
        }

    def chosen(self, chosen: Chosen, *, but: str = "") -> int:
        """The data sources that fit what is chosen, one facet left out."""
        fitting = self.all
        for facet, keys in chosen.items():
            if facet != but:
                fitting &= _union(self.values[facet][key].bits for key in keys if key in self.values[facet])
        return fitting

    def counts(self, chosen: Chosen, within: int) -> dict[str, list[tuple[Value, int]]]:
        """For each facet, its values with how many there would be with it, most first; what is chosen stays."""
        counted = {}
        for facet, values in self.values.items():
            fitting = self.chosen(chosen, but=facet) & within
            numbers = [(value, (value.bits & fitting).bit_count()) for value in values.values()]
            shown = [(v, n) for v, n in numbers if n or v.key in chosen.get(facet, ())]
            counted[facet] = sorted(shown, key=lambda pair: (pair[0].key in {NONE, SILENT}, -pair[1], pair[0].key))
        counted["period"].sort(key=lambda pair: (pair[0].key in {NONE, SILENT}, pair[0].key))
        return counted

    def listed(self, bits: int) -> list[str]:
        """The data sources of some bits, in order."""
        return [iri for number, iri in enumerate(self.order) if bits >> number & 1]

    def bits(self, iris: Iterable[str]) -> int:
        """The bits of some data sources."""
        return _union(1 << self._place[iri] for iri in iris if iri in self._place)

    def of(self, iri: str) -> dict[str, list[Value]]:
        """The values of one data source, by facet."""
        bit = 1 << self._place[iri]
        return {facet: [v for v in values.values() if v.bits & bit] for facet, values in self.values.items()}


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union
