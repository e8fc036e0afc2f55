"""The pages that are one view each: the start, the catalogue, the terms, the queries, any other entity."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, redirect, request

from registergraf.catalogue import atom
from registergraf.web.data.profiles import profiles
from registergraf.web.endpoint import named, permalinks
from registergraf.web.endpoint.sparql import endpoint, form
from registergraf.web.ground.client import language
from registergraf.web.ground.i18n import texts
from registergraf.web.ground.members import SLUGS
from registergraf.web.ground.site import site
from registergraf.web.pages.browse import negotiated
from registergraf.web.pages.things import REFERENCES_SHOWN, by_property, facts, known, references
from registergraf.web.shown.entries import gather
from registergraf.web.shown.links import CATALOGUE, data_links, page_links
from registergraf.web.shown.localised import localised
from registergraf.web.shown.problems import UnknownThing
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    from pyoxigraph import NamedNode
    from werkzeug.wrappers import Response as AnyResponse


CHANGES_SHOWN = 5
"""How many of the newest changes the page of the catalogue tells."""

root = Blueprint("root", __name__)
blueprint = localised("pages", __name__)

OWL = "http://www.w3.org/2002/07/owl#"
KINDS = tuple(OWL + kind for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"))
"""The kinds of terms, in the order in which they are shown."""
CONCEPTS = ("concept", "purpose")
"""The kinds of things that say something of data sources and are otherwise words."""


@root.get("/")
def choose_language() -> AnyResponse:
    """The start page in the client's language."""
    response = redirect(f"/{language()}/", 302)
    response.headers["Vary"] = "Accept-Language"
    return response


@root.get("/registry/")
def registries() -> AnyResponse:
    """The data sources, in the client's language and form."""
    return negotiated()


@root.get("/problem/<slug>")
def problem_type(slug: str) -> AnyResponse:
    """The address in `type` of a problem leads to the page about it."""
    return redirect(f"/{language()}/problem/{slug}", 303)


@blueprint.get("/")
def start() -> Response:
    """What this is, how much of it there is, and the way in."""
    counted = site().once("counts", partial(site().rows, "counts"))
    counts = [(row["key"].value.partition("-")[2], int(row["count"].value)) for row in counted]
    return render("start.html", g.lang, data_links(CATALOGUE), counts=counts)


@blueprint.get("/catalogue")
def catalogue() -> Response:
    """What harvesters fetch, what it is worth, what changed in it, and what it holds."""
    rows = site().rows("catalogue")
    return render(
        "catalogue.html",
        g.lang,
        data_links(CATALOGUE),
        rows=gather(rows),
        total=int(rows[0]["total"].value) if rows else 0,
        views=profiles(),
        changes=atom.newest(site().release.feed(f"atom.{g.lang}.xml") or b"<feed/>", CHANGES_SHOWN),
    )


@blueprint.get("/ns")
def terms_page() -> Response:
    """The terms of the vocabulary in the language of the address."""
    return terms(g.lang)


def terms(lang: str) -> Response:
    """The terms of the vocabulary, each with its definition and how much it is used."""
    use = {row["item"].value: int(row["count"].value) for row in site().once("use", partial(site().rows, "terms-use"))}
    rows = site().rows("terms", lang=lang)
    entries = sorted(gather(rows), key=lambda e: (KINDS.index(e.text("kind")), site().order(e.item.value, lang)))
    return render("terms.html", lang, data_links("/ns"), entries=entries, use=use, listing=listing)


def listing(term: str, what: str) -> str:
    """A query for what is of a class, or for what a property says."""
    pattern = f"?thing a <{term}>" if what == "class" else f"?thing <{term}> ?value"
    return f"SELECT * WHERE {{ {pattern} }} ORDER BY ?thing LIMIT 200"


@blueprint.get("/sparql")
def sparql_form() -> Response:
    """The form of the SPARQL endpoint in the language of the address."""
    return endpoint() if request.args else form()


@blueprint.get("/query/")
def queries() -> Response:
    """The named queries."""
    return named.listing_page()


@blueprint.get("/query/<name>")
def query(name: str) -> Response:
    """A named query: its parameters and its answer."""
    return named.answer(name)


@blueprint.get("/q/<name>")
def stored_query(name: str) -> Response:
    """The page of a stored query in the language of the address."""
    return permalinks.show(name)


@blueprint.get("/problem/<slug>")
def problem_page(slug: str) -> Response:
    """What a kind of problem means; the `type` of a problem leads here."""
    if slug not in SLUGS.values():
        raise UnknownThing("problem", slug)
    return render("problem.html", g.lang, slug=slug)


@blueprint.get("/<kind:kind>/<key>")
def entity(kind: str, key: str) -> Response:
    """Any other thing of ours: what is said of it, and what refers to it."""
    iri = known(kind, key)
    if kind in CONCEPTS:
        return concept(kind, key, iri)
    statements = site().rows("entity-graph", entity=iri)
    return _of_a_thing("entity.html", kind, key, iri, statements=statements, references=references(iri))


def concept(kind: str, key: str, iri: NamedNode) -> Response:
    """A concept or a purpose: what is said of it, the data sources that it says something of, and those beside it."""
    use = by_property(site().rows("concept-use", entity=iri))
    told = {entry.item for _, entries in use for entry in entries}
    others = [(p, [entry for entry in entries if entry.item not in told]) for p, entries in references(iri)]
    siblings = by_property(site().rows("concept-siblings", entity=iri))
    elsewhere = [(p, entries) for p, entries in others if entries]
    return _of_a_thing("concept.html", kind, key, iri, use=use, siblings=siblings, references=elsewhere)


def _of_a_thing(template: str, kind: str, key: str, iri: NamedNode, **more: Any) -> Response:
    """What the pages of every kind of thing have, and more."""
    return render(
        template,
        g.lang,
        page_links(f"/{kind}/{key}", iri.value),
        iri=iri.value,
        kind=texts(g.lang).get(f"kind.{kind}") or kind,
        facts=facts("entity", iri),
        limit=REFERENCES_SHOWN,
        **more,
    )
