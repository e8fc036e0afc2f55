"""Anybody's shapes as rules: one for each shape with a target, and for each severity that it speaks with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from registergraf.audit.compiled import Shapes, ShapesGraph
from registergraf.audit.compiled.terms import RDFS, SH
from registergraf.audit.others.reading import read_triples
from registergraf.audit.rules import LANGUAGES, Rule
from registergraf.errors import RegistergrafError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from registergraf.graph.queries import Term


@dataclass(frozen=True)
class ShapeSet:
    """The shapes of some files, under one name."""

    name: str
    shapes: Shapes = field(repr=False)
    digests: tuple[tuple[str, str], ...]
    """SHA-256 of each file, by its name."""

    def rule(self, root: Term, severity: str) -> Rule:
        """A shape as a rule, for its results of one severity: Violation, Warning or Info."""
        name = local_name(root)
        title = {language: self._said(root, language) or name for language in LANGUAGES}
        ending = "" if severity == "Violation" else f"-{severity}"
        iri = root.value if isinstance(root, NamedNode) else f"urn:x-shape:{self.name}:{root.value}"
        return Rule(iri, f"{self.name}-{name}{ending}", severity, title, title, title, (), (), {}, has_shape=True)

    def _said(self, root: Term, language: str) -> str:
        names = (*self.shapes.graph.sh(root, "name"), *self.shapes.graph.objects(root, RDFS + "label"))
        texts = {text.language or "": text.value for text in names if isinstance(text, Literal)}
        return next((texts[choice] for choice in (language, "nb", "no", "en", "") if choice in texts), "")


def read_shape_set(name: str, paths: Sequence[Path]) -> ShapeSet:
    """Read files of shapes together; raises `RegistergrafError` for one that cannot be read, or where none is one."""
    triples = [triple for number, path in enumerate(paths) for triple in read_triples(path, number)]
    digests = tuple((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths)
    shapes = Shapes(ShapesGraph(dict.fromkeys(triples)))
    if not shapes.roots():
        raise RegistergrafError(
            f"no SHACL shape in {', '.join(map(str, paths))} has a target: sh:targetClass, sh:targetNode and the like "
            "say what a shape is applied to"
        )
    return ShapeSet(name, shapes, digests)


def local_name(term: Term) -> str:
    """The last part of an address."""
    return str(term.value).rstrip("/#").replace("#", "/").rpartition("/")[2]


def severity_name(severity: Term) -> str:
    """Violation, Warning or Info; a severity of somebody's own counts as a violation."""
    name = str(severity.value).removeprefix(SH)
    return name if name in {"Violation", "Warning", "Info"} else "Violation"


def severities(found: Iterable[Term]) -> tuple[str, ...]:
    """The severities of some checks or results, gravest first."""
    names = {severity_name(severity) for severity in found}
    return tuple(name for name in ("Violation", "Warning", "Info") if name in names)
