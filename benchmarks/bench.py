"""What a build, a check and a first answer cost, in seconds and memory, and how the build grows with the data.

Prints a table; nothing is asserted. Machines are noisy: every figure is the best of three, and the growth is a ratio
within the same run.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).parent / "registergraf"
TRIES = 3
PREFIXES = """@prefix dct: <http://purl.org/dc/terms/> .
@prefix graph: <https://w3id.org/registergraf/graph/> .
@prefix registry: <https://w3id.org/registergraf/registry/> .
@prefix rg: <https://w3id.org/registergraf/ns#> .
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 85, 340], help="numbers of data sources")
    sizes = parser.parse_args().sizes
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'what':44}{'seconds':>9}{'peak MiB':>10}")
        for line in chain(build_rows(Path(folder), sizes), serve_rows(Path(folder))):
            print(line, flush=True)


def build_rows(folder: Path, sizes: list[int]) -> Iterator[str]:
    """A build, a check and an audit for each number of data sources."""
    for size in sizes:
        content = sized(folder / f"content-{size}", size)
        base = [str(COMMAND), "--content", str(content), "--releases", str(folder / f"releases-{size}")]
        one_file = str(content / "data" / "registries" / "abort.trig")
        for label, verb in (
            ("build", ["build", "--as-of", "2026-11-21"]),
            ("check of everything", ["check"]),
            ("check of one file", ["check", one_file]),
            ("audit", ["audit"]),
        ):
            seconds, memory = best([*base, *verb])
            yield f"{f'{label}, {size} data sources':44}{seconds:9.2f}{memory:10.0f}"


def serve_rows(folder: Path) -> Iterator[str]:
    """From the start of `serve` on an existing release to the first answer of /sparql, on the content as it is."""
    base = [str(COMMAND), "--content", str(ROOT), "--releases", str(folder / "releases")]
    subprocess.run([*base, "build"], check=True, stderr=subprocess.DEVNULL)
    times = []
    for _ in range(TRIES):
        port = free_port()
        started = time.perf_counter()
        server = subprocess.Popen([*base, "serve", "--port", str(port)], stderr=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{port}/sparql?query=ASK%20%7B%3Fs%20%3Fp%20%3Fo%7D")
            times.append(time.perf_counter() - started)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(10)
    yield f"{'serve: cold start to the first SPARQL answer':44}{min(times):9.2f}{'':10}"


def sized(target: Path, size: int) -> Path:
    """The content with so many data sources: fewer are the first ones, more are copies under new slugs."""
    for name in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(ROOT / name, target / name)
    files = sorted((target / "data" / "registries").glob("*.trig"))
    for path in files[size:]:
        path.write_text(mentioned(path.read_text(encoding="utf-8")), encoding="utf-8")
    for number in range(size - len(files)):
        path = files[number % len(files)]
        copy = 1 + number // len(files)
        text = renamed(path.read_text(encoding="utf-8"), path.stem, copy)
        path.with_stem(f"{path.stem}x{copy}").write_text(text, encoding="utf-8")
    return target


def mentioned(text: str) -> str:
    """A file that only declares the data sources of this one, so that what refers to them finds them."""
    slugs = sorted(set(re.findall(r"\bregistry:([a-z0-9-]+) a rg:", text)))
    named = "".join(f'  registry:{slug} a rg:ReferencedSource ; dct:identifier "{slug}" .\n' for slug in slugs)
    return f"{PREFIXES}graph:editorial {{\n{named}}}\n"


def renamed(text: str, slug: str, number: int) -> str:
    """A registry file under another slug: its own nodes renamed, the law and the organisations left."""
    kinds = "registry|claim|passage|role|period|purpose|service|deadline|cost|disruption|silence|authorisation"
    text = re.sub(rf"\b({kinds}):{slug}(?![a-z0-9])", rf"\1:{slug}x{number}", text)
    return text.replace(f'dct:identifier "{slug}"', f'dct:identifier "{slug}x{number}"')


def best(command: list[str]) -> tuple[float, float]:
    """The least seconds of `TRIES` runs, and the peak memory of the last of them, in MiB."""
    seconds = []
    for _ in range(TRIES):
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds.append(time.perf_counter() - started)
    return min(seconds), usage.ru_maxrss / 1024


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
