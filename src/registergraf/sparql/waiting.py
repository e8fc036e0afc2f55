"""Who waits until a worker is free, and who of them is next."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from registergraf.errors import QueryLimitError

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable

__all__ = ["WaitingLine"]

T = TypeVar("T")

_PATIENCE = 5
"""How many times as long as it is expected to take a question waits until it goes before those that came later."""


class _Wait(NamedTuple):
    """When a question is due, and how many seconds it is expected to take."""

    due: float
    seconds: float


class WaitingLine(Generic[T]):
    """At most `most` questions that wait up to `most_seconds` for what they are asked of; of one event loop.

    The one is next that is due first, each some times as long after it came as it is expected to take: so a look-up
    need not wait for all lists that came before, and no list waits for ever.
    """

    def __init__(self, most: int, most_seconds: float) -> None:
        self._most = most
        self._most_seconds = most_seconds
        self._places: dict[Future[T], _Wait] = {}

    def __len__(self) -> int:
        return len(self._places)

    async def wait(self, seconds: float, give_back: Callable[[T], None]) -> T:
        """Wait with a question that is expected to take so long, until something is handed over.

        Who is cancelled gives it back where it was handed over already. Raises `QueryLimitError` for "query-queue" or
        "query-wait-seconds", and what `end` says.
        """
        if len(self._places) >= self._most:
            message = f"{len(self._places)} queries wait already, as many as may; try again later"
            raise QueryLimitError("query-queue", message)
        loop = asyncio.get_running_loop()
        place: Future[T] = loop.create_future()
        self._places[place] = _Wait(_due(seconds), seconds)
        late = loop.call_later(self._most_seconds, self._be_late, place)
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                give_back(place.result())
            raise
        finally:
            late.cancel()
            self._places.pop(place, None)

    def goes_first(self, seconds: float) -> bool:
        """Whether a question that comes now, and is expected to take so long, is due before all that wait."""
        return not self._places or _due(seconds) < min(self._places.values()).due

    def next(self) -> float | None:
        """How long the next one is expected to take; None where nobody waits."""
        self._places = {place: wait for place, wait in self._places.items() if not place.done()}
        return min(self._places.values()).seconds if self._places else None

    def hand_over(self, what: T) -> None:
        """Give the next one, which `next` has told of, what it waits for."""
        place = min(self._places, key=self._places.__getitem__)
        del self._places[place]
        place.set_result(what)

    def end(self, error: Exception) -> None:
        """Tell all who wait that they do so for nothing."""
        places, self._places = self._places, {}
        for place in places:
            if not place.done():
                place.set_exception(error)

    def _be_late(self, place: Future[T]) -> None:
        if not place.done():
            message = f"all workers were busy for {self._most_seconds:g} seconds; try again later"
            place.set_exception(QueryLimitError("query-wait-seconds", message))


def _due(seconds: float) -> float:
    return time.perf_counter() + _PATIENCE * seconds
