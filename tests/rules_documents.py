"""Faults planted for the rules of `shapes/law-documents.ttl`: (path, old, new, the verdicts that move).

What passes in the content as it is: Abortregisteret cites the act of 1975 before its last day (L14), NORM names its
agreement (L15), no data source has two controllers (L16), the national solution keeps to 30 and 60 working days (L23)
and cites section 19 g (L24), Direktoratet for e-helse decides until its own last day (L26), IPLOS ends in 2017 and KPR
takes over in 2018 (L27), Forsvarets helseregister cites what it may hold (L30), KUHR asks for an exemption (L31), the
cancer registries agree on consent (L35), the registry of abortions is told of in one way by document and regulation
(L36; NPR's deadline that document 001 leaves out is no finding either), the cancer registries write section 8 one way
(L37), Reseptregisteret writes dataansvarlig (L38).
"""

from __future__ import annotations

REGISTRIES = "data/registries"
NPR, KPR, IPLOS, NORM, KUHR, TVILLING, HJERNESLAG, LUNGEKREFT, RESEPT, FYLKESUNDERSOKELSENE = (
    f"{REGISTRIES}/{slug}.trig"
    for slug in (
        "npr",
        "kpr",
        "iplos",
        "norm",
        "kuhr",
        "tvilling",
        "hjerneslag",
        "lungekreft",
        "resept",
        "fylkesundersokelsene",
    )
)

FAULTS: list[tuple[str, str, str, set[tuple[str, str, str]]]] = [
    # an act that is over before the document cites it
    (
        "data/law/acts.ttl",
        'eli:date_no_longer_in_force "2025-05-31"^^xsd:date',
        'eli:date_no_longer_in_force "2019-05-31"^^xsd:date',
        {("L14", "claims", "registry/abort"), ("L12", "claims", "registry/abort")},
    ),
    (NORM, '"Etter avtale med Folkehelseinstituttet om behandling av data."@nb , "Under a data processing agreement with Folkehelseinstituttet."@en', '"Etter ønske fra Folkehelseinstituttet."@nb , "At the wish of Folkehelseinstituttet."@en', {("L15", "view", "registry/norm")}),
    (
        NPR,
        'period:npr-controller-1 a dct:PeriodOfTime ; dcat:endDate "2023-12-31"^^xsd:date',
        'period:npr-controller-1 a dct:PeriodOfTime ; dcat:endDate "2027-12-31"^^xsd:date',
        {("L16", "view", "registry/npr"), ("L32", "claims", "registry/npr")},
    ),
    (
        "data/general-rules.trig",
        "deadline:helsedataservice-1 a rg:Deadline ; dct:type concept:deadline-delivery ; rg:workingDays 30",
        "deadline:helsedataservice-1 a rg:Deadline ; dct:type concept:deadline-delivery ; rg:workingDays 45",
        {("L23", "view", "service/helsedataservice-application"), ("L23", "claims", "service/helsedataservice-application")},
    ),
    # a deadline in working days and in calendar days at once
    (
        "data/general-rules.trig",
        "deadline:helsedataservice-2 a rg:Deadline ; dct:type concept:deadline-delivery ; rg:workingDays 60",
        'deadline:helsedataservice-2 a rg:Deadline ; dct:type concept:deadline-delivery ; rg:workingDays 60 ; cv:processingTime "P60D"^^xsd:duration',
        {
            ("L23", "view", "service/helsedataservice-application"),
            ("L23", "claims", "service/helsedataservice-application"),
            ("L36", "claims", "service/helsedataservice-application"),
        },
    ),
    (TVILLING, "cost:tvilling-1 a cv:Cost ;", "cost:tvilling-1 a cv:Cost ; cv:hasValue 900 ;", {("L24", "view", "registry/tvilling"), ("L24", "claims", "registry/tvilling")}),
    (
        NPR,
        'period:npr-decision-authority-2 a dct:PeriodOfTime ; dcat:startDate "2023-03-15"^^xsd:date ; dcat:endDate "2023-12-31"^^xsd:date',
        'period:npr-decision-authority-2 a dct:PeriodOfTime ; dcat:startDate "2023-03-15"^^xsd:date ; dcat:endDate "2024-06-30"^^xsd:date',
        {("L26", "claims", "registry/npr")},
    ),
    (
        IPLOS,
        'period:iplos-collection a dct:PeriodOfTime ; dcat:startDate "2007"^^xsd:gYear ; dcat:endDate "2017"^^xsd:gYear',
        'period:iplos-collection a dct:PeriodOfTime ; dcat:startDate "2007"^^xsd:gYear ; dcat:endDate "2015"^^xsd:gYear',
        {("L27", "view", "registry/iplos")},
    ),
    (KUHR, 'registry:kuhr dct:alternative "KUHR" .', 'registry:kuhr dct:alternative "KUHR" ; rg:receivesDataFrom registry:npr .', {("L30", "view", "registry/kuhr")}),
    (
        KUHR,
        "rg:accessCondition concept:condition-confidentiality-exemption ; cpsv:hasInput concept:evidence-confidentiality-exemption",
        "rg:accessCondition concept:condition-within-purpose",
        {("L31", "view", "registry/kuhr")},
    ),
    (
        HJERNESLAG,
        "registry:hjerneslag rg:consentModel concept:consent-not-required",
        "registry:hjerneslag rg:consentModel concept:consent-required",
        {("L35", "claims", "registry/hjerneslag")},
    ),
    # a document that counts the twins twice, differently
    (TVILLING, "health:numberOfUniqueIndividuals 32000", "health:numberOfUniqueIndividuals 32000 , 23000", {("L36", "claims", "registry/tvilling")}),
    # two deadlines for data from the registry alone
    (
        KPR,
        "rg:workingDays 60 ; rg:dataForm concept:data-form-linked",
        "rg:workingDays 60 ; rg:dataForm concept:data-form-single-source",
        {("L36", "claims", "registry/kpr")},
    ),
    # a round that begins before the surveys it is a part of
    (
        FYLKESUNDERSOKELSENE,
        'period:fylkesundersokelsene-finnmark-1-collection a dct:PeriodOfTime ; dcat:startDate "1974"^^xsd:gYear',
        'period:fylkesundersokelsene-finnmark-1-collection a dct:PeriodOfTime ; dcat:startDate "1971"^^xsd:gYear',
        {("L36", "claims", "registry/fylkesundersokelsene")},
    ),
    (LUNGEKREFT, 'rg:status concept:status-accepted ; rg:asWritten "Kreftregisterforskriften"@nb', 'rg:status concept:status-accepted ; rg:asWritten "Kreftregister-forskriften"@nb', {("L37", "claims", "registry/lungekreft")}),
    (RESEPT, 'rg:asWritten "forskrift om Reseptregisteret"@nb', 'rg:asWritten "forskrift om databehandlingsansvarlig for Reseptregisteret"@nb', {("L38", "claims", "registry/resept")}),
]  # fmt: skip
