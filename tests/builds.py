"""Releases of the content, each built once for a whole run of the tests, however many processes run them."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from registergraf.release import Release, build, current
from registergraf.settings import Settings
from support import CONTENT, SHARED

if TYPE_CHECKING:
    import datetime

FOLDER = "TESTS_BUILDS"
"""The environment variable that names the folder they are in: one run of pytest hands it to its workers, and
`script/test` to both of its runs."""


def share() -> Path | None:
    """Make sure that there is a folder for the releases of this run; what was made is given back, to be removed."""
    if FOLDER in os.environ:
        return None
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="registergraf-builds-")
    return Path(os.environ[FOLDER])


def settings_of(releases: Path) -> Settings:
    """Settings with this releases folder; the documents as they are at hand."""
    sources = SHARED / "sources"
    place = sources if sources.is_dir() else releases
    return Settings.read({}, content=str(CONTENT), releases=str(releases), sources=str(place))


def built(day: datetime.date) -> Release:
    """The release of the content as of a day; nobody may change its files, see `copied`."""
    folder = Path(os.environ[FOLDER]) / day.isoformat()
    folder.mkdir(exist_ok=True)
    with (folder / ".building").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not (folder / "current").exists():
            build(settings_of(folder), day, lambda _: None)
    return current(folder)


def copied(day: datetime.date, releases: Path) -> Release:
    """A copy of that release, current in a releases folder of one's own."""
    release = built(day)
    shutil.copytree(release.path, releases / release.name)
    (releases / "current").symlink_to(release.name)
    return current(releases)
