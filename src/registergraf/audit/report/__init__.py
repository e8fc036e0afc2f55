"""What an audit found, written for everyone who reads it: people, spreadsheets, and the tools of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.lazily import importing

if TYPE_CHECKING:
    from registergraf.audit.report.formats import FORMATS, report_files, write_report
    from registergraf.audit.report.html import style_hash
    from registergraf.audit.report.model import Report, violates

__all__ = ["FORMATS", "Report", "report_files", "style_hash", "violates", "write_report"]

if not TYPE_CHECKING:
    __getattr__ = importing(
        __name__,
        {
            "formats": ["FORMATS", "report_files", "write_report"],
            "html": ["style_hash"],
            "model": ["Report", "violates"],
        },
    )
