from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from registergraf.content import Content, Locator, load, read_files
from registergraf.content.layout import lay_out
from registergraf.content.load import parse_quads
from registergraf.errors import ContentError, MalformedError, RegistergrafError
from registergraf.namespaces import BASE
from support import CONTENT, SHARED, needs_shared

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Edit = Callable[[str, str, str], Path]

NPR = "data/registries/npr.trig"


def test_the_digest_depends_on_content_and_not_on_place(copied: Path) -> None:
    """The same files elsewhere have the same digest; one changed letter gives another."""
    before = read_files(copied).digest
    (copied / NPR).write_text((copied / NPR).read_text(encoding="utf-8") + "\n", encoding="utf-8")

    assert read_files(CONTENT).digest == before
    assert read_files(copied).digest != before


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A folder without content is refused with the folders it lacks."""
    (tmp_path / "ontology").mkdir()

    with pytest.raises(RegistergrafError, match="it has no data, no shapes, no queries folder"):
        read_files(tmp_path)


def test_a_byte_that_is_not_utf8_is_told_with_line_and_column(copied: Path) -> None:
    """A file in another encoding is named with the place of the first wrong byte."""
    (copied / "data" / "x.ttl").write_bytes(b"# fine\n# caf\xe9\n")

    with pytest.raises(MalformedError, match=r"data/x.ttl:2:6: byte 0xe9 is not UTF-8"):
        read_files(copied)


def test_a_malformed_file_is_told_with_line_and_column(edit: Edit) -> None:
    """A syntax error gives file, line and column."""
    folder = edit(NPR, "claim:npr-3 { registry:npr a rg:CentralHealthRegistry . }", "claim:npr-3 { registry:npr a }")

    with pytest.raises(MalformedError, match=rf"{NPR}:\d+:\d+: ") as caught:
        load(read_files(folder), BASE)
    assert caught.value.exit_code == 3


def test_a_malformed_query_is_told_with_line_and_column(copied: Path) -> None:
    """A query file that is not SPARQL is a malformed file like any other."""
    (copied / "queries" / "broken.rq").write_text("SELECT * WHERE {\n  ?s ?p }\n", encoding="utf-8")

    with pytest.raises(MalformedError, match=r"queries/broken\.rq:2:9: '\}' cannot stand here"):
        load(read_files(copied), BASE)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "registry:npr rg:identifiability",
            "registry:npr rg:identifiabilty",
            r"there is no property .*ns#identifiabilty>; .*ns#identifiability>",
        ),
        (
            "registry:npr a rg:CentralHealthRegistry",
            "registry:npr a rg:CentralRegistry",
            "there is no class .*CentralRegistry>",
        ),
        (
            "registry:npr dct:temporal",
            "registry:npr dct:temporl",
            "there is no property .*dc/terms/temporl>; .*dc/terms/temporal>",
        ),
        (
            "concept:identifiability-unspecified",
            "concept:identifiability-unknown",
            "identifiability-unknown> is described nowhere",
        ),
        ("provision:for-2007-12-07-1389.kap3", "provision:for-2007-12-07-1389.kap9", "kap9> is described nowhere"),
        ("dcat:contactPoint contact:helseregistre-helsedir", "dcat:contactPoint []", "a blank node at .*contactPoint"),
    ],
)
def test_unknown_terms_are_told_with_file_line_and_the_nearest(edit: Edit, old: str, new: str, told: str) -> None:
    """A term that does not exist, a reference to nothing and a blank node are each told at their line."""
    folder = edit(NPR, old, new)
    line = next(n for n, text in enumerate((folder / NPR).read_text(encoding="utf-8").split("\n"), 1) if new in text)

    with pytest.raises(ContentError, match=told) as caught:
        load(read_files(folder), BASE)
    assert caught.value.exit_code == 1
    assert {(NPR, line)} >= {(p.file, p.line) for p in caught.value.problems if "blank" not in p.text}


def test_another_base_is_written_everywhere() -> None:
    """With another base, no IRI of ours keeps the one the files are written in."""
    base = "https://example.org/rg/"

    quads = load(read_files(CONTENT, base), base).quads

    assert not any(BASE in str(quad) for quad in quads)
    assert any(base in str(quad) for quad in quads)


def test_an_iri_is_found_where_it_is_written(content: Content) -> None:
    """The locator knows prefixed names with dots and hyphens, and full IRIs."""
    text = '@prefix p: <http://x/> .\n\np:a-1.b <http://x/c> "d" .\n'

    assert Locator({"f": text}).find("http://x/a-1.b") == ("f", 3)
    assert Locator({"f": text}).find("http://x/c") == ("f", 3)
    assert Locator({"f": text}).find("http://x/nowhere") == ("", 0)
    assert content.locator.find(BASE + "claim/npr-5")[0] == NPR


def test_every_registry_file_has_the_one_layout() -> None:
    """`registergraf fmt` would change nothing."""
    for path in sorted((CONTENT / "data" / "registries").glob("*.trig")):
        text = path.read_text(encoding="utf-8")
        assert lay_out(path.name, text) == text, path.name


def test_the_layout_changes_no_statement_and_is_its_own_layout() -> None:
    """A file with its claims turned round comes back in order, saying the same; a second time changes nothing."""
    text = (CONTENT / NPR).read_text(encoding="utf-8")
    start = text.index("graph:editorial")
    blocks = re.split(r"\n\n(?=claim:|graph:)", re.sub(r"\n# -{64}[^\n]*\n", "", text[start:]))
    turned = text[:start] + "\n\n".join(reversed(blocks))

    again = lay_out(NPR, turned)

    assert again != turned
    assert lay_out(NPR, again) == again
    assert {str(q) for q in parse_quads(NPR, again, BASE)} == {str(q) for q in parse_quads(NPR, text, BASE)}


def test_a_malformed_file_is_not_laid_out() -> None:
    """A file that does not parse is told with its line, and nothing is written."""
    with pytest.raises(MalformedError, match=r"x\.trig:2"):
        lay_out("x.trig", "@prefix a: <http://a/> .\na:b { a:c a:d }} .\n")


@needs_shared
def test_the_whitelist_holds_no_term_that_its_vocabulary_lacks(content: Content) -> None:
    """Every external term is one that was seen in its vocabulary's own file; SPDX is DCAT's own prescription."""
    seen = {line.split("\t")[0] for line in (SHARED / "model" / "terms.tsv").read_text(encoding="utf-8").split("\n")}

    assert {term for term in content.terms if "spdx.org" not in term} <= seen
