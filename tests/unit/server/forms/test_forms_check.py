"""Whoever edits forms without being a programmer hears of every fault at once: file, key and reason."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.commands.forms import forms
from server.databases import open_databases
from server.forms.form_reader import read_form
from server.settings import load_settings


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RANTAU_CONTENT", str(tmp_path / "content"))
    monkeypatch.setenv("RANTAU_DATA", str(tmp_path / "data"))
    return Path(shutil.copytree(load_settings({}).content, tmp_path / "content"))


def check() -> tuple[int, list[str]]:
    done = CliRunner().invoke(forms, ["check"])
    return done.exit_code, done.output.splitlines()


def test_what_is_right_is_said(content: Path) -> None:
    code, lines = check()
    assert code == 0
    assert any(line.startswith("right  passport-replace 4.") for line in lines)


def test_every_fault_is_told_by_file_key_and_reason(content: Path) -> None:
    group = content / "forms/groups/alamat.v1.json"
    group.write_text(group.read_text().replace('"textarea"', '"colour"'))
    form = content / "forms/permit-visit.v1.json"
    form.write_text(form.read_text().replace('"min", "value": 1', '"min", "value": "one"'))
    (content / "forms/new.v1.json").write_text("{")
    code, lines = check()
    assert code == 1
    assert "groups/alamat.v1.json: alamat_tempat_tinggal: unknown control 'colour'" in lines
    assert "permit-visit.v1.json: perpanjangan_ke: rule 'min': value 'one' does not fit" in lines
    assert [line for line in lines if line.startswith("new.v1.json: (file): not JSON: ")]
    assert len(lines) == len(set(lines))


def test_a_form_that_nothing_leads_to_or_of_which_nobody_says_whence_and_a_fee_without_a_law_are_faults(
    content: Path,
) -> None:
    shutil.copy(content / "forms/permit-visit.v1.json", content / "forms/visa.v1.json")
    visa = content / "forms/visa.v1.json"
    visa.write_text(visa.read_text().replace('"permit-visit"', '"visa"'))
    fees = content / "fees.toml"
    fees.write_text(fees.read_text().replace('law = "PP 45/2024"', 'law = ""', 1))
    assert check() == (
        1,
        [
            "choices.toml: no answer leads to the application 'visa'",
            "fees.toml: fee 1: it has no 'law': say by which law, where it was read and on which day",
            "forms.toml: no row says where the questions of 'visa' come from",
        ],
    )


@pytest.mark.parametrize("service", ["passport-new", "event-request", "message", "complaint", "survey"])
def test_every_form_that_people_fill_in_says_where_its_questions_come_from(content: Path, service: str) -> None:
    sources = content / "forms.toml"
    rows = sources.read_text().split("[[form]]")
    sources.write_text("[[form]]".join(row for row in rows if f'"{service}"' not in row))
    code, lines = check()
    assert code == 1
    assert f"forms.toml: no row says where the questions of '{service}' come from" in lines


def test_a_row_of_sources_that_is_wrong_is_told_like_every_fault(content: Path) -> None:
    rows = content / "forms.toml"
    rows.write_text(rows.read_text().replace("source =", "sauce =", 1))
    assert check() == (1, ["forms.toml: form 1: 'source' is missing"])


def test_a_published_form_that_changed_through_a_group_is_a_fault(content: Path) -> None:
    async def publish() -> None:
        async with open_databases(load_settings({"RANTAU_DATA": str(content.parent / "data")})) as databases:
            await databases.public.bulk_docs([{"_id": "form.permit-visit.1.aaaaaaaa"}])

    (content.parent / "data").mkdir()
    asyncio.run(publish())
    code, [line] = check()
    assert code == 1
    assert line.startswith("permit-visit.v1.json: (file): version 1 was published as 1.aaaaaaaa and is 1.")
    assert "make it in a copy, v2" in line


def test_the_example_of_the_editors_page_is_a_form() -> None:
    root = load_settings({}).content.parent
    first, rows = re.findall(r"```json\n(.*?)```", (root / "docs/forms.md").read_text(), re.S)
    groups = {path.stem: path.read_bytes() for path in (root / "content/forms/groups").glob("*.json")}
    include = '{"include": "alamat.v1"}'
    section = f'{{"id": "x", "title": "t", "help": null, "fields": [{rows}]}}'
    form = read_form("visit.v1.json", first.replace(include, f"{include}, {section}").encode(), groups)
    assert {"nama_lengkap", "pasangan", "nagari", "pengikut"} <= {field.key for field in form.fields}
