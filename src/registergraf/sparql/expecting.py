"""How long a question is expected to take: as long as those did that are alike but for their terms and numbers."""

from __future__ import annotations

import re
from collections import OrderedDict

__all__ = ["Expected", "kind_of"]

_TERMS = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|<[^<>\s]*>|\d+")
_MOST = 1_000
"""Kinds of questions that are remembered."""
_UNKNOWN = 0.01
"""Seconds for a kind that was not asked before: longer than a look-up, shorter than what looks through much."""
_WEIGHT = 0.2
"""That of the last question of a kind, beside all before it."""


class Expected:
    """Seconds by kinds of questions, of those that were asked last; for one thread."""

    def __init__(self) -> None:
        self._seconds: OrderedDict[int, float] = OrderedDict()

    def seconds(self, kind: int) -> float:
        """How long a question of a kind is expected to take."""
        return self._seconds.get(kind, _UNKNOWN)

    def note(self, kind: int, seconds: float) -> None:
        """Remember how long one took."""
        before = self._seconds.pop(kind, seconds)
        self._seconds[kind] = before + _WEIGHT * (seconds - before)
        if len(self._seconds) > _MOST:
            self._seconds.popitem(last=False)


def kind_of(query: str) -> int:
    """Name the kind of a query; two that only differ in texts, IRIs and numbers are of one."""
    return hash(_TERMS.sub("", query))
