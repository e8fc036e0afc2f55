"""What a report was made from and by, and the command that makes it again."""

from __future__ import annotations

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
    """SHA-256 of the graph as sorted N-Quads."""
    shapes: str
    """SHA-256 over the paths and hashes of the rules' files."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each source document that was at hand, by file name."""
    engines: Mapping[str, str] = field(default_factory=dict)
    """Version of each package that judged."""
    rules: tuple[str, ...] = ()
    """The ids of the only rules judged; empty where all were."""

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Identity:
        """Read what `as_json` gives; raises `TypeError` for other fields."""
        return cls(**{**fields, "rules": tuple(fields["rules"])})

    def as_json(self) -> dict[str, Any]:
        """For reports."""
        return asdict(self)

    @property
    def inputs(self) -> dict[str, str]:
        """Every hash and version by the name a report gives it."""
        return {
            "release": self.release,
            "content": self.content,
            "graph": self.graph,
            "shapes": self.shapes,
            **{f"sources/{name}": digest for name, digest in sorted(self.sources.items())},
            **{f"engines/{name}": version for name, version in sorted(self.engines.items())},
        }

    def command(self, format_name: str, languages: Iterable[str]) -> str:
        """The command that makes a report again, in a format and one language or all."""
        spoken = tuple(languages)
        only = "".join(f" --rule {rule}" for rule in self.rules)
        language = spoken[0] if len(spoken) == 1 else "all"
        return (
            f"registergraf audit --release {self.release} --as-of {self.as_of}{only}"
            f" --format {format_name} --language {language}"
        )
