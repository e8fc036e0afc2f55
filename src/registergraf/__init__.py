"""Knowledge graph and semantic query service over Norway's health registries."""

from __future__ import annotations

__version__ = "0.1.0"
