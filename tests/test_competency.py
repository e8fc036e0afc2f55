"""Competency questions: what analysts, auditors and harvesters ask, with answers worked out from the documents by hand.

``tests/golden/{query}.csv`` holds the whole expected answer: an optional first line ``# name=value …`` with
parameters (``as-of`` is the day of the view), a line ``# from: …`` telling where it was worked out, the columns, the
rows in any order.
"""

from __future__ import annotations

import csv
import datetime
from typing import TYPE_CHECKING

import pytest

from registergraf.graph.asking import Table, ask_release
from registergraf.graph.named import find_query, named_queries
from support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from registergraf.content import Content
    from registergraf.release import Release

GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.csv"))


def read(path: Path) -> tuple[dict[str, str], list[str], set[tuple[str, ...]]]:
    """Parameters, columns and rows of a golden answer."""
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line[1:].strip() for line in lines if line.startswith("#")]
    params = dict(pair.split("=", 1) for line in comments if not line.startswith("from:") for pair in line.split())
    columns, *rows = csv.reader(line for line in lines if not line.startswith("#"))
    return params, columns, {tuple(row) for row in rows}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_answer_is_the_one_worked_out_by_hand(release: Release, path: Path) -> None:
    """Same columns, same rows, none missing and none invented."""
    params, columns, expected = read(path)
    day = datetime.date.fromisoformat(params.pop("as-of")) if "as-of" in params else None

    answer = ask_release(find_query(release.queries, path.stem.partition("@")[0]), params, release, day)

    assert isinstance(answer, Table)
    assert list(answer.columns) == columns
    given = {tuple("" if term is None else term.value for term in row) for row in answer.rows}
    assert expected - given == set()
    assert given - expected == set()


def test_there_are_fifty_named_queries(content: Content) -> None:
    """The interface shows them as examples."""
    assert len(named_queries(content.queries)) >= 50


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_answer_tells_where_it_is_from(path: Path) -> None:
    """Documents and lines, or rows of the law, stand in the file."""
    assert any(line.startswith("# from:") for line in path.read_text(encoding="utf-8").splitlines())
