"""The front-end files of others: listed with version, licence, source and hash, and light enough."""

from __future__ import annotations

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from registergraf import web

STATIC = Path(web.__file__).parent / "static"
VENDOR = STATIC / "vendor"
FILES = tomllib.loads((VENDOR / "VENDOR.toml").read_text("utf-8"))["file"]
BEFORE_THE_QUERY_PAGE = 60_000
"""Bytes that the style, pictures and fonts of a page may take, compressed."""


def test_every_file_is_in_the_table() -> None:
    """A file of others stands in VENDOR.toml, and nothing stands there that is not here."""
    named = {row[key] for row in FILES for key in ("name", "licence-file")}
    assert {path.name for path in VENDOR.iterdir()} - {"VENDOR.toml"} == named


@pytest.mark.parametrize("row", FILES, ids=[row["name"] for row in FILES])
def test_file_is_the_one_of_the_table(row: dict[str, str]) -> None:
    """A file has the hash of its row, which says where it is from and under which licence."""
    assert hashlib.sha256((VENDOR / row["name"]).read_bytes()).hexdigest() == row["sha256"]
    assert row["source"].startswith("sha512-")
    assert all(row[key] for key in ("package", "version", "licence", "why"))


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_style_fetches_nothing(path: Path) -> None:
    """A style sheet has every image in itself and imports nothing."""
    text = path.read_text("utf-8")
    assert "@import" not in text
    assert [url for url in re.findall(r"url\(\s*[\"']?([^\"')]{1,40})", text) if not url.startswith("data:")] == []


def test_page_is_light() -> None:
    """Everything a page other than that of queries loads beside itself stays below the limit."""
    loaded = ("registergraf.css", "mark.svg", "vendor/designsystemet.css")
    assert sum(len(gzip.compress((STATIC / name).read_bytes())) for name in loaded) < BEFORE_THE_QUERY_PAGE
