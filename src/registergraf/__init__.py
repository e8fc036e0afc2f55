"""Knowledge graph and semantic query service over Norway's health registries.

From Python, `registergraf.open()` gives a release to ask; see docs/python.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registergraf.api import open_dataset as open  # noqa: A004 - as `tarfile.open` and others are called

__all__ = ["__version__", "open"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load what asks a release when it is asked for, since every part of the program comes through here (PEP 562)."""
    if name == "open":
        from registergraf.api import open_dataset  # noqa: PLC0415

        return open_dataset
    raise AttributeError(f"module 'registergraf' has no attribute '{name}'")
