"""A new version of a form is handed in at the console: checked by key and reason, shown, signed, and what was stays."""

import base64
import io
import json
import re
import threading
from datetime import date
from html import unescape
from typing import Any

import pytest
from openpyxl import Workbook

from server.editing.edits import list_edits
from server.editing.form_subject import FormSubject
from server.editing.published_form import read_published_form, write_published_form
from sync.statements import verify_public
from tests.asgi import Answer
from tests.staff_office import StaffDesk, StaffOffice

SERVICE = "permit-address"
PAGE = f"content/form/{SERVICE}"
QUESTION = {
    "key": "ketua_rt", "control": "text", "label": {"id": "Nama ketua RT", "en": "Name of the head of the RT"},
}  # fmt: skip


@pytest.fixture
async def budi(office: StaffOffice) -> StaffDesk:
    return await office.sit_down("budi", "officer")


def typed_on(answer: Answer) -> Any:
    """Read the form that the page offers to change."""
    found = re.search(r'<textarea id="json"[^>]*>\n(.*?)</textarea>', answer.text, re.S)
    assert found is not None
    return json.loads(unescape(found[1]))


def alert_on(answer: Answer) -> str:
    found = re.search(r'role="alert"[^>]*>(.*?)</p>', answer.text, re.S)
    return unescape(re.sub("<.*?>", " ", found[1])) if found else ""


def handed_in(form: Any, **more: str) -> dict[str, str]:
    told = {"json": json.dumps(form), "source": "Perdim 27, surat kantor", "checked": "2026-11-24", "after": "0"}
    return {**told, "sheet": ""} | more


@pytest.mark.anyio
async def test_a_new_version_is_what_phones_fetch_next_and_the_former_stays(
    office: StaffOffice, budi: StaffDesk
) -> None:
    before, public = office.office.forms.latest(SERVICE), office.office.public
    form = typed_on(await budi.get(PAGE))
    assert form["n"] == before.n + 1, "it begins with what is in use"
    form["sections"][2]["fields"].append(QUESTION)
    shown = await budi.post(f"{PAGE}/preview", **handed_in(form))
    assert "Nama ketua RT" in shown.text.partition('id="preview"')[2]
    assert not await list_edits(office.office.databases.public), "a preview keeps nothing"
    assert (await budi.post_proved(PAGE, **handed_in(form))).status == 303
    await office.take_up()
    now = office.office.forms.latest(SERVICE)
    assert (now.n, [one.key for one in now.every_field if one.key == "ketua_rt"]) == (before.n + 1, ["ketua_rt"])
    assert office.office.forms.by_name(SERVICE, before.name) == before, "what was begun or sent opens by it"
    assert office.office.public != public, "phones are told of it"
    assert (await budi.client.get(f"/forms/{SERVICE}.json")).headers["rantau-form"] == now.name
    assert "Name of the head of the RT" in (await budi.client.get(f"/en/apply/{SERVICE}")).text
    assert "Nama ketua RT" in (await budi.client.get("/text/forms-id.json")).text
    listed = (await budi.get("forms")).text.partition(f'data-form="{SERVICE}"')[2].partition("</tr>")[0]
    assert all(said in listed for said in ("Perdim 27, surat kantor", "24 November 2026", f"{SERVICE}/{before.name}"))
    for version in (before, now):
        page = await budi.get(f"forms/{SERVICE}/{version.name}")
        assert ("Nama ketua RT" in page.text) is (version is now)
    for id_ in (f"form.{SERVICE}.{now.name}", f"edit.form.{SERVICE}.0001"):
        doc = await office.office.databases.public.get(id_)
        content = (await office.office.databases.public.attachment(id_, "body")).data
        verify_public(doc, content, office.office.key_list.primary("server").pub)
    about = {"form": f"{SERVICE}.v{now.n}"}
    assert ("form-published", "budi", about) in [(deed.name, deed.who, deed.about) for deed in await office.deeds()]
    again = typed_on(await budi.get(f"{PAGE}?n=1"))
    assert again == form | {"n": now.n + 1}, "a former version can be taken up, as the next one"


