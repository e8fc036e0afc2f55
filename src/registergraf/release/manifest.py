"""What a release is: the hash of each of its files, what it was made from and by what."""

from __future__ import annotations

import datetime
import hashlib
import json
import sqlite3
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Self

from registergraf.errors import ReleaseError

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME = "manifest.json"
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

    @classmethod
    def of(
        cls, base: str, as_of: datetime.date, content: str, sources: Mapping[str, str], files: Mapping[str, bytes]
    ) -> Self:
        """The manifest of these files."""
        hashes = {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())}
        engines = {name: version(name) for name in ENGINES} | {"sqlite": sqlite3.sqlite_version}
        return cls(base, as_of, content, dict(sorted(sources.items())), engines, hashes)

    @cached_property
    def name(self) -> str:
        """The release's name: the first 16 hex digits of the SHA-256 of the manifest."""
        return hashlib.sha256(self.write()).hexdigest()[:16]

    def write(self) -> bytes:
        """As JSON, the same bytes for the same manifest."""
        return (json.dumps(asdict(self), default=str, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @classmethod
    def read(cls, data: bytes, where: str) -> Self:
        """Read what `write` wrote; raises `ReleaseError` for anything else."""
        try:
            fields = json.loads(data)
            return cls(**{**fields, "as_of": datetime.date.fromisoformat(fields["as_of"])})
        except (ValueError, TypeError, KeyError) as error:
            raise ReleaseError(f"{where} is not a manifest of a release: {error}") from error
