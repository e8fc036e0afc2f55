"""The soak in a short form: mixed load, killed workers, queries that overstay, and a new release in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from registergraf.release import Release
    from registergraf.settings import Settings

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


def test_nothing_is_wrong_while_workers_die_and_the_release_changes(release: Release, settings: Settings) -> None:
    """The command that runs for half an hour by default ends well after a few seconds, too, and has seen it all."""
    assert release
    command = [sys.executable, str(BENCHMARKS / "soak.py"), "--seconds", "6", "--kill-every", "1", "--clients", "4"]
    environment = {**os.environ, "PYTHONPATH": str(BENCHMARKS)}
    made = subprocess.run(
        [*command, "--releases", settings.releases],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        env=environment,
    )

    assert made.returncode == 0, made.stdout + made.stderr
    assert "0 faults" in made.stdout
    assert "the release changed 2 times" in made.stdout
    assert "stopped at the limit" in made.stdout
