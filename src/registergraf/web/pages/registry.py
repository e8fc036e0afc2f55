"""The page of a data source: every value with its evidence, and the verdicts on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Response, current_app, g

from registergraf.web.ground.site import site
from registergraf.web.pages.ahead import ahead_of
from registergraf.web.pages.judged import runs
from registergraf.web.pages.pictures import roles_picture
from registergraf.web.pages.things import gather_evidence, known
from registergraf.web.shown.entries import gather
from registergraf.web.shown.links import dataset_links
from registergraf.web.shown.localised import localised
from registergraf.web.shown.render import render
from registergraf.web.shown.structured import structured
from registergraf.web.shown.values import footnote, references, told, value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import NamedNode

    from registergraf.graph.queries import Row, Term
    from registergraf.web.shown.entries import Entry
    from registergraf.web.shown.evidence import Evidence

blueprint = localised("registry", __name__)

SECTIONS = (
    "name", "editorial", "law", "authorisations", "roles", "privacy", "purposes", "content", "contact", "routes",
    "costs", "deadlines", "conditions", "halts", "relations", "silences",
)  # fmt: skip
"""The sections of a data source's page, each the answer of ``queries/pages/registry-{section}.rq``."""

RARE = frozenset({"authorisations", "conditions", "contact", "costs", "deadlines", "halts"})
"""Those of them that few data sources have: asked for all at once, they are planned once and take little room."""


@blueprint.before_request
def made_ahead() -> Response | None:
    """The page, where it was made already; None has it made."""
    return ahead_of(current_app).page()


@blueprint.get("/registry/<key>")
def registry(key: str) -> Response:
    """A data source, with the evidence of every value and the verdicts on it."""
    iri = known("registry", key)
    sections = {name: gather(rows_of(name, iri)) for name in SECTIONS}
    sections["law"] = with_facts(sections["law"])
    evidence = gather_evidence(sections.values())
    verdicts = site().verdicts("registry", key)
    verdicts = [*verdicts, *(v for v in site().verdicts("focus", iri.value) if v["registry"] != key)]
    links = dataset_links(f"/registry/{key}", iri.value)
    return render(
        "registry.html",
        g.lang,
        links,
        iri=iri.value,
        structured=structured(iri.value, g.lang),
        evidence=evidence,
        value_of=value,
        references=references,
        told=told,
        footnote=footnote,
        summary=summary(sections, evidence),
        drawn=roles_picture("roles", sections["roles"], "agent"),
        runs=runs(verdicts),
        titles={rule["id"]: rule["title"] for rule in site().release.rules},
        **sections,
    )


def rows_of(section: str, iri: NamedNode) -> list[Row]:
    """What the query of a section answers of a data source."""
    if section in RARE:
        return site().rows_of_one(f"registry-{section}", "registry", iri, lang=g.lang)
    return site().rows(f"registry-{section}", registry=iri, lang=g.lang)


def with_facts(law: Iterable[Entry]) -> list[Entry]:
    """Provisions with what is told of each, which does not depend on who rests on it."""
    facts = site().once("law-facts", lambda: {entry.item: entry.columns for entry in gather(site().rows("law-facts"))})
    return [replace(entry, columns=entry.columns | facts.get(entry.item, {})) for entry in law]


IN_SHORT = (
    ("kind", "name", "rdf:type"),
    ("controller", "roles", "concept:role-controller"),
    ("consent", "privacy", "rg:consentModel"),
    ("statutory", "law", "rg:statutoryBasis"),
    ("regulation", "law", "rg:regulatedBy"),
)
"""What stands at the top of the page: the key of its text, its section, and its property or role."""


def summary(sections: Mapping[str, list[Entry]], evidence: Evidence) -> list[tuple[str, list[Term]]]:
    """What of the sections is accepted and holds on the day of the view, in short."""
    found = []
    for key, section, name in IN_SHORT:
        wanted = site().expand(name)
        terms = [
            entry.one("agent") or entry.item
            for entry in sections[section]
            if entry.property is not None
            and entry.property.value == wanted
            and entry.text("when") in {"", "now"}
            and evidence.said(entry.claims).standing.endswith("-accepted")
        ]
        if terms:
            found.append((key, list(dict.fromkeys(terms))))
    return found
