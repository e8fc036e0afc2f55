"""What the RDF forms of a report share: terms, prefixes, and writing triples in a fixed order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from registergraf.namespaces import PREFIXES, RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registergraf.audit.identity import Identity

TYPE = NamedNode(RDF_TYPE)
XSD = PREFIXES["xsd"]
EARL = "http://www.w3.org/ns/earl#"
SHA256 = NamedNode(PREFIXES["spdx"] + "checksumAlgorithm_sha256")


def term(prefix: str, name: str) -> NamedNode:
    """A term of a vocabulary in use."""
    return NamedNode(PREFIXES[prefix] + name)


def boolean(value: bool) -> Literal:  # noqa: FBT001 - it is the value
    """An xsd:boolean."""
    return Literal(str(value).lower(), datatype=NamedNode(XSD + "boolean"))


def report_node(identity: Identity) -> NamedNode:
    """The address of a report."""
    return NamedNode(f"{identity.base}audit/{identity.release}/{identity.as_of}")


def release_part(identity: Identity, name: str) -> NamedNode:
    """The address of something that a release was made from or holds, such as its graph."""
    return NamedNode(f"{identity.base}release/{identity.release}/{name}")


def provenance(identity: Identity, command: str) -> Iterator[Triple]:
    """What a report was made from, with the hash of each part, by what, and how it is made again (PROV-O, SPDX)."""
    report, activity = report_node(identity), NamedNode(report_node(identity).value + "/run")
    yield Triple(report, TYPE, term("prov", "Entity"))
    yield Triple(report, term("prov", "wasGeneratedBy"), activity)
    day = Literal(identity.as_of, datatype=NamedNode(XSD + "date"))
    yield Triple(report, NamedNode(identity.base + "ns#asOf"), day)
    yield Triple(activity, TYPE, term("prov", "Activity"))
    yield Triple(activity, term("rdfs", "comment"), Literal(command))
    parts = {"graph": identity.graph, "shapes": identity.shapes, "content": identity.content}
    for name, digest in [*parts.items(), *((f"sources/{n}", d) for n, d in identity.sources.items())]:
        part = release_part(identity, name)
        checksum = NamedNode(part.value + "/sha256")
        yield Triple(activity, term("prov", "used"), part)
        yield Triple(part, TYPE, term("prov", "Entity"))
        yield Triple(part, term("spdx", "checksum"), checksum)
        yield Triple(checksum, TYPE, term("spdx", "Checksum"))
        yield Triple(checksum, term("spdx", "algorithm"), SHA256)
        yield Triple(checksum, term("spdx", "checksumValue"), Literal(digest, datatype=NamedNode(XSD + "hexBinary")))
    for name, version in identity.engines.items():
        yield from software(identity, name, version, activity)


def software(identity: Identity, name: str, version: str, activity: NamedNode) -> Iterator[Triple]:
    """A package that took part in a run, with its version."""
    agent = NamedNode(f"{identity.base}software/{name}/{version}")
    yield Triple(activity, term("prov", "wasAssociatedWith"), agent)
    yield Triple(agent, TYPE, term("prov", "SoftwareAgent"))
    yield Triple(agent, term("dct", "title"), Literal(name))
    yield Triple(agent, term("dct", "hasVersion"), Literal(version))


def in_order(triples: Iterable[Triple]) -> list[Triple]:
    """Each triple once, in an order that depends on nothing else."""
    return sorted(set(triples), key=str)


def write_turtle(triples: Iterable[Triple], base: str) -> bytes:
    """Turtle of the triples, in a fixed order."""
    used = ("dct", "prov", "rdfs", "sh", "spdx", "xsd")
    prefixes = {name: PREFIXES[name] for name in used} | {"earl": EARL, "rg": base + "ns#"}
    return serialize(in_order(triples), format=RdfFormat.TURTLE, prefixes=prefixes) or b""
