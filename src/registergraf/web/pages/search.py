"""The search page: one box, and what was found by type, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, g, request
from pyoxigraph import Literal, NamedNode
from werkzeug.exceptions import BadRequest

from registergraf.web.ground.site import site
from registergraf.web.shown.localised import localised
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    from registergraf.graph.queries import Term
    from registergraf.search import Hit

blueprint = localised("search", __name__)

TYPES = (
    "registry", "organisation", "act", "provision", "concept", "query", "rule", "part", "series", "term", "purpose",
)  # fmt: skip
"""The types in the order in which they are shown."""
SHOWN = 8
"""Things of a type that are shown where several types are."""
SHOWN_OF_ONE = 200
"""Things that are shown where one type was asked for."""


@blueprint.get("/search")
def search() -> Response:
    """What a question finds; `type` keeps to one type."""
    question, wanted = request.args.get("q", "").strip(), request.args.get("type", "")
    if wanted and wanted not in TYPES:
        raise BadRequest(f"There is no type '{wanted}'; there are {', '.join(TYPES)}.")
    hits = site().release.index.find(question)
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.type, []).append(hit)
    found = {type_: found[type_] for type_ in TYPES if type_ in found}
    counts = {type_: len(of_type) for type_, of_type in found.items()}
    if wanted:
        found = {wanted: found.get(wanted, [])}
    return render(
        "search.html",
        g.lang,
        question=question,
        wanted=wanted,
        found=found,
        counts=counts,
        total=len(hits),
        shown=SHOWN_OF_ONE if wanted else SHOWN,
        nearest=[] if hits else site().release.index.nearest(question),
        told=told,
    )


def told(iri: str) -> list[Term]:
    """What is said of a thing in a line or two, in the language of the page where it can be; what a query asks."""
    if query := site().named.get(iri.removeprefix(f"{site().release.base}query/")):
        return [Literal(query.questions[g.lang], language=g.lang)]
    rows = site().rows("search-hit", thing=NamedNode(iri), lang=g.lang)
    return [row["text"] for row in rows[:1]]
