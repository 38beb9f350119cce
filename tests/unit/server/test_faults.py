"""Faults of a form: English wherever they are printed, in the editor's language in the console, each with its words."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from server.faults import Fault, fault_in
from server.i18n import Catalogue, CatalogueError, load_catalogues

ROOT = Path(__file__).parents[3]
CATALOGUES = load_catalogues(ROOT / "content/locale")
NO_WORDS = "{file}: {at}: {reason}"  # nothing in it is of a language
# What fills in a sentence that it is given, in the modules where it is `self.fail("…", key=…)`.
FILLING = ("fail", "note")


def sentences() -> Iterator[str]:
    """Give every sentence of a fault in the product; each stands there whole."""
    for path in (ROOT / "server").rglob("*.py"):
        source = path.read_text()
        fills = "sentence: str, /" in source
        for node in ast.walk(ast.parse(source)):
            match node:
                case ast.Call(func=ast.Name("Fault"), args=[ast.Constant(str(sentence))]):
                    yield sentence
                case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(str(sentence))]):
                    if fills and name in FILLING:
                        yield sentence
                case ast.Call(func=ast.Name("Fault"), args=args):
                    assert [ast.unparse(arg) for arg in args] == ["sentence"], path
                case ast.Call(func=ast.Attribute(attr=name)):
                    assert not (fills and name in FILLING), path


def placeholders(text: str) -> set[tuple[str, str | None]]:
    return {(name, kept) for _, name, _, kept in Formatter().parse(text) if name is not None}


def test_a_fault_is_its_english_sentence_and_can_be_told_in_others() -> None:
    fault = fault_in("a.v1.json", Fault("section {id}", id="x"), Fault("unknown rule {rule!r}", rule="{odd}"))
    assert fault == "a.v1.json: section x: unknown rule '{odd}'"
    words = {"section {id}": "bagian {id}", "unknown rule {rule!r}": "aturan {rule!r} tidak dikenal"}
    assert Catalogue("id", {}, faults=words).told(fault) == "a.v1.json: bagian x: aturan '{odd}' tidak dikenal"
    assert Catalogue("jv", {}, faults={"section {id}": "perangan {id}"}).told(fault) == (
        "a.v1.json: perangan x: unknown rule '{odd}'"
    )
    assert Catalogue("en", {}).told("paper.toml: said by another") == "paper.toml: said by another"


def test_every_fault_has_words_in_indonesian_that_name_the_same_and_none_is_of_no_use() -> None:
    words, said = CATALOGUES["id"].faults, set(sentences()) - {NO_WORDS}
    assert (said - words.keys(), words.keys() - said) == (set(), set())
    assert {one for one in said if placeholders(one) != placeholders(words[one])} == set()


def test_english_is_the_sentence_itself_and_who_reads_indonesian_where_words_lack_reads_it_here_too() -> None:
    assert CATALOGUES["en"].faults == {}
    assert CATALOGUES["min"].faults == CATALOGUES["id"].faults


def test_no_words_for_a_fault_are_refused_and_none_is_a_text(tmp_path: Path) -> None:
    po = 'msgid "a"\nmsgstr "satu"\n\nmsgctxt "fault"\nmsgid "not an object"\nmsgstr "{}"\n'
    (tmp_path / "en.po").write_text('msgid "a"\nmsgstr "one"\n')
    (tmp_path / "id.po").write_text(po.format("bukan objek"))
    found = load_catalogues(tmp_path)
    assert (found.keys, found["id"].told(Fault("not an object"))) == ({"a"}, "bukan objek")
    (tmp_path / "id.po").write_text(po.format(""))
    with pytest.raises(CatalogueError, match=r"id\.po: no text for not an object"):
        load_catalogues(tmp_path)
