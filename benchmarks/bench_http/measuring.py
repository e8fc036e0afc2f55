"""The measurements, one table each: every server in turn within a round, and the median over the rounds."""

from __future__ import annotations

import csv
import io
import json
import math
import time
from itertools import cycle
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from bench_http.client import ANSWER_SECONDS, NoAnswerError, Round, ask, run, run_beside, write_targets
from bench_http.workload import QUESTIONS, in_turn, never_repeated, read_values, repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bench_http.client import Times
    from bench_http.servers import Server
    from bench_http.workload import Values

OURS = "Registergraf"
PEER = "Oxigraph"
MANY = 2_500
"""Addresses that a client is given for each second of a run; one of never-repeated queries that needs more says so."""
ASKED_ALONE = 3_000
BESIDE = 2
"""How many times as long one client is watched beside the others as these are in another run."""
SLOW_SECONDS = 0.3
"""A query that takes longer is timed by itself, since few or none would be answered in a run of the client."""
CHECKED = 3
"""Queries of each kind whose answers are compared before anything is measured."""


class Plan(NamedTuple):
    """How often, how long, by how many clients."""

    rounds: int
    seconds: float
    clients: int


def measure(
    servers: Sequence[Server], graph: Path, folder: Path, plan: Plan, gallery: Mapping[str, str] | None = None
) -> None:
    """Print every table for servers that have loaded a graph; each is left running.

    The questions of the gallery, which look at the graphs of claims, are asked of those who were given them.
    """
    values = read_values(graph)
    _starts(servers, plan)
    targets = folder / "targets"
    seeds = iter(range(1, 1 << 30))

    def load(
        title: str,
        make: Callable[[int], Iterable[str]],
        clients: Sequence[int],
        asked: Sequence[Server],
        count: int = round(MANY * plan.seconds),
        **how: bool,
    ) -> None:
        def once(server: Server, clients: int) -> Round:
            write_targets(server, make(next(seeds)), count, targets, **how)
            return run(server, targets, clients, plan.seconds)

        _loads(title, asked, plan.rounds, clients, once)

    def loads(what: str, questions: Mapping[str, str], asked: Sequence[Server]) -> None:
        def new(seed: int) -> Iterator[str]:
            return never_repeated(values, questions, seed)

        def known(_: int) -> Iterator[str]:
            return repeated(values, questions, 0)

        def held(_: int) -> Iterator[str]:
            return never_repeated(values, questions, 0)

        load(f"{what}, never repeated", new, (plan.clients, 1), asked)
        load(f"{what}, repeated (400, by Zipf's law)", known, (plan.clients,), asked)
        load(f"{what}, conditional", held, (plan.clients,), asked, 200, tags=True)

    _compare(servers, values, QUESTIONS)
    loads("Look-ups and lists", QUESTIONS, servers)
    if gallery:
        whole = [server for server in servers if server.has_claims]
        _compare(whole, values, gallery)
        loads(f"The {len(gallery)} questions of the gallery", gallery, whole)
        loads("Those in turn, one of the former and one of the latter", in_turn(QUESTIONS, gallery), whole)
    _memory(servers)
    _beside(servers, plan, values, targets)
    _alone(servers, plan, values, targets)


def _starts(servers: Sequence[Server], plan: Plan) -> None:
    seconds: dict[str, list[float]] = {server.name: [] for server in servers}
    for number in range(plan.rounds):
        for server in servers:
            if number:
                server.stop()
            seconds[server.name].append(server.start())
    print("\n| | first answer, s |\n| --- | --- |")
    for name, times in seconds.items():
        print(f"| {name} | {min(times):.2f} |", flush=True)


def _rest(servers: Iterable[Server]) -> None:
    for server in servers:
        server.rest()


def _memory(servers: Sequence[Server]) -> None:
    sizes = {server.name: server.memory() for server in servers}
    print("\n| | memory after that, MiB | of Oxigraph's |\n| --- | --- | --- |")
    for name, size in sizes.items():
        print(f"| {name} | {size:.0f} | {size / sizes.get(PEER, size):.1f} |", flush=True)


def _loads(
    title: str, servers: Sequence[Server], turns: int, clients: Sequence[int], once: Callable[[Server, int], Round]
) -> None:
    print(f"\n{title}:\n")
    print("| clients | | requests a second | of Oxigraph's | p99, ms | of Oxigraph's | |\n" + "| --- " * 7 + "|")
    for count in clients:
        seen: dict[str, list[Round]] = {server.name: [] for server in servers}
        for _ in range(turns):
            for server in servers:
                _rest(servers)
                seen[server.name].append(once(server, count))
        for name, rounds in seen.items():
            peer = seen.get(PEER, rounds)
            rate = median(one.rate / max(other.rate, 0.01) for one, other in zip(rounds, peer, strict=True))
            p99 = median(one.p99 / max(other.p99, 0.01) for one, other in zip(rounds, peer, strict=True))
            figures = f"{median(r.rate for r in rounds):.0f} | {rate:.2f} | {median(r.p99 for r in rounds):.1f}"
            print(f"| {count} | {name} | {figures} | {p99:.2f} | {_remarks(rounds, title)} |", flush=True)