@pytest.mark.anyio
async def test_what_is_wrong_is_named_by_key_and_reason_and_what_is_published_never_changes(
    office: StaffOffice, budi: StaffDesk
) -> None:
    form = typed_on(await budi.get(PAGE))
    nobody = {"key": "anu", "control": "tekst", "label": {"id": "Anu", "en": "Thing"}}
    speechless = {"key": "anu", "control": "text", "label": {"id": "Anu"}}
    ahead = QUESTION | {"when": ["filled", "nowhere"]}
    with_ = lambda *fields: {**form, "sections": [*form["sections"], {  # noqa: E731
        "id": "lain", "title": "section.kirim", "help": None, "fields": list(fields)}]}  # fmt: skip
    for handed, said in (
        (
            handed_in(with_(nobody, ahead)),
            ("anu: kontrol 'tekst' tidak dikenal", "ketua_rt: syaratnya menyebut 'nowhere'"),
        ),
        (handed_in(with_(speechless)), ("belum ada kata-kata dalam bahasa 'en'",)),
        (handed_in(with_(QUESTION | {"clear": True})), ("ketua_rt: tidak boleh clear",)),
        (handed_in(with_({"include": "none.v1"})), ("tidak ada kelompok 'none.v1'",)),
        (handed_in(with_(QUESTION) | {"n": form["n"] - 1}), ("sudah terbit tidak dapat diubah", f'"n": {form["n"]}')),
        (handed_in(with_(QUESTION) | {"type": "survey"}), ("bukan permohonan",)),
        (handed_in(with_(QUESTION) | {"service": "passport-new"}), ("nama file bukan <service>",)),
        (handed_in(form), ("Tidak ada yang berbeda",)),
        (handed_in(with_(QUESTION), json="{"), ("Formulir ini belum benar", "bukan JSON di baris 1, kolom 2")),
        (handed_in(with_(QUESTION), source=""), ("Tulis asal",)),
        (handed_in(with_(QUESTION), checked="2026-12-24"), ("tidak sesudah hari ini",)),
    ):
        answer = await budi.post_proved(PAGE, **handed)
        assert answer.status == 422, said
        assert [part in alert_on(answer) for part in said] == [True] * len(said), alert_on(answer)
        assert unescape(answer.text).count(handed["json"]) == 1, "nothing is lost"
    asked = typed_on(await budi.get("content/form/permit-visit"))
    for section in asked["sections"]:
        section["fields"] = [one for one in section.get("fields", []) if one.get("key") != "lama_diminta"]
    asked["sections"] = [
        section if section["fields"] else {"include": section["include"]} for section in asked["sections"]
    ]
    answer = await budi.post_proved("content/form/permit-visit", **handed_in(asked))
    assert answer.status == 422
    assert re.search(r"fees\.toml: \w+ \d+: permit-visit tidak menanyakan 'lama_diminta'", alert_on(answer))
    assert not await list_edits(office.office.databases.public)
    assert (await budi.get("content/form/survey")).status == 404
    assert (await budi.get("forms/passport-new/9.aaaaaaaa")).status == 404


@pytest.mark.anyio
async def test_faults_are_told_in_the_language_of_the_page_and_what_has_no_words_in_it_says_so(
    budi: StaffDesk,
) -> None:
    form = typed_on(await budi.get(PAGE))
    form["sections"][2]["fields"] += [QUESTION | {"control": "tekst"}]
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await budi.get(PAGE)).text)
    fields = {"csrf": csrf[1] if csrf else "", **handed_in(form)}
    told = {
        lang: unescape((await budi.client.post_form(f"/staff/{lang}/{PAGE}/preview", fields)).text)
        for lang in ("id", "en")
    }
    file = f"{SERVICE}.v{form['n']}.json"
    assert f"<span>{file}: ketua_rt: kontrol 'tekst' tidak dikenal</span>" in told["id"]
    assert f"""<span lang="en">{file}: ketua_rt: unknown control 'tekst'</span>""" in told["en"]


