"""The reports of the audit over HTTP."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from registergraf.web.pages.audit import TYPES
from webpages import client, release


@pytest.mark.parametrize("name", TYPES)
def test_every_report_is_given_as_the_release_holds_it(name: str) -> None:
    """The bytes of the file, with its media type and an entity tag that answers 304."""
    first = client().get(f"/audit/{name}")

    assert (first.status_code, first.data) == (200, release().reports[name])
    assert first.content_type == TYPES[name]
    assert client().get(f"/audit/{name}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_every_report_that_the_release_holds_is_given() -> None:
    """None is forgotten."""
    assert set(TYPES) == set(release().reports)


def test_the_page_is_in_the_language_that_the_reader_prefers() -> None:
    """Accept-Language chooses, and caches are told."""
    answer = client().get("/audit/report.html", headers={"Accept-Language": "nn, nb;q=0.5"})

    assert answer.data == release().reports["report.nn.html"]
    assert answer.headers["Vary"] == "Accept-Language"


def test_the_page_may_use_its_own_style_sheet_and_nothing_else() -> None:
    """The policy names the style sheet by its hash."""
    answer = client().get("/audit/report.nb.html")
    style = re.findall(rb"<style>(.*?)</style>", answer.data, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[0]).digest()).decode()

    assert len(style) == 1
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_report_that_does_not_exist_is_told() -> None:
    """An unknown file is 404, also one of the release that is no report."""
    assert client().get("/audit/report.pdf").status_code == 404
    assert client().get("/audit/../graph.nq").status_code == 404
