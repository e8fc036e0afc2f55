"""Checking a report against the release it names: made again, it must be the same bytes."""

from __future__ import annotations

import datetime
import html
import io
import json
import re
import shlex
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registergraf.audit.report import FORMATS, write_report
from registergraf.audit.rules import LANGUAGES
from registergraf.errors import RegistergrafError
from registergraf.release.judging import judge_release
from registergraf.release.judging_others import Asked, judge_data
from registergraf.release.store import open_release

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registergraf.audit.report import Report
    from registergraf.settings import Settings

COMMAND = re.compile(
    r"registergraf audit --release (?P<release>[0-9a-f]{16})"
    r"(?: --as-of (?P<day>\d{4}-\d\d-\d\d)(?P<rules>(?: --rule \w+)*)| (?P<data>--data [^\n]+?))"
    r" --format (?P<format>[a-z-]+) --language (?P<language>\w+)"
)
IDENTITY = re.compile(r'<script type="application/json" id="identity">(?P<identity>.*?)</script>', re.DOTALL)
DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{16}")
MOST_VERDICTS = 20


@dataclass(frozen=True)
class Verification:
    """What came out of making a report again."""

    command: str
    same: bool
    """Whether the bytes are the same."""
    inputs: tuple[str, ...]
    """The inputs that are not those the report was made from."""
    contents: tuple[str, ...]
    """What of the contents differs, as far as the format tells."""


def verify(data: bytes, settings: Settings) -> Verification:
    """Make a report again from the release it names, and compare.

    Raises `RegistergrafError` for bytes that are no report of ours or data that are gone, `ReleaseError` where the
    release is not at hand, `IntegrityError` where a file of the release is not the one its manifest names.
    """
    text = text_of(data)
    told = COMMAND.search(text)
    if told is None or told["format"] not in FORMATS:
        raise RegistergrafError("this is no report of 'registergraf audit': no command that makes it stands in it")
    release = open_release(settings.releases_dir / told["release"])
    for path in (*release.manifest.files, *release.manifest.reports):
        release.read(path)
    if told["data"]:
        report = judge_data(release, settings, asked_again(told["data"], told["format"]))
    else:
        rules = told["rules"].split()[1::2]
        report = judge_release(release, settings, datetime.date.fromisoformat(told["day"]), rules)
    languages = LANGUAGES if told["language"] == "all" else (told["language"],)
    again = write_report(report, told["format"], languages)
    if again == data:
        return Verification(told[0], True, (), ())
    return Verification(told[0], False, tuple(_inputs(text, report)), tuple(_contents(text, json_of(again), report)))


def asked_again(options: str, format_name: str) -> Asked:
    """What a report on data of somebody else says that it was asked, from its command as its format writes it."""
    match format_name:
        case "html" | "junit" | "xlsx":
            plain = html.unescape(options)
        case "csv":
            plain = options.replace('""', '"')
        case "text":
            plain = options
        case _:
            plain = re.sub(r'\\(["\\])', r"\1", options)
    words = shlex.split(plain)
    given = list(zip(words[::2], words[1::2], strict=False))
    values = {name: [value for option, value in given if option == name] for name, _ in given}
    sets = tuple(name for value in values.get("--rules", []) for name in value.split(","))
    shapes = tuple(map(Path, values.get("--shapes", [])))
    return Asked(values["--data"][0], sets, shapes, tuple(values.get("--graph", [])))


def json_of(data: bytes) -> Mapping[str, Any] | None:
    """The document where the bytes are a JSON object, else None."""
    try:
        read = json.loads(data)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def text_of(data: bytes) -> str:
    """What can be searched in a report: its text, or that of the parts of a workbook."""
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as parts:
                return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
        except zipfile.BadZipFile as error:
            raise RegistergrafError(f"this is no workbook that can be read: {error}") from error
    return data.decode("utf-8", "replace")


def _inputs(text: str, report: Report) -> Iterator[str]:
    recorded = _recorded(text)
    for name, value in report.identity.inputs.items():
        if recorded is not None:
            if recorded.get(name) != value:
                yield f"{name}: the report was made with {recorded.get(name) or 'none'}, here it is {value}"
        elif DIGEST.fullmatch(value) and value not in text and "made_by" not in text[:2000]:
            yield f"{name}: here it is {value}, which does not stand in the report"
    for name in sorted(set(recorded or {}) - set(report.identity.inputs)):
        yield f"{name}: the report was made with {(recorded or {})[name]}, here there is none"


def _recorded(text: str) -> Mapping[str, str] | None:
    """The inputs that a report says it was made from, where its format holds them as JSON."""
    from registergraf.audit.identity import Identity  # noqa: PLC0415

    found = IDENTITY.search(text)
    whole = json_of(text.encode())
    fields: Any = json.loads(found["identity"]) if found else None
    if whole is not None:
        fields = whole.get("identity") or whole.get("runs", [{}])[0].get("properties", {}).get("identity")
    try:
        return Identity.read(fields).inputs if fields else None
    except (TypeError, KeyError):
        return None


def _contents(text: str, again: Mapping[str, Any] | None, report: Report) -> Iterator[str]:
    whole = json_of(text.encode())
    if whole is None or again is None or "verdicts" not in whole:
        return
    theirs = {verdict.get("id"): verdict for verdict in whole["verdicts"]}
    ours = {verdict["id"]: verdict for verdict in report.verdicts}
    differing = [id_ for id_ in dict.fromkeys([*ours, *theirs]) if ours.get(id_) != theirs.get(id_)]
    for id_ in differing[:MOST_VERDICTS]:
        said, is_ = (found.get(id_, {}).get("outcome", "not there") for found in (theirs, ours))
        yield f"verdict {id_}: {said} in the report, {is_} here" + ("" if said != is_ else ", with other contents")
    if len(differing) > MOST_VERDICTS:
        yield f"and {len(differing) - MOST_VERDICTS} verdicts more"
    yield from (
        f"{key} differs"
        for key in sorted(again)
        if key not in {"verdicts", "identity"} and again[key] != whole.get(key)
    )
