"""Reports for spreadsheets: CSV as RFC 4180 has it, and an Excel workbook (Office Open XML)."""

from __future__ import annotations

import csv
import datetime
import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from registergraf.audit.report.matrix import matrix
from registergraf.audit.report.words import Words
from registergraf.audit.rules import RUNS
from registergraf.audit.verdicts import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from registergraf.audit.report.model import Report

    Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]]]

PLACES = ("document", "first", "last", "phrase", "provision", "provision_iri")
WIDTHS = {"message": 70, "title": 60, "thing": 40, "phrase": 40, "source": 50, "value": 34}
LISTED = 1000
"""Most verdicts of a rule for the workbook to list its passes one by one; others are counted there, listed in CSV."""
NO_PASSAGE: Mapping[str, Any] = dict.fromkeys(PLACES, "")
NO_DETAIL: Mapping[str, Any] = {"message": {}, "value": "", "claim": "", "status": "", "passages": ()}


def to_csv(report: Report) -> bytes:
    """Every verdict: a row for each passage of each thing seen, and one where nothing was read."""
    command = report.identity.command("csv", report.languages)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([*_columns(report), "made_by"])
    writer.writerows([*row, command] for row in _rows(report))
    return buffer.getvalue().encode()


def to_xlsx(report: Report) -> bytes:
    """The findings, verdicts, counts, the registries by rules, the rules, the waivers, and what it was made from.

    The only date in the file is the day of the view, so that equal reports are equal files.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    day = datetime.datetime.combine(datetime.date.fromisoformat(report.identity.as_of), datetime.time())
    book.set_properties(
        {"title": "Registergraf", "comments": report.identity.command("xlsx", report.languages), "created": day}
    )
    bold, wrapped = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    for name, columns, rows in _sheets(report):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, columns, bold)
        sheet.freeze_panes(1, 1)
        for column, title in enumerate(columns):
            kind = title.partition("_")[0]
            sheet.set_column(column, column, WIDTHS.get(kind, 4 if name == "matrix" and column else 14), wrapped)
        last = 0
        for last, row in enumerate(rows, start=1):
            sheet.write_row(last, 0, row)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
    book.close()
    return buffer.getvalue()


def _sheets(report: Report) -> Iterator[Sheet]:
    words = Words(report.languages)
    told = [f"title_{language}" for language in report.languages]
    findings = (row for row in _rows(report, ("failed", "not-checked")))
    yield "findings", _columns(report), findings
    grid = matrix(report)
    cells = ([slug, *(cell.symbol if cell else "" for cell in row)] for slug, row in grid.rows.items())
    yield "matrix", ["registry", *grid.rules], cells
    columns = ("verdict", "rule", "severity", "run", "outcome", "label", "thing")
    keys = ("id", "rule", "severity", "run", "outcome", "label", "focus")
    yield (
        "verdicts",
        columns,
        (
            [v[key] for key in keys]
            for v in report.verdicts
            if v["outcome"] != "passed" or len(report.by_rule[v["rule"]]) <= LISTED
        ),
    )
    counted = (
        [
            rule["id"],
            run,
            *(sum(v["run"] == run and v["outcome"] == o for v in report.by_rule[rule["id"]]) for o in OUTCOMES),
        ]
        for rule in report.rules
        for run in RUNS
    )
    yield "counts", ["rule", "run", *OUTCOMES], counted
    yield (
        "rules",
        ["rule", "severity", *told, "applies_from", "applies_until", "source"],
        (
            [
                r["id"],
                r["severity"],
                *(r["title"].get(language, "") for language in report.languages),
                r["applies_from"],
                r["applies_until"],
                "; ".join(r["source_labels"]),
            ]
            for r in report.rules
        ),
    )
    fields = ("iri", "rule", "label", "focus", "by", "accepted", "until", "state")
    yield "waivers", [*fields, "why"], ([*(w[f] for f in fields), words.pick(w["why"])] for w in report.waivers)
    made = [*report.identity.inputs.items(), ("as of", report.identity.as_of)]
    yield "identity", ("input", "value"), [*made, ("command", report.identity.command("xlsx", report.languages))]


def _columns(report: Report) -> list[str]:
    messages = [f"message_{language}" for language in report.languages]
    seen = ("value", "claim", "status", *PLACES, "link")
    return [
        "verdict",
        "rule",
        "severity",
        "run",
        "outcome",
        "accepted_by",
        "registry",
        "label",
        "thing",
        *messages,
        *seen,
    ]


def _rows(report: Report, outcomes: Iterable[str] = ()) -> Iterator[list[Any]]:
    wanted = set(outcomes)
    for verdict in report.verdicts:
        if wanted and verdict["outcome"] not in wanted:
            continue
        names = ("id", "rule", "severity", "run", "outcome", "waiver", "registry", "label", "focus")
        start = [verdict[name] for name in names]
        for detail in verdict["details"] or (NO_DETAIL,):
            told = [detail["message"].get(language, "") for language in report.languages]
            for passage in detail["passages"] or (NO_PASSAGE,):
                link = report.names.provisions.get(passage["provision_iri"], {}).get("link", "")
                seen = [detail[name] for name in ("value", "claim", "status")]
                yield [*start, *told, *seen, *(passage[name] or "" for name in PLACES), link]
