"""The formats a report is written in, and which of them a release holds."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from registergraf.audit.report.schema import schema
from registergraf.audit.rules import LANGUAGES
from registergraf.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registergraf.audit.report.model import Report


@dataclass(frozen=True)
class ReportFormat:
    """A format: the file name it has in a release, its media type, what writes it, and whether people read it."""

    file: str
    media_type: str
    module: str
    """The module beside this one that writes it, loaded when it is used: some need much that the others do not."""
    writer: str
    one_language: bool = False
    """Whether it is written in one language unless all are asked for, and once for each in a release."""

    def write(self, report: Report) -> bytes:
        """The report in this format."""
        written: bytes | str = getattr(import_module(f"{__package__}.{self.module}"), self.writer)(report)
        return written.encode() if isinstance(written, str) else written


FORMATS = {
    "text": ReportFormat("report.txt", "text/plain", "text", "to_text", one_language=True),
    "html": ReportFormat("report.html", "text/html", "html", "to_html", one_language=True),
    "csv": ReportFormat("report.csv", "text/csv", "tables", "to_csv"),
    "xlsx": ReportFormat(
        "report.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "tables", "to_xlsx"
    ),
    "json": ReportFormat("report.json", "application/json", "model", "to_json"),
    "turtle": ReportFormat("report.ttl", "text/turtle", "shacl", "to_turtle"),
    "json-ld": ReportFormat("report.jsonld", "application/ld+json", "shacl", "to_json_ld"),
    "earl": ReportFormat("earl.ttl", "text/turtle", "earl", "to_earl"),
    "sarif": ReportFormat("report.sarif", "application/sarif+json", "sarif", "to_sarif"),
    "junit": ReportFormat("report.xml", "application/xml", "junit", "to_junit"),
}
"""By the name that `--format` takes."""


def write_report(report: Report, format_name: str, languages: Sequence[str] = ()) -> bytes:
    """The report in a format of `FORMATS`; without languages in those it is usually written in.

    Raises `UnknownNameError` for a format that does not exist.
    """
    if format_name not in FORMATS:
        raise UnknownNameError("format", format_name, sorted(FORMATS))
    chosen = FORMATS[format_name]
    usual = LANGUAGES[:1] if chosen.one_language else LANGUAGES
    return chosen.write(report.told_in(tuple(languages) or usual))


def report_files(report: Report) -> dict[str, bytes]:
    """Every file that a release holds of its audit, by its path below ``audit/``; the text is for terminals only."""
    files = {"report.schema.json": schema(report.identity.base)}
    for name, format_ in FORMATS.items():
        if not format_.one_language:
            files[format_.file] = write_report(report, name)
        elif name != "text":
            stem, _, suffix = format_.file.partition(".")
            files |= {f"{stem}.{language}.{suffix}": write_report(report, name, (language,)) for language in LANGUAGES}
    return files
