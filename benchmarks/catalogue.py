"""What all the documents of the catalogue cost to make, for a few data sets and for many: whether that is linear.

Data sets beyond the curated ones are copies of them under other names, with all that the view says of them; the claims
behind the view are not copied. Prints a table; nothing is asserted. The seconds are of the processor, so that what else
the machine does counts less; the memory is the most that the process has had until then, the view included.
"""

from __future__ import annotations

import argparse
import datetime
import re
import resource
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store

from registergraf import catalogue, graph
from registergraf.content import load, read_files
from registergraf.namespaces import BASE, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registergraf.content import Content

ROOT = Path(__file__).resolve().parents[1]
KINDS = "registry|role|period|purpose|service|deadline|cost|disruption|authorisation"
HDAB = NamedNode(BASE + "organisation/hdab-not-named")
DAY = datetime.date(2026, 11, 21)
T = TypeVar("T")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[85, 850, 10_000], help="numbers of data sources")
    parser.add_argument("--keep", type=Path, help="folder to leave the documents in, by size, profile and format")
    asked = parser.parse_args()
    content = load(read_files(ROOT), BASE)
    lines = view_lines(content)
    heads = f"{'data sources':>14}{'data sets':>11}{'triples':>10}"
    print(f"{heads}{'queries, s':>12}{'sizes, s':>10}{'writing, s':>12}{'ms each':>9}{'MiB':>7}")
    for size in asked.sizes:
        print(measured(lines, content, size, asked.keep), flush=True)


def view_lines(content: Content) -> list[str]:
    """The view of the day, a line a triple."""
    store = graph.assemble(content.quads, content.queries, DAY, BASE)
    dumped = store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()) or b""
    return dumped.decode().splitlines(keepends=True)


def measured(lines: list[str], content: Content, size: int, keep: Path | None) -> str:
    """A row of the table."""
    store, spent = sized(lines, size), Counter[str]()
    datasets = triples = 0
    exported = timed("queries", catalogue.export_all(store, content.queries, HDAB), spent)
    for profile, document in timed("sizes and queries", catalogue.sized(exported, PREFIXES), spent):
        datasets = datasets or len(catalogue.Slices(document).datasets)
        triples = triples or document.count(b"\n")
        for name, written in timed("writing", catalogue.write_all(document), spent):
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{size}-{profile}{catalogue.FORMATS[name].suffix}").write_bytes(written)
    sizes = spent["sizes and queries"] - spent["queries"]
    each = (spent["sizes and queries"] + spent["writing"]) / datasets * 1000
    return (
        f"{size:14}{datasets:11}{triples:10}{spent['queries']:12.2f}{sizes:10.2f}{spent['writing']:12.2f}{each:9.1f}"
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:7}"
    )


def timed(step: str, made: Iterable[T], spent: Counter[str]) -> Iterator[T]:
    """What is made, one after the other; the seconds that making it takes are added to those of the step."""
    started = time.process_time()
    for one in made:
        spent[step] += time.process_time() - started
        yield one
        started = time.process_time()
    spent[step] += time.process_time() - started


def sized(lines: list[str], size: int) -> Store:
    """The view with so many data sources: the curated ones and whole copies of them, the last one in part."""
    store = Store()
    store.bulk_load("".join(lines).encode(), format=RdfFormat.N_TRIPLES)
    source = re.compile(rf"^<{re.escape(BASE)}registry/([^>]+)> <[^>]+type> <{re.escape(BASE)}ns#DataSource> ")
    slugs = [match[1] for line in lines if (match := source.match(line))]
    own = re.compile(rf"({re.escape(BASE)}(?:{KINDS})/)([^>]+)")
    for start in range(len(slugs), size, len(slugs)):
        wanted = tuple(slugs[: size - start])
        copy = f"x{start}"
        kept = (line for line in lines if (found := own.search(line)) and found[2].startswith(wanted))
        text = "".join(own.sub(lambda match: f"{match[1]}{match[2]}{copy}", line) for line in kept)  # noqa: B023 - used here
        store.bulk_load(text.encode(), format=RdfFormat.N_TRIPLES)
    return store


if __name__ == "__main__":
    main()
