"""The documentation is held to the program."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import fields
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from registergraf.cli.group import registergraf
from registergraf.errors import UsageError
from registergraf.settings import SETTINGS, Settings
from support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

VERBS = registergraf.list_commands(click.Context(registergraf))


def test_every_setting_is_a_field_and_documented() -> None:
    """The table, the class and docs/settings.md name the same settings with the same defaults."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    assert [s.field for s in SETTINGS] == [f.name for f in fields(Settings)]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if str(setting.default) else "–"
        assert f"| `{setting.name}` | `{setting.variable}` | {default} | {setting.help} |" in page


def test_a_setting_of_the_wrong_type_is_told() -> None:
    """The variable, its value and the default are named."""
    with pytest.raises(UsageError, match="REGISTERGRAF_PORT is 'http', which is not int; default is 8000"):
        Settings.read({"REGISTERGRAF_PORT": "http"})


def test_what_is_given_wins_over_the_environment() -> None:
    """An option over a variable over a default."""
    assert Settings.read({"REGISTERGRAF_PORT": "1"}, port=2).port == 2
    assert Settings.read({"REGISTERGRAF_PORT": "1"}, port=None).port == 1


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_an_example(verb: str) -> None:
    """--help of each verb has an example that begins with its own call."""
    answer = CliRunner().invoke(registergraf, [verb, "--help"])

    assert re.search(rf"Example: registergraf {verb}\b", " ".join(answer.output.split()))


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_readme(verb: str) -> None:
    """The README's table has each verb."""
    assert f"`registergraf {verb}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_option_says_what_it_is() -> None:
    """No option without help, except where its name and choices say all."""
    for name, command in registergraf.commands.items():
        for option in command.params:
            if isinstance(option, click.Option) and not isinstance(option.type, click.Choice):
                assert option.help, f"{name} {option.name}"


def test_links_of_the_documents_lead_somewhere() -> None:
    """Every relative link of the Markdown files is a file of the project."""
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """The unit of docs/serving.md has no setting that systemd does not know; its programs are not there to be run."""
    page = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    unit = re.findall(r"```ini\n(.*?)```", page, re.DOTALL)[0]
    file = tmp_path / "registergraf.service"
    file.write_text(re.sub(r"^(ExecStart=)\S+", r"\1/bin/true", unit, flags=re.MULTILINE), encoding="utf-8")
    told = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)  # noqa: S607

    assert (told.returncode, told.stderr) == (0, "")
