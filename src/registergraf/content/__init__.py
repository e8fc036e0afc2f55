"""The curated files: read, refused with file and line where they are malformed, and turned into quads.

Knows files, syntax and the whitelist of terms; knows no rule of law and nothing of HTTP.
"""

from __future__ import annotations

from registergraf.content.files import Files, read_files
from registergraf.content.load import WHITELIST, Content, load
from registergraf.content.locate import Locator

__all__ = ["WHITELIST", "Content", "Files", "Locator", "load", "read_files"]
