"""What glibc's malloc is told, so that a service that runs for long stays as large as what it holds."""

from __future__ import annotations

import ctypes
import gc

__all__ = ["give_back", "in_one_place", "settle"]

# <malloc.h>
_M_ARENA_MAX = -8
_NEXT_TO_THE_END = 100_000
"""Bytes: above FASTBIN_CONSOLIDATION_THRESHOLD, below what is mapped by itself."""


def in_one_place() -> None:
    """Have all threads allocate from one place, before there are threads.

    Each would else have a place of its own, and what one leaves free the others do not use: with every release that
    is changed the process grew, though what it held stayed the same.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # of glibc
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Give the memory of what is no longer used back to the system, which neither Python nor malloc does by itself."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)
        # What was put together at the end of a thread's own place goes when a piece next to it is freed, not before.
        bytes(_NEXT_TO_THE_END)


def settle() -> None:
    """Give back what is no longer used, and have the garbage collector take the rest as there to stay.

    It would else look through all that a release has in memory again and again, which holds up pages by some 60 ms.
    """
    gc.unfreeze()
    give_back()
    gc.freeze()
