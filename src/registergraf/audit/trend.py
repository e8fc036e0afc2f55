"""The verdicts of two releases compared: which failures are new, which are fixed, which are still there."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registergraf.audit.report.words import Words
from registergraf.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from registergraf.audit.report.model import Report

MOVES = ("new", "still", "fixed", "unsure")
"""New: fails now and did not. Fixed: failed, and now passes or is out of the rule's scope. Unsure: failed, and now
cannot be checked, which is not the same as fixed."""


@dataclass(frozen=True)
class Trend:
    """What became of every failure between two audits."""

    before: Report = field(repr=False)
    after: Report = field(repr=False)
    moves: Sequence[Mapping[str, Any]]
    """Each failure of either audit: `move`, `verdict` (its id), outcomes `before` and `after`, what it is about."""

    @property
    def rules_added(self) -> list[str]:
        """The rules that only the later audit judged by."""
        known = {rule["id"] for rule in self.before.rules}
        return [rule["id"] for rule in self.after.rules if rule["id"] not in known]

    @property
    def rules_removed(self) -> list[str]:
        """The rules that only the earlier audit judged by."""
        known = {rule["id"] for rule in self.after.rules}
        return [rule["id"] for rule in self.before.rules if rule["id"] not in known]

    @property
    def rules_changed(self) -> list[str]:
        """The rules whose checks, severity or period are not the same: their verdicts may move by that alone."""
        keys = ("severity", "checks", "applies_from", "applies_until")
        old = {rule["id"]: [rule[key] for key in keys] for rule in self.before.rules}
        return [r["id"] for r in self.after.rules if r["id"] in old and old[r["id"]] != [r[key] for key in keys]]

    @property
    def by_rule(self) -> Mapping[str, Counter[str]]:
        """The moves of each rule that has any."""
        counted: dict[str, Counter[str]] = {}
        for move in self.moves:
            counted.setdefault(move["rule"], Counter())[move["move"]] += 1
        return dict(sorted(counted.items()))


def compare(before: Report, after: Report) -> Trend:
    """Compare two audits, verdict by verdict: the id of a verdict is the same for the same rule, run and thing."""
    was, now = ({verdict["id"]: verdict for verdict in report.verdicts} for report in (before, after))
    told = (_move(was.get(id_), now.get(id_)) for id_ in dict.fromkeys([*now, *was]))
    order = sorted(
        (move for move in told if move), key=lambda m: (m["rule"], MOVES.index(m["move"]), m["run"], m["focus"])
    )
    return Trend(before, after, order)


def _move(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> dict[str, Any] | None:
    before, after = (verdict["outcome"] if verdict else "" for verdict in (was, now))
    if "failed" not in {before, after}:
        return None
    if after == "failed":
        move = "still" if before == "failed" else "new"
    else:
        move = "unsure" if after == "not-checked" else "fixed"
    verdict = now or was or {}
    kept = {key: verdict[key] for key in ("rule", "run", "label", "focus", "severity", "message", "waiver")}
    return {"move": move, "verdict": verdict["id"], **kept, "before": before, "after": after}


def to_text(trend: Trend, language: str) -> str:
    """The moves by rule, counted, and then each of them but those that stayed."""
    return "\n".join(_lines(trend, Words((language,)))) + "\n"


def to_json(trend: Trend) -> bytes:
    """The moves, the counts and the two identities."""
    document = {
        "before": trend.before.identity.as_json(),
        "after": trend.after.identity.as_json(),
        "rules": {"added": trend.rules_added, "removed": trend.rules_removed, "changed": trend.rules_changed},
        "counts": {rule: dict(counts) for rule, counts in trend.by_rule.items()},
        "moves": trend.moves,
    }
    return json_text(document, sort_keys=True)


def to_csv(trend: Trend) -> str:
    """A row for each move."""
    columns = ("move", "verdict", "rule", "severity", "run", "label", "focus", "before", "after", "waiver")
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    writer.writerows([move[column] for column in columns] for move in trend.moves)
    return buffer.getvalue()


def _lines(trend: Trend, words: Words) -> Iterator[str]:
    for report in (trend.before, trend.after):
        yield f"{words('release')} {report.identity.release}, {words('as-of').lower()} {report.identity.as_of}"
    for key, rules in (
        ("added", trend.rules_added),
        ("removed", trend.rules_removed),
        ("changed", trend.rules_changed),
    ):
        if rules:
            yield f"{words('trend.rules.' + key)}: {', '.join(rules)}"
    yield ""
    yield f"{words('rule'):8}" + "".join(f"{words('trend.' + move):>16}" for move in MOVES)
    for rule, counts in trend.by_rule.items():
        yield f"{rule:8}" + "".join(f"{counts[move]:16}" for move in MOVES)
    total = Counter(move["move"] for move in trend.moves)
    yield f"{words('total'):8}" + "".join(f"{total[move]:16}" for move in MOVES)
    for move in trend.moves:
        if move["move"] != "still":
            where = "" if move["run"] == "view" else words("in-claims")
            said = words.pick(move["message"]) if move["message"] else words(move["after"] or "passed")
            about = f"{move['rule']} {move['label']}{where}"
            yield f"{words('trend.' + move['move'])}: {about}: {said}  ({move['verdict']})"
