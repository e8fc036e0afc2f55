"""Faults that break the rules of `shapes/law-registries.ttl`, in the form of FAULTS in `test_audit.py`.

For each rule a sentence names what passes in the real data.
"""

from __future__ import annotations

ABORT, CPRN, FASTLEGE, MOBA, MSIS, NGER, NIR, NNK, NORIC, NPR, NTR = (
    f"data/registries/{slug}.trig"
    for slug in (
        "abort", "cprn", "fastlegeregisteret", "moba", "msis", "nger", "nir", "nnk", "noric", "npr", "ntr",
    )
)  # fmt: skip
HKR_REGULATION = "<https://lovdata.no/eli/forskrift/2011/12/16/1250>"

NNK_BASES = """claim:nnk-6 { registry:nnk rg:statutoryBasis <https://lovdata.no/eli/forskrift/2001/12/21/1483> . }
graph:provenance {
    claim:nnk-6 a rg:Claim ; rg:status concept:status-accepted ; rg:asWritten "Medisinsk Fødselsregisterforskriften"@nb ; prov:wasDerivedFrom passage:nnk-8 ;
        dct:description "Dokumentet kaller forskriften hjemmelen; det nevner ingen bestemmelse i loven."@nb ,
            "The document calls the regulation the basis; it names no provision of the act."@en .
    passage:nnk-8 a rg:Passage ; oa:hasSource source:datakilder-2020 ; rg:firstLine 1753 ; rg:lastLine 1753 ; rg:phrase "Registeret er hjemlet i Medisinsk Fødselsregisterforskriften"@nb .
}

claim:nnk-7 { registry:nnk rg:regulatedBy"""

FAULTS = [
    # L03: MSIS is named by letter d, and the law says that it needs no consent.
    (
        MSIS,
        "registry:msis rg:consentModel concept:consent-not-required",
        "registry:msis rg:consentModel concept:consent-required",
        {("L03", "view", "registry/msis"), ("L03", "claims", "registry/msis")},
    ),
    # L04: NNK does without consent and rests on the regulation on Medisinsk fødselsregister; the entry of CPRN is silent
    # on its basis, so once it did without consent it could not be checked.
    (
        CPRN,
        "registry:cprn rg:consentModel concept:consent-required",
        "registry:cprn rg:consentModel concept:consent-not-required",
        {("L04", "view", "registry/cprn"), ("L04", "claims", "registry/cprn")},
    ),
    (
        NNK,
        NNK_BASES,
        NNK_BASES.replace("rg:statutoryBasis", "dpv:hasLegalBasis <https://w3id.org/registergraf/provision/eu-2016-679.a6.n1.e> ; dct:references").replace("rg:regulatedBy", "dct:references"),
        {(rule, run, "registry/nnk") for rule, run in (("L04", "view"), ("L04", "claims"), ("L19", "view"), ("L19", "claims"), ("L10", "view"), ("S12", "claims"))},
    ),
    # L05: the register of abortions is de-identified, as letter b demands.
    (
        ABORT,
        "registry:abort rg:identifiability concept:identifiability-de-identified",
        "registry:abort rg:identifiability concept:identifiability-direct",
        {("L05", "view", "registry/abort"), ("L05", "claims", "registry/abort")},
    ),
    # L06: MoBa requires consent; that it is under letter a follows from its regulation only, so it cannot fail.
    (
        NPR,
        "claim:npr-6 { registry:npr rg:statutoryBasis provision:lov-2014-06-20-43.p11.g",
        "claim:npr-6 { registry:npr rg:statutoryBasis provision:lov-2014-06-20-43.p9.a",
        {("L06", "view", "registry/npr"), ("L06", "claims", "registry/npr"), ("L08", "claims", "registry/npr")},
    ),
    (
        MOBA,
        "registry:moba rg:consentModel concept:consent-required",
        "registry:moba rg:consentModel concept:consent-not-required",
        {("L06", "view", "registry/moba"), ("L06", "claims", "registry/moba")},
    ),
    # L09: nothing passes yet: no purpose clause has its purposes in the graph.
    (
        NGER,
        'claim:nger-1 { registry:nger dct:title "Norsk gynekologisk endoskopiregister"@nb',
        'claim:nger-1 { registry:nger rg:purposeClause provision:for-2018-04-27-645.p1-1 . provision:for-2018-04-27-645.p1-1 rg:statesPurpose concept:purpose-archive . registry:nger dct:title "Norsk gynekologisk endoskopiregister"@nb',
        {("L09", "view", "registry/nger"), ("L09", "claims", "registry/nger")},
    ),
    # L10: NORIC is a member of Hjerte- og karregisteret and under its regulation.
    (
        NORIC,
        f"registry:noric rg:regulatedBy {HKR_REGULATION}",
        "registry:noric rg:regulatedBy <https://lovdata.no/eli/forskrift/2001/12/21/1477>",
        {("L10", "view", "registry/noric"), ("L10", "claims", "registry/noric")},
    ),
    # L11: NORIC has the controller that section 1-3 designates, Folkehelseinstituttet.
    (
        NORIC,
        "role:noric-controller-1 a rg:RoleAssignment ; prov:agent organisation:983744516",
        "role:noric-controller-1 a rg:RoleAssignment ; prov:agent organisation:983974724",
        {("L11", "view", "registry/noric"), ("L11", "claims", "registry/noric")},
    ),
    # L13: the regulation on Norsk pasientregister is based on letter g.
    (
        "data/law/regulations.ttl",
        "    eli:based_on provision:lov-2014-06-20-43.p11.g ;\n",
        "",
        {("L13", "view", "https://lovdata.no/eli/forskrift/2007/12/07/1389")},
    ),
    # L17: nothing passes yet, for no document states a GDPR basis; MSIS group C is anonymous, so it does not apply there.
    (
        MSIS,
        "registry:msis-group-c rg:identifiability concept:identifiability-anonymous",
        "registry:msis-group-c dpv:hasLegalBasis provision:eu-2016-679.a6.n1.e ; rg:identifiability concept:identifiability-pseudonymous",
        {("L17", "view", "registry/msis-group-c")},
    ),
    # L18: no document names consent as a GDPR basis, so it applies to none.
    (
        MSIS,
        "registry:msis rg:consentModel concept:consent-not-required",
        "registry:msis rg:consentModel concept:consent-not-required ; dpv:hasLegalBasis provision:eu-2016-679.a6.n1.a",
        {("L18", "view", "registry/msis"), ("L18", "claims", "registry/msis")},
    ),
    # L19: no document names letter c or e, so it applies to none; the entry of NTR is silent on its basis, so it cannot be checked.
    # The fault in NNK above breaks L19 as well.
    (
        NTR,
        "registry:ntr rg:consentModel concept:consent-not-required",
        "registry:ntr rg:consentModel concept:consent-not-required ; dpv:hasLegalBasis <https://w3id.org/registergraf/provision/eu-2016-679.a6.n1.e>",
        {("L19", "view", "registry/ntr"), ("L19", "claims", "registry/ntr")},
    ),
    # L20: MSIS group C is anonymous and has no category of personal data.
    (
        MSIS,
        "registry:msis-group-c rg:identifiability concept:identifiability-anonymous",
        "registry:msis-group-c dpv:hasPersonalData dpv:PersonalData ; rg:identifiability concept:identifiability-anonymous",
        {("L20", "view", "registry/msis-group-c"), ("L20", "claims", "registry/msis-group-c")},
    ),
    # L21: Norsk intensivregister cites section 3-2.
    (
        NIR,
        "registry:nir rg:regulatedBy provision:for-2019-06-21-789.p3-2",
        "registry:nir rg:regulatedBy provision:for-2019-06-21-789.p3-1",
        {("L21", "view", "registry/nir"), ("L21", "claims", "registry/nir")},
    ),
    # L22: NORIC is under the regulation on Hjerte- og karregisteret.
    (
        NORIC,
        f"registry:noric rg:regulatedBy {HKR_REGULATION}",
        "registry:noric rg:regulatedBy <https://lovdata.no/eli/forskrift/2016/03/18/268>",
        {("L22", "view", "registry/noric"), ("L22", "claims", "registry/noric")},
    ),
    # L28: Fastlegeregisteret is administrative and rests on none of the sections.
    (
        FASTLEGE,
        "registry:fastlegeregisteret a rg:AdministrativeRegistry",
        "registry:fastlegeregisteret a rg:AdministrativeRegistry ; rg:statutoryBasis <https://w3id.org/registergraf/provision/lov-2014-06-20-43.p10>",
        {("L28", "view", "registry/fastlegeregisteret"), ("L28", "claims", "registry/fastlegeregisteret"), ("L35", "claims", "registry/fastlegeregisteret")},
    ),
    # L29: MoBa is under the regulation on population-based health surveys.
    (
        MOBA,
        "registry:moba rg:regulatedBy <https://lovdata.no/eli/forskrift/2018/04/27/645>",
        "registry:moba rg:regulatedBy <https://lovdata.no/eli/forskrift/2001/12/21/1476>",
        {("L29", "view", "registry/moba"), ("L29", "claims", "registry/moba")},
    ),
    # L33: MSIS cites letter d, which names it.
    (
        MSIS,
        "registry:msis rg:statutoryBasis provision:lov-2014-06-20-43.p11.d",
        "registry:msis rg:statutoryBasis provision:lov-2014-06-20-43.p11.a",
        {("L33", "view", "registry/msis"), ("L33", "claims", "registry/msis"), ("L08", "claims", "registry/msis")},
    ),
]  # fmt: skip

