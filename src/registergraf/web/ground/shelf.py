"""Stored queries on disk: a file each, beside the releases, with what was asked and what was answered; bounded in all.

A file is written whole or not at all and never changed, since an address that is cited has to stay what it was. So
nothing is thrown out for something new: a full shelf takes no more.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from registergraf.errors import QueryError, QueryLimitError

__all__ = ["NAME", "Shelf", "StoredQuery"]

NAME = "[0-9a-f]{16}"
"""What names a stored query, as a regular expression."""
_FOLDER = ".stored-queries"


@dataclass(frozen=True)
class StoredQuery:
    """A query, the graphs and the release it was asked of, and its answer."""

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    release: str
    as_of: str
    stored: str
    """The day it was stored."""
    media_type: str
    sha256: str
    """Of the answer, as it was in that media type."""
    answer: str | None
    """None where it was longer than is kept."""

    @property
    def name(self) -> str:
        """The hash of what was asked of which release."""
        asked = json.dumps([self.query, self.default_graphs, self.named_graphs, self.release])
        return hashlib.sha256(asked.encode("ascii")).hexdigest()[:16]


class Shelf:
    """The stored queries of a releases folder: up to `mib` MiB, with answers up to `answer_kib` KiB."""

    def __init__(self, releases: Path, mib: int, answer_kib: int) -> None:
        self._folder = releases / _FOLDER
        self._most = mib << 20
        self._most_answer = answer_kib << 10

    def put(self, entry: StoredQuery) -> str:
        """Store a query, once; give its name.

        Raises `QueryLimitError` for "stored-queries-mb", and `QueryError` where the folder cannot be written.
        """
        if entry.answer is not None and len(entry.answer.encode()) > self._most_answer:
            entry = replace(entry, answer=None)
        place = self._folder / f"{entry.name}.json"
        body = json.dumps(asdict(entry), ensure_ascii=False).encode()
        try:
            if not place.exists():
                self._check_room(len(body))
                self._write(place, body)
        except OSError as error:
            raise QueryError(f"the query cannot be stored: {error.strerror}") from error
        return entry.name

    def get(self, name: str) -> StoredQuery | None:
        """The query of a name, if there is one."""
        if not re.fullmatch(NAME, name):
            return None
        try:
            values: dict[str, Any] = json.loads((self._folder / f"{name}.json").read_bytes())
        except OSError:
            return None
        graphs = {key: tuple(values[key]) for key in ("default_graphs", "named_graphs")}
        return StoredQuery(**(values | graphs))

    def _check_room(self, size: int) -> None:
        held = sum(file.stat().st_size for file in self._folder.glob("*.json")) if self._folder.is_dir() else 0
        if held + size > self._most:
            message = f"no more queries can be stored: {self._most >> 20} MiB is what 'stored-queries-mb' allows"
            raise QueryLimitError("stored-queries-mb", message)

    def _write(self, place: Path, body: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(body)
        fresh = Path(file.name)
        fresh.chmod(0o644)
        fresh.rename(place)
