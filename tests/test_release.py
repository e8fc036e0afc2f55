from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from builds import built, copied
from registergraf.errors import ContentError, IntegrityError, ReleaseError
from registergraf.release import build, current, open_release
from registergraf.release.manifest import Manifest
from support import CONTENT, DAY, EARLIER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from registergraf.release import Release
    from registergraf.settings import Settings

COMMAND = [sys.executable, "-c", "from registergraf.cli import main; main()"]


def test_a_release_is_named_by_the_hash_of_its_manifest(release: Release) -> None:
    """The folder's name is the name the manifest gives itself, and reading the manifest back gives the same."""
    assert release.path.name == release.manifest.name
    assert Manifest.read(release.manifest.write(), "here") == release.manifest


def test_a_release_holds_what_serving_needs(release: Release) -> None:
    """Graph, catalogue in five formats, audit report, queries, shapes, whitelist."""
    kinds = {path.split("/")[0] for path in (*release.manifest.files, *release.manifest.reports)}

    assert {
        "graph.nq",
        "audit",
        "catalogue",
        "feed",
        "dump",
        "quality",
        "queries",
        "search",
        "shapes",
        "ontology",
        "service",
    } == kinds
    assert {"ttl", "jsonld", "rdf", "nt", "trig"} == {
        p.rpartition(".")[2] for p in release.manifest.files if p.startswith("catalogue/")
    }


def test_the_published_graph_has_no_blank_node(release: Release) -> None:
    """Blank nodes would break diffs, ETags and harvesters' change detection."""
    assert b"_:" not in b"\n".join(line.split(b'"')[0] for line in release.read("graph.nq").split(b"\n"))


@pytest.mark.slow
def test_two_builds_give_the_same_bytes(release: Release, settings: Settings, tmp_path: Path) -> None:
    """The same content, day and engine, in another process with another hash seed: the same release."""
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "REGISTERGRAF_SOURCES": settings.sources}
    options = ["--content", str(CONTENT), "--releases", str(tmp_path)]
    subprocess.run([*COMMAND, *options, "build", "--as-of", DAY.isoformat()], check=True, env=environment)

    assert current(tmp_path).name == release.name
    assert all(current(tmp_path).read(path) == release.read(path) for path in release.manifest.files)


def test_another_day_is_another_release(release: Release) -> None:
    """The view depends on the day, so the name does."""
    other = built(EARLIER)

    assert other.name != release.name
    assert other.as_of == EARLIER


def test_malformed_content_leaves_the_release_before(
    edit: Callable[[str, str, str], Path], release: Release, settings: Settings
) -> None:
    """A claim without a passage stops the build with its line, and the current release stays."""
    content = edit("data/registries/npr.trig", "prov:wasDerivedFrom passage:npr-14 .", 'dct:title "x" .')

    with pytest.raises(ContentError, match=r"data/registries/npr.trig:\d+: S06: "):
        build(replace(settings, content=str(content)), DAY, lambda _: None)
    assert current(settings.releases_dir).name == release.name


def test_a_damaged_file_is_told(settings: Settings, tmp_path: Path) -> None:
    """A file that is not what the manifest says is never served; building again mends it."""
    own = replace(settings, releases=str(tmp_path))
    release = copied(DAY, tmp_path)
    (release.path / "graph.nq").write_bytes(b"")

    with pytest.raises(IntegrityError, match=r"graph\.nq is not the file its manifest names") as caught:
        open_release(release.path).read("graph.nq")
    assert caught.value.exit_code == 4
    build(own, DAY, lambda _: None)
    assert open_release(release.path).read("graph.nq")


def test_a_changed_manifest_is_told(tmp_path: Path) -> None:
    """A manifest that does not hash to the folder's name is refused."""
    release = copied(DAY, tmp_path)
    path = release.path / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace(DAY.isoformat(), "2020-01-01"), encoding="utf-8")

    with pytest.raises(IntegrityError, match="its manifest has been changed"):
        open_release(release.path)


def test_no_release_is_one_sentence(tmp_path: Path) -> None:
    """An empty folder has no release."""
    with pytest.raises(ReleaseError, match=r"there is no release at .*; run 'registergraf build'"):
        current(tmp_path)


@pytest.mark.slow
def test_a_killed_build_leaves_the_release_before(release: Release, settings: Settings) -> None:
    """Killed at any moment, a build of another day leaves the current release whole and current."""
    options = ["--content", settings.content, "--releases", settings.releases, "--sources", settings.sources]
    for moment in (0.3, 0.8, 1.3, 1.8, 2.3, 2.8, 3.3):
        process = subprocess.Popen([*COMMAND, *options, "build", "--as-of", "2022-06-01"], stderr=subprocess.DEVNULL)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        serving = current(settings.releases_dir)
        assert all(serving.read(path) for path in serving.manifest.files)
        if serving.name != release.name:
            build(settings, DAY, lambda _: None)
    left = {path.name for path in settings.releases_dir.iterdir() if path.name.startswith(".new-")}
    build(settings, DAY, lambda _: None)

    assert current(settings.releases_dir).name == release.name
    assert not left & {path.name for path in settings.releases_dir.iterdir()}
