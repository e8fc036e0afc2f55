"""What malloc and the kernel are told, so that a service stays as large as what it holds, and finds it fast."""

from __future__ import annotations

import ctypes
import gc
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["give_back", "in_one_place", "move_to_large_pages", "settle"]

# <malloc.h>
_M_ARENA_MAX = -8
# <linux/mman.h>
_MADV_COLLAPSE = 25
_MIB = 1 << 20
_LARGE_PAGE = 2 * _MIB
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


def move_to_large_pages(most_mb: int) -> None:
    """Move what this process has written into pages of 2 MiB, each of which takes some milliseconds.

    With pages of 4 KiB the processor spends much of its time on finding out where things are. What is shared with the
    process that this one was forked from is copied. Ends after `most_mb` MiB, and where the kernel cannot do it, which
    Linux can since 6.1, or tells nothing of the memory.
    """
    madvise = getattr(ctypes.CDLL(None), "madvise", None)
    if madvise is None:
        return
    left = most_mb * _MIB // _LARGE_PAGE
    for start, end in _written():
        for page in range(start + -start % _LARGE_PAGE, end - _LARGE_PAGE + 1, _LARGE_PAGE):
            if left <= 0:
                return
            left -= not madvise(ctypes.c_void_p(page), ctypes.c_size_t(_LARGE_PAGE), _MADV_COLLAPSE)


def _written() -> Iterator[tuple[int, int]]:
    """Where the memory lies that belongs to no file, each part with its end (proc_pid_maps(5))."""
    try:
        told = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:  # no Linux, or a place without /proc
        return
    for line in told.splitlines():
        place, permissions, _offset, _device, _inode, *name = line.split(maxsplit=5)
        if permissions == "rw-p" and (not name or name == ["[heap]"]):
            start, _, end = place.partition("-")
            yield int(start, 16), int(end, 16)
