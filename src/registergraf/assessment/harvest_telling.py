"""An emulated harvest as text for people and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from registergraf.assessment.harvest import DROPPED, FAILS, NOTE
from registergraf.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registergraf.assessment.harvest import Change, Difference, Harvest

TITLES = {"fdk-harvester": "data.norge.no (fdk-harvester)", "ckanext-dcat": "CKAN (ckanext-dcat)"}
MARKS = {FAILS: "the whole harvest fails", DROPPED: "left out", NOTE: "note"}
SHOWN = 3
"""How many triples of a change, and things of one finding, the text shows; JSON has all."""

Told = tuple["Harvest", "Difference | None"]


def to_text(place: str, harvests: Iterable[Told], *, datasets: bool = False) -> str:
    """The harvests for people; with a line for each dataset where they are asked for."""
    parts = [place]
    for harvest, difference in harvests:
        taken = 0 if harvest.fails else len(harvest.taken)
        parts += ["", f"{TITLES[harvest.harvester]}: {taken} datasets taken", *_findings(harvest)]
        if difference is not None:
            parts += _difference(difference)
        if datasets:
            parts += [f"  {one.dataset}  as {one.page}" for one in harvest.taken]
    return "\n".join(parts) + "\n"


def to_json(place: str, harvests: Iterable[Told]) -> bytes:
    """The harvests for programs."""
    told = {"document": place, "harvests": [_harvest_json(*pair) for pair in harvests]}
    return json_text(told)


def _findings(harvest: Harvest) -> Iterator[str]:
    grouped: dict[tuple[str, str], list[str]] = {}
    for finding in harvest.findings:
        grouped.setdefault((finding.kind, finding.says), []).append(finding.about)
    for kind in (FAILS, DROPPED, NOTE):
        for (found, says), about in grouped.items():
            if found == kind:
                named = [one for one in about if one]
                more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
                which = f": {', '.join(named[:SHOWN])}{more}" if named else ""
                yield f"  {MARKS[kind]}: {says}{which}"


def _difference(difference: Difference) -> Iterator[str]:
    yield (
        f"  since the former copy: {len(difference.added)} new, {len(difference.changed)} look changed, "
        f"{len(difference.removed)} would be deleted, {difference.unchanged} unchanged"
        + (f", {difference.updated_anyway} written again without being compared" if difference.updated_anyway else "")
    )
    for name, identities in (("new", difference.added), ("deleted", difference.removed)):
        yield from (f"  {name}: {identity}" for identity in identities)
    for change in difference.changed:
        yield f"  changed: {change.identity}"
        yield from _lines("-", change.gone)
        yield from _lines("+", change.come)
    common = Counter(line for change in difference.changed for line in {*change.gone, *change.come})
    for line, times in common.most_common(SHOWN):
        if times > 1:
            yield f"  common to {times} of them: {line}"


def _lines(sign: str, lines: Iterable[str]) -> Iterator[str]:
    every = list(lines)
    yield from (f"    {sign} {line}" for line in every[:SHOWN])
    if len(every) > SHOWN:
        yield f"    {sign} and {len(every) - SHOWN} more"


def _harvest_json(harvest: Harvest, difference: Difference | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "harvester": harvest.harvester,
        "fails": harvest.fails,
        "findings": [asdict(finding) for finding in harvest.findings],
        "datasets": [
            {
                "dataset": one.dataset, "identity": one.identity, "catalogue": one.catalogue, "page": one.page,
                "triples": len(one.content), "checksum": one.checksum,
            }
            for one in harvest.taken
        ],
    }  # fmt: skip
    if difference is not None:
        told["sinceFormer"] = {
            "new": list(difference.added),
            "deleted": list(difference.removed),
            "changed": [_change_json(change) for change in difference.changed],
            "unchanged": difference.unchanged,
            "updatedAnyway": difference.updated_anyway,
        }
    return told


def _change_json(change: Change) -> dict[str, Any]:
    return {"dataset": change.identity, "removed": list(change.gone), "added": list(change.come)}
