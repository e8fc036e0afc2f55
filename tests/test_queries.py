"""The named queries are a public interface: their names, their columns, and answers worked out from the documents by hand."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from registergraf import graph
from registergraf.graph.asking import Table, ask_release
from registergraf.graph.named import find_query, named_queries
from registergraf.graph.queries import select
from registergraf.graph.view import view_as_of

if TYPE_CHECKING:
    from registergraf.content import Content
    from registergraf.release import Release

LANGUAGES = {"nb", "nn", "en"}
COLUMNS = {
    "data-sources": "slug, title, abbreviation, kind, consent, identifiability, start, end",
    "roles": "slug, role, organisation, orgnr, from, to, scope",
    "legal-basis": "slug, relation, act, provision, as-written, status",
    "purposes": "slug, purpose, text, provision",
    "parts": "slug, relation, other",
    "access": "slug, route, contact, authority, price-nok-per-hour, minimum-hours, deadline, unit, condition",
    "evidence": "slug, property, value, status, document, first-line, last-line, phrase",
    "silences": "slug, facet, document",
    "controlled-without-consent": "orgnr, organisation, slug, title, letter",
    "role-history": "slug, role, organisation, from, to, scope, status",
}

FHI, HDIR, EHELSE = "Folkehelseinstituttet", "Helsedirektoratet", "Direktoratet for e-helse (Helsedataservice)"
HREGL = "helseregisterloven (LOV-2014-06-20-43)"
HKR = "hjerte- og karregisterforskriften (FOR-2011-12-16-1250)"


def rows(release: Release, name: str, day: datetime.date | None = None, **params: str) -> set[tuple[str, ...]]:
    """The answer's rows as text, without the first column."""
    answer = ask_release(find_query(release.queries, name), params, release, day)
    assert isinstance(answer, Table)
    return {tuple("" if term is None else term.value for term in row[1:]) for row in answer.rows}


@pytest.mark.parametrize("name", COLUMNS)
def test_names_and_columns_are_stable(content: Content, release: Release, name: str) -> None:
    """The header and the answer have the columns that were promised."""
    query = find_query(content.queries, name)
    answer = ask_release(query, {}, release, None)

    assert COLUMNS[name] == ", ".join(query.columns)
    assert isinstance(answer, Table)
    assert answer.columns == query.columns
    assert answer.rows


def test_every_named_query_has_a_whole_header(content: Content) -> None:
    """Title and question in every language, and parameters that are told and that the query projects."""
    for query in named_queries(content.queries).values():
        assert LANGUAGES == set(query.titles) == set(query.questions), query.name
        assert all(question.endswith("?") for question in query.questions.values()), query.name
        for parameter in query.parameters:
            told = parameter.choices if parameter.type == "code" else set(parameter.helps) == LANGUAGES
            assert told, (query.name, parameter.name)
        assert {p.name for p in query.parameters} <= {column.replace("-", "_") for column in query.columns}, query.name


def test_the_choices_of_a_parameter_are_whole(release: Release) -> None:
    """Whatever an answer has in the column of a code, today or another day, can be asked for."""
    then = view_as_of(release.store, release.queries, datetime.date(2022, 6, 1), release.base)
    for query in named_queries(release.queries).values():
        for code in (parameter for parameter in query.parameters if parameter.type == "code"):
            held = {row.get(code.name) for store in (release.store, then) for row in select(store, query.text)}
            assert {term.value for term in held if term} <= set(code.choices), (query.name, code.name)


def test_no_answer_holds_an_iri(release: Release) -> None:
    """Values are what people read: slugs, citations, dates."""
    for name in COLUMNS:
        assert not [row for row in rows(release, name) if any(value.startswith("http") for value in row)], name


@pytest.mark.parametrize(
    ("day", "kpr_decides", "npr_controls"),
    [
        (datetime.date(2022, 6, 1), {HDIR}, {HDIR}),
        (datetime.date(2023, 6, 1), {EHELSE, HDIR}, {HDIR}),
        (None, {f"{FHI} (Helsedataservice)"}, {FHI}),
    ],
)
def test_roles_are_those_of_the_day(
    release: Release, day: datetime.date | None, kpr_decides: set[str], npr_controls: set[str]
) -> None:
    """Document 002 line 7 and the annex moved the decisions on 2023-03-15, the regulations the control on 2024-01-01."""
    kpr = {row[1] for row in rows(release, "roles", day, slug="kpr") if row[0] == "decision-authority"}
    npr = {row[1] for row in rows(release, "roles", day, slug="npr") if row[0] == "controller"}

    assert kpr_decides == kpr
    assert npr_controls == npr


