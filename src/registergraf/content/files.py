"""Finding and reading the curated files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registergraf.errors import MalformedError, Problem, RegistergrafError
from registergraf.namespaces import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDERS = ("ontology", "data", "shapes", "queries")
SUFFIXES = (".ttl", ".trig", ".rq", ".txt", ".tsv")


@dataclass(frozen=True)
class Files(Mapping[str, str]):
    """The text of each curated file by its path relative to the content folder, in order of path."""

    texts: dict[str, str]

    def __getitem__(self, path: str) -> str:
        return self.texts[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    def under(self, folder: str, suffix: str = "") -> dict[str, str]:
        """The files below a folder, by their path relative to it."""
        prefix = folder.rstrip("/") + "/"
        return {p.removeprefix(prefix): t for p, t in self.texts.items() if p.startswith(prefix) and p.endswith(suffix)}

    @property
    def digest(self) -> str:
        """SHA-256 over paths and texts, as hex: what the content is, independent of where it lies."""
        hashed = hashlib.sha256()
        for path, text in self.texts.items():
            for part in (path, text):
                encoded = part.encode()
                hashed.update(len(encoded).to_bytes(8, "big") + encoded)
        return hashed.hexdigest()


def read_files(folder: Path, base: str = BASE) -> Files:
    """Read every curated file below the folder, the base IRI rewritten where it is not the one they are written in.

    Raises `RegistergrafError` when a folder is missing, `MalformedError` for a file that is not UTF-8.
    """
    missing = [name for name in FOLDERS if not (folder / name).is_dir()]
    if missing:
        raise RegistergrafError(f"{folder} is not a content folder: it has no {', no '.join(missing)} folder")
    paths = sorted(p for name in FOLDERS for p in (folder / name).rglob("*") if p.suffix in SUFFIXES and p.is_file())
    texts = {p.relative_to(folder).as_posix(): _read(p, p.relative_to(folder).as_posix()) for p in paths}
    return Files({path: text.replace(BASE, base) for path, text in texts.items()} if base != BASE else texts)


def _read(path: Path, name: str) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        problem = Problem(name, line, f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8", column)
        raise MalformedError([problem]) from error
