"""The service as anyone runs it, with a hand on its processes."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from bench_http.machine import family, in_sessions, memory_of

COMMAND = str(Path(sys.executable).parent / "registergraf")
CACHE_MIB = 8
"""Small, so that what is kept is soon as much as it may be, and memory says something."""


class Service:
    """`registergraf serve` over the releases in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "log"
        self._chance = random.Random(1)  # noqa: S311 - no secret
        self._process: subprocess.Popen[bytes]
        self._nurseries: set[int] = set()
        self.port = 0

    def start(self) -> None:
        """Start it on a free port and wait until it serves."""
        set_to = {"ANSWER_CACHE_MB": str(CACHE_MIB), "ACCESS_LOG": str(self._folder / "access.log")}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [COMMAND, "--releases", str(self._folder), "serve", "--port", "0"],
                stderr=log,
                env=os.environ | {f"REGISTERGRAF_{name}": value for name, value in set_to.items()},
            )
        self.port = int(self._hears(r"at http://127\.0\.0\.1:(\d+)/"))

    def reload(self, name: str) -> None:
        """Have it change to the release that is current, and wait until it has."""
        before = self.says().count("serving release")
        self._process.send_signal(signal.SIGHUP)
        self._hears(rf"(?s)(?:serving release.*){{{before}}}serving release ({name})")

    def kill_one(self) -> int:
        """Kill one of the query workers; every tenth time the process that forks them."""
        forks = [one for one in self._processes() if b"nursery" in _command(one)]
        workers = [one for one in forks if one not in self._nurseries]
        chosen = self._nurseries & {*forks} if self._chance.random() < 0.1 or not workers else workers  # noqa: PLR2004
        if not chosen:
            return 0
        with suppress(ProcessLookupError):
            os.kill(self._chance.choice(sorted(chosen)), signal.SIGKILL)
        return 1

    def memory(self) -> float:
        """MiB of all its processes."""
        return sum(memory_of(one) for one in self._processes())

    def _processes(self) -> set[int]:
        """All of them, workers that have outlived the process that forked them included."""
        descend = family(self._process.pid)
        # That process leads a session of its own, in which its workers are.
        self._nurseries |= {one for one in descend if b"nursery" in _command(one) and _leads(one)}
        return {*descend, *in_sessions(self._nurseries)}

    def says(self) -> str:
        """What it has said."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Have it end."""
        self._process.send_signal(signal.SIGTERM)
        if self._process.wait(60):
            raise SystemExit(f"the service ended badly:\n{self.says()[-2000:]}")

    def _hears(self, pattern: str, seconds: float = 120) -> str:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._process.poll() is None:
            if found := re.search(pattern, self.says()):
                return found[1]
            time.sleep(0.02)
        raise SystemExit(f"the service did not say {pattern}:\n{self.says()[-2000:]}")


def _command(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""


def _leads(number: int) -> bool:
    """Whether a process leads its session."""
    try:
        return os.getsid(number) == number
    except ProcessLookupError:
        return False
