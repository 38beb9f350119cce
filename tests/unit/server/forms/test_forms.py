"""Every version of a form is found by its name, and the passport form asks what it may ask and no more."""

import base64
import hashlib
from pathlib import Path

import pytest

from server.forms.forms import CLEAR, FormError, load_forms
from server.i18n import load_catalogues
from tests.small_forms import raw_field, raw_form

CONTENT = Path(__file__).parents[4] / "content"
MAX_FIELDS = 8  # a section that fits a small screen in a few strokes


def test_every_version_of_a_form_is_kept(tmp_path: Path) -> None:
    (tmp_path / "small.v1.json").write_bytes(raw_form(raw_field("x", "text")))
    (tmp_path / "small.v10.json").write_bytes(raw_form(raw_field("y", "text"), n=10))
    (tmp_path / "small.v2.json").write_bytes(raw_form(raw_field("z", "text"), n=2))
    forms = load_forms(tmp_path)
    assert forms.services == ("small",)
    assert forms.latest("small").n == 10
    first = forms.by_service["small"][0]
    assert forms.by_name("small", first.name) is first
    assert forms.by_name("small", "1.aaaaaaaa") is None
    assert forms.by_name("other", first.name) is None


def test_a_form_is_named_by_the_hash_of_its_bytes() -> None:
    raw = (CONTENT / "forms/passport-new.v1.json").read_bytes()
    digest = base64.b32encode(hashlib.sha256(raw).digest()).decode().lower()
    assert load_forms(CONTENT / "forms").by_service["passport-new"][0].name == f"1.{digest[:8]}"


def test_what_was_sent_with_the_first_passport_form_stays_readable_and_a_photograph_is_never_asked_for() -> None:
    first, second, *_ = load_forms(CONTENT / "forms").by_service["passport-new"]
    assert [field.key for field in first.fields] == [field.key for field in second.fields]
    files = second.field("files")
    assert {paper.name: paper.kind for paper in files.papers if paper.kind} == {
        "ktp": "ktp", "kk": "kk", "akta": "akta", "akta-lahir": "akta", "ktp-orang-tua": "ktp",
        "paspor-lama": "passport",
    }  # fmt: skip
    assert not files.required


def test_a_message_key_that_no_catalogue_has(tmp_path: Path) -> None:
    (tmp_path / "small.v1.json").write_bytes(raw_form(raw_field("x", "text")))
    with pytest.raises(FormError, match=r"small\.v1\.json: field\.x: no text of this name in the catalogues"):
        load_forms(tmp_path, texts={"form.small", "section.s"})


def test_every_text_of_every_form_is_in_every_language() -> None:
    assert load_forms(CONTENT / "forms", texts=load_catalogues(CONTENT / "locale").keys).services


def test_the_passport_form_has_short_sections() -> None:
    form = load_forms(CONTENT / "forms").latest("passport-new")
    assert [s.id for s in form.sections if len(s.fields) > MAX_FIELDS] == []


def test_the_passport_form_asks_for_nothing_that_the_paper_form_does_not() -> None:
    asked = " ".join(field.key for field in load_forms(CONTENT / "forms").latest("passport-new").fields)
    assert not any(word in asked for word in ("agama", "pendidikan", "foto", "sidik", "cekal"))


def test_the_passport_form_seals_all_but_the_nagari() -> None:
    form = load_forms(CONTENT / "forms").latest("passport-new")
    assert [field.key for field in form.fields if field.clear] == ["nagari"] == list(CLEAR)
