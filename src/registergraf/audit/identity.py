"""What a report was made from and by, and the command that makes it again."""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Identity:
    """The inputs of an audit; equal identities give equal reports, byte for byte."""

    release: str
    """The name of the release, the hash of its manifest."""
    as_of: str
    """The day of the view, as ISO 8601 writes it."""
    base: str
    """Base of every IRI of ours."""
    content: str
    """SHA-256 of the curated files."""
    graph: str
    """SHA-256 of the graph as sorted N-Quads, or of the file of somebody else; empty for a service."""
    shapes: str
    """SHA-256 over the paths and hashes of the rules' files."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each source document that was at hand, by file name."""
    engines: Mapping[str, str] = field(default_factory=dict)
    """Version of each package that judged."""
    rules: tuple[str, ...] = ()
    """The ids of the only rules judged; empty where all were."""
    data: str = ""
    """The file or service of somebody else that was judged; empty where it was the release."""
    sets: tuple[str, ...] = ()
    """The sets of rules that data of somebody else were judged by."""
    shape_files: tuple[str, ...] = ()
    """The files of shapes that they were judged by."""
    graphs: tuple[str, ...] = ()
    """The graphs of a service that were judged; empty for its default graph."""

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Identity:
        """Read what `as_json` gives; raises `TypeError` for other fields."""
        listed: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in fields.items()}
        return cls(**listed)

    def as_json(self) -> dict[str, Any]:
        """For reports."""
        of_others = {"data", "sets", "shape_files", "graphs"}
        return {name: value for name, value in asdict(self).items() if value or name not in of_others}

    @property
    def inputs(self) -> dict[str, str]:
        """Every hash and version by the name a report gives it."""
        return {
            "release": self.release,
            "content": self.content,
            **({"data": self.graph} if self.data else {"graph": self.graph}),
            "shapes": self.shapes,
            **{f"sources/{name}": digest for name, digest in sorted(self.sources.items())},
            **{f"engines/{name}": version for name, version in sorted(self.engines.items())},
        }

    def command(self, format_name: str, languages: Iterable[str]) -> str:
        """The command that makes a report again, in a format and one language or all."""
        spoken = tuple(languages)
        only = "".join(f" --rule {rule}" for rule in self.rules)
        language = spoken[0] if len(spoken) == 1 else "all"
        if self.data:
            return f"registergraf audit{self._of_others()} --format {format_name} --language {language}"
        return (
            f"registergraf audit --release {self.release} --as-of {self.as_of}{only}"
            f" --format {format_name} --language {language}"
        )

    def _of_others(self) -> str:
        said = [("--release", self.release), ("--data", self.data), ("--rules", ",".join(self.sets))]
        said += [("--shapes", file) for file in self.shape_files] + [("--graph", graph) for graph in self.graphs]
        return "".join(f" {option} {shlex.quote(value)}" for option, value in said if value)
