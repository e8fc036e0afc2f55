"""The verdicts of the audit as pages show them: by run, those that need attention apart from the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

OUTCOMES = ("failed", "not-checked", "passed", "not-applicable")
"""The order in which verdicts are shown."""
URGENT = ("failed", "not-checked")
"""The outcomes that need attention."""
RUNS = ("view", "claims")
"""What is judged, in the order in which it is shown."""


@dataclass(frozen=True)
class Run:
    """The verdicts of one run: how many of each outcome, and those that need attention before the others."""

    name: str
    counts: Mapping[str, int]
    urgent: Sequence[Mapping[str, Any]]
    calm: Sequence[Mapping[str, Any]]


def runs(verdicts: Iterable[Mapping[str, Any]], order: Callable[[str], str] = str) -> list[Run]:
    """The runs that have any of the verdicts; `order` is what things are sorted by, their IRIs unless it is given."""
    ordered = sorted(verdicts, key=lambda v: (OUTCOMES.index(v["outcome"]), v["rule"], order(v["focus"])))
    return [_run(name, some) for name in RUNS if (some := [v for v in ordered if v["run"] == name])]


def _run(name: str, verdicts: Sequence[Mapping[str, Any]]) -> Run:
    counted = Counter(v["outcome"] for v in verdicts)
    return Run(
        name,
        {outcome: counted[outcome] for outcome in OUTCOMES},
        [v for v in verdicts if v["outcome"] in URGENT],
        [v for v in verdicts if v["outcome"] not in URGENT],
    )
