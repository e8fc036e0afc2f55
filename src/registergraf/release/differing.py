"""What two sorted files differ in, by line, without reading every line of either."""

from __future__ import annotations

SHORT = 4096
"""Bytes of a stretch whose lines are compared one by one."""


def differing_lines(old: bytes, new: bytes) -> tuple[set[bytes], set[bytes]]:
    """The lines that only the old file has, and those that only the new one has.

    Stretches that are equal are passed over; the others are halved at a line of the old file and at the place of that
    line in the new one. Files that are not sorted give the same, more slowly.
    """
    gone: set[bytes] = set()
    come: set[bytes] = set()
    before, after = memoryview(old), memoryview(new)
    stretches = [(0, len(old), 0, len(new))]
    while stretches:
        start, end, first, last = stretches.pop()
        if before[start:end] == after[first:last]:
            continue
        middle = _line_start(old, start, (start + end) // 2)
        if middle == start or last - first < SHORT:
            gone.update(old[start:end].splitlines())
            come.update(new[first:last].splitlines())
            continue
        place = _place(new, first, last, old[middle : old.find(b"\n", middle)])
        stretches += [(start, middle, first, place), (middle, end, place, last)]
    return gone - come, come - gone


def _line_start(data: bytes, start: int, offset: int) -> int:
    """Where the line that an offset is in begins; at the earliest at the start."""
    return data.rfind(b"\n", start, offset) + 1 or start


def _place(data: bytes, first: int, last: int, line: bytes) -> int:
    """Where the lines of a stretch begin that do not come before a line."""
    while first < last:
        middle = _line_start(data, first, (first + last) // 2)
        end = data.find(b"\n", middle, last)
        end = last if end < 0 else end
        if data[middle:end] < line:
            first = end + 1
        else:
            last = middle
    return first
