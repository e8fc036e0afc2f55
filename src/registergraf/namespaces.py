"""The IRIs of the vocabularies in use, and of our own graphs."""

from __future__ import annotations

__all__ = ["BASE", "GRAPHS", "PREFIXES", "RDF_TYPE", "RG", "graph", "prefixes"]

BASE = "https://w3id.org/registergraf/"
"""The base as the curated files write it; `registergraf.content` rewrites it where another is set."""

RG = BASE + "ns#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

PREFIXES = {
    "rg": RG,
    "act": "https://lovdata.no/eli/",
    "adms": "http://www.w3.org/ns/adms#",
    "access-right": "http://publications.europa.eu/resource/authority/access-right/",
    **{
        name: f"{BASE}{name}/"
        for name in (
            "claim", "concept", "contact", "cost", "deadline", "disruption", "documentation", "graph", "organisation",
            "passage", "period", "provision", "purpose", "registry", "role", "rule", "service", "silence", "source",
            "waiver",
        )
    },
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cpsvno": "https://data.norge.no/vocabulary/cpsvno#",
    "currency": "http://publications.europa.eu/resource/authority/currency/",
    "cv": "http://data.europa.eu/m8g/",
    "data-theme": "http://publications.europa.eu/resource/authority/data-theme/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcatno": "https://data.norge.no/vocabulary/dcatno#",
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "eu-ehds": "https://w3id.org/dpv/legal/eu/ehds#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "health": "http://healthdataportal.eu/ns/health#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip
"""Prefix to namespace, as the curated files, the exports and `/prefixes.json` write them."""

GRAPHS = (
    "ontology",
    "law",
    "organisations",
    "sources",
    "editorial",
    "provenance",
    "rules",
    "stated",
    "inferred",
    "view",
)
"""The layers of a release that are not claims; see `registergraf.graph`."""


def prefixes(base: str) -> dict[str, str]:
    """`PREFIXES`, with ours under another base."""
    return {p: base + n.removeprefix(BASE) if n.startswith(BASE) else n for p, n in PREFIXES.items()}


def graph(name: str, base: str = BASE) -> str:
    """The IRI of a layer's named graph."""
    return f"{base}graph/{name}"
