"""Every type of page is valid HTML, as the Nu Html Checker of the W3C has it (HTML Living Standard)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from registergraf.web.ground.i18n import LANGUAGES
from webpages import PAGES, application, client

CHECKER = Path(__file__).parent / "browser/node_modules/vnu-jar/build/dist/vnu.jar"
JAVA = shutil.which("java")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (JAVA and CHECKER.is_file()), reason="no java or no vnu-jar"),
]

MORE = [
    "/search?q=kreft", "/search?q=xyzzyq", "/registry/?consent=required", "/compare?registry=npr&registry=msis", "/changes",
    "/registry/finnesikke", "/registry/npr?as-of=2019-01-01", "/registry/npr?as-of=abc", "/organisation/983744516?show=sparql",
    "/picture/matrix", "/dump/",
]  # fmt: skip
"""Types of pages beside those that every language is asked for."""


def test_every_type_of_page_is_valid(tmp_path: Path) -> None:
    """The checker has nothing to say, no warning either, of a page of each type; the language changes with the page."""
    told = {}
    for number, path in enumerate([*PAGES, *MORE]):
        address = f"/{LANGUAGES[number % len(LANGUAGES)]}{path}"
        file = tmp_path / f"{number}.html"
        file.write_bytes(client().get(address, headers={"Accept": "text/html"}).data)
        told[file.as_uri().replace("file:///", "file:/")] = address
    checked = subprocess.run(
        [
            str(JAVA),
            "-jar",
            str(CHECKER),
            "--format",
            "json",
            "--stdout",
            "--exit-zero-always",
            *map(str, tmp_path.iterdir()),
        ],
        capture_output=True,
        check=True,
    )
    found = [(told.get(m["url"], m["url"]), m["message"]) for m in json.loads(checked.stdout)["messages"]]
    assert found == []


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    """A page of ours with an element that is not closed is not valid."""
    page = client().get("/nb/about").get_data(as_text=True)
    file = tmp_path / "broken.html"
    file.write_text(page.replace("</main>", "<p id=content></main>"), encoding="utf-8")
    checked = subprocess.run([str(JAVA), "-jar", str(CHECKER), str(file)], capture_output=True, text=True, check=False)
    assert "Duplicate ID" in checked.stderr
    assert application().name
