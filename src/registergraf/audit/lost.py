"""The verdict on a rule that could not be judged: it took too long, crashed, or is not what it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.audit.verdicts import Detail, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registergraf.audit.apart import Lost
    from registergraf.audit.rules import Rule

REASONS = {
    "time": {
        "nb": "Regelen kunne ikke prøves: det tok mer enn {} sekunder",
        "nn": "Regelen kunne ikkje prøvast: det tok meir enn {} sekund",
        "en": "The rule could not be checked: it took more than {} seconds",
    },
    "crash": {
        "nb": "Regelen kunne ikke prøves: prosessen ble avbrutt ({})",
        "nn": "Regelen kunne ikkje prøvast: prosessen vart avbroten ({})",
        "en": "The rule could not be checked: the process ended ({})",
    },
    "error": {
        "nb": "Regelen kunne ikke prøves: {}",
        "nn": "Regelen kunne ikkje prøvast: {}",
        "en": "The rule could not be checked: {}",
    },
}


def lost_verdict(rule: Rule, run: str, lost: Iterable[Lost]) -> Verdict:
    """That a rule was not judged in a run, as a verdict on the rule itself, with a detail for each reason."""
    details = {Detail(_told(reason), "") for reason in lost}
    return Verdict(rule, run, rule.iri, rule.id, "not-checked", tuple(sorted(details)))


def is_lost(verdict: Verdict) -> bool:
    """Whether a verdict says that its rule was not judged, rather than that a thing could not be."""
    return verdict.outcome == "not-checked" and verdict.focus == verdict.rule.iri


def _told(lost: Lost) -> tuple[tuple[str, str], ...]:
    return tuple((language, text.format(lost.text)) for language, text in sorted(REASONS[lost.kind].items()))
