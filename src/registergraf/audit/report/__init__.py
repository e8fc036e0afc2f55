"""What an audit found, written for everyone who reads it: people, spreadsheets, and the tools of others."""

from __future__ import annotations

from registergraf.audit.report.formats import FORMATS, report_files, write_report
from registergraf.audit.report.html import style_hash
from registergraf.audit.report.model import Report, violates

__all__ = ["FORMATS", "Report", "report_files", "style_hash", "violates", "write_report"]
