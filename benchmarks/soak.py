"""Mixed load for as long as one likes, with a killed worker every few seconds and a new release in the middle.

The release is changed a first time soon after the start: what a service has in memory that never changed its release
says nothing about one that did, and it is the changes after the first that must not add to it.

Every answer is compared with what the release it may come from says. Ends with 1 where one was wrong, a request was
refused or a connection broken, or where memory grew.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench_http.releases import copied
from soaking.clients import ask_on, hang_up_on, overstay_on
from soaking.expected import Expected, point_at, publish_changed
from soaking.ledger import Ledger
from soaking.service import Service

from registergraf.release import current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Thread

    from registergraf.release import Release

JUDGED_SECONDS = 120
"""A run that is shorter says nothing about memory."""
MOST_GROWTH = 1.10
"""What memory may be at the end, of what it was before the release was changed in the middle."""
CHANGES = (0.1, 0.5)
"""When the release is changed, as parts of the run."""


def main() -> None:
    """Run, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--kill-every", type=float, default=3, help="seconds between two killed workers")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--releases", type=Path, default=Path("releases"), help="where the release is")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        ledger = _run(Path(folder), asked)
    sys.exit(0 if _tell(ledger, asked.seconds) else 1)


def _run(folder: Path, asked: argparse.Namespace) -> Ledger:
    real = current(asked.releases.resolve())
    second, first = publish_changed(folder, real), copied(folder, real)
    expected = Expected(first, second)
    ledger = Ledger(first.name)
    service = Service(folder)
    service.start()
    threads: list[Thread] = []

    def start(work: Callable[..., None], count: int = 1) -> None:
        threads.extend(ledger.thread(work, service.port, expected, ledger, number) for number in range(count))

    try:
        start(ask_on, asked.clients)
        start(overstay_on)
        start(hang_up_on)
        _disturb(service, ledger, partial(point_at, folder), cycle((second, first)), asked)
    finally:
        ledger.end.set()
        for thread in threads:
            thread.join(60)
        service.stop()
    ledger.said = service.says()
    return ledger


def _disturb(
    service: Service,
    ledger: Ledger,
    change: Callable[[Release], None],
    releases: Iterator[Release],
    asked: argparse.Namespace,
) -> None:
    """Kill workers, note memory, and change to one release after the other."""
    started = time.monotonic()
    kill_at = sample_at = 0.0
    while (at := time.monotonic() - started) < asked.seconds:
        if ledger.changes < len(CHANGES) and at >= asked.seconds * CHANGES[ledger.changes]:
            release = next(releases)
            ledger.changing = True
            change(release)
            service.reload(release.name)
            ledger.now = release.name
            ledger.changing = False
            ledger.changes += 1
        if at >= kill_at:
            ledger.kills += service.kill_one()
            kill_at = at + asked.kill_every
        if at >= sample_at:
            ledger.memory.append(service.memory())
            sample_at = at + 1
        time.sleep(0.05)


def _tell(ledger: Ledger, seconds: float) -> bool:
    quarter = max(1, len(ledger.memory) // 4)
    before, after = median(ledger.memory[quarter : 2 * quarter] or [0]), median(ledger.memory[-quarter:])
    times = sorted(ledger.milliseconds)
    told = ", ".join(f"{count} {what}" for what, count in sorted(ledger.answered.items()))
    print(f"{seconds:g} s, {sum(ledger.answered.values())} requests: {told}")
    print(f"median {median(times):.1f} ms, p99 {times[len(times) * 99 // 100]:.1f} ms, slowest {times[-1]:.0f} ms")
    print(f"{ledger.kills} processes killed; the release changed {ledger.changes} times")
    print(f"memory, MiB: {before:.0f} in the second quarter, {after:.0f} in the last")
    for fault in ledger.faults[:20]:
        print("FAULT", fault)
    judged = seconds >= JUDGED_SECONDS
    grew = judged and after > before * MOST_GROWTH
    verdict = "grew" if grew else "did not grow" if judged else "is not judged, the run is too short"
    print(f"{len(ledger.faults)} faults; memory {verdict}")
    return not ledger.faults and not grew and ledger.changes == len(CHANGES)


if __name__ == "__main__":
    main()
