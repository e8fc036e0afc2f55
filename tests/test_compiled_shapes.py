"""Shapes as queries: the W3C suite, and pySHACL as the reference on our rules and on random shapes and graphs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, parse

from registergraf.audit import load_rules
from registergraf.audit.compiled import (
    Data,
    Result,
    Shapes,
    ShapesGraph,
    compile_shape,
    reference_results,
    results,
    validate,
)
from registergraf.audit.compiled.written import keep
from registergraf.audit.shacl import read_shapes
from registergraf.content import read_files
from registergraf.errors import NotCompilableError, ShapesError
from registergraf.namespaces import BASE
from shacl_random import PREFIXES, Maker
from support import CONTENT, SHARED, needs_shared

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from pyoxigraph import Triple

    from registergraf.graph.queries import Term

SUITE = SHARED / "conformance" / "shacl" / "tests"
SH, SHT = "http://www.w3.org/ns/shacl#", "http://www.w3.org/ns/shacl-test#"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LEFT_TO_THE_REFERENCE = {
    # components of somebody's own
    "nodeValidator-001", "optional-001", "propertyValidator-select-001", "validator-001", "unsupported-sparql-006",
    # the shapes graph is not at hand in a query; a subquery that gives every variable
    "shapesGraph-001", "pre-binding-006",
}  # fmt: skip


def triples(text: bytes, base: str = "http://example.org/") -> list[Triple]:
    return [quad.triple for quad in parse(text, format=RdfFormat.TURTLE, base_iri=base)]


def shapes_of(text: str) -> Shapes:
    return Shapes(ShapesGraph(triples(text.encode())))


def data_of(text: str) -> Data:
    store = Store()
    quads, as_written = keep(parse(text.encode(), format=RdfFormat.TURTLE))
    store.bulk_extend(quads)
    return Data(store, as_written)


def told(term: Term | None) -> str | None:
    return "_:" if isinstance(term, BlankNode) else None if term is None else str(term)


class Expected(ShapesGraph):
    """A manifest of the W3C suite, with what it expects."""

    def first(self, node: Term, iri: str) -> Term | None:
        """The first value of a property."""
        return next(iter(self.objects(node, iri)), None)

    def results(self, report: Term) -> Counter[tuple[object, ...]]:
        """The results of a report, as `counted` writes ours."""
        return Counter(
            (
                told(self.first(node, SH + "focusNode")),
                self._path(self.first(node, SH + "resultPath")),
                told(self.first(node, SH + "value")),
                told(self.first(node, SH + "sourceConstraintComponent")),
                told(self.first(node, SH + "sourceShape")),
                told(self.first(node, SH + "resultSeverity")),
                tuple(sorted(map(str, self.objects(node, SH + "resultMessage")))),
            )
            for node in self.objects(report, SH + "result")
        )

    @staticmethod
    def _path(node: Term | None) -> str:
        return "" if node is None else str(node) if isinstance(node, NamedNode) else "a path"


def counted(found: list[Result], *, messages: bool) -> Counter[tuple[object, ...]]:
    """Results by everything that the suite compares; messages where it expects some."""
    return Counter(
        (
            told(result.focus),
            "a path" if result.path and not simple(result.path) else result.path,
            told(result.value),
            told(result.component),
            told(result.shape),
            told(result.severity),
            tuple(sorted(map(str, result.messages))) if messages else (),
        )
        for result in found
    )


def simple(path: str) -> bool:
    return path.startswith("<") and path.count("<") == 1 and path.endswith(">")


def suite(part: str) -> list[Path]:
    """The files of a part of the suite that hold a test."""
    return (
        sorted(p for p in (SUITE / part).rglob("*.ttl") if b"sht:Validate" in p.read_bytes()) if SUITE.is_dir() else []
    )


@needs_shared
def test_the_whole_suite_is_at_hand() -> None:
    """98 tests of the core and 23 of SPARQL; one file holds one."""
    assert (len(suite("core")), len(suite("sparql"))) == (98, 23)


@needs_shared
@pytest.mark.parametrize("path", [*suite("core"), *suite("sparql")], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_w3c_suite(path: Path) -> None:
    """Result for result, each as often as it is expected."""
    manifest = Expected(triples(path.read_bytes(), path.as_uri()))
    (test,) = (n for n in manifest.subjects() if NamedNode(SHT + "Validate") in manifest.objects(n, RDF_TYPE))
    action, expected = manifest.first(test, MF + "action"), manifest.first(test, MF + "result")
    files = [
        SUITE / str(manifest.first(action, SHT + name).value).removeprefix(SUITE.as_uri() + "/")
        for name in ("dataGraph", "shapesGraph")
    ]
    store = Store()
    quads, as_written = keep(parse(files[0].read_bytes(), format=RdfFormat.TURTLE, base_iri=files[0].as_uri()))
    store.bulk_extend(quads)
    data = Data(store, as_written)
    read = Shapes(ShapesGraph(triples(files[1].read_bytes(), files[1].as_uri())), as_written)

    def judge() -> list[Result]:
        return [
            result
            for root in read.roots()
            for check in compile_shape(read, root)
            for result in results(check, data.ask(check.query))
        ]

    if path.stem in LEFT_TO_THE_REFERENCE:
        with pytest.raises(NotCompilableError):
            judge()
    elif expected == NamedNode(SHT + "Failure"):
        with pytest.raises(ShapesError):
            judge()
    else:
        wanted = manifest.results(expected)
        assert counted(judge(), messages=any(key[-1] for key in wanted)) == wanted


def keys(found: list[Result]) -> set[tuple[str | None, ...]]:
    """What two judges must agree on."""
    return {
        (str(r.focus), r.path, r.value and str(r.value), str(r.component), str(r.shape), str(r.severity)) for r in found
    }


def test_our_rules_are_all_compiled_and_agree_with_the_reference(store: Store) -> None:
    """Every shape of ours has queries, and pySHACL finds the same."""
    shapes = read_shapes(load_rules(read_files(CONTENT).under("shapes"), BASE))
    broken = Store()
    broken.extend(
        quad
        for number, quad in enumerate(store.quads_for_pattern(None, None, None))
        if not isinstance(quad.graph_name, NamedNode) and (number % 7 or quad.predicate.value == RDF_TYPE)
    )
    data = Data(broken)

    found = {root: validate(data, shapes, root) for root in shapes.roots()}

    assert sum(len(judged.results) for judged in found.values()) > 50, (
        "with a seventh of the triples gone, much is wrong"
    )
    for root, judged in found.items():
        assert not judged.by_reference
        assert keys(list(judged.results)) == keys(list(reference_results(data.graph, shapes, root)))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=True))
def test_random_shapes_and_graphs_agree_with_the_reference(random: random.Random) -> None:
    """Result for result."""
    make = Maker(random)
    turtle, data = make.shapes(), data_of(make.graph())
    shapes = shapes_of(turtle)
    (root,) = shapes.roots()

    compiled = list(validate(data, shapes, root).results)

    assert keys(compiled) == keys(list(reference_results(data.graph, shapes, root))), turtle


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=True))
def test_restricted_to_some_things_a_shape_finds_what_it_finds_for_them_anyway(random: random.Random) -> None:
    """The incremental run is a part of the full one."""
    make = Maker(random)
    shapes, data = shapes_of(make.shapes()), data_of(make.graph())
    (root,) = shapes.roots()
    some = {NamedNode(f"http://example.org/{name}") for name in random.sample("abcd", 2)}

    whole, part = validate(data, shapes, root), validate(data, shapes, root, some)

    assert set(part.targets) == set(whole.targets) & some
    assert set(part.results) == {result for result in whole.results if result.thing in some}


@pytest.mark.parametrize(
    "constraint",
    [
        'sh:hasValue "5"^^xsd:nonNegativeInteger',
        'sh:in ( "5"^^xsd:nonNegativeInteger )',
        'sh:xone ( [ sh:hasValue "5"^^xsd:nonNegativeInteger ] )',
    ],
)
def test_another_literal_of_the_same_value_is_another_term(constraint: str) -> None:
    """Also where no literal of the data had to be kept as it was written."""
    data = data_of(PREFIXES + ":a a :A ; :p 5 .")
    shapes = shapes_of(PREFIXES + f":S a sh:PropertyShape ; sh:targetClass :A ; sh:path :p ; {constraint} .")
    (root,) = shapes.roots()

    compiled = list(validate(data, shapes, root).results)

    assert len(compiled) == 1
    assert keys(compiled) == keys(list(reference_results(data.graph, shapes, root)))


def test_literals_are_judged_as_they_were_written() -> None:
    """A store of Oxigraph keeps the value: 01 is read back as 1, a non-negative integer as an integer."""
    data = data_of(PREFIXES + ':a a :A ; :p "007"^^xsd:nonNegativeInteger , "1.0"^^xsd:decimal  , 9 .')
    shapes = shapes_of(
        PREFIXES + ":S sh:targetClass :A ; sh:property [ sh:path :p ; sh:datatype xsd:nonNegativeInteger ] ,"
        ' [ sh:path :p ; sh:maxInclusive 8 ] , [ sh:path :p ; sh:pattern "[.]0$" ] , [ sh:path :p ; sh:in ( 9 true 1.0 ) ] .'
    )
    (root,) = shapes.roots()

    judged = validate(data, shapes, root)

    assert data.as_written
    assert not judged.by_reference
    assert keys(list(judged.results)) == keys(list(reference_results(data.graph, shapes, root)))
    assert len(judged.results) == 2 + 1 + 2 + 1


RECURSIVE = PREFIXES + ":S a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :p ; sh:node :S ] ."


def test_a_shape_within_itself_is_left_to_the_reference_and_the_reason_is_told() -> None:
    """No query says recursion."""
    data = data_of(PREFIXES + ":a a :A ; :p :b .")

    judged = validate(data, shapes_of(RECURSIVE), NamedNode("http://example.org/S"))

    assert judged.by_reference == "the shape <http://example.org/S> contains itself"
    assert judged.targets == (NamedNode("http://example.org/a"),)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ("sh:property [ sh:path () ; sh:minCount 1 ]", "not a property path"),
        ('sh:property [ sh:path :p ; sh:minCount "many" ]', "needs an integer"),
        ("sh:minCount 1", "sh:minCount, which needs a path"),
        ("sh:nodeKind :Thing", "is none of sh:IRI"),
        ("sh:in ( 1 2 ) , ( 3 )", ""),
        ("sh:and :x", "not a well-formed RDF list"),
        ("sh:class 5", "not an IRI"),
        ("sh:node 5", "where a shape is needed"),
    ],
)  # fmt: skip
def test_what_is_not_shacl_is_told(shape: str, reason: str) -> None:
    """A sentence on what is wrong and where, not a wrong verdict."""
    read = shapes_of(f"{PREFIXES}:S a sh:NodeShape ; sh:targetClass :A ; {shape} .")
    if reason:
        with pytest.raises(ShapesError, match=reason):
            compile_shape(read, NamedNode("http://example.org/S"))
    else:
        assert len(compile_shape(read, NamedNode("http://example.org/S"))) == 2


def test_a_regular_expression_that_the_engine_does_not_read_is_left_to_the_reference() -> None:
    """An engine makes an error of it, which would count as a failure of every value."""
    data = data_of(PREFIXES + ':a a :A ; :p "ab" . :b a :A ; :p "ac" .')
    read = shapes_of(
        PREFIXES + ':S a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :p ; sh:pattern "a(?=b)" ] .'
    )

    judged = validate(data, read, NamedNode("http://example.org/S"))

    assert "regular expression" in judged.by_reference
    assert [str(result.focus) for result in judged.results] == ["<http://example.org/b>"]


def test_messages_are_filled_with_what_was_seen() -> None:
    """Those of a query of one's own, by its variables."""
    data = data_of(PREFIXES + ":a a :A ; :p 1 , 7 .")
    read = shapes_of(
        PREFIXES + ':S a sh:NodeShape ; sh:targetClass :A ; sh:sparql [ sh:message "{$this} has {?value}"@en ; '
        'sh:select "SELECT $this ?value WHERE { $this <http://example.org/p> ?value FILTER(?value > 5) }" ] .'
    )

    (result,) = validate(data, read, NamedNode("http://example.org/S")).results

    assert result.messages == (Literal("http://example.org/a has 7", language="en"),)