def test_the_exception_for_public_bodies_has_its_scope(release: Release) -> None:
    """In 2023 Helsedirektoratet still decided where public bodies applied (document 002 line 7)."""
    decided = {
        (row[1], row[5])
        for row in rows(release, "roles", datetime.date(2023, 6, 1), slug="kpr")
        if row[0] == "decision-authority"
    }

    assert {(EHELSE, ""), (HDIR, "public-bodies")} == decided


def test_the_evidence_says_why(release: Release) -> None:
    """The controllers of NPR lead to three documents and to the regulation."""
    evidence = rows(release, "evidence", slug="npr", property="controller")

    assert (
        HDIR,
        "accepted",
        "datakilder-2020",
        "1878",
        "1878",
        "Helsedirektoratet er databehandlingsansvarlig og databehandler",
    ) in {row[1:] for row in evidence}
    assert {"datakilder-2020", "helsedirektoratet-2020", "npr-helsedata", "lovdata-2026"} == {
        row[3] for row in evidence
    }


def test_the_legal_basis_of_hjerneslag(release: Release) -> None:
    """Document 004 line 1250 gives §§ 21 and 22, which are rejected, and the heart regulation, which is accepted."""
    assert {
        ("statutory-basis", HREGL, "§ 21", "Helseregisterloven § 21 og 22", "rejected"),
        ("statutory-basis", HREGL, "§ 22", "Helseregisterloven § 21 og 22", "rejected"),
        ("statutory-basis", HREGL, "§ 11 bokstav h", "", "proposed"),
        ("regulated-by", HKR, "", "Hjerte- og karregisterforskriften", "accepted"),
        ("purpose-clause", HKR, "§ 1-2", "Hjerte- og karregisterforskriften § 1-2", "accepted"),
    } == rows(release, "legal-basis", slug="hjerneslag")


def test_the_legal_basis_of_kuhr_is_of_disclosure_only(release: Release) -> None:
    """Document 000 line 191 rests disclosure on two acts and gives no basis for the registry itself."""
    assert {
        ("disclosure-basis", "folketrygdloven (LOV-1997-02-28-19)", "", "folketrygdloven", "accepted"),
        ("disclosure-basis", "Nav-loven (LOV-2006-06-16-20)", "", "NAV-loven", "accepted"),
    } == rows(release, "legal-basis", slug="kuhr")
    assert ("legal-basis", "helsedirektoratet-2020") in rows(release, "silences", slug="kuhr")


def test_fastlegeregisteret_has_no_legal_basis(release: Release) -> None:
    """Neither document gives one: a silence in each, and no row of basis or regulation."""
    relations = {row[0] for row in rows(release, "legal-basis", slug="fastlegeregisteret")}

    assert not relations & {"statutory-basis", "regulated-by", "purpose-clause"}
    assert {("legal-basis", "datakilder-2020"), ("legal-basis", "helsedirektoratet-2020")} <= rows(
        release, "silences", slug="fastlegeregisteret"
    )


def test_noric_is_silent_on_consent(release: Release) -> None:
    """Document 004 lines 1992 to 2021 do not say whether consent is needed."""
    assert ("consent", "datakilder-2020") in rows(release, "silences", slug="noric")
    assert {row[3] for row in rows(release, "data-sources", slug="noric")} == {""}


def test_a_part_differs_from_its_whole(release: Release) -> None:
    """MSIS itself has no one identifiability; group A is identifiable and group C anonymous (document 004 lines 436 and 440)."""
    assert {row[4] for row in rows(release, "data-sources", slug="msis")} == {""}
    assert {row[1] for row in rows(release, "evidence", slug="msis-group-a", property="identifiability")} == {"direct"}
    assert {row[1] for row in rows(release, "evidence", slug="msis-group-c", property="identifiability")} == {
        "anonymous"
    }


