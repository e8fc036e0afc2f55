"""A release on disk: written beside and renamed, opened, verified, and pointed at by `current`.

Layout: ``releases/<name>/…`` with one folder a release, and ``releases/current``, a symbolic link that is replaced in
one step. A crash at any moment leaves the link where it was.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import RdfFormat, Store

from registergraf.catalogue import FORMATS
from registergraf.errors import IntegrityError, ReleaseError
from registergraf.release.dumps import FOLDER
from registergraf.release.lines import told_of
from registergraf.release.manifest import FILE_NAME, GRAPH_FILE, Manifest
from registergraf.search import INDEX_FILE, Index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from registergraf.audit.report import Report
    from registergraf.audit.trend import Trend

CURRENT = "current"
SCORES = "quality/scores.json"
"""The quality scores of the catalogue."""
DESCRIPTIONS = {"void": "service/void", "service-description": "service/description"}
"""What describes the dataset and the service over it, with the folder below ``queries/`` that makes each."""


@dataclass(frozen=True)
class Release:
    """One immutable release; what it holds is read when it is asked for."""

    path: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """The hash that names it."""
        return self.manifest.name

    @property
    def base(self) -> str:
        """Base of every IRI of ours."""
        return self.manifest.base

    @property
    def as_of(self) -> datetime.date:
        """The day of its view."""
        return self.manifest.as_of

    @cached_property
    def published(self) -> datetime.datetime:
        """When it was published, in UTC: the only date that is not in it, because equal releases are equal bytes."""
        return datetime.datetime.fromtimestamp(int((self.path / FILE_NAME).stat().st_mtime), tz=datetime.UTC)

    @property
    def graph_file(self) -> Path:
        """The whole dataset as sorted N-Quads, the view as its default graph."""
        return self.path / GRAPH_FILE

    @cached_property
    def store(self) -> Store:
        """The whole dataset in memory; not to be written to."""
        store = Store()
        # a store wrote the file, so that its terms need no second look
        store.load(self.read(GRAPH_FILE), format=RdfFormat.N_QUADS, lenient=True)
        return store

    @cached_property
    def queries(self) -> Mapping[str, str]:
        """The SPARQL it was made with, by path below `queries/`."""
        return {
            p.removeprefix("queries/"): self.read(p).decode() for p in self.manifest.files if p.startswith("queries/")
        }

    @cached_property
    def report(self) -> Report:
        """The audit as it was made with the release; raises `ReleaseError` for one in the form of another version."""
        from registergraf.audit.report import Report  # noqa: PLC0415 - not needed to serve

        try:
            return Report.read(self.read("audit/report.json"))
        except (ValueError, TypeError, KeyError) as error:
            raise ReleaseError(
                f"the audit report of release {self.name} is not in the form of this version; build again"
            ) from error

    @cached_property
    def index(self) -> Index:
        """The full-text index, in memory."""
        return Index(self.read(INDEX_FILE))

    @cached_property
    def told(self) -> Mapping[str, frozenset[str]]:
        """Each thing that it says anything of, with what its view says came in its place; the dataset is not loaded."""
        return told_of(self.read(GRAPH_FILE).decode())

    def trend(self, other: str) -> Trend:
        """What became of every failure since the release of a name beside this one; raises `ReleaseError`."""
        from registergraf.audit.trend import compare  # noqa: PLC0415 - not needed to serve

        return compare(self.others()[other].report, self.report)

    @property
    def verdicts(self) -> Sequence[Mapping[str, Any]]:
        """The verdicts of the audit."""
        return self.report.verdicts

    @property
    def rules(self) -> Sequence[Mapping[str, Any]]:
        """The rules of the audit."""
        return self.report.rules

    def others(self) -> dict[str, Release]:
        """Give the other releases beside this one, by name; each opened once."""
        for file in sorted(self.path.parent.glob(f"*/{FILE_NAME}")):
            name = file.parent.name
            if name not in {CURRENT, self.name, *self._others}:
                with contextlib.suppress(ReleaseError):  # one that is broken, or is being written, cannot be compared
                    self._others[name] = open_release(file.parent)
        return {name: other for name, other in self._others.items() if other.path.exists()}

    @cached_property
    def _others(self) -> dict[str, Release]:
        return {}

    def audit_file(self, name: str) -> bytes | None:
        """One of the files of the audit, such as `report.csv`; None where there is none of that name."""
        path = f"audit/{name}"
        return self.read(path) if path in self.manifest.reports else None

    def catalogue(self, profile: str, format_name: str) -> bytes:
        """The catalogue document of a profile in one of `registergraf.catalogue.FORMATS`."""
        return self.read(f"catalogue/{profile}{FORMATS[format_name].suffix}")

    def feed(self, name: str) -> bytes | None:
        """A file of the feed of changes; None for one that it does not have."""
        path = f"feed/{name}"
        return self.read(path) if path in self.manifest.files else None

    @cached_property
    def scores(self) -> Sequence[Mapping[str, Any]]:
        """The quality scores of the catalogue, as `registergraf.release.scoring` reckons them; none in an older one."""
        kept = self.read(SCORES) if SCORES in self.manifest.files else b"[]"
        scores: Sequence[Mapping[str, Any]] = json.loads(kept)
        return scores

    def description(self, document: str, format_name: str) -> bytes:
        """One of `DESCRIPTIONS` in one of `registergraf.catalogue.FORMATS`."""
        return self.read(f"service/{document}{FORMATS[format_name].suffix}")

    @property
    def dumps(self) -> Mapping[str, int]:
        """The files of the whole dataset, each with its size in bytes."""
        names = (path.removeprefix(FOLDER) for path in self.manifest.files if path.startswith(FOLDER))
        return {name: (self.path / FOLDER / name).stat().st_size for name in names}

    def dump(self, name: str) -> bytes:
        """One of `dumps`."""
        return self.read(FOLDER + name)

    def under(self, folder: str) -> dict[str, str]:
        """The text of the files below a folder, by path below it."""
        prefix = folder + "/"
        return {p.removeprefix(prefix): self.read(p).decode() for p in self.manifest.files if p.startswith(prefix)}

    def read(self, path: str) -> bytes:
        """One file of the release; raises `IntegrityError` when its bytes are not those of the manifest."""
        try:
            data = (self.path / path).read_bytes()
        except OSError as error:
            raise ReleaseError(f"release {self.name} cannot be read: {error.strerror}: {path}") from error
        if hashlib.sha256(data).hexdigest() != self.manifest.hash_of(path):
            raise IntegrityError(
                f"release {self.name} is broken: {path} is not the file its manifest names; build again"
            )
        return data


def open_release(path: Path) -> Release:
    """Open a release's folder.

    Raises `ReleaseError` when it is none, `IntegrityError` when its name is not the hash of its manifest.
    """
    try:
        manifest = Manifest.read((path / FILE_NAME).read_bytes(), str(path / FILE_NAME))
    except OSError as error:
        raise ReleaseError(f"there is no release at {path}; run 'registergraf build'") from error
    resolved = path.resolve()
    if resolved.name != manifest.name:
        raise IntegrityError(f"the release at {resolved} calls itself {manifest.name}; its manifest has been changed")
    return Release(resolved, manifest)


def current(releases: Path) -> Release:
    """The release that is served; raises `ReleaseError` when there is none."""
    return open_release(releases / CURRENT)


def publish(releases: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Release:
    """Write a release whole, then point `current` at it.

    Raises `ReleaseError` when the folder cannot be written.
    """
    with _telling(releases), _lock(releases):
        _write(releases, manifest, files)
        _point(releases, manifest.name)
    return open_release(releases / manifest.name)


def prepare(releases: Path) -> None:
    """Make sure, before there is work to lose, that a release can be published; raises `ReleaseError` otherwise."""
    with _telling(releases), _lock(releases):
        pass


@contextlib.contextmanager
def _telling(releases: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ReleaseError(f"the release cannot be written to {releases}: {error.strerror}") from error


@contextlib.contextmanager
def _lock(releases: Path) -> Iterator[None]:
    """One builder at a time; the lock goes with the process that holds it."""
    releases.mkdir(parents=True, exist_ok=True)
    with (releases / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for left in releases.glob(".new-*"):
            shutil.rmtree(left)
        yield


def _write(releases: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    target = releases / manifest.name
    whole = {**files, FILE_NAME: manifest.write()}
    if target.exists():
        _mend(target, whole)
        return
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=releases))
    for path, data in whole.items():
        _put(fresh / path, data)
    fresh.chmod(0o755)
    fresh.rename(target)


def _mend(target: Path, files: Mapping[str, bytes]) -> None:
    """Put back whatever was damaged since; each file in one step, because the release may be serving."""
    for path, data in files.items():
        place = target / path
        if not place.is_file() or place.read_bytes() != data:
            spare = place.with_name(place.name + ".new")
            _put(spare, data)
            spare.replace(place)


def _put(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def _point(releases: Path, name: str) -> None:
    link = releases / ".current-new"
    link.unlink(missing_ok=True)
    link.symlink_to(name, target_is_directory=True)
    link.replace(releases / CURRENT)