# L09 and L17 cannot be checked anywhere in the real data, so that a fault turns a verdict and adds none:
# what is planted, and the outcome that the verdict then has.
TURNED = [
    (
        "data/law/regulation-provisions.ttl",
        "provision:for-2007-12-07-1389.p1-2 a eli:LegalResourceSubdivision ;",
        "provision:for-2007-12-07-1389.p1-2 a eli:LegalResourceSubdivision ; rg:statesPurpose concept:purpose-quality , concept:purpose-research ;",
        ("L09", "view", "registry/npr", "failed"),
    ),
    (
        "data/law/regulation-provisions.ttl",
        "provision:for-2007-12-07-1389.p1-2 a eli:LegalResourceSubdivision ;",
        "provision:for-2007-12-07-1389.p1-2 a eli:LegalResourceSubdivision ; rg:statesPurpose concept:purpose-quality , concept:purpose-research , concept:purpose-governance , concept:purpose-registry-support , concept:purpose-prevention ;",
        ("L09", "view", "registry/npr", "passed"),
    ),
    (
        MSIS,
        "registry:msis rg:consentModel concept:consent-not-required",
        "registry:msis rg:consentModel concept:consent-not-required ; dpv:hasLegalBasis provision:eu-2016-679.a6.n1.e",
        ("L17", "view", "registry/msis", "failed"),
    ),
    (
        MSIS,
        "registry:msis rg:consentModel concept:consent-not-required",
        "registry:msis rg:consentModel concept:consent-not-required ; dpv:hasLegalBasis provision:eu-2016-679.a6.n1.e , <https://w3id.org/dpv/legal/eu/gdpr#A9-2-i>",
        ("L17", "view", "registry/msis", "passed"),
    ),
]  # fmt: skip
