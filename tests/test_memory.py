"""What is there to stay, and what is given back."""

from __future__ import annotations

import gc
import mmap
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from registergraf.memory import move_to_large_pages, settle

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ring:
    """Something that only the garbage collector can find to be unused, because it refers to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def settled() -> Iterator[None]:
    """The collector looks through everything again afterwards."""
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("settled")
def test_what_is_there_to_stay_is_not_looked_through_until_it_is_settled_again() -> None:
    """The collector leaves it alone, also when it is no longer used; it is given back with the next release."""
    ring = Ring()
    alive = weakref.ref(ring)
    settle()
    del ring
    gc.collect()
    assert alive() is not None
    settle()
    assert alive() is None


def in_large_pages() -> int:
    """MiB of this process that are in large pages."""
    told = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("AnonHugePages")) >> 10


def test_memory_is_moved_to_large_pages_up_to_a_limit() -> None:
    """What is in it stays; nothing is moved where nothing may be."""
    memory = mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    text = bytes(range(256)) * (len(memory) // 256)
    memory[:] = text
    before = in_large_pages()

    move_to_large_pages(0)
    move_to_large_pages(-1)
    assert in_large_pages() == before
    move_to_large_pages(16)
    after = in_large_pages()
    assert memory[:] == text
    if after == before:
        pytest.skip("the kernel has no MADV_COLLAPSE, or may not use large pages")
    assert 8 <= after - before <= 16


def test_nothing_is_moved_where_the_system_does_not_tell_of_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a place without /proc; a service runs there all the same."""

    def fails(*_: object, **__: object) -> str:
        raise FileNotFoundError("/proc/self/maps")

    memory = mmap.mmap(-1, 8 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory[:] = bytes(len(memory))
    before = in_large_pages()
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_text", fails)
        move_to_large_pages(512)

    assert in_large_pages() == before
