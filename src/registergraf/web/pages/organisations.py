"""The pages of the organisations: every role each has or had."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from flask import Response, g

from registergraf.web.ground.site import site
from registergraf.web.pages.pictures import roles_picture
from registergraf.web.pages.things import REFERENCES_SHOWN, Part, facts, known, order, references
from registergraf.web.shown.entries import gather
from registergraf.web.shown.links import page_links
from registergraf.web.shown.localised import localised
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registergraf.web.shown.entries import Entry

blueprint = localised("organisations", __name__)


@blueprint.get("/organisation/")
def organisations() -> Response:
    """The organisations that have or had a role."""
    entries = gather(site().rows("organisations"))
    by_count = sorted(entries, key=lambda e: (-int(e.text("count")), order(e.item.value)))
    return render("organisations.html", g.lang, entries=by_count)


@blueprint.get("/organisation/<key>")
def organisation(key: str) -> Response:
    """An organisation or a unit, with every role it has or had."""
    iri = known("organisation", key)
    path = f"/organisation/{key}"
    part = Part.asked(site().rows("organisation-role-list", organisation=iri), path)
    roles = _by_name(gather(site().rows_of("organisation-roles", "item", part.items, organisation=iri), "registry"))
    return render(
        "organisation.html",
        g.lang,
        page_links(path, iri.value),
        iri=iri.value,
        roles=roles,
        drawn=roles_picture("roles", roles, "registry"),
        facts=facts("organisation", iri),
        references=references(iri),
        part=part,
        limit=REFERENCES_SHOWN,
    )


def _by_name(roles: Iterable[Entry]) -> list[Entry]:
    """Roles in the order of their query, those alike in what and when by the name of the data source."""
    alike = groupby(roles, key=lambda role: (role.property, role.text("when"), role.text("start")))
    return [role for _, some in alike for role in sorted(some, key=lambda r: order(r.text("registry")))]
