"""What the dataset of a release tells of, read from its N-Quads line by line where making a store of it is too much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUBJECT = re.compile(r"^<([^>]+)>", re.MULTILINE)
_SUCCESSION = re.compile(r"^<([^>]+)> <http://purl\.org/dc/terms/(isReplacedBy|replaces)> <([^>]+)> \.$", re.MULTILINE)
"""A line of the default graph, which is the view."""


def told_of(nquads: str) -> Mapping[str, frozenset[str]]:
    """Every subject, with what the view says came in its place (``dct:isReplacedBy`` and ``dct:replaces``)."""
    successors: dict[str, set[str]] = {subject: set() for subject in _SUBJECT.findall(nquads)}
    for subject, relation, thing in _SUCCESSION.findall(nquads):
        old, new = (subject, thing) if relation == "isReplacedBy" else (thing, subject)
        successors.setdefault(old, set()).add(new)
    return {thing: frozenset(after) for thing, after in successors.items()}
