"""Running the installed command as a service, for the tests that want a real socket."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registergraf.settings import Settings

BROWSER_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=5000",
]
COMMAND = str(Path(sys.executable).parent / "registergraf")


@dataclass(frozen=True)
class Service:
    """A service that runs: its port, the process that was started, and what it says on standard error."""

    port: int
    process: subprocess.Popen[bytes]
    talk: Path

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def says(self) -> str:
        """What it has said so far."""
        return self.talk.read_text(encoding="utf-8")

    def hears(self, text: str, seconds: float = 60) -> str:
        """Wait until it says a text, and give the first line that has it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := next((line for line in self.says().splitlines() if text in line), None):
                return found
            time.sleep(0.05)
        raise AssertionError(f"{text!r} is not in:\n{self.says()}")

    def connect(self, timeout: float = 30) -> http.client.HTTPConnection:
        """A connection to it."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by lower-case name and body of a request on a connection of its own."""
        with contextlib.closing(self.connect()) as connection:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@contextlib.contextmanager
def running(cwd: Path, *options: str, seconds: float = 60, **set_to: object) -> Iterator[Service]:
    """Run `registergraf serve` on a free port until the block ends; it ends by itself with 0 when it is told to."""
    given = {f"REGISTERGRAF_{name.upper()}": str(value) for name, value in set_to.items()}
    environment = {**os.environ, **given, "XDG_DATA_HOME": str(cwd / "data-home")}
    talk = cwd / "talk"
    with talk.open("w+") as handle:
        process = subprocess.Popen([COMMAND, *options, "serve", "--port", "0"], cwd=cwd, stderr=handle, env=environment)
        try:
            yield Service(_port(talk, process, seconds), process, talk)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(40) == 0, talk.read_text(encoding="utf-8")


def options(settings: Settings) -> tuple[str, ...]:
    """The options that have a command use the content and the releases of the session."""
    return ("--content", settings.content, "--releases", settings.releases, "--sources", settings.sources)


def _port(talk: Path, process: subprocess.Popen[bytes], seconds: float) -> int:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if match := re.search(r"at http://127\.0\.0\.1:(\d+)/", talk.read_text(encoding="utf-8")):
            return int(match[1])
        time.sleep(0.05)
    raise AssertionError(talk.read_text(encoding="utf-8"))
