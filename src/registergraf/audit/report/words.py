"""The words of the reports themselves, in each language; the texts of the rules are in ``shapes/``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEAREST = ("nb", "nn", "en")
BETWEEN = " / "
"""What stands between the languages where one line is told in several."""


@cache
def _words() -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = json.loads(files(__package__).joinpath("words.json").read_text(encoding="utf-8"))
    return read


@dataclass(frozen=True)
class Words:
    """The words in one language, or in several one after another."""

    languages: Sequence[str]

    def __call__(self, key: str, **values: Any) -> str:
        """The words of a key with its {names} filled in; each wording once."""
        told = (_words()[language][key].format(**values) for language in self.languages)
        return BETWEEN.join(dict.fromkeys(told))

    def one(self, language: str, key: str) -> str:
        """The words of a key in one language."""
        return _words()[language][key]

    def each(self, texts: Mapping[str, str]) -> list[tuple[str, str]]:
        """A text of the data in each of the languages that has it, or else in the nearest that has."""
        told = [(language, texts[language]) for language in self.languages if texts.get(language)]
        return told or [(language, texts[language]) for language in (*NEAREST, *sorted(texts)) if language in texts][:1]

    def pick(self, texts: Mapping[str, str]) -> str:
        """A text of the data in the languages, on one line."""
        return BETWEEN.join(dict.fromkeys(text for _, text in self.each(texts)))
