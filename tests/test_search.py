"""The full-text index: what is found, in which order, and that equal content is an equal index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from registergraf.namespaces import BASE
from registergraf.search import Index, build_index
from registergraf.search.words import variants, words

if TYPE_CHECKING:
    from pyoxigraph import Store

    from registergraf.content import Content

ACT = "provision/lov-2014-06-20-43"


@pytest.fixture(scope="module")
def index(store: Store, content: Content) -> Index:
    """The index of the curated content."""
    return Index(build_index(store, content.queries, BASE))


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("npr", "registry/npr"),
        ("Norsk pasientregister", "registry/npr"),
        ("norwegian patient registry", "registry/npr"),
        ("§11h", f"{ACT}.p11.h"),
        ("§ 11 bokstav h", f"{ACT}.p11.h"),
        ("§ 11 h", f"{ACT}.p11.h"),
        ("helseregisterloven § 11 bokstav h", f"{ACT}.p11.h"),
        ("section 11 letter h", f"{ACT}.p11.h"),
        ("hregl § 11", f"{ACT}.p11"),
        ("GDPR art. 9 nr. 2 bokstav j", "provision/eu-2016-679.a9.n2.j"),
        ("983744516", "organisation/983744516"),
        ("983 744 516", "organisation/983744516"),
        ("FHI", "organisation/983744516"),
        ("legemiddelregisteret", "registry/legemiddelregisteret"),
        ("hjerneslag", "registry/hjerneslag"),
    ],
)
def test_what_is_called_so_comes_first(index: Index, question: str, first: str) -> None:
    """By name, abbreviation, provision in any way of writing, or number."""
    assert index.find(question)[0].iri == BASE + first


@pytest.mark.parametrize("question", ["dødsårsak", "doedsaarsak", "dodsarsak", "DØDSÅRSAKER", "dødsårsaksregisteret"])
def test_norwegian_letters_may_be_written_without_them(index: Index, question: str) -> None:
    """Æ, ø and å as ae, oe and aa, or as a and o."""
    assert BASE + "registry/dodsarsaksregisteret" in [hit.iri for hit in index.find(question)]


@pytest.mark.parametrize(
    "forms",
    [
        "register registeret registre registrene",
        "middel midler midlet",
        "samtykke samtykket samtykker",
        "lov loven lover",
    ],
)
def test_the_forms_of_a_word_meet(forms: str) -> None:
    """Each two forms share a stem."""
    stems = [set(variants(form)[1:] or [form]) for form in forms.split()]
    assert set.intersection(*stems)


def test_a_word_is_found_inside_a_compound(index: Index) -> None:
    """Norwegian writes compounds as one word."""
    assert BASE + "registry/lungekreft" in [hit.iri for hit in index.find("kreft")]


def test_a_misspelt_word_finds_nothing_but_what_is_near(index: Index) -> None:
    """The nearest names are offered."""
    assert not index.find("pasientregsiteret")
    assert BASE + "registry/npr" in [hit.iri for hit in index.nearest("pasientregsiteret")]


@pytest.mark.parametrize("question", ["", " ", '"', "§", "*", "AND", "name:", "(((", "x" * 5000, "a NEAR b"])
def test_no_question_is_an_error(index: Index, question: str) -> None:
    """The syntax of the index is not the user's."""
    index.find(question)
    index.nearest(question)


def test_words_of_provisions_and_numbers() -> None:
    """One word each, whatever the spelling."""
    assert words("§ 1-5a og §§ 8, 9") == ["§1-5a", "og", "§8", "9"]
    assert words("artikkel 6 nr. 1 bokstav c") == ["¶6.1c"]
    assert words("org.nr. 983 744 516") == ["org", "nr", "983744516"]


def test_the_same_content_is_the_same_index(store: Store, content: Content) -> None:
    """Byte for byte, since the index is a part of the release."""
    assert build_index(store, content.queries, BASE) == build_index(store, content.queries, BASE)