def test_parts_and_succession(release: Release) -> None:
    """Membership of HKR, the MSIS groups, and what took over from what."""
    parts = {
        (slug, *row)
        for slug in ("noric", "hjerneslag", "msis-group-a", "kpr", "msis")
        for row in rows(release, "parts", slug=slug)
    }

    assert {
        ("noric", "member-of", "hkr"),
        ("hjerneslag", "member-of", "hkr"),
        ("msis-group-a", "part-of", "msis"),
        ("kpr", "replaces", "iplos"),
        ("msis", "replaces", "tuberkuloseregisteret"),
    } <= parts


def test_access_to_npr(release: Release) -> None:
    """Documents 000, 001 and 004: 1100 kroner an hour, two hours at least, 30 and 60 days."""
    access = rows(release, "access", slug="npr")

    routes = {row for row in access if row[0]}
    limits = {(row[5], row[6], frozenset(row[7].removeprefix("delivery: ").split(", "))) for row in access if row[5]}

    assert {
        ("helsedata-form", "helseregistre@helsedir.no", FHI, "1100", "2", "", "", "new-research"),
        ("registry-form", "helseregistre@helsedir.no", FHI, "1100", "2", "", "", "other-purposes"),
    } <= routes
    assert {
        ("30", "calendar-days", frozenset({"statistics", "anonymous"})),
        ("60", "calendar-days", frozenset({"de-identified"})),
        ("60", "calendar-days", frozenset({"identifiable"})),
    } == limits


def test_working_days_are_not_days(release: Release) -> None:
    """KPR: 30 and 60 working days (documents 000 and 002), and months that are expectations."""
    limits = {row[5:7] for row in rows(release, "access", slug="kpr") if row[5]}

    assert {("30", "working-days"), ("60", "working-days"), ("2", "months"), ("12", "months")} == limits


def test_purposes_of_npr(release: Release) -> None:
    """Six purposes in four sentences (document 004 lines 1873 to 1876), laid down by § 1-2."""
    purposes = rows(release, "purposes", slug="npr")

    assert sorted(row[0] for row in purposes) == [
        "governance",
        "prevention",
        "quality",
        "registry-support",
        "registry-support",
        "research",
    ]
    assert {row[2] for row in purposes} == {"§ 1-2"}


def test_which_registries_fhi_controls_without_consent_and_on_which_letter(release: Release) -> None:
    """The analyst's question, today and in 2022."""
    today = {(row[1], row[3]) for row in rows(release, "controlled-without-consent", orgnr="983744516")}
    before = {
        (row[1], row[3])
        for row in rows(release, "controlled-without-consent", datetime.date(2022, 6, 1), orgnr="983744516")
    }

    moved = {("npr", "§ 11 bokstav g"), ("kpr", "§ 11 bokstav j")}
    assert {*moved, ("msis", "§ 11 bokstav d"), ("hkr", "§ 11 bokstav h")} <= today
    assert not moved & before


def test_the_three_queries_of_the_model_stay_short(release: Release) -> None:
    """Who says it and do we accept it; who controls what; which rest on § 11: each in plain SPARQL."""
    said = """SELECT ?status ?phrase WHERE {
      GRAPH ?claim { registry:hjerneslag ?p ?o . FILTER(?p IN (rg:statutoryBasis, rg:regulatedBy)) }
      ?claim prov:wasDerivedFrom ?passage ; rg:status ?status . ?passage oa:hasSource ?source ; rg:phrase ?phrase }"""
    prefixes = "".join(
        f"PREFIX {name}: <{iri}> "
        for name, iri in {
            "rg": f"{release.base}ns#",
            "registry": f"{release.base}registry/",
            "provision": f"{release.base}provision/",
            "prov": "http://www.w3.org/ns/prov#",
            "oa": "http://www.w3.org/ns/oa#",
            "dpv": "https://w3id.org/dpv#",
        }.items()
    )
    within = "SELECT ?registry WHERE { ?registry rg:statutoryBasis/rg:within* provision:lov-2014-06-20-43.p11 }"
    controls = "SELECT ?registry ?who WHERE { ?registry a rg:HealthRegistry ; dpv:hasDataController ?who }"

    assert "hjemlet i Helseregisterloven § 21 og 22" in {
        r["phrase"].value for r in graph.select(release.store, prefixes + said)
    }
    assert f"{release.base}registry/npr" in {
        r["registry"].value for r in graph.select(release.store, prefixes + within)
    }
    assert f"{release.base}organisation/983744516" in {
        r["who"].value for r in graph.select(release.store, prefixes + controls)
    }
