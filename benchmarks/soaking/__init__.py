"""The parts of the soak: the service, those who ask it, what it is to answer, and what came of it."""

from __future__ import annotations
