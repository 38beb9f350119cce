"""People for rehearsals: every form can be filled in with them, always the same, and nobody takes them for real."""

from datetime import date
from pathlib import Path

import pytest

from server.forms.form import Form
from server.forms.rules import check
from server.regions import load_regions
from server.rehearsal.made_up_people import Cast, RehearsalError, load_cast
from server.settings import ROOT
from tests.applicants import FORMS

TODAY = date(2026, 11, 30)
REGIONS = load_regions(ROOT / "content" / "regions.csv")
LATEST = [FORMS.latest(service) for service in FORMS.services]


@pytest.fixture(scope="module")
def cast() -> Cast:
    return load_cast(ROOT / "content", REGIONS, today=TODAY)


@pytest.mark.parametrize("form", LATEST, ids=lambda form: form.service)
def test_every_form_is_filled_in_and_keeps_its_rules(cast: Cast, form: Form) -> None:
    for n in range(6):
        typed = cast.typed(form, n)
        assert typed == cast.typed(form, n)
        findings = check(form, typed, today=TODAY, regions=REGIONS)
        assert findings.hard == ()
        # The one warning says that the number of the identity card is none.
        assert {finding.message for finding in findings.soft} <= {"rule.nik-serial"}


def test_a_person_stays_the_same_over_forms_and_another_seed_is_another(cast: Cast) -> None:
    forms = [FORMS.latest(service) for service in ("passport-new", "passport-replace", "passport-change")]
    people = [[cast.typed(form, n) for form in forms] for n in range(20)]
    for same in people:
        assert len({(one["nama_lengkap"], one["nomor_ktp"], one["tanggal_lahir"]) for one in same}) == 1
    assert len({same[0]["nama_lengkap"] for same in people}) > 10
    other = load_cast(ROOT / "content", REGIONS, today=TODAY, seed="1")
    assert other.typed(forms[0], 0) != people[0][0]


def test_nobody_takes_them_for_real(cast: Cast) -> None:
    for n in range(50):
        typed = cast.typed(FORMS.latest("passport-new"), n)
        assert typed["nama_lengkap"].endswith(" LATIHAN")
        assert typed["nomor_ktp"].endswith("0000")
        assert typed["email"].endswith("@example.com")
        assert typed["nagari"].startswith("13.12.")


def test_what_is_fixed_goes_first_and_may_use_words(cast: Cast) -> None:
    typed = cast.typed(FORMS.latest("passport-new"), 3, jenis_paspor="e5", alamat_tempat_tinggal="{street} NO 7")
    assert typed["jenis_paspor"] == "e5"
    assert typed["alamat_tempat_tinggal"].endswith(" NO 7")


def test_a_file_that_is_wrong_is_named(tmp_path: Path, cast: Cast) -> None:
    with pytest.raises(RehearsalError, match=r"rehearsal\.toml"):
        load_cast(tmp_path, REGIONS, today=TODAY)
    wrong = Cast({**cast.plan, "answers": {**cast.plan["answers"], "tinggi_badan": "9"}}, REGIONS, TODAY)
    with pytest.raises(RehearsalError, match="passport-new: tinggi_badan"):
        wrong.typed(FORMS.latest("passport-new"), 0)
