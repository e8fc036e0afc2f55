"""Triples as lines of N-Triples: sorted, told apart and followed without being read.

A line is the triple and a full stop, without a line break. Lines sort as their triples do by their text, because what
follows a term in a line, a space, sorts before whatever a longer term has in its place; and a document of ten thousand
data sets is a few hundred megabytes of lines, where it would be gigabytes of terms.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, parse, serialize

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Triple

IRI_ENDS = b"> ."
"""How a line ends whose object is an IRI, or a literal with a datatype."""


def to_lines(triples: Iterable[Triple]) -> list[bytes]:
    """A line for each triple, in their order."""
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").splitlines()


def to_triples(document: bytes) -> Iterator[Triple]:
    """The triples of a document in N-Triples, one after the other."""
    for quad in parse(document, format=RdfFormat.N_TRIPLES):
        yield quad.triple


def split(document: bytes) -> Iterator[bytes]:
    """The lines of a document in N-Triples, one after the other."""
    return (line.rstrip(b"\n") for line in io.BytesIO(document))


def ordered(lines: Iterable[bytes]) -> list[bytes]:
    """The lines in their order, each once; quick where parts of them are in order already."""
    return sorted(dict.fromkeys(lines))


def joined(lines: Iterable[bytes]) -> bytes:
    """The lines as a document in N-Triples."""
    return b"".join(line + b"\n" for line in lines)


def by_subject(lines: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """The lines about each subject, as it is written, in their order."""
    about: dict[bytes, list[bytes]] = {}
    for line in lines:
        about.setdefault(line.partition(b" ")[0], []).append(line)
    return about


def object_of(line: bytes) -> bytes:
    """The object of a line, as it is written."""
    return line.split(b" ", 2)[2].removesuffix(b" .")


def led_to(
    starts: Iterable[bytes], about: Mapping[bytes, Sequence[bytes]], but: Collection[bytes] = frozenset()
) -> set[bytes]:
    """The subjects that some lead to over however many steps, themselves included; those of `but` are not entered."""
    seen = set(starts)
    pending = list(seen)
    while pending:
        for line in about.get(pending.pop(), ()):
            if line.endswith(IRI_ENDS) and (node := object_of(line)) in about and node not in seen and node not in but:
                seen.add(node)
                pending.append(node)
    return seen


def iris(lines: Iterable[bytes]) -> set[str]:
    """Every IRI that occurs in the lines: of subjects, predicates, objects and datatypes."""
    found: set[bytes] = set()
    for line in lines:
        subject, predicate, rest = line.split(b" ", 2)
        found.add(subject)
        found.add(predicate)
        if line.endswith(IRI_ENDS):
            found.add(rest[:-2] if rest.startswith(b"<") else rest[rest.rindex(b"^^") + 2 : -2])
    return {term[1:-1].decode() for term in found if term.startswith(b"<")}
