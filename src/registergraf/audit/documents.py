"""The source documents, where they are at hand: their text by line, for the rule on phrases."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from registergraf.errors import RegistergrafError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WHITE_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Documents:
    """The bytes of each document by its file name; empty where none is at hand."""

    files: Mapping[str, bytes] = field(repr=False)

    def text(self, name: str, first: int, last: int) -> str | None:
        """Lines `first` to `last`, counted from 1, as one normalised line; None where the document is not at hand."""
        lines = self._lines.get(name)
        return None if lines is None else normalise(" ".join(lines[first - 1 : last]))

    @cached_property
    def _lines(self) -> dict[str, list[str]]:
        return {name: data.decode("utf-8").split("\n") for name, data in self.files.items()}


def normalise(text: str) -> str:
    """White space, the NO-BREAK SPACE included, folded to single spaces."""
    return WHITE_SPACE.sub(" ", text).strip()


def read_documents(folder: Path | None) -> Documents:
    """Read every text file of the folder; none where there is no folder."""
    try:
        return Documents({path.name: path.read_bytes() for path in sorted(folder.glob("*.txt"))} if folder else {})
    except OSError as error:
        raise RegistergrafError(f"the source documents in {folder} cannot be read: {error.strerror}") from error
