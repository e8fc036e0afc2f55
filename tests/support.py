"""Where things are, for the tests."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

import registergraf

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PACKAGED = Path(registergraf.__file__).parent / "content_files"
CONTENT = PACKAGED if PACKAGED.is_dir() else ROOT
DAY = datetime.date(2026, 11, 21)
EARLIER = datetime.date(2022, 6, 1)
"""The days that releases of the tests are as of."""

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the folder ../shared is not beside the project")


def triples_of(document: bytes) -> list[Triple]:
    """The triples of a document in N-Triples, in their order."""
    return [quad.triple for quad in parse(document, format=RdfFormat.N_TRIPLES)]
