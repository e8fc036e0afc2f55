"""CKAN's own DCAT parser (ckanext-dcat) reads the catalogue, and finds what our emulation of it says that it would."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from registergraf.assessment import ckan, read_document
from registergraf.namespaces import BASE
from support import ROOT

if TYPE_CHECKING:
    from registergraf.release import Release

FOLDER = ROOT / "tests" / "ckan"
PYTHON = FOLDER / ".venv" / "bin" / "python"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="no CKAN (tests/ckan/requirements.txt in a .venv beside it)"),
]
VIEWS = {"turtle": ("neutral", "turtle"), "xml": ("healthdcat-ap", "rdf-xml")}
"""The views that CKAN is given, by the name that its parser has for the format."""


@pytest.fixture(scope="module")
def read(release: Release) -> dict[str, dict[str, dict[str, Any]]]:
    """What the parser hands to CKAN, by format and IRI."""
    documents = [
        f"{name}={release.path}/catalogue/{view}{'.rdf' if name == 'xml' else '.ttl'}"
        for name, (view, _) in VIEWS.items()
    ]
    answer = subprocess.run(
        [str(PYTHON), str(FOLDER / "parse.py"), *documents],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        timeout=300,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    told: dict[str, dict[str, dict[str, Any]]] = json.loads(answer.stdout)
    return told


@pytest.mark.parametrize("name", VIEWS)
def test_every_data_set_is_taken_as_emulated(read: dict[str, Any], release: Release, name: str) -> None:
    """The same data sets as the emulated harvest takes, under the same identities, each with a title and a resource."""
    emulated = ckan.harvest(
        read_document(release.catalogue(*VIEWS[name]), name, syntax="rdf-xml" if name == "xml" else name)
    )

    assert set(read[name]) == {taken.identity for taken in emulated.taken}
    assert len(read[name]) > 100
    for iri, dataset in read[name].items():
        assert dataset["title"], iri
        assert dataset["notes"], iri
        assert dataset["tags"], iri
        assert all(resource["url"] for resource in dataset["resources"]), iri
        assert dataset["resources"], iri
        assert dataset["access_rights"].endswith("/NON_PUBLIC"), iri


@pytest.mark.parametrize("name", VIEWS)
def test_what_is_known_of_a_data_set_arrives(read: dict[str, Any], name: str) -> None:
    """Publisher, contact, legal basis, period, provenance and file, as the catalogue has them."""
    npr = read[name][BASE + "registry/npr"]
    file = next(resource for resource in npr["resources"] if resource.get("download_url"))

    assert npr["publisher_name"] == "Folkehelseinstituttet"
    assert npr["contact_email"] == "helseregistre@helsedir.no"
    assert BASE + "provision/lov-2014-06-20-43.p11.g" in json.loads(npr["applicable_legislation"])
    assert npr["temporal_start"] == "1997-01-01"
    assert "helsedata.no" in npr["provenance"]
    assert file["download_url"] == BASE + "catalog/registry/npr.jsonld"
    assert file["license"].endswith("/CC_BY_4_0")
