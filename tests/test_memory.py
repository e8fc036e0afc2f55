"""What is there to stay, and what is given back."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from registergraf.memory import settle

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
