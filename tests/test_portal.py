"""Somebody else's parser reads the catalogue: the one of data.norge.no, which shows what the portal would."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from fdk_rdf_parser import parse_datasets

from registergraf.catalogue import Slices
from registergraf.namespaces import BASE, RDF_TYPE

if TYPE_CHECKING:
    from registergraf.release import Release

pytestmark = pytest.mark.slow

DCAT = "http://www.w3.org/ns/dcat#"
CPSVNO = "https://data.norge.no/vocabulary/cpsvno#"


@pytest.fixture(scope="module", params=["neutral", "dcat-ap-no"])
def shown(request: pytest.FixtureRequest, release: Release) -> dict[str, Any]:
    """What the portal's parser takes from a view, by data set; the harvester writes a record for each before it."""
    document = release.catalogue(request.param, "n-triples")
    records = "".join(
        f"<urn:record:{number}> <{RDF_TYPE}> <{DCAT}CatalogRecord> .\n"
        f"<urn:record:{number}> <http://xmlns.com/foaf/0.1/primaryTopic> <{dataset.value}> .\n"
        for number, dataset in enumerate(Slices(document).datasets)
    )
    return dict(parse_datasets(document.decode() + records, "nt"))


def test_every_data_set_is_taken(shown: dict[str, Any], release: Release) -> None:
    """All of them, each with the fields that the portal shows and searches."""
    assert set(shown) == {dataset.value for dataset in Slices(release.read("catalogue/neutral.nt")).datasets}
    for iri, dataset in shown.items():
        assert dataset.title["nb"], iri
        assert dataset.description["nb"], iri
        assert dataset.publisher.name or dataset.publisher.prefLabel, iri
        assert dataset.contactPoint, iri
        assert dataset.keyword, iri
        assert dataset.distribution, iri
        assert dataset.accessRights.uri.endswith("/NON_PUBLIC"), iri
        assert "HEAL" in {theme.code for theme in dataset.theme}, iri


def test_the_legal_basis_is_shown_by_name(shown: dict[str, Any]) -> None:
    """The provision by its citation, with the address where it can be read, as a basis for processing."""
    bases = {basis.prefLabel["nb"]: basis for basis in shown[BASE + "registry/npr"].legalBasisForProcessing}
    assert {"Helseregisterloven § 11", "Helseregisterloven § 11 bokstav g", "Norsk pasientregisterforskriften"} <= set(
        bases
    )
    basis = bases["Helseregisterloven § 11 bokstav g"]
    assert basis.extraType == CPSVNO + "ruleForDataProcessing"
    assert re.match(r"https://lovdata\.no/lov/2014-06-20-43", basis.uri)


def test_a_basis_for_disclosure_is_told_apart(shown: dict[str, Any]) -> None:
    """What data are disclosed under is another field of the portal."""
    disclosed = [dataset for dataset in shown.values() if dataset.legalBasisForAccess]
    assert disclosed
    assert all(basis.extraType == CPSVNO + "ruleForDisclosure" for d in disclosed for basis in d.legalBasisForAccess)
