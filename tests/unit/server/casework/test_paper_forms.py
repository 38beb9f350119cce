"""The orders of paper forms: read from what the office edits, and refused by name where they are wrong."""

from pathlib import Path

import pytest

from server.casework.paper_forms import PaperForms, PaperFormsError, load_paper_forms
from server.content import load_content
from server.settings import ROOT

CONTENT = load_content(ROOT / "content")
GOOD = """[[paper]]
name = "Perdim 11"
services = ["passport-new"]
fields = ["nama_lengkap", "jenis_kelamin"]
source = "lembar kertas"
checked = 2026-11-25
"""


def load(folder: Path, text: str) -> None:
    path = folder / "paper.toml"
    path.write_text(text)
    load_paper_forms(path, forms=CONTENT.forms, languages=("id", "en"))


def test_every_passport_is_printed_in_the_order_of_the_paper_form_as_far_as_it_is_known() -> None:
    [perdim] = CONTENT.papers.orders
    assert perdim.services == ("passport-new", "passport-replace", "passport-change")
    assert perdim.fields.index("jenis_kelamin") < perdim.fields.index("tempat_lahir") < perdim.fields.index("nomor_ktp")
    assert perdim.unverified is not None, "nobody has held it against the paper form of this office"


def test_an_office_without_the_file_has_no_orders(tmp_path: Path) -> None:
    assert load_paper_forms(tmp_path / "paper.toml", forms=CONTENT.forms, languages=("id", "en")) == PaperForms()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("[[paper]]", "[paper", "paper.toml: "),
        ("[[paper]]", "[[papers]]", "'papers' is unknown"),
        ("[[paper]]", 'called = ["nama"]\n[[paper]]', "called: no application asks for 'nama'"),
        ("source =", "sauce =", "paper 1: 'sauce' is unknown"),
        ('source = "lembar kertas"', "", "paper 1: it has no 'source'"),
        ("2026-11-25", '"2026-11-25"', "paper 1: 'checked' must be a day"),
        ("passport-new", "complaint", "paper 1: there is no application 'complaint'"),
        ("nama_lengkap", "nama", "paper 1: no form of passport-new asks for 'nama'"),
        ("nama_lengkap", "jenis_kelamin", "paper 1: 'jenis_kelamin' stands in it twice"),
        ("checked =", 'unverified = { id = "belum" }\nchecked =', "paper 1: no words in 'en'"),
        ("[[paper]]", GOOD + "[[paper]]", "'passport-new' has two paper forms"),
    ],
)
def test_a_slip_is_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    load(tmp_path, GOOD)
    with pytest.raises(PaperFormsError, match=f"^paper.toml: .*{said.removeprefix('paper.toml: ')}"):
        load(tmp_path, GOOD.replace(before, after, 1))
