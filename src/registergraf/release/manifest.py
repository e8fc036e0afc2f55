"""What a release is: the hash of each of its files, what it was made from and by what."""

from __future__ import annotations

import datetime
import hashlib
import json
import sqlite3
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Self

from registergraf.errors import ReleaseError
from registergraf.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME = "manifest.json"
GRAPH_FILE = "graph.nq"
ENGINES = ("registergraf", "pyoxigraph", "rdflib", "pyshacl", "owlrl", "PyStemmer")


@dataclass(frozen=True)
class Manifest:
    """The identity of a release; equal manifests are equal releases, byte for byte."""

    base: str
    """Base of every IRI of ours."""
    as_of: datetime.date
    """The day of the view."""
    content: str
    """SHA-256 of the curated files."""
    sources: dict[str, str]
    """SHA-256 of each source document that was at hand, by file name."""
    engines: dict[str, str]
    """Version of each package that made it."""
    files: dict[str, str]
    """SHA-256 of each file, by its path in the release."""
    reports: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each report of the audit, by its path; they name the release, so its name cannot depend on them."""

    @classmethod
    def of(
        cls, base: str, as_of: datetime.date, content: str, sources: Mapping[str, str], files: Mapping[str, bytes]
    ) -> Self:
        """The manifest of these files."""
        return cls(base, as_of, content, dict(sorted(sources.items())), engine_versions(), _hashes(files))

    def with_reports(self, reports: Mapping[str, bytes]) -> Self:
        """The same release with the reports of its audit."""
        return replace(self, reports=_hashes(reports))

    @cached_property
    def name(self) -> str:
        """The release's name: the first 16 hex digits of the SHA-256 of the manifest without the reports."""
        named = {key: value for key, value in asdict(self).items() if key != "reports"}
        return hashlib.sha256(json_text(named, sort_keys=True)).hexdigest()[:16]

    def hash_of(self, path: str) -> str | None:
        """The SHA-256 of a file or a report; None for one that the release does not have."""
        return self.files.get(path) or self.reports.get(path)

    def write(self) -> bytes:
        """As JSON, the same bytes for the same manifest."""
        return json_text(asdict(self), sort_keys=True)

    @classmethod
    def read(cls, data: bytes, where: str) -> Self:
        """Read what `write` wrote; raises `ReleaseError` for anything else."""
        try:
            fields = json.loads(data)
            return cls(**{**fields, "as_of": datetime.date.fromisoformat(fields["as_of"])})
        except (ValueError, TypeError, KeyError) as error:
            raise ReleaseError(f"{where} is not a manifest of a release: {error}") from error


def engine_versions() -> dict[str, str]:
    """The version of each package that makes a release."""
    return {name: version(name) for name in ENGINES} | {"sqlite": sqlite3.sqlite_version}


def _hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())}
