"""What was asked before, so that what is asked once and never again is not kept in memory.

The newest names are remembered in a set, and with them those of the set before; a set that is full becomes the one
before. Most queries that strangers send never come again, and would else have filled what is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["Seen"]

_MOST = 8192
"""Names in a set; each is remembered as a number of eight bytes."""


class Seen:
    """The names that came last, at least the last 8,192; for one thread at a time."""

    def __init__(self) -> None:
        self._new: set[int] = set()
        self._old: set[int] = set()

    def again(self, name: Hashable) -> bool:
        """Note a name; whether it came before."""
        number = hash(name)
        if number in self._new:
            return True
        if len(self._new) >= _MOST:
            self._new, self._old = set(), self._new
        self._new.add(number)
        return number in self._old
