"""The whole dataset as files to fetch, with their checksums: part of the release, equal bytes for equal content."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, RdfFormat, parse, serialize

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = "dump/"
CHECKSUMS = "SHA256SUMS"


def dump_files(nquads: bytes, prefixes: Mapping[str, str]) -> dict[str, bytes]:
    """The dataset, given as sorted N-Quads, as gzipped N-Quads and TriG, its view as N-Triples, and their SHA-256.

    The last is a file that ``sha256sum --check`` reads.
    """
    quads = list(parse(nquads, format=RdfFormat.N_QUADS))
    by_graph = sorted(quads, key=lambda quad: str(quad.graph_name))
    view = [quad.triple for quad in quads if isinstance(quad.graph_name, DefaultGraph)]
    files = {
        "registergraf.nq.gz": _packed(nquads),
        "registergraf.trig.gz": _packed(serialize(by_graph, format=RdfFormat.TRIG, prefixes=dict(prefixes)) or b""),
        "view.nt.gz": _packed(serialize(view, format=RdfFormat.N_TRIPLES) or b""),
    }
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    return {FOLDER + name: data for name, data in {**files, CHECKSUMS: sums.encode()}.items()}


def _packed(data: bytes) -> bytes:
    """Compressed without a time in it."""
    return gzip.compress(data, compresslevel=6, mtime=0)
