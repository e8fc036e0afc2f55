"""What others would make of a catalogue: quality scores, controlled values, an emulated harvest. Ours or anybody's.

The metrics, their points, the code lists and the rules of the profiles are data (``data/quality``, ``data/code-lists``,
``queries/quality``); this package reads them, asks the queries and adds up. Nothing here reaches the network.
"""

from __future__ import annotations

from registergraf.assessment.documents import Document, read_document
from registergraf.assessment.scores import Assessment, assess

__all__ = ["Assessment", "Document", "assess", "read_document"]
