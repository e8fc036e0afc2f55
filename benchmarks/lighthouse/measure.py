"""Lighthouse over a page of each type: performance, accessibility and best practices, each up to 100.

Serves the current release on a free port of this machine. Lighthouse slows the processor down to that of a phone: by
how much follows from how fast this machine is found to be, as its documentation on throttling has it. Ends with 1 when
a page has less than what is wanted.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
LIGHTHOUSE = HERE / "node_modules/.bin/lighthouse"
WANTED = {"performance": 95, "accessibility": 100, "best-practices": 100}
SLOWED = ((1300, 4), (800, 2), (0, 1))
"""The benchmark index of a machine from which it is slowed down so many times to be a phone of the middle class."""
TYPES = (
    "/nb/", "/nn/search?q=kreft", "/en/registry/", "/nb/registry/npr", "/nn/compare?registry=npr&registry=msis",
    "/en/law/", "/nb/act/LOV-2014-06-20-43", "/nn/provision/lov-2014-06-20-43.p11", "/en/organisation/",
    "/nb/organisation/983744516", "/nn/concept/consent-not-required", "/en/claim/npr-11", "/nb/audit",
    "/nb/audit/trend", "/nn/rule/", "/en/rule/L34", "/nb/ns", "/nn/query/", "/en/query/roles", "/nb/sparql",
    "/nn/catalogue", "/en/about", "/nb/accessibility", "/nn/picture/", "/en/picture/periods",
    "/nb/picture/matrix", "/nn/picture/around/registry/npr", "/en/changes", "/nb/dump/",
)  # fmt: skip


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", default=TYPES, help="paths of pages; without any, one of each type")
    paths = parser.parse_args().paths
    short = 0
    with serving() as base:
        slowed, index = calibrated(base + paths[0])
        print(f"benchmark index {index:.0f}, slowed down {slowed} times")
        print(f"{'page':44}" + "".join(f"{name:>16}" for name in WANTED))
        for path in paths:
            report = measured(base + path, slowed)
            scores = {name: round(100 * report["categories"][name]["score"]) for name in WANTED}
            print(f"{path:44}" + "".join(f"{scores[name]:16}" for name in WANTED), flush=True)
            if any(scores[name] < WANTED[name] for name in WANTED):
                short += 1
                print("\n".join(f"    {told}" for told in lost(report)), flush=True)
    return 1 if short else 0


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """The address of a service of the current release."""
    command = [str(Path(sys.executable).with_name("registergraf")), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        line = next((line for line in process.stdout or () if " at http" in line), None)
        if line is None:
            raise SystemExit("the service did not start")
        try:
            yield line.partition(" at ")[2].split()[0].rstrip("/")
        finally:
            process.terminate()


def calibrated(address: str) -> tuple[int, float]:
    """How many times the processor is to be slowed down, and the benchmark index of the machine."""
    index = measured(address, 1)["environment"]["benchmarkIndex"]
    return next(times for least, times in SLOWED if index >= least), index


def measured(address: str, slowed: int) -> dict[str, Any]:
    """The report of Lighthouse on a page, as a telephone would have it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        options = [f"--only-categories={','.join(WANTED)}", f"--throttling.cpuSlowdownMultiplier={slowed}"]
        output = ["--quiet", "--output=json", f"--output-path={file}", "--chrome-flags=--headless=new --no-sandbox"]
        chromium = {"CHROME_PATH": shutil.which("chromium") or ""}
        subprocess.run([str(LIGHTHOUSE), address, *options, *output], check=True, env={**os.environ, **chromium})
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return found


def lost(report: dict[str, Any]) -> Iterator[str]:
    """What a page lost its points by."""
    for category in report["categories"].values():
        for reference in category["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{reference['id']}: {audit['score']:.2f} {audit.get('displayValue', '')}"


if __name__ == "__main__":
    sys.exit(main())
