"""How long questions are expected to take, by those that are alike."""

from __future__ import annotations

from registergraf.sparql.expecting import Expected, kind_of


def test_questions_that_differ_in_their_terms_are_of_one_kind() -> None:
    """In texts, IRIs and numbers, also where these stand in a comment; not in names, or in what is asked."""
    one = 'SELECT ?s { ?s <http://x/p> "kreft"@nb ; :q 1 } LIMIT 10 # 1'
    alike = "SELECT ?s { ?s <http://x/r> 'hjerte'@nb ; :q 22 } LIMIT 10 # 345"

    assert kind_of(one) == kind_of(alike.replace("'", '"'))
    assert kind_of(one) != kind_of(one.replace("?s", "?t"))
    assert kind_of(one) != kind_of(one.replace(":q", ":r"))
    assert kind_of("SELECT * { ?s ?p ?o FILTER(?s < ?o && ?o > ?s) }") != kind_of("SELECT * { ?s ?p ?o }")


def test_a_kind_is_expected_to_take_what_it_took_lately() -> None:
    """One that was not asked before takes some time, and the oldest kinds are forgotten."""
    expected = Expected()
    unknown = expected.seconds(1)
    expected.note(1, 1.0)
    assert unknown < expected.seconds(1) == 1.0
    expected.note(1, 0.0)
    assert 0.5 < expected.seconds(1) < 1.0
    for kind in range(2, 2_000):
        expected.note(kind, 0.0)
    assert expected.seconds(1) == unknown
