"""Guides are edited at the console: in use without a restart, signed, with their history; what is wrong is named."""

import asyncio
import re
from html import unescape

import pytest

from server.editing.edits import keep_edit
from sync.statements import verify_public
from tests.asgi import Answer
from tests.staff_office import StaffDesk, StaffOffice

PAGE = "guides/brokers/id"
NEW = "guides/antar-paspor/id"
GUIDE = {
    "title": "Awas calo", "group": "safe", "order": "1", "repeat": "", "checked": "2026-11-24",
    "sources": "UU 6/2011\nKepala kantor", "body": "## Baru\n\nIsi <b>baru</b>.", "after": "0",
}  # fmt: skip


@pytest.fixture
async def ani(office: StaffOffice) -> StaffDesk:
    return await office.sit_down("ani", "head")


async def expect_new_guide(office: StaffOffice, ani: StaffDesk) -> None:
    """See that whoever reads the other language has it as it is, phones have it offline, and it is found."""
    for lang in ("id", "en", "min"):
        page = (await ani.client.get(f"/{lang}/guides/antar-paspor")).text
        assert "Kurir membawa paspor ke nagari Anda." in page
        assert ('<div class="stack" lang="id">' in page) is (lang != "id")
        assert "Paspor diantar ke rumah" in (await ani.client.get(f"/{lang}/")).text
    assert "Kurir membawa paspor" in (await ani.client.get("/packs/id.ndjson")).text
    assert "antar-paspor" in (await ani.client.post_form("/id/guides", {"q": "kurir"})).text
    assert 'data-guide="antar-paspor"' in (await ani.get("guides")).text
    english = NEW.removesuffix("id") + "en"
    assert typed_on(await ani.get(english), "body") == "Kurir membawa paspor ke nagari Anda.", "to be translated"
    translated = GUIDE | {"title": "Passport brought home", "body": "A courier brings it."}
    assert (await ani.post_proved(english, **translated)).status == 303
    assert await ids(office) == sorted({*await ids(office), "edit.en.antar-paspor.0001"})
    await office.read_edits()
    titles = [office.office.guides.by_lang[lang]["antar-paspor"].title for lang in ("id", "en")]
    assert titles == ["Paspor diantar ke rumah", "Passport brought home"]


@pytest.mark.anyio
async def test_a_new_guide_needs_a_name_that_nobody_has(office: StaffOffice, ani: StaffDesk) -> None:
    for name, said in (("Antar Paspor", "Nama: 2 sampai 31"), ("", "Nama: 2 sampai 31"), ("brokers", "sudah ada")):
        answer = await ani.get(f"guides/new?name={name.replace(' ', '+')}")
        assert (answer.status, said in answer.text, f'value="{name}"' in answer.text) == (422, True, True)


async def ids(office: StaffOffice) -> list[str]:
    return [row.id for row in await office.office.databases.public.all_docs()]


def typed_on(answer: Answer, name: str) -> str:
    found = re.search(
        rf'<textarea id="{name}"[^>]*>\n(.*?)</textarea>|id="{name}" name="{name}" value="(.*?)"', answer.text, re.S
    )
    assert found is not None, name
    return unescape(found[1] or found[2] or "")


@pytest.mark.anyio
async def test_an_edited_guide_and_a_new_one_are_in_use_without_a_restart_and_signed(
    office: StaffOffice, ani: StaffDesk
) -> None:
    before, public = await ani.client.get("/id/guides/brokers"), office.office.public
    assert typed_on(await ani.get(PAGE), "checked") == "", "it is typed each time"
    assert (await ani.post_proved(PAGE, **GUIDE)).status == 303
    begun = await ani.get("guides/new?name=antar-paspor")
    assert begun.headers["location"] == f"/staff/id/{NEW}"
    assert (await ani.client.get("/id/guides/antar-paspor")).status == 404
    assert typed_on(await ani.get(NEW), "body") == ""
    written = GUIDE | {"title": "Paspor diantar ke rumah", "body": "Kurir membawa paspor ke nagari Anda."}
    assert (await ani.post_proved(NEW, **written)).status == 303
    await office.take_up()
    await expect_new_guide(office, ani)
    after = await ani.client.get("/id/guides/brokers")
    assert after.headers["etag"] != before.headers["etag"]
    assert "<h2>Baru</h2><p>Isi &lt;b&gt;baru&lt;/b&gt;.</p>" in after.text
    assert "Diperiksa pada 24 November 2026" in after.text
    assert "Awas calo" in (await ani.client.get("/id/")).text
    assert "<h2>Baru</h2>" in (await ani.client.get("/min/guides/brokers")).text
    assert "<h2>Baru</h2>" not in (await ani.client.get("/en/guides/brokers")).text
    assert office.office.public != public, "phones are told of it"
    key = office.office.key_list.primary("server").pub
    for id_ in ("edit.id.brokers.0001", "guide.id.brokers"):
        doc = await office.office.databases.public.get(id_)
        content = (await office.office.databases.public.attachment(id_, "body")).data
        verify_public(doc, content, key)
        assert b"Isi <b>baru</b>." in content
    about = {"guide": "brokers", "language": "id"}
    assert ("guide-published", "ani", about) in [(deed.name, deed.who, deed.about) for deed in await office.deeds()]


