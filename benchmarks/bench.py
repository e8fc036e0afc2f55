"""What a build, a check and a first answer cost, in seconds and memory, and how the build grows with the data.

Prints a table; nothing is asserted. Machines are noisy: every figure is the best of three, and the growth is a ratio
within the same run.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).parent / "registergraf"
TRIES = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--copies", type=int, nargs="*", default=[1, 4, 16], help="how many times the data sources are copied"
    )
    copies = parser.parse_args().copies
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'what':44}{'seconds':>9}{'peak MiB':>10}")
        for line in (*build_rows(Path(folder), copies), *serve_rows(Path(folder))):
            print(line, flush=True)


def build_rows(folder: Path, copies: list[int]) -> list[str]:
    """A build and a check for each size of content; the smallest is the content itself."""
    rows = []
    for count in copies:
        content = multiplied(folder / f"content-{count}", count)
        releases = folder / f"releases-{count}"
        base = [str(COMMAND), "--content", str(content), "--releases", str(releases)]
        seconds, memory = best([*base, "build", "--as-of", "2026-11-21"])
        rows.append(f"{f'build, {count} times the data sources':44}{seconds:9.2f}{memory:10.0f}")
        seconds, memory = best([*base, "check"])
        rows.append(f"{f'check, {count} times the data sources':44}{seconds:9.2f}{memory:10.0f}")
    return rows


def serve_rows(folder: Path) -> list[str]:
    """From the start of `serve` on an existing release to the first answer of /sparql."""
    releases = folder / "releases-1"
    port = free_port()
    query = "/sparql?query=ASK%20%7B%3Fs%20%3Fp%20%3Fo%7D"
    times = []
    for _ in range(TRIES):
        started = time.perf_counter()
        server = subprocess.Popen(
            [str(COMMAND), "--content", str(ROOT), "--releases", str(releases), "serve", "--port", str(port)],
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}{query}")
            times.append(time.perf_counter() - started)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(10)
    return [f"{'serve: cold start to the first SPARQL answer':44}{min(times):9.2f}{'':10}"]


def multiplied(target: Path, count: int) -> Path:
    """The content with each data source copied `count` times under new slugs."""
    for name in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(ROOT / name, target / name)
    for path in sorted((target / "data" / "registries").glob("*.trig")):
        text = path.read_text(encoding="utf-8")
        for number in range(1, count):
            path.with_stem(f"{path.stem}x{number}").write_text(renamed(text, path.stem, number), encoding="utf-8")
    return target


def renamed(text: str, slug: str, number: int) -> str:
    """A registry file under another slug: its own nodes renamed, the law and the organisations left."""
    kinds = "registry|claim|passage|role|period|purpose|service|deadline|cost|disruption|silence|authorisation"
    text = re.sub(rf"\b({kinds}):{slug}(?![a-z0-9])", rf"\1:{slug}x{number}", text)
    return text.replace(f'dct:identifier "{slug}"', f'dct:identifier "{slug}x{number}"')


def best(command: list[str]) -> tuple[float, float]:
    """The least seconds of `TRIES` runs, and the peak memory of the largest child so far, in MiB."""
    seconds = []
    for _ in range(TRIES):
        started = time.perf_counter()
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - started)
    return min(seconds), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, seconds: float = 60) -> None:
    """Ask until there is an answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"{url} did not answer within {seconds} s")


if __name__ == "__main__":
    os.environ.pop("REGISTERGRAF_CONTENT", None)
    main()
