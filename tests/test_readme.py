"""What the README shows of asking over HTTP, run against the real service."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from service import options, running
from support import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from registergraf.release import Release
    from registergraf.settings import Settings

ADDRESS = "http://127.0.0.1:8000"
SECTION = re.search(
    r"^## Asking over HTTP$(.*?)^## ", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
)
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", SECTION[1] if SECTION else "", re.DOTALL | re.MULTILINE)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def base(release: Release, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service over the release."""
    assert release
    folder: Path = tmp_path_factory.mktemp("readme")
    with running(folder, *options(settings)) as service:
        yield service.base


def test_there_are_examples_for_a_shell_and_for_python() -> None:
    """curl, SPARQLWrapper and pandas."""
    assert [kind for kind, _ in BLOCKS] == ["sh", "python", "python"]
    assert all(word in "".join(text for _, text in BLOCKS) for word in ("curl", "SPARQLWrapper", "pandas"))


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl(base: str) -> None:
    """Each line is a command that answers with a table."""
    commands = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
    for command in commands:
        call = ["sh", "-c", command.replace("curl", "curl --fail --silent", 1).replace(ADDRESS, base)]
        answer = subprocess.run(call, check=True, capture_output=True, text=True, timeout=60)
        assert answer.stdout.count("\n") > 1, command


def test_python(base: str) -> None:
    """Each block leaves rows; the names are those of the block."""
    names: dict[str, Any] = {}
    for kind, text in BLOCKS:
        if kind == "python":
            exec(compile(text.replace(ADDRESS, base), "README.md", "exec"), names)  # noqa: S102 - it is our own README
    assert {row["controller"]["type"] for row in names["rows"]} == {"uri"}
    assert names["roles"].shape[0] > 50
    assert names["sources"]["Folkehelseinstituttet"] > 5