@pytest.mark.anyio
async def test_a_spreadsheet_becomes_a_form_and_what_has_no_twin_is_named(office: StaffOffice, budi: StaffDesk) -> None:
    rows = [
        ["type", "name", "label::Bahasa (id)", "label::English (en)"],
        ["begin group", "rumah", "Rumah", "House"],
        ["text", "ketua_rt", "Nama ketua RT", "Name of the head of the RT"],
        ["geopoint", "tempat", "Tempat", "Place"],
        ["end group", "", "", ""],
    ]
    book, file = Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.title = "survey"
    for row in rows:
        book.active.append(row)
    book.save(file)
    sheet = base64.b64encode(file.getvalue()).decode()
    following = office.office.forms.latest(SERVICE).n + 1
    shown = await budi.post(f"{PAGE}/preview", **handed_in({}, sheet=sheet))
    assert shown.status == 200, alert_on(shown)
    assert "tempat: tipe &#39;geopoint&#39; tidak ada padanannya di sini" in shown.text
    form = typed_on(shown)
    assert [form["service"], form["n"], form["sections"][0]["fields"][0]["key"]] == [SERVICE, following, "ketua_rt"]
    assert "Nama ketua RT" in shown.text.partition('id="preview"')[2]
    assert (await budi.post_proved(PAGE, **handed_in(form))).status == 303
    await office.read_edits()
    assert office.office.forms.latest(SERVICE).n == following
    broken = await budi.post(f"{PAGE}/preview", **handed_in(form, sheet=base64.b64encode(b"PK nothing").decode()))
    assert (broken.status, "tidak dapat dibaca" in alert_on(broken)) == (422, True)


@pytest.mark.anyio
async def test_one_version_at_a_time_is_not_in_use_yet_so_that_no_two_have_one_number(
    office: StaffOffice, budi: StaffDesk
) -> None:
    form = typed_on(await budi.get(PAGE))
    form["sections"][2]["fields"].append(QUESTION)
    assert (await budi.post_proved(PAGE, **handed_in(form))).status == 303
    form["sections"][2]["fields"][-1] = QUESTION | {"key": "ketua_rw"}
    early = await budi.post_proved(PAGE, **handed_in(form, after="1"))
    assert (early.status, "Orang lain baru saja menerbitkan" in alert_on(early)) == (422, True)
    assert unescape(early.text).count(json.dumps(form)) == 1, "nothing is lost"
    await office.read_edits()
    late = await budi.post_proved(PAGE, **handed_in(form, after="1"))
    assert (late.status, f'"n": {form["n"] + 1}' in alert_on(late)) == (422, True)
    assert (await budi.post_proved(PAGE, **handed_in(form | {"n": form["n"] + 1}, after="1"))).status == 303
    assert len(await list_edits(office.office.databases.public)) == 2


@pytest.mark.anyio
async def test_others_are_answered_while_a_form_is_read_and_shown(
    budi: StaffDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, read, shown = threading.get_ident(), FormSubject._read, FormSubject.shown
    threads: list[int] = []

    def noted(work: Any) -> Any:
        def do(subject: FormSubject, text: str) -> Any:
            threads.append(threading.get_ident())
            return work(subject, text)

        return do

    monkeypatch.setattr(FormSubject, "_read", noted(read))
    monkeypatch.setattr(FormSubject, "shown", noted(shown))
    form = typed_on(await budi.get(PAGE))
    form["sections"][2]["fields"].append(QUESTION)
    assert (await budi.post(f"{PAGE}/preview", **handed_in(form))).status == 200
    assert (await budi.post_proved(PAGE, **handed_in(form))).status == 303
    assert (len(threads), served in threads) == (3, False)


@pytest.mark.anyio
async def test_every_form_of_the_folder_is_the_same_after_it_was_published_as_an_edit(office: StaffOffice) -> None:
    for forms in office.office.forms.by_service.values():
        for form in forms:
            text = write_published_form(form, "{}", source="x", checked=date(2026, 11, 24))
            assert read_published_form(text).form == form
