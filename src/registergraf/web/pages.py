"""The pages. Each view names the queries of its page, and the template arranges what they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, g, redirect, request

from registergraf.web import named, permalinks
from registergraf.web.browse import negotiated
from registergraf.web.client import language
from registergraf.web.entries import Entry, gather
from registergraf.web.evidence import Evidence
from registergraf.web.i18n import texts
from registergraf.web.links import CATALOGUE, data_links, page_links
from registergraf.web.localised import localised
from registergraf.web.problems import SLUGS, UnknownThing
from registergraf.web.render import render
from registergraf.web.site import site
from registergraf.web.sparql import endpoint, form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import NamedNode
    from werkzeug.wrappers import Response as AnyResponse

    from registergraf.graph.queries import Row, Term

root = Blueprint("root", __name__)
blueprint = localised("pages", __name__)

SECTIONS = (
    "name", "editorial", "law", "authorisations", "roles", "privacy", "purposes", "content", "contact", "routes",
    "costs", "deadlines", "conditions", "halts", "relations", "silences",
)  # fmt: skip
"""The sections of a data source's page, each the answer of ``queries/pages/registry-{section}.rq``."""

OUTCOMES = ("failed", "not-checked", "passed", "not-applicable")
"""The order in which verdicts are shown."""

REFERENCES_SHOWN = 200
"""The limit that ``queries/pages/entity-references.rq`` states."""


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
    counts = [(row["key"].value.partition("-")[2], int(row["count"].value)) for row in site().rows("counts")]
    return render("start.html", g.lang, data_links(CATALOGUE), counts=counts)


@blueprint.get("/registry/<key>")
def registry(key: str) -> Response:
    """A data source, with the evidence of every value and the verdicts on it."""
    iri = _known("registry", key)
    asked: Mapping[str, Any] = {"registry": iri, "lang": g.lang}
    sections = {name: gather(site().rows(f"registry-{name}", **asked)) for name in SECTIONS}
    evidence = gather_evidence(sections.values())
    verdicts = [v for v in site().release.verdicts if v["registry"] == key or v["focus"] == iri.value]
    links = page_links(f"/registry/{key}", iri.value)
    return render(
        "registry.html",
        g.lang,
        links,
        iri=iri.value,
        evidence=evidence,
        verdicts=ordered(verdicts),
        titles={rule["id"]: rule["title"] for rule in site().release.rules},
        **sections,
    )


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
    iri = _known(kind, key)
    rows = {name: site().rows(f"provision-{name}", provision=iri) for name in ("place", "within", "versions", "relied")}
    return render(
        "provision.html",
        g.lang,
        page_links(f"/{kind}/{key}", iri.value),
        iri=iri.value,
        facts=facts("provision", iri),
        heading=texts(g.lang)("column.heading") if kind == "provision" else "",
        rules=[rule for rule in site().release.rules if iri.value in rule["source"]],
        **{name: gather(answer) for name, answer in rows.items()},
    )


@blueprint.get("/organisation/")
def organisations() -> Response:
    """The organisations that have or had a role."""
    return render("organisations.html", g.lang, entries=gather(site().rows("organisations")))


@blueprint.get("/organisation/<key>")
def organisation(key: str) -> Response:
    """An organisation or a unit, with every role it has or had."""
    iri = _known("organisation", key)
    return render(
        "organisation.html",
        g.lang,
        page_links(f"/organisation/{key}", iri.value),
        iri=iri.value,
        roles=gather(site().rows("organisation-roles", organisation=iri), "registry"),
        facts=facts("organisation", iri),
        references=_references(iri),
        limit=REFERENCES_SHOWN,
    )


@blueprint.get("/rule/")
def rules() -> Response:
    """The rules of the audit, with how many verdicts of each outcome there are."""
    counted: dict[str, dict[str, int]] = {}
    for verdict in site().release.verdicts:
        outcomes = counted.setdefault(verdict["rule"], dict.fromkeys(OUTCOMES, 0))
        outcomes[verdict["outcome"]] += 1
    return render("rules.html", g.lang, rules=site().release.rules, counted=counted, outcomes=OUTCOMES)


@blueprint.get("/rule/<key>")
def rule(key: str) -> Response:
    """A rule: its text, the law it rests on, its verdicts."""
    found = next((r for r in site().release.rules if r["id"] == key), None)
    if found is None:
        raise UnknownThing("rule", key)
    verdicts = ordered(v for v in site().release.verdicts if v["rule"] == key)
    links = page_links(f"/rule/{key}", f"{site().release.base}rule/{key}")
    return render("rule.html", g.lang, links, rule=found, verdicts=verdicts)


@blueprint.get("/ns")
def terms_page() -> Response:
    """The terms of the vocabulary in the language of the address."""
    return terms(g.lang)


def terms(lang: str) -> Response:
    """The terms of the vocabulary."""
    return render("terms.html", lang, data_links("/ns"), entries=gather(site().rows("terms", lang=lang)))


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
    iri = _known(kind, key)
    return render(
        "entity.html",
        g.lang,
        page_links(f"/{kind}/{key}", iri.value),
        iri=iri.value,
        kind=texts(g.lang).get(f"kind.{kind}") or kind,
        facts=facts("entity", iri),
        statements=site().rows("entity-graph", entity=iri),
        references=_references(iri),
        limit=REFERENCES_SHOWN,
    )


def gather_evidence(sections: Iterable[Iterable[Entry]]) -> Evidence:
    """What the values of a page's sections rest on."""
    claims = sorted({claim for section in sections for entry in section for claim in entry.claims}, key=str)
    return Evidence(site().rows_of("claims", "claim", claims, lang=g.lang), site().rows_of("passages", "claim", claims))


def facts(page_query: str, iri: NamedNode) -> list[tuple[Term, list[Entry]]]:
    """What is said of a thing, by property."""
    return by_property(site().rows(page_query, entity=iri, lang=g.lang))


def by_property(rows: Iterable[Row]) -> list[tuple[Term, list[Entry]]]:
    """Entries under the property they are values of."""
    grouped: dict[Term, list[Entry]] = {}
    for entry in gather(rows):
        grouped.setdefault(cast("Term", entry.property), []).append(entry)
    return list(grouped.items())


def ordered(verdicts: Iterable[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Verdicts, those that need attention first."""
    return sorted(verdicts, key=lambda v: (v["run"] != "view", OUTCOMES.index(v["outcome"]), v["rule"], v["focus"]))


def _references(iri: NamedNode) -> list[tuple[Term, list[Entry]]]:
    return by_property(site().rows("entity-references", entity=iri))


def _known(kind: str, key: str) -> NamedNode:
    iri = site().iri(kind, key)
    if not site().knows(iri):
        raise UnknownThing(kind, key)
    return iri
