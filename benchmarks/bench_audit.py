"""What it takes to judge by SHACL: ours beside pySHACL and the engines of PyPI, in one run; and the audit as a whole.

Each engine runs in an environment and a process of its own, with the same file and shapes before it. An engine is right
where it finds what the reference finds, by focus node and component. Machines are noisy and may be shared: the time of
the processor stands beside that of the clock, and ratios are within the run.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generated import generated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SHAPES = HERE / "audit_shapes.ttl"
OURS, REFERENCE = "registergraf", "pyshacl"
FAILURES = "registergraf-failures"
"""Ours without asking for what passes, which none of the others tells."""
SLOW = (REFERENCE, "brick-tq-shacl")
"""Engines that take minutes for a million triples; --slow-up-to has them run there too."""
DAY = datetime.date(2026, 11, 21)
CLAIMS = 24
"""How many claims are lost, each by itself."""
EDITED, EDIT = "data/registries/npr.trig", ("{ registry:npr rg:regulatedBy", "{ registry:npr dct:references")
"""What one release says otherwise than the other."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000, 1_000_000], help="triples")
    parser.add_argument(
        "--environments", type=Path, default=ROOT / ".venvs-audit", help="folder of an environment each"
    )
    parser.add_argument("--seconds", type=int, default=1_800, help="most that an engine may take")
    parser.add_argument("--without", nargs="*", default=[], metavar="ENGINE", help="engines to leave out")
    parser.add_argument(
        "--slow-up-to", type=int, default=200_000, help="most triples for the engines that take minutes"
    )
    given = parser.parse_args()
    whole_audit()
    commands()
    with tempfile.TemporaryDirectory() as folder:
        for size in given.sizes:
            data = Path(folder) / f"{size}.nt"
            data.write_text("\n".join(generated(size)) + "\n", encoding="utf-8")
            slow = SLOW if size > given.slow_up_to else ()
            side_by_side(data, given.environments, given.seconds, (*given.without, *slow))


def side_by_side(data: Path, environments: Path, seconds: int, without: Sequence[str]) -> None:
    """A table of the engines over one file, against the reference, or against ours where that is left out."""
    lines = data.read_bytes().count(b"\n")
    print(f"\n{lines} triples, {SHAPES.read_text().count('sh:target')} root shapes", flush=True)
    peer = OURS if REFERENCE in without else REFERENCE
    print(f"{'engine':22}{'load':>9}{'judge':>9}{'cpu':>9}{'results':>9}  {'against ' + peer:18}", flush=True)
    found = {
        name: run(name, python, data, seconds) for name, python in engines(environments).items() if name not in without
    }
    reference = found[peer]
    for name, got in found.items():
        if "error" in got:
            print(f"{name:22}{got['error']}", flush=True)
            continue
        right = "" if "found" not in reference else "same" if got["found"] == reference["found"] else "other results"
        times = "".join(f"{got[key]:9.2f}" for key in ("load_wall", "judge_wall", "judge_cpu"))
        print(f"{name:22}{times}{got['results']:9}  {right:14}{ratios(got, reference)}", flush=True)


def ratios(got: dict[str, Any], reference: dict[str, Any]) -> str:
    """How many times faster than the reference, by clock and processor."""
    if "judge_wall" not in reference:
        return ""
    return ", ".join(
        f"{reference[key] / max(got[key], 0.001):.1f}x by {key[6:]}" for key in ("judge_wall", "judge_cpu")
    )


def engines(environments: Path) -> dict[str, Path]:
    """The Python of each engine's environment; ours and the reference in this one."""
    here = Path(sys.executable)
    others = {path.name: path / "bin" / "python" for path in sorted(environments.glob("*")) if (path / "bin").is_dir()}
    return {OURS: here, FAILURES: here, REFERENCE: here, **others}


