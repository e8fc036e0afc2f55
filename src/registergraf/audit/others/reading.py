"""Somebody else's RDF file into a store: any syntax, gzip too, its named graphs kept and seen together."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, DefaultGraph, Quad, RdfFormat, Store, parse

from registergraf.audit.compiled.written import keep
from registergraf.errors import RegistergrafError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import Triple

    from registergraf.graph.queries import Term

MIB = 1 << 20
GZIP = b"\x1f\x8b"
GUESSES = (RdfFormat.TRIG, RdfFormat.N_QUADS, RdfFormat.RDF_XML, RdfFormat.JSON_LD, RdfFormat.N3)
"""What a file without a known ending may be; TriG reads Turtle and N-Triples too."""


@dataclass(frozen=True)
class Read:
    """A file as it was read."""

    name: str
    digest: str
    """SHA-256 of its bytes, as they stand on disk."""
    store: Store = field(repr=False)
    """Its named graphs, and all of it as default graph."""
    as_written: bool
    """Whether literals are kept as they were written; see `registergraf.audit.compiled.written`."""


def read_data(path: Path, most_mb: int) -> Read:
    """Read a file of at most so many MiB, uncompressed.

    Raises `RegistergrafError` for a file that cannot be read, is larger, is in no syntax of RDF, or says nothing.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= most_mb * MIB else _too_large(path, most_mb)
    except OSError as error:
        raise RegistergrafError(f"the data {path} cannot be read: {error.strerror}") from error
    quads, as_written = keep(_renamed(_parsed(path, _plain(path, data, most_mb))))
    if not quads:
        raise RegistergrafError(f"there is no statement in {path}, so that there is nothing to judge")
    store = Store()
    store.bulk_extend(quads)
    store.bulk_extend(Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in quads)
    return Read(path.name, hashlib.sha256(data).hexdigest(), store, as_written)


def read_triples(path: Path, number: int) -> list[Triple]:
    """The triples of a file of shapes, whatever graph they stand in; raises `RegistergrafError`.

    The number keeps its blank nodes apart from those of the other files.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RegistergrafError(f"the shapes {path} cannot be read: {error.strerror}") from error
    return [quad.triple for quad in _renamed(_parsed(path, data), f"s{number}-")]


def _plain(path: Path, data: bytes, most_mb: int) -> bytes:
    if not data.startswith(GZIP):
        return data
    try:
        with gzip.open(path) as unpacked:
            plain = unpacked.read(most_mb * MIB + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise RegistergrafError(f"{path} begins like gzip and cannot be unpacked: {error}") from error
    return plain if len(plain) <= most_mb * MIB else _too_large(path, most_mb)


def _too_large(path: Path, most_mb: int) -> bytes:
    size = path.stat().st_size / MIB
    packed = ", packed" if path.read_bytes()[:2] == GZIP else ""
    raise RegistergrafError(
        f"{path} has {size:.0f} MiB{packed}, and at most {most_mb} MiB are read into memory; give more with "
        "REGISTERGRAF_AUDIT_INPUT_MB (a store takes about as much memory as the file), or load the file into a SPARQL "
        "service and give its address as --data"
    )


def _parsed(path: Path, data: bytes) -> list[Quad]:
    """The quads, by the syntax that the name says, or by the first that fits."""
    ending = path.name.removesuffix(".gz").rpartition(".")[2].lower()
    known = RdfFormat.from_extension({"ttl": "trig", "nt": "nq", "json": "jsonld"}.get(ending, ending))
    failures = []
    for format_ in [known] if known is not None else GUESSES:
        try:
            return list(parse(data, format=format_, base_iri=path.resolve().as_uri(), rename_blank_nodes=False))
        except (SyntaxError, ValueError) as error:
            failures.append(f"{format_.name}: {error}")
    if known is not None:
        raise RegistergrafError(f"{path} cannot be read as {failures[0]}")
    raise RegistergrafError(f"{path} is in no syntax of RDF that is read here: {'; '.join(failures)}")


def _renamed(quads: Iterable[Quad], prefix: str = "b") -> Iterator[Quad]:
    """Blank nodes by their order, so that the same file gives the same report."""
    names: dict[str, BlankNode] = {}
    numbers = count(1)

    def name(term: Term) -> Term:
        if not isinstance(term, BlankNode):
            return term
        if term.value not in names:
            names[term.value] = BlankNode(f"{prefix}{next(numbers)}")
        return names[term.value]

    for quad in quads:
        yield Quad(name(quad.subject), quad.predicate, name(quad.object), name(quad.graph_name))  # type: ignore[arg-type]
