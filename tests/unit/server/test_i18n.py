"""Catalogues: what they refuse, and that every text that the product asks for is there in both languages."""

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from server.fallback_language import with_languages
from server.forms.rules import CONTROL_RULES
from server.i18n import CatalogueError, Catalogues, MissingText, load_catalogues
from sync.events import STEPS

ROOT = Path(__file__).parents[3]
CATALOGUES = load_catalogues(ROOT / "content/locale")
KEY = r"""\(\s*['"]([a-z][\w.-]*)['"]\s*[,)]"""
USES = {
    "templates/**/*.html": re.compile(r"(?<![\w.])(?:_|text)" + KEY),
    "pwa/**/*.js": re.compile(r"(?<!\w)text" + KEY),
    "server/**/*.py": re.compile(r"\.text" + KEY),
}
REFUSAL = re.compile(r"""(?:ItemRefused|ShapeError|Refused)\([^\n]*?"([a-z]+(?:-[a-z]+)*)\"""")
PROMISED_REFUSALS = {
    "gone",
    "prev-unknown",
    "proof-wrong",
    "time-future",
    "kid-unknown",
    "kid-destroyed",
    "form-unknown",
}
STATES = ["waiting", "sending", "kept", "hub", "done", "refused"]


def used_keys() -> dict[str, str]:
    """Each text key that stands whole in the product, with one file that uses it."""
    return {
        key: str(path.relative_to(ROOT))
        for files, use in USES.items()
        for path in ROOT.glob(files)
        if "vendor" not in path.parts
        for key in use.findall(path.read_text())
    }


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def po(**texts: str) -> str:
    return "".join(f'msgid "{key}"\nmsgstr "{text}"\n\n' for key, text in texts.items())


def test_a_text_is_filled_in() -> None:
    assert CATALOGUES["id"].text("rule.min", field="Tinggi", value=30) == "Tinggi: terlalu kecil. Paling sedikit 30."


def test_a_missing_text_is_named_with_its_language() -> None:
    with pytest.raises(MissingText, match=r"en: no text named 'app\.nothing'"):
        CATALOGUES["en"].text("app.nothing")


def test_the_browser_gets_the_texts_it_needs() -> None:
    subset = CATALOGUES["en"].subset(("state.", "refused."))
    assert set(subset) >= {"state.done", "refused.gone"}
    assert not any(key.startswith("help.") for key in subset)


def test_indonesian_comes_first() -> None:
    assert CATALOGUES.languages == ("id", "en")
    assert CATALOGUES.spoken == ("id", "en", "min")
    assert "en" in CATALOGUES
    assert "fr" not in CATALOGUES


@pytest.mark.parametrize(
    ("indonesian", "english", "reason"),
    [
        (po(a="x"), po(a="x", b="y"), r"en\.po and id\.po differ in: b"),
        (po(a="x", c="z"), po(a="x"), r"en\.po and id\.po differ in: c"),
        (po(a=""), po(a="x"), r"id\.po: no text for a"),
        (po(a="x"), "msgid a", r"en\.po"),
    ],
)
def test_catalogues_with_a_slip(tmp_path: Path, indonesian: str, english: str, reason: str) -> None:
    (tmp_path / "id.po").write_text(indonesian)
    (tmp_path / "en.po").write_text(english)
    with pytest.raises(CatalogueError, match=reason):
        load_catalogues(tmp_path)


PARTLY = '[min]\nfalls_back_to = "id"\nwritten = 2026-11-30\nsource = "x"\nchecked = "none yet"\n'


def lay(folder: Path, partly: str, own: str | None) -> Catalogues:
    (folder / "id.po").write_text(po(a="satu", b="dua {n}"))
    (folder / "languages.toml").write_text(partly)
    if own is not None:
        (folder / "min.po").write_text(own)
    return load_catalogues(folder)


def test_a_language_spoken_in_part_lends_text_by_text(tmp_path: Path) -> None:
    catalogues = lay(tmp_path, PARTLY, po(a="ciek")).with_texts({"id": {"c": "tiga"}})
    assert (catalogues.languages, catalogues.spoken) == (("id",), ("id", "min"))
    own = catalogues["min"]
    assert (own.text("a"), own.text("b", n=2), own.text("c")) == ("ciek", "dua 2", "tiga")
    page = with_languages(f'<p title="{own.marked("c")}">{own.marked("a")} {own.marked("b", n=2)}</p>', own.content)
    assert page == '<p title="tiga">ciek <span lang="id">dua 2</span></p>'
    spoken = catalogues.with_texts({"id": {"a": "satu", "c": "tiga"}, "min": {"c": "tigo"}})["min"]
    assert (spoken.text("a"), spoken.text("c"), spoken.lends & {"a", "c"}) == ("satu", "tigo", {"a"})
    assert own.checked is None
    assert lay(tmp_path, PARTLY.replace('"none yet"', "2027-01-31"), po(a="ciek"))["min"].checked == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("partly", "own", "reason"),
    [
        (PARTLY, None, r"languages\.toml: min: it needs its own min\.po"),
        (PARTLY.replace('"id"', '"jv"'), po(a="ciek"), r"languages\.toml: min: .*falls_back_to"),
        (PARTLY.replace('source = "x"\n', ""), po(a="ciek"), r"languages\.toml: min: it says source"),
        (PARTLY.replace("none yet", "yes"), po(a="ciek"), r"languages\.toml: min: .*'none yet'"),
        (PARTLY, po(z="x"), r"min\.po: id\.po has no z"),
        ("[min", po(a="ciek"), r"languages\.toml: "),
    ],
)
def test_a_language_spoken_in_part_with_a_slip(tmp_path: Path, partly: str, own: str | None, reason: str) -> None:
    with pytest.raises(CatalogueError, match=reason):
        lay(tmp_path, partly, own)


def test_a_folder_without_the_first_language(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"id\.po is missing"):
        load_catalogues(tmp_path)


def test_placeholders_are_the_same_in_every_language() -> None:
    found = {key: {lang: placeholders(CATALOGUES[lang].texts[key]) for lang in CATALOGUES.spoken}
             for key in CATALOGUES.keys}  # fmt: skip
    assert {key: each for key, each in found.items() if len(set(map(frozenset, each.values()))) > 1} == {}


def test_a_rules_text_names_its_field() -> None:
    rules = [key for key in CATALOGUES.keys if key.startswith("rule.")]
    assert [key for key in rules if "field" not in placeholders(CATALOGUES["id"].texts[key])] == []


def test_every_text_that_is_asked_for_by_name_is_there() -> None:
    assert {key: file for key, file in used_keys().items() if key not in CATALOGUES.keys} == {}


def test_every_step_says_what_it_means_and_what_to_do() -> None:
    wanted = {f"step.{step}{more}" for step in (*STEPS, "terkirim") for more in ("", ".means", ".do")}
    assert wanted - CATALOGUES.keys == set()


def test_every_refusal_and_every_state_has_its_text() -> None:
    sources = [path.read_text() for package in ("server", "sync") for path in (ROOT / package).rglob("*.py")]
    refusals = {code for source in sources for code in REFUSAL.findall(source)} | PROMISED_REFUSALS
    wanted = {f"refused.{code}" for code in refusals} | {f"state.{state}" for state in STATES}
    assert "refused.malformed" in wanted
    assert wanted - CATALOGUES.keys == set()


def test_every_rule_that_follows_from_a_control_has_its_text() -> None:
    wanted = {f"rule.{rule}" for rule in (*CONTROL_RULES.values(), "required", "max-length", "one-of")}
    assert wanted - CATALOGUES.keys == set()
