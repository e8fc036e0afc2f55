"""The pages of the law: acts, regulations and provisions, and what rests on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, g, redirect, request

from registergraf.web.ground.i18n import texts
from registergraf.web.ground.site import site
from registergraf.web.pages.pictures import branches_of, weights
from registergraf.web.pages.things import Part, facts, known, order
from registergraf.web.shown.entries import gather
from registergraf.web.shown.links import page_links
from registergraf.web.shown.localised import localised
from registergraf.web.shown.problems import UnknownThing
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response as AnyResponse

    from registergraf.graph.queries import Term
    from registergraf.web.shown.entries import Entry

blueprint = localised("law", __name__)


@blueprint.get("/law/")
def law() -> Response:
    """The acts and regulations."""
    return render("law.html", g.lang, entries=gather(site().rows("law")))


@blueprint.get("/act")
def act_by_iri() -> AnyResponse:
    """The page of an act or regulation by its IRI, which is Lovdata's."""
    iri = request.args.get("iri", "")
    if iri not in site().law_ids:
        raise UnknownThing("act", iri)
    return redirect(f"/{g.lang}/act/{site().law_ids[iri]}", 303)


@blueprint.get("/act/<key>")
def act(key: str) -> Response:
    """An act or a regulation: its dates, its parts, what rests on it."""
    return _law_page("act", key)


@blueprint.get("/provision/<key>")
def provision(key: str) -> Response:
    """A provision: its heading, its place, its dates, what it is about and what rests on it."""
    return _law_page("provision", key)


def _law_page(kind: str, key: str) -> Response:
    iri = known(kind, key)
    rows = {name: site().rows(f"provision-{name}", provision=iri) for name in ("place", "within", "versions")}
    part = Part.asked(site().rows("provision-relied-list", provision=iri), f"/{kind}/{key}")
    branches = branches_of(iri.value, gather(site().rows("law-tree", provision=iri)))
    return render(
        "provision.html",
        g.lang,
        page_links(f"/{kind}/{key}", iri.value),
        iri=iri.value,
        facts=facts("provision", iri),
        heading=texts(g.lang)("column.heading") if kind == "provision" else "",
        tree=branches,
        history=history(branches),
        weights=weights(),
        relied=_by_source(gather(site().rows_of("provision-relied", "item", part.items, provision=iri))),
        part=part,
        rules=[rule for rule in site().release.rules if iri.value in rule["source"]],
        **{name: gather(answer) for name, answer in rows.items()},
    )


def _by_source(relied: Iterable[Entry]) -> list[Entry]:
    return sorted(relied, key=lambda entry: order(entry.text("source")))


def history(branches: Iterable[tuple[int, Entry]]) -> list[tuple[Term, str, Entry]]:
    """When which part came into force or ended, the latest first: the date, the key of its text, the part."""
    events = [
        (date, key, entry)
        for _, entry in branches
        for column, key in (("first", "history.in"), ("last", "history.out"))
        for date in entry.all(column)
    ]
    return sorted(events, key=lambda event: event[0].value, reverse=True)
