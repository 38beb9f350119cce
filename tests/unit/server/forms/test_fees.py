"""What an office tells of fees, times and next steps has its law, its source and the day somebody looked."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.content import load_content
from server.forms.answers import settle
from server.forms.checklist import checklist
from server.forms.fees import FeesError, load_fees, rupiah
from server.settings import load_settings
from server.site.site import _fees

CONTENT = load_content(load_settings({}).content)
ROOT = Path(__file__).parents[4]
TODAY = date(2026, 11, 25)
FEE = {
    "services": '["passport-new"]', "id": '"Paspor"', "en": '"Passport"', "amount": "650000", "law": '"PP 45/2024"',
    "source": '"imigrasi.go.id"', "checked": "2026-11-25",
}  # fmt: skip


def read(folder: Path, kind: str = "fee", **changes: str | None) -> None:
    lines = [f"{key} = {value}" for key, value in {**FEE, **changes}.items() if value is not None]
    (folder / "fees.toml").write_text(f"[[{kind}]]\n" + "\n".join(lines))
    load_fees(folder / "fees.toml", forms=CONTENT.forms, languages=("id", "en"))


def test_a_language_spoken_in_part_is_told_in_its_own_words_where_there_are_some() -> None:
    told = json.loads(_fees(CONTENT)["/min/fees.json"].body)
    labels = [value["label"] for value in told]
    assert labels[0] == "Paspor elektronik 5 taun"
    assert "Perpanjangan ITK 30 hari" in labels
    assert "Kantua mamareso surek-surek jo mambaritau di aplikasi ko." in [
        step for value in told for step in value.get("steps", [])
    ]


def test_every_application_says_what_it_costs_how_long_it_takes_and_what_comes_next() -> None:
    for service in CONTENT.forms.applications:
        assert {value.kind for value in CONTENT.fees.of(service)} == {"fee", "time", "next"}, service


def test_every_value_has_its_law_its_source_and_its_day() -> None:
    assert [one for one in CONTENT.fees.values if not (one.law and one.source and one.checked <= TODAY)] == []


@pytest.mark.parametrize("key", ["law", "source", "checked"])
@pytest.mark.parametrize("value", [None, '""'])
def test_a_value_without_them_is_refused(tmp_path: Path, key: str, value: str | None) -> None:
    read(tmp_path)
    with pytest.raises(FeesError, match=rf"fees\.toml: fee 1: it has no '{key}'"):
        read(tmp_path, **{key: value})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": None}, "a value that is not known says so in 'unverified'"),
        ({"services": '["visa"]'}, "there is no application 'visa'"),
        ({"services": "[]"}, "it belongs to no application"),
        ({"when": '["eq", "warna", "x"]'}, "passport-new asks nothing called 'warna'"),
        ({"when": '["is", "tujuan", "x"]'}, "fee 1: unknown condition"),
        ({"en": None}, "no words in 'en'"),
        ({"checked": '"yesterday"'}, "checked must be a day"),
        ({"price": "3"}, "'price' is unknown"),
    ],
)
def test_a_slip_is_named(tmp_path: Path, changes: dict[str, str | None], reason: str) -> None:
    with pytest.raises(FeesError, match=reason):
        read(tmp_path, **changes)


def told(service: str, **answers: Any) -> Any:
    form = CONTENT.forms.latest(service)
    every = {field.key: None for field in form.fields} | answers
    return form, every, checklist(form, every, CONTENT.fees, today=TODAY)


def test_a_lost_passport_costs_more_unless_it_was_a_disaster() -> None:
    lost = {"jenis_paspor": "e10", "alasan": "B3", "tanggal_lahir": "1990-01-01"}
    _, _, careless = told("passport-replace", **lost, bencana=0)
    _, _, flood = told("passport-replace", **lost, bencana=1)
    assert (rupiah(careless.total), rupiah(flood.total)) == ("Rp1.950.000", "Rp950.000")
    assert [bool(fee.unverified) for fee in careless.fees] == [False, True]
    names = {paper.name for paper in careless.papers}
    assert {"ktp", "lapor-polisi"} <= names
    assert not names & {"paspor-lama", "surat-bencana", "ktp-orang-tua"}
    assert "surat-bencana" in {paper.name for paper in flood.papers}


def test_losing_a_passport_that_had_expired_costs_nothing_more() -> None:
    def cost(reason: str, until: str | None) -> int:
        answers = {"jenis_paspor": "e5", "alasan": reason, "bencana": 0, "paspor_lama_berlaku_sd": until}
        return int(told("passport-replace", **answers)[2].total)

    for reason, charge in (("B3", 1_000_000), ("B4", 500_000)):
        assert [cost(reason, until) - 650_000 for until in ("2026-11-24", "2026-11-25", "2030-01-01", None)] == [
            0, charge, charge, charge,
        ]  # fmt: skip


def test_a_first_passport_can_be_asked_for_on_the_same_day() -> None:
    form, _, usual = told("passport-new", jenis_paspor="e5", percepatan=0)
    _, _, quick = told("passport-new", jenis_paspor="e5", percepatan=1)
    assert not form.field("percepatan").required
    assert quick.total - usual.total == 1_000_000
    assert [[time.label["en"] for time in each.times] for each in (usual, quick)] == [
        ["after the interview"], ["ready on the same day"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "time", "more"),
    [
        ("B1", "ready on the same day", 1_000_000), ("B2", "ready on the same day", 1_000_000),
        ("B3", "as the interview (BAP) finds", 0), ("B4", "as the interview (BAP) finds", 0),
    ],
)  # fmt: skip
def test_only_what_needs_no_interview_about_a_loss_is_asked_and_paid_for_on_the_same_day(
    reason: str, time: str, more: int
) -> None:
    answers = {"jenis_paspor": "e5", "alasan": reason, "bencana": 1}
    _, _, usual = told("passport-replace", **answers)
    form, every, quick = told("passport-replace", **answers, percepatan=1)
    assert [one.label["en"] for one in quick.times] == [time]
    assert quick.total - usual.total == more
    assert settle(form, every, today=TODAY)["percepatan"] == (1 if more else None)


@pytest.mark.parametrize("service", ["passport-new", "passport-replace"])
def test_who_goes_to_work_abroad_is_told_of_the_passport_without_a_fee(service: str) -> None:
    _, _, usual = told(service, jenis_paspor="e5", tujuan="umrah")
    _, _, worker = told(service, jenis_paspor="e5", tujuan="bekerja")
    [more] = [fee for fee in worker.fees if fee not in usual.fees]
    assert (more.amount, more.law) == (None, "PP 45/2024, Pasal 5")
    assert more.unverified
    # Of what nobody could look up no sum is told: it would be believed, and too little money brought.
    assert (usual.total, worker.total) == (650_000, None)


def test_the_phone_chooses_the_same(tmp_path: Path) -> None:
    values = json.loads(_fees(CONTENT)["/id/fees.json"].body)
    cases = [
        told("passport-replace", jenis_paspor="e5", alasan="B1", terbit_2009=1),
        told("passport-replace", jenis_paspor="e10", alasan="B4", bencana=0, percepatan=1, tanggal_lahir="2015-01-01"),
        told("passport-replace", jenis_paspor="e5", alasan="B3", bencana=0, paspor_lama_berlaku_sd="2026-11-24"),
        told("passport-new", jenis_paspor="e5", tujuan="bekerja", percepatan=1, tahun_lahir="2015"),
        told("permit-status", alih="itap", maksud="keluarga", cara_jaminan="penjamin"),
        told("permit-status", alih="itas", lama_diminta="1t"),
        told("permit-reentry", izin_jenis="itas", lama_diminta="6b"),
    ]
    given = [[form.data, answers] for form, answers, _ in cases]
    script = (
        f"import {{ checklist }} from '{(ROOT / 'pwa').as_uri()}/checklist.js';"
        f"const [given, values] = {json.dumps([given, values])};"
        "console.log(JSON.stringify(given.map(([form, answers]) => { const list = checklist(form, answers, values,"
        " { today: '2026-11-25' }); return [list.papers.map(({ name }) => name), list.total,"
        " [list.fees, list.times, list.next].flat().map(({ label }) => label)]; })))"
    )
    node = shutil.which("node", path=f"{ROOT}/.venv/bin") or shutil.which("node") or "node"
    file = tmp_path / "given.mjs"
    file.write_text(script)
    done = subprocess.run([node, str(file)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [
        [
            [paper.name for paper in made.papers],
            made.total,
            [value.label["id"] for value in (*made.fees, *made.times, *made.next)],
        ]
        for _, _, made in cases
    ]
