"""What came of a soak, noted by many threads."""

from __future__ import annotations

from collections import Counter
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = 50
"""Of so many requests the time of one is kept."""


class Ledger:
    """Counts, faults and figures; `now` is the release that every answer asked for from now on comes from."""

    def __init__(self, first: str) -> None:
        self.now = first
        self.changing = False
        self.changes = 0
        self.end = Event()
        self.kills = 0
        self.memory: list[float] = []
        self.milliseconds: list[float] = [0.0]
        self.answered: Counter[str] = Counter()
        self.faults: list[str] = []
        self.said = ""
        self._lock = Lock()

    def may_answer(self, releases: list[str]) -> set[str]:
        """The releases of which one answers a request that is made now."""
        return set(releases) if self.changing else {self.now}

    def note(self, what: str, seconds: float) -> None:
        """Count an answer that was right."""
        with self._lock:
            self.answered[what] += 1
            if sum(self.answered.values()) % SAMPLE == 0:
                self.milliseconds.append(seconds * 1000)

    def fault(self, text: str) -> None:
        """Note what should not have been."""
        with self._lock:
            self.faults.append(text[:400])

    def thread(self, work: Callable[..., None], *given: Any) -> Thread:
        """Start a thread; what it raises is a fault."""

        def run() -> None:
            try:
                work(*given)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told
                self.fault(f"{work.__name__} ended: {error!r}")

        thread = Thread(target=run, daemon=True)
        thread.start()
        return thread
