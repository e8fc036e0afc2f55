"""The pages of the organisations: every role each has or had."""

from __future__ import annotations

from flask import Response, g

from registergraf.web.ground.site import site
from registergraf.web.pages.pictures import roles_picture
from registergraf.web.pages.things import REFERENCES_SHOWN, Part, facts, known, references
from registergraf.web.shown.entries import gather
from registergraf.web.shown.links import page_links
from registergraf.web.shown.localised import localised
from registergraf.web.shown.render import render

blueprint = localised("organisations", __name__)


@blueprint.get("/organisation/")
def organisations() -> Response:
    """The organisations that have or had a role."""
    return render("organisations.html", g.lang, entries=gather(site().rows("organisations")))


@blueprint.get("/organisation/<key>")
def organisation(key: str) -> Response:
    """An organisation or a unit, with every role it has or had."""
    iri = known("organisation", key)
    path = f"/organisation/{key}"
    part = Part.asked(site().rows("organisation-role-list", organisation=iri), path)
    roles = gather(site().rows_of("organisation-roles", "item", part.items, organisation=iri), "registry")
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