@pytest.mark.anyio
async def test_the_history_keeps_every_text_and_the_files_own(office: StaffOffice, ani: StaffDesk) -> None:
    original = typed_on(await ani.get(PAGE), "body")
    await ani.post_proved(PAGE, **GUIDE)
    await ani.post_proved(PAGE, **GUIDE | {"body": "Kedua.", "after": "1"})
    assert typed_on(await ani.get(PAGE), "body") == "Kedua."
    assert typed_on(await ani.get(f"{PAGE}?n=1"), "body") == GUIDE["body"]
    assert typed_on(await ani.get(f"{PAGE}?n=0"), "body") == original
    assert "Terbitan 2" in (await ani.get(PAGE)).text
    for shown, n in (("", 2), ("?n=1", 1), ("?n=0", 0)):
        assert re.findall(r'n=(\d)" aria-current', (await ani.get(f"{PAGE}{shown}")).text) == [str(n)], "which it is"


@pytest.mark.anyio
async def test_a_double_click_publishes_one_text_and_tells_of_nobody_else(office: StaffOffice, ani: StaffDesk) -> None:
    assert (await ani.post_proved(PAGE, **GUIDE | {"body": ""})).status == 422
    both = await asyncio.gather(*(ani.post(PAGE, **GUIDE) for _ in range(2)))  # the password is asked one at a time
    assert [answer.status for answer in both] == [303, 303]
    assert (await ani.post_proved(PAGE, **GUIDE)).status == 303, "nor does whoever goes back and presses again"
    assert [name for name in await ids(office) if "brokers.00" in name] == ["edit.id.brokers.0001"]
    assert (await ani.post_proved(PAGE, **GUIDE | {"body": "Lain."})).status == 422, "another text is no repetition"
    assert [deed.name for deed in await office.deeds()].count("guide-published") == 1


@pytest.mark.anyio
async def test_of_two_who_publish_at_once_one_is_told(office: StaffOffice, ani: StaffDesk) -> None:
    await keep_edit(office.office, "id", "brokers", "x", after=0)
    late = await ani.post_proved(PAGE, **GUIDE)
    assert (late.status, "Orang lain baru saja menerbitkan" in late.text) == (422, True)
    assert typed_on(late, "body") == GUIDE["body"]
    looked = await ani.post(f"{PAGE}/preview", **GUIDE)
    assert (looked.status, "Orang lain baru saja menerbitkan" in looked.text) == (422, True), "a preview says it too"
    await office.take_up()
    assert "brokers" in (await ani.client.get("/id/")).text, "an edit that cannot be read leaves the file in use"
    assert (await ani.post_proved(PAGE, **GUIDE | {"after": "1"})).status == 303


@pytest.mark.anyio
async def test_a_preview_keeps_nothing_and_asks_for_no_proof(office: StaffOffice, ani: StaffDesk) -> None:
    shown = await ani.post(
        f"{PAGE}/preview", **GUIDE | {"body": "? Ya?\n- [x] Ya\n- [ ] Tidak\n> Karena.\n\nTeks **tebal**."}
    )
    assert shown.status == 200
    assert "<strong>tebal</strong>" in shown.text
    assert re.search(r"<legend>1\. Ya\?</legend>", shown.text)
    assert typed_on(shown, "sources") == GUIDE["sources"]
    assert [id_ for id_ in await ids(office) if id_.startswith("edit")] == []


@pytest.mark.anyio
async def test_what_is_wrong_is_named_and_nothing_is_lost(ani: StaffDesk) -> None:
    for wrong, said in (
        ({"title": ""}, "Judul masih kosong."),
        ({"sources": " "}, "Sumber masih kosong."),
        ({"checked": ""}, "Hari pemeriksaan"),
        ({"checked": "2026-02-30"}, "Hari pemeriksaan"),
        ({"checked": "2026-11-26"}, "Hari pemeriksaan"),
        ({"body": ""}, "Isi masih kosong."),
        ({"body": "x" * 6145}, "lebih panjang dari 6 KB"),
        ({"order": "satu"}, "urutan ditulis dengan angka"),
        ({"repeat": "0"}, "tulis jumlah hari"),
        (
            {"body": "Teks.\n\n? Ya?\n- [ ] Ya\n- [ ] Tidak\n> x"},
            "Panduan ini belum benar: id/brokers.md: soal 1 (Ya?): harus tepat satu jawaban yang benar",
        ),
        ({"body": "? Ya?\nYa\n- [x] Tidak\n> x"}, "soal 1 (Ya?): baris &#39;Ya&#39; tidak dapat dibaca"),
    ):
        answer = await ani.post_proved(PAGE, **GUIDE | wrong)
        assert (answer.status, said in answer.text.replace("<br><span>", " ")) == (422, True), wrong
        assert typed_on(answer, "title") == (GUIDE | wrong)["title"]
    assert (await ani.get("guides/Nothing/id")).status == 404
    assert (await ani.get("guides/brokers/min")).status == 404
