"""Data sources side by side: a row for each thing that is said of them, marked where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, g, request

from registergraf.web.ground.i18n import DEFAULT
from registergraf.web.ground.site import site
from registergraf.web.pages.browse import ordered_registries
from registergraf.web.pages.compare_data import MEDIA_TYPES, download
from registergraf.web.pages.things import known
from registergraf.web.shown.links import Link
from registergraf.web.shown.localised import localised
from registergraf.web.shown.problems import problem
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registergraf.graph.queries import Term

blueprint = localised("compare", __name__)

RULE = "rule"
"""The row with the rules that fail."""
LISTED = 500
"""The most data sources that are all listed to choose from; of more, one is named by its slug."""
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
    slugs = chosen_slugs()
    if len(slugs) > MOST:
        return too_many(slugs)
    iris = [site().iri("registry", slug).value for slug in slugs]
    asked = urlencode([("registry", slug) for slug in slugs])
    return render(
        "compare.html",
        g.lang,
        [Link("alternate", f"/{g.lang}/compare.{suffix}?{asked}", form) for suffix, form in MEDIA_TYPES.items()]
        if len(slugs) >= FEWEST
        else (),
        chosen=iris,
        lines=lines_of(slugs) if len(slugs) >= FEWEST else [],
        addable=addable(slugs),
        most=MOST,
        address=lambda iri: (
            f"/{g.lang}/compare?"
            + urlencode([("registry", slug) for slug, one in zip(slugs, iris, strict=True) if one != iri])
        ),
    )


@blueprint.get("/compare.<any(csv, json):suffix>")
def compare_as(suffix: str) -> Response:
    """The same as data."""
    slugs = chosen_slugs()
    if len(slugs) > MOST:
        return too_many(slugs)
    if len(slugs) < FEWEST:
        return problem(400, f"{FEWEST} to {MOST} data sources can be compared: registry=npr&registry=msis")
    return download(suffix, [site().iri("registry", slug).value for slug in slugs], lines_of(slugs))


def chosen_slugs() -> list[str]:
    """The data sources that the address names, each once; raises `UnknownThing`."""
    slugs = [*dict.fromkeys(filter(None, request.args.getlist("registry")))]
    for slug in slugs:
        known("registry", slug)
    return slugs


def addable(slugs: Sequence[str]) -> list[str]:
    """The IRIs of those that can be set beside the chosen ones; none where they are too many to choose from a list."""
    if len(ordered_registries(DEFAULT)) > LISTED:
        return []
    return [row["registry"].value for row in ordered_registries(g.lang) if row["slug"].value not in slugs]


def too_many(slugs: Sequence[str]) -> Response:
    """What is told of more than can be set side by side."""
    return problem(400, f"{MOST} data sources can be set side by side, not {len(slugs)}: leave some out")


def lines_of(slugs: Sequence[str]) -> list[Line]:
    """Everything that is said of any of them, and the rules each breaks."""
    columns = [_rows(slug) for slug in slugs]
    rows = sorted({key for column in columns for key in column})
    lines = [Line(row, [column.get((order, row), ()) for column in columns]) for order, row in rows]
    return [*lines, Line(RULE, [_failed(slug) for slug in slugs])]


def _rows(slug: str) -> dict[tuple[int, str], list[Term]]:
    found: dict[tuple[int, str], list[Term]] = {}
    for row in site().rows("compare", registry=site().iri("registry", slug), lang=g.lang):
        found.setdefault((int(row["order"].value), row["row"].value), []).append(row["item"])
    return found


def _failed(slug: str) -> list[Term]:
    """The rules that a data source breaks."""
    failed = {v["rule"] for v in site().verdicts("registry", slug) if v["run"] == "view" and v["outcome"] == "failed"}
    return [site().iri("rule", rule) for rule in sorted(failed)]
