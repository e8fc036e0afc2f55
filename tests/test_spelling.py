"""The texts of the interface and of the named queries, spelled as Debian's dictionaries have it, or as our own list.

A word in `tests/words/{language}.txt` has been looked at: a term, a name, or a compound that the dictionary lacks.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from registergraf.assessment.tables import rows
from registergraf.graph import named_queries
from registergraf.web.ground import i18n
from support import CONTENT

DICTIONARIES = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}
MARKUP = re.compile(r"<code>.*?</code>|<[^>]*>|{[^}]*}|\S*[/@_]\S*|\S+:\S+", re.DOTALL)
HUNSPELL = shutil.which("hunspell")


def texts(lang: str) -> list[str]:
    """What the interface and the named queries say in a language, without markup and code."""
    file = Path(i18n.__file__).parents[1] / "texts" / f"{lang}.json"
    files = {path.name: path.read_text("utf-8") for path in (CONTENT / "queries").glob("*.rq")}
    queries = named_queries(files).values()
    reasons = rows({"reasons": (CONTENT / "data/quality/reasons.tsv").read_text("utf-8")}, "reasons")
    said = [
        *json.loads(file.read_text("utf-8")).values(),
        *(query.titles.get(lang, "") for query in queries),
        *(row[lang] for row in reasons),
    ]
    return [MARKUP.sub(" ", text) for text in said]


def unknown(lang: str) -> set[str]:
    """The words of a language that its dictionary does not have."""
    command = [str(HUNSPELL), "-i", "utf-8", "-d", DICTIONARIES[lang], "-l"]
    found = subprocess.run(
        command, input="\n".join(texts(lang)), capture_output=True, text=True, check=True, encoding="utf-8"
    )
    if "Can't open" in found.stderr:
        pytest.skip(f"no dictionary {DICTIONARIES[lang]}")
    return set(found.stdout.split())


@pytest.mark.skipif(HUNSPELL is None, reason="hunspell is not installed")
@pytest.mark.parametrize("lang", DICTIONARIES)
def test_every_word_is_spelled_right(lang: str) -> None:
    """Each word is in the dictionary of its language, or in the list of ours."""
    ours = set((Path(__file__).parent / "words" / f"{lang}.txt").read_text("utf-8").split())
    assert unknown(lang) - ours == set()


@pytest.mark.skipif(HUNSPELL is None, reason="hunspell is not installed")
def test_words_of_bokmaal_are_found_in_nynorsk() -> None:
    """The dictionary of nynorsk does not have the words that only bokmål has, so a text left in bokmål is found."""
    command = [str(HUNSPELL), "-i", "utf-8", "-d", DICTIONARIES["nn"], "-l"]
    found = subprocess.run(command, input="ikke hva hvem fra noen", capture_output=True, text=True, check=True)
    assert {"ikke", "hva", "hvem", "fra", "noen"} <= set(found.stdout.split())
