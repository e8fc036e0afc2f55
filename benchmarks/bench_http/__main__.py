"""Measure the service and its peers: same data, same queries, same client, in one run.

Each figure of ours is compared with that of Oxigraph's own server from the same round, seconds apart, and the median of
the rounds is told, since machines are noisy. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from generate import write

from bench_http.measuring import Plan, measure
from bench_http.servers import SERVERS, NotLoadedError, Registergraf, Server
from bench_http.workload import gallery
from registergraf.release import current

SIZES = {"real": 0, "100k": 100_000, "1M": 1_000_000, "10M": 10_000_000}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench-http", description=__doc__.splitlines()[0])
    parser.add_argument("--graphs", nargs="*", choices=SIZES, default=["real", "1M"])
    parser.add_argument("--releases", type=Path, default=Path("releases"), help="where the real graph is")
    parser.add_argument("--peers", nargs="*", default=[server.name for server in SERVERS], help="who is measured")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5, help="of each run of the client")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--folder", type=Path, help="where data are kept; a temporary one is used otherwise")
    parser.add_argument("--quick", action="store_true", help="the real graph only, in one short round")
    asked = parser.parse_args()
    Registergraf.template = asked.releases.resolve()
    plan = Plan(asked.rounds, asked.seconds, asked.clients)
    if asked.quick:
        asked.graphs, plan = ["real"], Plan(1, 2, asked.clients)
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-http-")))
        for name in asked.graphs:
            _one(name, folder.resolve() / name, asked.peers, plan)


def _one(name: str, folder: Path, peers: list[str], plan: Plan) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    release = current(Registergraf.template)
    graph = release.graph_file
    if SIZES[name]:
        graph = folder / "graph.nt"
        if not graph.is_file():
            write(release.graph_file, graph, SIZES[name])
    with graph.open("rb") as lines:
        triples = sum(1 for _ in lines)
    print(f"\n## The {name} graph, {triples:,} triples, {time.strftime('%Y-%m-%d %H:%M')}\n", flush=True)
    servers: list[Server] = []
    for kind in SERVERS:
        if kind.name not in peers:
            continue
        if not kind.here():
            print(f"{kind.name} is not installed and not measured.", flush=True)
        elif triples > kind.most_triples:
            print(f"{kind.name} is not measured: it needs minutes and gigabytes to load this.", flush=True)
        else:
            servers.append(kind(folder))
    try:
        loaded = [server for server in servers if _loads(server, graph)]
        measure(loaded, graph, folder, plan, None if SIZES[name] else gallery(release.queries))
    finally:
        for server in servers:
            server.stop()


def _loads(server: Server, graph: Path) -> bool:
    try:
        seconds = server.load(graph)
    except NotLoadedError as error:
        print(f"{server.name} is not measured: {error}.", flush=True)
        return False
    print(f"{server.name} loaded it in {seconds:.1f} s.", flush=True)
    return True


main()
