"""The walls around a worker process that the operating system gives."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["deadline", "leave_network", "limit_memory"]

# <linux/sched.h>
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_MIB = 1 << 20


def leave_network() -> bool:
    """Move this process to a network namespace without any interface; False where that is not permitted.

    To be called while the process has one thread, and after opening files: the new user namespace takes a privileged
    user's rights to read those of others.
    """
    unshare = getattr(ctypes.CDLL(None), "unshare", None)  # Linux only
    user, group = os.getuid(), os.getgid()
    if unshare is None or unshare(_CLONE_NEWUSER | _CLONE_NEWNET):
        return False
    # A user that the namespace does not know can make no file.
    for name, text in (("uid_map", f"{user} {user} 1"), ("setgroups", "deny"), ("gid_map", f"{group} {group} 1")):
        with contextlib.suppress(OSError):
            Path("/proc/self", name).write_text(text, encoding="ascii")
    return True


def limit_memory(mib: int) -> None:
    """Bound the address space of this process to so much more than it has, where the system can."""
    with contextlib.suppress(ValueError, OSError):
        has = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        most = has + mib * _MIB
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """End this process if the block takes longer, even inside foreign code and with its parent gone."""
    signal.setitimer(signal.ITIMER_REAL, seconds)  # nothing handles SIGALRM, so it kills
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