def run(name: str, python: Path, data: Path, seconds: int) -> dict[str, Any]:
    """What one engine says of itself, or why it says nothing."""
    call = [str(python), str(HERE / "audit_engines.py"), name, str(data), str(SHAPES)]
    try:
        done = subprocess.run(call, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return {"error": f"took more than {seconds} s"}
    if done.returncode:
        return {"error": "did not run: " + (done.stderr.strip().splitlines() or ["no reason given"])[-1][:120]}
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def whole_audit() -> None:
    """All rules over the real graph, both runs, passes included; and only what changed when a registry lost a claim."""
    from registergraf import audit, graph  # noqa: PLC0415 - the engines' environments do not have it
    from registergraf.audit.since.merging import keep_reads_of  # noqa: PLC0415
    from registergraf.content import load, read_files  # noqa: PLC0415
    from registergraf.namespaces import BASE  # noqa: PLC0415

    content = load(read_files(ROOT), BASE)
    rules = audit.load_rules(content.files.under("shapes"), BASE)
    store = graph.assemble([*content.quads, *rules.quads], content.queries, DAY, BASE)
    documents = audit.read_documents(ROOT / ".." / "shared" / "sources")
    around = (rules, documents, content.terms, BASE)
    print("the work itself, the graph loaded:", flush=True)
    whole = []
    for _ in range(3):
        judged, took = timed(lambda: audit.examine(store, *around))
        whole.append(took)
        print(f"whole audit of {len(store)} quads by {len(rules.rules)} rules, {len(judged.verdicts)} verdicts: "
              f"{took[0]:.2f} s, processor {took[1]:.2f} s", flush=True)  # fmt: skip
    keep_reads_of(rules, BASE)
    after_changes(store, around, [verdict.as_json() for verdict in judged.verdicts], min(whole))


def after_changes(store: Any, around: tuple[Any, ...], verdicts: Sequence[Any], whole: tuple[float, float]) -> None:
    """Only what changed, for each of some claims that a registry has lost, the graph otherwise as it was.

    Asked in this process, as the command does in one that it watches.
    """
    from pyoxigraph import DefaultGraph, NamedNode, Quad  # noqa: PLC0415 - the engines' environments do not have it

    from registergraf.audit.asking import HereAsker  # noqa: PLC0415
    from registergraf.audit.since.merging import judge_since  # noqa: PLC0415
    from registergraf.audit.since.moving import Before  # noqa: PLC0415

    rules, *_, base = around
    same = frozenset(rule.id for rule in rules.rules)
    claims = sorted(g.value for g in store.named_graphs() if g.value.startswith(f"{base}claim/"))
    took = []
    for claim in random.Random(1).sample(claims, CLAIMS):  # noqa: S311 - the same claims each time
        said = list(store.quads_for_pattern(None, None, None, NamedNode(claim)))
        gone = [*said, *(q for q in (Quad(*quad.triple, DefaultGraph()) for quad in said) if q in store)]
        for quad in gone:
            store.remove(quad)
        work = partial(judge_since, Before(verdicts, gone, [], same), store, *around, asker=HereAsker(store))
        took.append(timed(work)[1])
        store.extend(gone)
    for name, place in (("median", CLAIMS // 2), ("slowest", -1)):
        wall, processor = (sorted(times)[place] for times in zip(*took, strict=True))
        print(f"after a registry has lost a claim, {name} of {CLAIMS}: {wall:.2f} s, processor {processor:.2f} s; "
              f"{whole[0] / wall:.1f}x by wall, {whole[1] / processor:.1f}x by cpu", flush=True)  # fmt: skip


def commands() -> None:
    """The same as a user sees it: a process each, which reads the release and writes the report."""
    from registergraf.release import build  # noqa: PLC0415 - the engines' environments do not have it
    from registergraf.settings import Settings  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        place, content, names = Path(folder), Path(folder) / "content", []
        for name in ("ontology", "data", "shapes", "queries"):
            shutil.copytree(ROOT / name, content / name)
        given = {"content": str(content), "releases": str(place / "releases")}
        for _ in range(2):
            names.append(build(Settings.read({}, **given), DAY, lambda _: None).release.name)
            edited = content / EDITED
            edited.write_text(edited.read_text(encoding="utf-8").replace(*EDIT, 1), encoding="utf-8")
        print("the command, a process each:", flush=True)
        call = [str(Path(sys.executable).with_name("registergraf")), "--content", str(content)]
        call += ["--releases", given["releases"], "audit", "--format", "json", "--output", str(place / "report.json")]
        for more in ([], ["--since", names[0]]) * 3:
            _, took = timed(partial(subprocess.run, [*call, *more], check=False, capture_output=True))
            print(f"audit {' '.join(more):24} {took[0]:.2f} s, processor {took[1]:.2f} s", flush=True)


def timed(work: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    """What it gives, and its seconds by the clock and of the processor, children included."""
    began = time.perf_counter(), sum(os.times()[:4])
    given = work()
    return given, (time.perf_counter() - began[0], max(sum(os.times()[:4]) - began[1], 0.01))


if __name__ == "__main__":
    main()
