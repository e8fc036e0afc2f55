"""What the operating system tells about processes, and a port that is free."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(number: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = place.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(place.parent.name))
    found = [number]
    for one in found:
        found += children.get(one, [])
    return found


def in_sessions(sessions: set[int]) -> list[int]:
    """The processes of sessions, whoever their parents are by now."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(place.read_text().rpartition(")")[2].split()[3]) in sessions:
                found.append(int(place.parent.name))
    return found


def worked(number: int) -> float:
    """The seconds that a process has had of the processors."""
    with suppress(OSError):
        *_, own, of_the_system = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[:13]
        return (int(own) + int(of_the_system)) / os.sysconf("SC_CLK_TCK")
    return 0.0


def memory_of(number: int) -> float:
    """The memory of a process in MiB, each page divided by those who share it (PSS)."""
    with suppress(OSError):
        for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
