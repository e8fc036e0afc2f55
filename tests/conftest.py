"""What the tests share: the content at hand, a release built from it, and ways to break a copy of it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

import builds
import pools
from registergraf import audit, graph
from registergraf.content import Content, load, read_files
from registergraf.namespaces import BASE
from registergraf.sparql import WorkerPool
from support import CONTENT, DAY, SHARED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pyoxigraph import Store

    from registergraf.release import Release
    from registergraf.settings import Settings


def pytest_configure(config: pytest.Config) -> None:
    """Have one folder of releases for this run, workers included."""
    made = builds.share()
    if made:
        config.add_cleanup(lambda: shutil.rmtree(made))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("REGISTERGRAF_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


@pytest.fixture(scope="session")
def content() -> Content:
    """The curated content."""
    return load(read_files(CONTENT), BASE)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a releases folder of their own; the documents as they are at hand."""
    return builds.settings_of(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="session")
def release(settings: Settings) -> Release:
    """A release of the content, as of `DAY`."""
    return builds.copied(DAY, settings.releases_dir)


@pytest.fixture(scope="session")
def store(content: Content) -> Store:
    """The dataset of the content, as of `DAY`."""
    return graph.assemble(content.quads, content.queries, DAY, BASE)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the content that a test may break."""
    for name in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(CONTENT / name, tmp_path / "content" / name)
    return tmp_path / "content"


@pytest.fixture
def edit(copied: Path) -> Callable[[str, str, str], Path]:
    """Replace text that stands exactly once in a file of the copy; gives the copy's folder."""

    def replace(path: str, old: str, new: str) -> Path:
        file = copied / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        file.write_text(text.replace(old, new), encoding="utf-8")
        return copied

    return replace


@pytest.fixture(scope="session")
def judged() -> Callable[[Path], Iterator[audit.Verdict]]:
    """The verdicts on a content folder, without the documents unless they are at hand."""

    def judge(folder: Path) -> Iterator[audit.Verdict]:
        files = read_files(folder)
        content = load(files, BASE)
        rules = audit.load_rules(files.under("shapes"), BASE)
        dataset = graph.assemble([*content.quads, *rules.quads], content.queries, DAY, BASE)
        documents = audit.read_documents(SHARED / "sources" if SHARED.is_dir() else None)
        yield from audit.examine(dataset, rules, documents, content.terms, BASE).verdicts

    return judge


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small N-Quads file, `pools.DATA`."""
    return pools.written(tmp_path_factory.mktemp("sparql"))


@pytest.fixture(scope="module")
def pool(dataset: Path) -> Iterator[WorkerPool]:
    """Query workers over the small dataset, with the default settings."""
    with WorkerPool(dataset, pools.settings(), pools.PREFIXES) as made:
        yield made
