"""The graph from Python: a release opened, asked, and seen as of any day. `registergraf.open` is the way in."""

from __future__ import annotations

from registergraf.api.answers import Row, Rows
from registergraf.api.dataset import Dataset, open_dataset
from registergraf.api.values import IRI, Blank, Text

__all__ = ["IRI", "Blank", "Dataset", "Row", "Rows", "Text", "open_dataset"]
