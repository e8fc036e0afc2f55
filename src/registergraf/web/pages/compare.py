"""Data sources side by side: a row for each thing that is said of them, marked where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, g, request

from registergraf.web.ground.site import site
from registergraf.web.pages.browse import ordered_registries
from registergraf.web.shown.localised import localised
from registergraf.web.shown.problems import UnknownThing, problem
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registergraf.graph.queries import Term

blueprint = localised("compare", __name__)

RULE = "rule"
"""The row with the rules that fail."""
FEWEST, MOST = 2, 6
"""How many can be set side by side."""


@dataclass(frozen=True)
class Line:
    """One thing that is said, with what each data source has of it."""

    row: str
    cells: Sequence[Sequence[Term]]

    @property
    def verdict(self) -> str:
        """Whether all have the same: alike, unlike, or open, where what is not stated of all is the same of the rest.

        That a data source breaks no rule is stated; that no document says something is not.
        """
        stated = {frozenset(cell) for cell in self.cells if cell or self.row == RULE}
        if len(stated) > 1:
            return "unlike"
        return "alike" if self.row == RULE or all(self.cells) else "open"


@blueprint.get("/compare")
def compare() -> Response:
    """Two to six data sources side by side; with fewer, the form to choose them by."""
    slugs = [*dict.fromkeys(filter(None, request.args.getlist("registry")))]
    iris = [site().iri("registry", slug) for slug in slugs]
    for slug, iri in zip(slugs, iris, strict=True):
        if not site().knows(iri):
            raise UnknownThing("registry", slug)
    if len(slugs) > MOST:
        return problem(400, f"{MOST} data sources can be set side by side, not {len(slugs)}: leave some out")
    columns = [_rows(iri.value) for iri in iris]
    rows = sorted({key for column in columns for key in column})
    lines = [Line(row, [column.get((order, row), ()) for column in columns]) for order, row in rows]
    return render(
        "compare.html",
        g.lang,
        chosen=[iri.value for iri in iris],
        lines=[*lines, Line(RULE, [_failed(slug) for slug in slugs])] if len(slugs) >= FEWEST else [],
        addable=[row["registry"].value for row in ordered_registries(g.lang) if row["slug"].value not in slugs],
        most=MOST,
        address=lambda iri: (
            f"/{g.lang}/compare?"
            + urlencode([("registry", slug) for slug, one in zip(slugs, iris, strict=True) if one.value != iri])
        ),
    )


def _rows(iri: str) -> dict[tuple[int, str], list[Term]]:
    found: dict[tuple[int, str], list[Term]] = {}
    for row in site().rows("compare", registry=site().iri("registry", iri.rpartition("/")[2]), lang=g.lang):
        found.setdefault((int(row["order"].value), row["row"].value), []).append(row["item"])
    return found


def _failed(slug: str) -> list[Term]:
    """The rules that a data source breaks."""
    failed = {
        v["rule"]
        for v in site().release.verdicts
        if v["registry"] == slug and v["run"] == "view" and v["outcome"] == "failed"
    }
    return [site().iri("rule", rule) for rule in sorted(failed)]
