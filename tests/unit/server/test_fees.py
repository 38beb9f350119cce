"""What an office tells of fees, times and next steps has its law, its source and the day somebody looked."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.checklist import checklist
from server.content import load_content
from server.fees import FeesError, load_fees, rupiah
from server.settings import load_settings
from server.site import _fees

CONTENT = load_content(load_settings({}).content)
ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 25)
FEE = {
    "services": '["passport-new"]', "id": '"Paspor"', "en": '"Passport"', "amount": "650000", "law": '"PP 45/2024"',
    "source": '"imigrasi.go.id"', "checked": "2026-11-25",
}  # fmt: skip


def read(folder: Path, kind: str = "fee", **changes: str | None) -> None:
    lines = [f"{key} = {value}" for key, value in {**FEE, **changes}.items() if value is not None]
    (folder / "fees.toml").write_text(f"[[{kind}]]\n" + "\n".join(lines))
    load_fees(folder / "fees.toml", forms=CONTENT.forms, languages=("id", "en"))


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


def test_the_phone_chooses_the_same(tmp_path: Path) -> None:
    values = json.loads(_fees(CONTENT)["/id/fees.json"].body)
    cases = [
        told("passport-replace", jenis_paspor="e5", alasan="B1", terbit_2009=1),
        told("passport-replace", jenis_paspor="e10", alasan="B4", bencana=0, tanggal_lahir="2015-01-01"),
        told("permit-status", alih="itap", maksud="keluarga", cara_jaminan="penjamin"),
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
