"""The languages of the interface: texts from ``texts/*.json``, dates and numbers as each language writes them.

Språkrådet's rules for dates and numbers in Norwegian ("1. januar 2024", a space between thousands); day, month, year
without ordinals in English.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import LanguageAccept

LANGUAGES = ("nb", "nn", "en")
DEFAULT = "nb"
SPOKEN = {"nb": "nb", "nn": "nn", "no": "nb", "en": "en"}
"""The language of the interface for the first part of a language tag."""

DURATION = re.compile(r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?")
DURATIONS = re.compile(r"\bP(?:\d+[YMWD])+\b")
"""Durations within a text."""
CALENDAR = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")
"""A year, a month or a day without a time zone."""
DAY = r"(?<![\w-])\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\w-])"
DAYS, INTERVALS = re.compile(DAY), re.compile(rf"({DAY}|…)/({DAY}|…)(?![\w-])")
"""Days within a text, not those in the number of an act; and from one to another, "…" where it is open."""
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Texts:
    """The interface in one language."""

    lang: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with its {names} filled in; a key that does not exist is an error of ours."""
        if values:
            return self.texts[key].format(**values)
        text = self._unchanging.get(key)
        if text is None:
            text = self._unchanging[key] = self.texts[key].format()
        return text

    @cached_property
    def _unchanging(self) -> dict[str, str]:
        """The texts without names that were asked for so far."""
        return {}

    def markup(self, key: str, **values: Markup | str) -> Markup:
        """The text of a key with markup filled in."""
        return Markup(escape(self.texts[key])).format(**values)  # noqa: S704  # escaped before

    def get(self, key: str) -> str | None:
        """The text of a key that need not exist."""
        return self.texts.get(key)

    def count(self, key: str, number: int) -> str:
        """A text with a number, singular for one: the keys are `key.one` and `key.many`."""
        return self(f"{key}.one" if number == 1 else f"{key}.many", number=self.number(number))

    def date(self, value: str) -> str:
        """An xsd:gYear, xsd:gYearMonth or xsd:date as the language writes it; anything else as it is."""
        found = CALENDAR.fullmatch(value)
        year, month, day = found.groups() if found else (value, None, None)
        if not month:
            return year
        name = self(f"month.{int(month)}")
        return self("date", day=int(day), month=name, year=year) if day else f"{name} {year}"

    def number(self, value: int | str) -> str:
        """A whole number with thousands apart; anything else as it is."""
        text = str(value)
        separator = "," if self.lang == "en" else NO_BREAK_SPACE
        return f"{int(text):,}".replace(",", separator) if text.isdigit() else text

    def decimal(self, value: float) -> str:
        """A number with one decimal."""
        text = f"{value:.1f}"
        return text if self.lang == "en" else text.replace(".", ",")

    def duration(self, value: str) -> str:
        """A calendar duration (P30D, P2M) in words; anything else as it is."""
        found = DURATION.fullmatch(value)
        parts = found.groupdict() if found else {}
        words = [self.count(unit, int(number)) for unit, number in parts.items() if number]
        return ", ".join(words) or value

    def worded(self, text: str) -> str:
        """A text with the durations, the periods and the days in it in words."""
        # Most texts of a page have none, which a character tells in a fiftieth of the time.
        if "P" in text:
            text = DURATIONS.sub(lambda found: self.duration(found[0]), text)
        if "/" in text:
            text = INTERVALS.sub(lambda found: self._period(found[1], found[2]), text)
        if "-" in text:
            text = DAYS.sub(lambda found: self.date(found[0]), text)
        return text

    def _period(self, first: str, last: str) -> str:
        if "…" not in {first, last}:
            return f"{first} – {last}"
        return f"{self('period.from')} {first}" if last == "…" else f"{self('period.until')} {last}"


@cache
def texts(lang: str) -> Texts:
    """The interface in a language of `LANGUAGES`."""
    return Texts(lang, json.loads((Path(__file__).parents[1] / "texts" / f"{lang}.json").read_text(encoding="utf-8")))


def preferred(languages: LanguageAccept) -> str:
    """The language for an Accept-Language header (RFC 9110, section 12.5.4); plain Norwegian is bokmål."""
    for tag, quality in languages:
        chosen = SPOKEN.get(tag.partition("-")[0].lower())
        if chosen and quality > 0:
            return chosen
    return DEFAULT
