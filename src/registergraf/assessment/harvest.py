"""A harvest, emulated: what a harvester takes from a document, under which identity, and what it leaves or breaks on.

The harvesters are emulated in `registergraf.assessment.fdk` and `registergraf.assessment.ckan`; here is what both tell,
and how two harvests of a source differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FAILS, DROPPED, NOTE = "fails", "dropped", "note"
"""What a finding means: the whole harvest fails; something is left out; something worth knowing."""


@dataclass(frozen=True, order=True)
class Finding:
    """Something that a harvester would make of a document, other than taking a dataset."""

    kind: str
    says: str
    about: str = ""
    """The node it is about, where it is about one."""


@dataclass(frozen=True)
class Taken:
    """A dataset that would be taken."""

    dataset: str
    identity: str
    """What the harvester knows it by from one harvest to the next."""
    catalogue: str
    page: str
    """Where it would be shown, where the harvester's own address is known."""
    checksum: str
    """What the harvester compares with the harvest before; empty where it compares nothing."""
    content: frozenset[str] = field(repr=False)
    """The triples it consists of, blank nodes named as the harvester names them."""


@dataclass(frozen=True)
class Harvest:
    """What a harvester makes of a document."""

    harvester: str
    taken: tuple[Taken, ...]
    findings: tuple[Finding, ...]

    @property
    def fails(self) -> bool:
        """Whether nothing at all would be taken."""
        return any(finding.kind == FAILS for finding in self.findings)

    @property
    def loses(self) -> bool:
        """Whether something is left out."""
        return any(finding.kind == DROPPED for finding in self.findings)


@dataclass(frozen=True)
class Change:
    """A dataset that looks changed, and the triples that make it so."""

    identity: str
    gone: tuple[str, ...]
    come: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """How two harvests of one source differ."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]
    unchanged: int
    updated_anyway: int
    """How many are written again although nothing about them is compared."""

    @property
    def is_none(self) -> bool:
        """Whether the harvester would find nothing to do."""
        return not (self.added or self.removed or self.changed)


def differ(former: Harvest, now: Harvest) -> Difference:
    """What the harvester would do at the second of two harvests of one source.

    A document that the harvest fails on changes nothing: what was there before stays as it was.
    """
    if now.fails:
        return Difference((), (), (), len(former.taken), 0)
    before = {taken.identity: taken for taken in ([] if former.fails else former.taken)}
    after = {taken.identity: taken for taken in now.taken}
    both = sorted(before.keys() & after.keys())
    changed = tuple(_changes(before, after, both))
    compared = [identity for identity in both if after[identity].checksum]
    return Difference(
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        changed,
        len(compared) - len(changed),
        len(both) - len(compared),
    )


def _changes(before: Mapping[str, Taken], after: Mapping[str, Taken], both: list[str]) -> Iterator[Change]:
    for identity in both:
        old, new = before[identity], after[identity]
        if new.checksum and old.checksum != new.checksum:
            yield Change(identity, tuple(sorted(old.content - new.content)), tuple(sorted(new.content - old.content)))
