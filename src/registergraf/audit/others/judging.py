"""Anybody's data by anybody's shapes, as the verdicts that our own rules give."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from registergraf.audit.apart import Lost
from registergraf.audit.compiled import Shapes, plan
from registergraf.audit.others.shape_rules import local_name, severities, severity_name
from registergraf.audit.rows import Seen
from registergraf.audit.rules import LANGUAGES
from registergraf.errors import ShapesError
from registergraf.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from registergraf.audit.asking import Asker
    from registergraf.audit.compiled import Data, Plan, Result, Validated
    from registergraf.audit.others.shape_rules import ShapeSet
    from registergraf.graph.queries import Row, Term

LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\^\^<[^>]*>|@[\w-]+)?')
NOT_HERE = "it needs the data themselves, which a service keeps; fetch them, and judge the file"


def judge_others(sets: Sequence[ShapeSet], asker: Asker, data: Data | None) -> Iterator[Seen]:
    """What the shapes of some sets give, asked together; `data` is for those that have no query."""
    planned: list[tuple[ShapeSet, Shapes, Plan | Lost, Term]] = []
    for shape_set in sets:
        graph = shape_set.shapes.graph
        shapes = Shapes(graph, at_service=True) if data is None else Shapes(graph, as_written=data.as_written)
        planned += [(shape_set, shapes, _plan(shapes, root), root) for root in shapes.roots()]
    answers = iter(asker.ask_all([q for _, _, way, _ in planned if not isinstance(way, Lost) for q in way.queries]))
    for shape_set, shapes, way, root in planned:
        if isinstance(way, Lost):
            yield Seen(shape_set.rule(root, "Violation"), "view", [], (way,))
            continue
        given = [next(answers) for _ in way.queries]
        lost = tuple(dict.fromkeys(answer for answer in given if isinstance(answer, Lost)))
        whole = [answer for answer in given if not isinstance(answer, Lost)]
        if lost:
            yield Seen(shape_set.rule(root, "Violation"), "view", [], lost)
        else:
            yield from _seen(shape_set, root, _concluded(way, whole, shapes, data))


def _plan(shapes: Shapes, root: Term) -> Plan | Lost:
    try:
        return plan(shapes, root)
    except ShapesError as error:
        return Lost("error", str(error))


def _concluded(way: Plan, answers: list[list[Row]], shapes: Shapes, data: Data | None) -> Validated | Lost:
    judged = way.concluded(answers)
    if not way.reason:
        return judged
    if data is None:
        return Lost("error", f"{way.reason}: {NOT_HERE}")
    from registergraf.audit.compiled import reference_results  # noqa: PLC0415 - pySHACL, where it is needed only

    try:
        found = tuple(reference_results(data.graph, shapes, way.root))
    except ShapesError as error:
        return Lost("error", f"{way.reason}; {error}")
    return judged._replace(results=found, targets=judged.targets or tuple(r.focus for r in found))


def _seen(shape_set: ShapeSet, root: Term, judged: Validated | Lost) -> Iterator[Seen]:
    """One rule for each severity; a target without a result of that severity passes."""
    if isinstance(judged, Lost):
        yield Seen(shape_set.rule(root, "Violation"), "view", [], (judged,))
        return
    by_severity: defaultdict[str, list[Result]] = defaultdict(list)
    for result in judged.results:
        by_severity[severity_name(result.severity)].append(result)
    for severity in severities(judged.severities) or ("Violation",):
        failed = by_severity[severity]
        wrong = {result.thing for result in failed}
        rows: list[Row] = [{"this": t, "outcome": Literal("passed")} for t in judged.targets if t not in wrong]
        yield Seen(shape_set.rule(root, severity), "view", [*map(_row, failed), *rows])


def _row(result: Result) -> Row:
    row: Row = {"this": result.thing, "outcome": Literal("failed"), "component": result.component}
    said = {message.language or "": message.value for message in result.messages}
    for language in LANGUAGES:
        text = next((said[choice] for choice in (language, "nb", "no", "en", "") if choice in said), None)
        row[f"message-{language}"] = Literal(text or next(iter(said.values()), None) or _worded(result, language))
    if result.query:
        row["query"] = Literal(result.query)
    if isinstance(result.shape, NamedNode):
        row["shape"] = result.shape
    if result.path:
        row["path"] = NamedNode(result.path[1:-1]) if _is_property(result.path) else Literal(shown(result.path))
    if result.value is not None:
        row["value"] = result.value
    if result.focus != result.thing:
        row["at"] = result.focus
    return row


def _is_property(path: str) -> bool:
    return path.startswith("<") and path.count("<") == 1


def _worded(result: Result, language: str) -> str:
    """The sentence for a component, where the shape has none of its own."""
    name = local_name(result.component).removesuffix("ConstraintComponent")
    templates = _sentences()
    text = templates.get(name, templates["other"])[language]
    value = shown(str(result.value)) if result.value is not None and not isinstance(result.value, BlankNode) else "–"
    return text.format(path=shown(result.path) or "–", value=value, asked=shown(result.parameter), component=name)


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(
        files("registergraf.audit.others").joinpath("sentences.json").read_text(encoding="utf-8")
    )
    return found


def shown(text: str) -> str:
    """Terms as people write them: with the prefixes that everybody knows, literals by their text."""
    text = LITERAL.sub(lambda found: found[1], text)
    for prefix, namespace in PREFIXES.items():
        text = text.replace(f"<{namespace}", f"<{prefix}:")
    return text.replace("<", "").replace(">", "")