def _remarks(rounds: Sequence[Round], title: str) -> str:
    told = []
    if wrong := sum(one.refused + one.broken for one in rounds):
        told.append(f"{wrong} without an answer")
    if kept := sum(one.not_modified for one in rounds):
        told.append(f"{kept} × 304")
    if "never" in title and (passes := max(one.passes for one in rounds)) > 1:
        told.append(f"the list was asked {passes:.1f} times")
    return "; ".join(told)


def _beside(servers: Sequence[Server], plan: Plan, values: Values, targets: Path) -> None:
    """Each question in turn, never repeated, while the other clients ask all of them."""
    seen: dict[str, Times] = {}
    for number, server in enumerate(servers):
        seconds = plan.rounds * plan.seconds * BESIDE
        write_targets(server, never_repeated(values, QUESTIONS, 500 + number), round(MANY * seconds), targets)
        chances = {name: never_repeated(values, {name: text}, 600 + number) for name, text in QUESTIONS.items()}
        queries = ((name, next(chances[name])) for name in cycle(QUESTIONS))
        _rest(servers)
        seen[server.name] = run_beside(server, targets, plan.clients - 1, seconds, queries)
    print(f"\nOne of {plan.clients} clients, of which the others ask all questions, ms (median):\n")
    middle = {name: {question: median(took) for question, took in times.items()} for name, times in seen.items()}
    print(_table_of_questions(middle), flush=True)


def _table_of_questions(middle: Mapping[str, Mapping[str, float]]) -> str:
    """Milliseconds by server and question, and how many times ours the peer's are."""
    lines = [f"| question | {' | '.join(middle)} | Oxigraph's / ours |", "| --- " * (len(middle) + 2) + "|"]
    for question in QUESTIONS:
        took = [times.get(question, math.nan) for times in middle.values()]
        ratio = middle.get(PEER, {}).get(question, math.nan) / middle.get(OURS, {}).get(question, math.nan)
        lines.append(f"| {question} | {' | '.join(f'{one:.2f}' for one in took)} | {ratio:.2f} |")
    return "\n".join(lines)


def _alone(servers: Sequence[Server], plan: Plan, values: Values, targets: Path) -> None:
    """Each question by itself, never repeated, from one client: milliseconds in the middle, and against the peer."""
    names = [server.name for server in servers]
    print("\nOne client, each question alone, ms (median):\n")
    print(f"| question | {' | '.join(names)} | Oxigraph's / ours |\n" + "| --- " * (len(names) + 2) + "|")
    for number, question in enumerate(QUESTIONS):
        seen: dict[str, list[float]] = {name: [] for name in names}
        for turn in range(plan.rounds):
            for server in servers:
                queries = never_repeated(values, {question: QUESTIONS[question]}, 1000 * (number + 1) + turn)
                _rest(servers)
                seen[server.name].append(_middle(server, queries, targets, plan.seconds / 5))
        pairs = list(zip(seen.get(PEER, []), seen.get(OURS, []), strict=False))
        ratio = f"{median(peer / ours for peer, ours in pairs):.2f}" if pairs else ""
        print(f"| {question} | {' | '.join(f'{median(seen[n]):.2f}' for n in names)} | {ratio} |", flush=True)


def _middle(server: Server, queries: Iterator[str], targets: Path, seconds: float) -> float:
    """The milliseconds in the middle that queries take one after the other; of a slow one those of the first."""
    started = time.perf_counter()
    try:
        ask(server, next(queries))
    except NoAnswerError:
        return math.inf
    took = time.perf_counter() - started
    if took > SLOW_SECONDS:
        return took * 1000
    write_targets(server, queries, ASKED_ALONE, targets)
    return run(server, targets, 1, max(1, seconds)).median


def _compare(servers: Sequence[Server], values: Values, questions: Mapping[str, str]) -> None:
    """Ask each question of each server and tell whether the answers are equal; a peer that differs is named."""
    differ: dict[tuple[str, str], int] = {}
    silent: dict[tuple[str, str], int] = {}
    for question, text in questions.items():
        for query, _ in zip(never_repeated(values, {question: text}, 7), range(CHECKED), strict=False):
            first = None
            for server in servers:
                try:
                    answer = _rows(query, server)
                except NoAnswerError:
                    silent[question, server.name] = silent.get((question, server.name), 0) + 1
                    continue
                first = answer if first is None else first
                if answer != first:
                    differ[question, server.name] = differ.get((question, server.name), 0) + 1
    told = "; ".join(f"{name} in {question}" for question, name in differ)
    print(f"\nAnswers of {CHECKED} queries of each kind: {f'different from ours: {told}' if told else 'all equal'}.")
    for (question, name), count in silent.items():
        print(f"{name} did not answer {question} within {ANSWER_SECONDS} s, {count} of {CHECKED} times.")


def _rows(query: str, server: Server) -> list[tuple[str, ...]] | int | str:
    """An answer as sorted rows, a graph as its size, an ASK as its truth."""
    if "CONSTRUCT" in query:
        return len(set(ask(server, query, "application/n-triples")[0].splitlines()))
    if "ASK" in query:
        told = json.loads(ask(server, query, "application/sparql-results+json")[0])
        # Virtuoso writes a table, with a row for true and none for false.
        return str(told["boolean"] if "boolean" in told else bool(told["results"]["bindings"]))
    text = ask(server, query, "text/csv")[0].decode()
    return sorted(tuple(row) for row in list(csv.reader(io.StringIO(text)))[1:])
