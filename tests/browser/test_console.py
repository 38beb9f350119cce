"""The officers' desk in a real browser before a real server: what an officer sees, and what stays on no machine."""

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from server.keys.founding import DEMO
from server.settings import ROOT
from server.uploads.tus import CHUNK_TYPE
from sync.events import sign_event
from sync.receipt_code import derive, new_code, show_code
from sync.shape import v_of
from tests.applicants import Applicant, send_together
from tests.browser.looking import desk_faults
from tests.browsing import Phone
from tests.officers import ApiOfficer
from tests.people import person
from tests.serving import RunningOffice
from tests.uploading import TUS, digest_of, metadata, sealed_bytes

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NAME = "ROSMAINI UNTUK UJI"
PRINTER = """() => {
  globalThis.printed = '';
  window.print = () => {
    globalThis.printed = document.querySelector('.print-sheet').textContent;
    dispatchEvent(new Event('afterprint'));
  };
}"""
QUARTER = 15 * 60 * 1000  # milliseconds


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture
def applicant(office: RunningOffice) -> Applicant:
    return Applicant(office.url, person(1) | {"nama_lengkap": NAME})


@pytest.fixture
def desktop(playwright: Playwright, tmp_path: Path) -> Iterator[Phone]:
    desktop = Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900})
    with desktop:
        yield desktop
        assert desktop.errors == []


@pytest.fixture
def page(desktop: Phone, office: RunningOffice) -> Page:
    sign_in(desktop.page, office)
    return desktop.page


def sign_in(page: Page, office: RunningOffice) -> None:
    page.goto(f"{office.url}/staff/")
    page.get_by_label("Nama masuk").fill(DEMO.login)
    page.get_by_label("Kata sandi").fill(DEMO.password)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_label("Frasa kunci")).to_be_focused()


def unlock(page: Page, passphrase: str = DEMO.passphrase) -> None:
    page.get_by_label("Frasa kunci").fill(passphrase)
    page.keyboard.press("Enter")


def open_case(page: Page, applicant: Applicant) -> Locator:
    page.get_by_role("button", name=applicant.number).click()
    case = page.get_by_role("article", name=applicant.number)
    expect(case).to_be_visible()
    return case


def said_on(page: Page) -> str:
    """Read what was printed last."""
    return str(page.evaluate("printed"))


def row(case: Locator, label: str) -> Locator:
    return case.get_by_role("row").filter(has=case.page.get_by_role("rowheader", name=re.compile(f"^{label}")))


def record(case: Locator, step: str, note: str = "") -> None:
    case.get_by_label("Langkah", exact=True).select_option(step)
    case.get_by_label("Catatan untuk pemohon").fill(note)
    case.get_by_role("button", name="Catat langkah").click()


def violations(page: Page) -> list[str]:
    page.evaluate("globalThis.module = undefined")
    page.evaluate(AXE.read_text())  # what the debugger evaluates is not under the page's policy
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


def test_a_wrong_password_is_said_and_the_login_stays_typed(desktop: Phone, office: RunningOffice) -> None:
    page = desktop.page
    page.goto(f"{office.url}/staff/login")
    page.get_by_label("Nama masuk").fill(DEMO.login)
    page.get_by_label("Kata sandi").fill("bukan sandi itu")
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("alert")).to_contain_text("salah")
    expect(page.get_by_label("Nama masuk")).to_have_value(DEMO.login)
    assert violations(page) == []


def test_signing_in_works_without_javascript_and_the_desk_says_that_it_needs_it(
    playwright: Playwright, office: RunningOffice, tmp_path: Path
) -> None:
    with Phone(playwright, tmp_path / "plain", java_script_enabled=False) as plain:
        page = plain.page
        page.goto(f"{office.url}/staff/login?lang=en")
        page.get_by_label("Login").fill(DEMO.login)
        page.get_by_label("Password").fill(DEMO.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("JavaScript harus menyala")).to_be_visible()
        page.get_by_role("link", name="English").click()
        expect(page.get_by_text("JavaScript has to be on")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(re.compile("/staff/login"))


def test_a_wrong_passphrase_is_said_and_opens_nothing(page: Page) -> None:
    unlock(page, "kunci yang salah sama sekali")
    expect(page.get_by_role("alert")).to_contain_text("Frasa kunci salah")
    expect(page.get_by_label("Frasa kunci")).to_be_focused()
    assert violations(page) == []
    unlock(page)
    expect(page.get_by_role("table")).to_be_visible()


def test_an_application_is_read_in_the_browser_alone(page: Page, applicant: Applicant) -> None:
    applicant.send()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    unlock(page)
    listed = page.get_by_role("row").filter(has_text=applicant.number)
    expect(listed).to_contain_text("0 jam")
    case = open_case(page, applicant)
    expect(row(case, "Nama lengkap")).to_contain_text(NAME)
    expect(row(case, "Jenis kelamin")).to_contain_text(re.compile("Laki-laki|Perempuan"))
    year, month, day = str(applicant.values["tanggal_lahir"]).split("-")
    expect(row(case, "Tanggal lahir")).to_contain_text(f"{day}-{month}-{year}")
    for name, wanted in (("Cetak permohonan", NAME), ("Cetak tanda terima", "Tanda terima")):
        page.evaluate(PRINTER)
        case.get_by_role("button", name=name).click()
        page.wait_for_function("globalThis.printed")
        assert wanted in said_on(page)
        assert page.locator(".print-sheet").count() == 0
        if wanted == NAME:  # in the order of the paper form, which is not that of the form in the app
            assert re.search(
                "Perdim 11.*Tinggi badan.*Tempat lahir.*Tidak ditanya di formulir kertas.*Tujuan", said_on(page)
            )
    assert NAME not in said_on(page)
    assert NAME not in page.title() + page.url
    assert NAME not in repr(stored(page))
    assert said == []


def test_a_doubtful_nik_warns_at_its_field(page: Page, applicant: Applicant) -> None:
    applicant.send(nomor_ktp="1312054105900000")
    unlock(page)
    expect(row(open_case(page, applicant), "NIK").locator(".warning").first).to_be_visible()


def test_a_step_and_its_note_reach_the_applicant_and_nobody_else(
    page: Page, applicant: Applicant, office: RunningOffice
) -> None:
    applicant.send()
    unlock(page)
    case = open_case(page, applicant)
    record(case, "perlu_perbaikan")
    expect(case.get_by_text("Langkah ini perlu catatan")).to_be_visible()
    record(case, "perlu_perbaikan", "Tulis nama ibu seperti di akta lahir.")
    expect(page.get_by_role("status").filter(has_text="Langkah 1 dicatat")).to_be_visible()
    expect(case.get_by_role("listitem").filter(has_text="Perlu")).to_contain_text("Tulis nama ibu")
    expect(page.get_by_role("row").filter(has_text=applicant.number)).to_contain_text("Perlu")
    [event] = applicant.news()
    assert [event["n"], event["step"]] == [1, "perlu_perbaikan"]
    assert applicant.note_of(event) == "Tulis nama ibu seperti di akta lahir."
    databases = b"".join(path.read_bytes() for path in (office.folder / "data").rglob("*") if path.is_file())
    assert b"Tulis nama ibu" not in databases
    assert NAME.encode() not in databases


def test_a_correction_stands_beside_what_it_corrects(page: Page, applicant: Applicant) -> None:
    first = applicant.send(at=1_790_000_000)
    applicant.send(prev=(first,), nama_lengkap="ROSMAINI BINTI UJI")
    unlock(page)
    case = open_case(page, applicant)
    cells = row(case, "Nama lengkap").get_by_role("cell")
    expect(cells).to_have_text([NAME, re.compile("ROSMAINI BINTI UJI.*diubah")])
    expect(case.get_by_text("diubah")).to_have_count(1)
    assert violations(page) == []


def test_two_versions_that_both_stand_are_compared_and_a_step_says_which_it_is_about(
    page: Page, applicant: Applicant
) -> None:
    applicant.send(at=1_790_000_000)
    second = applicant.send(nama_lengkap="ROSMAINI KEDUA")
    unlock(page)
    case = open_case(page, applicant)
    expect(row(case, "Nama lengkap")).to_contain_text("versi berbeda")
    case.get_by_role("group", name="Langkah ini tentang versi").get_by_role("checkbox").last.uncheck()
    record(case, "berkas_lengkap")
    expect(page.get_by_role("status").filter(has_text="Langkah 1 dicatat")).to_be_visible()
    assert applicant.news()[0]["on"] == [second]


def test_a_case_is_found_by_what_was_answered_and_opened_by_nobody_until_then(
    page: Page, office: RunningOffice
) -> None:
    code = new_code()
    known_by = {"nama_lengkap": "MARJOHAN SUTAN BATUAH", "nomor_ktp": "1312014506900888"}
    wanted = Applicant(office.url, person(1) | known_by, derive(code))
    others = [Applicant(office.url, person(n)) for n in (2, 3)]
    send_together([wanted, *others], at=1_795_564_800)
    unlock(page)
    search = page.get_by_label("Cari nama, NIK")
    search.fill("batuah sutan")
    expect(page.get_by_text("1 ditemukan.", exact=True)).to_be_visible()
    [found] = page.locator(".case-list tbody tr").all()
    expect(found).to_contain_text(wanted.number)
    expect(found).to_contain_text("MARJOHAN SUTAN BATUAH")
    for other_way in (known_by["nomor_ktp"], show_code(code)):
        search.fill("tidak ada yang bernama begini")
        expect(page.get_by_text("0 ditemukan.", exact=True)).to_be_visible()
        search.fill(other_way)
        expect(page.locator(".case-list tbody tr")).to_have_count(1)
        expect(page.locator(".case-list tbody tr")).to_contain_text(wanted.number)

    audit = page.context.request.get(f"{office.url}/staff/id/audit").text()
    assert "untuk pencarian" in audit
    assert wanted.number not in audit
    open_case(page, wanted)
    page.keyboard.press("Escape")
    search.press("Escape")
    expect(page.locator(".case-list tbody tr").nth(2)).to_be_visible()
    page.get_by_role("button", name="Kunci", exact=True).click()
    assert "BATUAH" not in page.content()


def test_a_queue_shows_what_the_office_has_to_do_and_cases_of_one_nik_point_at_each_other(
    page: Page, office: RunningOffice, applicant: Applicant
) -> None:
    applicant.send(nomor_ktp="1312014506900777")
    Applicant(office.url, applicant.values).send()
    unlock(page)
    page.get_by_role("button", name=re.compile("^Giliran kantor")).click()
    expect(page.get_by_role("button", name=re.compile("^Pengaduan"))).to_have_count(0)  # there is none
    listed = page.get_by_role("row").filter(has_text=applicant.number)
    expect(listed).to_contain_text("NIK sama dengan 1 kasus lain")
    record(open_case(page, applicant), "perlu_perbaikan", "Tulis nama ibu seperti di akta lahir.")
    expect(listed).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Menunggu pemohon")).click()
    expect(listed).to_contain_text("Perlu")
    assert page.locator(".case-list .scroll").evaluate("one => one.scrollWidth <= one.clientWidth")


def test_officers_keep_their_notes_and_papers_to_themselves(
    page: Page, applicant: Applicant, office: RunningOffice
) -> None:
    applicant.send()
    unlock(page)
    case = open_case(page, applicant)
    case.get_by_role("button", name="Saya kerjakan").click()
    expect(page.get_by_role("row").filter(has_text=applicant.number)).to_contain_text(f"Dikerjakan {DEMO.login}")
    paper = case.get_by_role("group", name="Berkas yang sudah dilihat").get_by_role("checkbox").first
    paper.check()
    expect(case.get_by_text(f"dilihat {DEMO.login}")).to_be_visible()
    note, to_applicant = case.get_by_label("Catatan baru"), case.get_by_label("Catatan untuk pemohon")
    case.get_by_label("Langkah", exact=True).select_option("perlu_perbaikan")
    to_applicant.fill("Tulis nama ibu seperti di akta lahir.")
    note.fill("Ibu kandung perlu ditanya lagi.")
    note.press("Escape")
    expect(case.get_by_role("heading", name=applicant.number)).to_be_focused()
    expect(note).to_have_value("Ibu kandung perlu ditanya lagi.")
    page.keyboard.press("Escape")
    expect(case).to_have_count(0)
    page.get_by_role("button", name="Kunci", exact=True).click()
    expect(page.get_by_label("Frasa kunci")).to_be_focused()
    assert not re.search("Ibu kandung|nama ibu", page.content() + repr(stored(page)))
    unlock(page)
    open_case(page, applicant)
    expect(note).to_have_value("Ibu kandung perlu ditanya lagi.")
    expect(to_applicant).to_have_value("Tulis nama ibu seperti di akta lahir.")
    expect(case.get_by_label("Langkah", exact=True)).to_have_value("perlu_perbaikan")
    expect(case.get_by_text("lanjutan dari yang tadi ditulis")).to_have_count(2)
    case.get_by_role("button", name="Simpan catatan").click()
    expect(case.get_by_role("listitem").filter(has_text="Ibu kandung perlu")).to_be_visible()
    record(case, "perlu_perbaikan", "Tulis nama ibu seperti di akta lahir.")
    expect(page.get_by_role("status").filter(has_text="Langkah 1 dicatat")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Tugas saya")).click()
    case = open_case(page, applicant)
    expect(case.get_by_role("listitem").filter(has_text="Ibu kandung perlu")).to_be_visible()
    for emptied in (note, to_applicant):
        expect(emptied).to_have_value("")
    expect(paper).to_be_checked()
    assert "kandung" not in repr(applicant.whole_case())
    databases = b"".join(path.read_bytes() for path in (office.folder / "data").rglob("*") if path.is_file())
    assert b"Ibu kandung perlu" not in databases


def test_a_tampered_version_is_named_and_hides_nothing(page: Page, applicant: Applicant) -> None:
    good = applicant.send()
    bad = applicant.send_tampered(prev=(good,))
    unlock(page)
    case = open_case(page, applicant)
    expect(case.get_by_text(bad[:8])).to_be_visible()
    expect(case.get_by_text("diubah setelah dikirim")).to_be_visible()
    expect(row(case, "Nama lengkap")).to_contain_text(NAME)
    record(case, "berkas_lengkap")
    expect(page.get_by_role("status").filter(has_text="Langkah 1 dicatat")).to_be_visible()
    assert applicant.news()[0]["on"] == [good]


def test_who_comes_second_sees_the_other_step_and_is_asked_again(
    desktop: Phone, page: Page, applicant: Applicant, office: RunningOffice
) -> None:
    applicant.send()
    unlock(page)
    mine = open_case(page, applicant)
    assert desktop.context is not None
    colleague = desktop.context.new_page()
    colleague.goto(f"{office.url}/staff/")
    unlock(colleague)
    record(open_case(colleague, applicant), "pesan", "Kami sedang memeriksa.")
    expect(colleague.get_by_role("status").filter(has_text="Langkah 1 dicatat")).to_be_visible()
    page.bring_to_front()  # a tab in the background draws once a second
    record(mine, "berkas_lengkap", "Data Anda lengkap.")
    expect(mine.get_by_role("alert")).to_contain_text("Petugas lain")
    expect(mine.locator(".history").get_by_text("Kami sedang memeriksa.")).to_be_visible()
    expect(mine.get_by_label("Catatan untuk pemohon")).to_have_value("Data Anda lengkap.")
    mine.get_by_role("button", name="Catat langkah 2").click()
    expect(page.get_by_role("status").filter(has_text="Langkah 2 dicatat")).to_be_visible()
    assert [event["step"] for event in applicant.news()] == ["pesan", "berkas_lengkap"]


def test_an_answer_that_was_lost_does_not_make_a_step_two(page: Page, applicant: Applicant) -> None:
    applicant.send()
    unlock(page)
    case = open_case(page, applicant)
    page.route("**/events", lambda route: (route.fetch(), route.abort()))
    record(case, "pesan", "Mohon bawa akta asli.")
    waiting = page.get_by_text("1 langkah menunggu di peramban ini")
    expect(waiting).to_be_visible()
    page.unroute("**/events")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(waiting).to_have_count(0)
    assert len(applicant.news()) == 1


def test_an_outage_holds_nobody_up_and_what_another_did_meanwhile_is_shown(page: Page, office: RunningOffice) -> None:
    people = [Applicant(office.url, person(seed) | {"nama_lengkap": NAME}) for seed in range(21, 26)]
    first, second, third, fourth, fifth = people
    send_together(people, at=int(time.time()))
    other_tab = page.context.new_page()
    other_tab.goto(f"{office.url}/staff/")
    for tab in (other_tab, page):
        tab.bring_to_front()  # one in the background draws once a second
        unlock(tab)
        search_for(tab, fourth)
        expect(tab.get_by_text("1 ditemukan.", exact=True)).to_be_visible()  # and everything was read
    other_tab.bring_to_front()
    search_for(other_tab, fifth)
    case = open_case(other_tab, fifth)
    case.get_by_role("button", name="Saya kerjakan").click()
    case.get_by_role("group", name="Berkas yang sudah dilihat").get_by_role("checkbox").first.check()
    expect(case.get_by_text(f"dilihat {DEMO.login}")).to_be_visible()
    case.get_by_label("Catatan baru").fill("Ibu kandung perlu ditanya lagi.")
    case.get_by_role("button", name="Simpan catatan").click()
    expect(case.get_by_role("listitem").filter(has_text="Ibu kandung perlu")).to_be_visible()
    search_for(other_tab, fourth)
    page.bring_to_front()
    page.get_by_label("Cari nama, NIK").fill("")
    for one in (first, second, third):
        page.get_by_label(f"Pilih {one.number}").check()
    bar = page.get_by_role("region", name="Langkah bersama")
    bar.get_by_label("Langkah untuk semuanya").select_option("berkas_lengkap")
    bar.get_by_label("Catatan untuk pemohon").fill("Bawa berkas asli.")
    page.route(f"**/cases/{second.case}/events", lambda route: (route.fetch(), office.kill(), route.abort()))
    bar.get_by_role("button", name="Catat untuk 3 kasus").click()
    expect(bar.get_by_role("status")).to_contain_text("1 tercatat · 2 menunggu di peramban ini")
    page.unroute(f"**/cases/{second.case}/events")
    expect(bar.get_by_role("listitem").filter(has_text=second.number)).to_contain_text("menunggu dikirim: Data lengkap")
    for one in (first, second, third):
        expect(page.get_by_role("row").filter(has_text=one.number)).to_contain_text("Data lengkap")

    other_tab.bring_to_front()
    other_tab.get_by_role("button", name="Muat ulang").click()  # which takes nothing from memory
    expect(other_tab.get_by_role("alert").filter(has_text="Server tidak menjawab")).to_be_visible()
    case = open_case(other_tab, fourth)
    expect(case.get_by_text("dari ingatan peramban")).to_be_visible()
    expect(row(case, "Nama lengkap")).to_contain_text(NAME)
    record(case, "berkas_lengkap")
    expect(page.get_by_text("3 langkah menunggu di peramban ini")).to_be_visible()  # that of the other tab too
    search_for(other_tab, fifth)
    beside = open_case(other_tab, fifth)
    expect(beside.get_by_text("Berkas dan catatan di sini menurut keadaan pada")).to_be_visible()
    expect(beside.get_by_text(f"Dikerjakan {DEMO.login}")).to_be_visible()
    expect(beside.get_by_role("group", name="Berkas yang sudah dilihat").get_by_role("checkbox").first).to_be_checked()
    expect(beside.get_by_role("listitem").filter(has_text="Ibu kandung perlu")).to_be_visible()
    page.bring_to_front()
    search_for(page, fifth)
    case = open_case(page, fifth)
    expect(case.get_by_text("belum diketahui di sini, sampai server menjawab")).to_be_visible()
    expect(case.get_by_text("Belum ada yang mengerjakan.")).to_have_count(0)
    paper = case.get_by_role("group", name="Berkas yang sudah dilihat").get_by_role("checkbox").first
    expect(paper).to_be_checked(indeterminate=True)
    expect(paper).to_be_disabled()
    record(case, "perlu_perbaikan", "Tulis nama ibu seperti di akta lahir.")
    expect(page.get_by_role("status").filter(has_text="Langkah 1 (Perlu diperbaiki) menunggu dikirim.")).to_be_visible()
    record(case, "pesan", "Kami tunggu sampai Jumat.")
    expect(beside.locator(".history")).to_contain_text("Kami tunggu sampai Jumat.")
    expect(beside.get_by_role("button", name="Catat langkah 3")).to_be_visible()
    for tab in (page, other_tab):
        tab.bring_to_front()
        expect(tab.get_by_text("5 langkah menunggu di peramban ini")).to_be_visible()
        assert desk_faults(tab) == []
        assert not re.search(f"{NAME}|berkas asli|nama ibu|Jumat", repr(stored(tab)))
        tab.get_by_role("button", name="Kunci", exact=True).click()
        expect(tab.get_by_label("Frasa kunci")).to_be_focused()

    office.start()
    hands = ApiOfficer(office.url).sign_in()
    kid, private = hands.office_key
    [v] = [v_of(version) for version in hands.get(f"cases/{fifth.case}").body["versions"]]
    event = sign_event(
        case=fifth.case, n=1, step="dibatalkan", at=int(time.time()), on=[v], note=None, kid=kid, private=private
    )
    assert hands.post(f"cases/{fifth.case}/events", event).status == 201
    for tab in (other_tab, page):
        tab.bring_to_front()
        unlock(tab)
    stopped = page.get_by_role("listitem").filter(
        has_text="belum tercatat: petugas lain lebih dulu mencatat Dibatalkan"
    )
    expect(stopped).to_have_count(2)
    assert desk_faults(page) == []
    expect(page.get_by_text("menunggu di peramban ini")).to_have_count(0)
    for one in people[:4]:
        assert [event["step"] for event in one.news()] == ["berkas_lengkap"]

    # The case has ended, and at first does not open.
    again = stopped.filter(has_text="Perlu diperbaiki").get_by_role("button", name="Buka dan tinjau lagi")
    page.route(f"**/cases/{fifth.case}", lambda route: route.abort())
    again.click()
    expect(page.get_by_role("alert").filter(has_text="Server tidak menjawab")).to_be_visible()
    page.unroute(f"**/cases/{fifth.case}")
    again.click()
    note = page.get_by_role("article", name=fifth.number).get_by_label("Catatan untuk pemohon")
    expect(note).to_have_value("Tulis nama ibu seperti di akta lahir.")
    page.reload()
    unlock(page)
    again.click()
    expect(note).to_have_value("Tulis nama ibu seperti di akta lahir.")
    page.get_by_role("button", name="Catat langkah 2").click()
    expect(stopped).to_have_count(1)
    stopped.get_by_role("button", name="Buka dan tinjau lagi").click()
    expect(note).to_have_value("Kami tunggu sampai Jumat.")
    page.get_by_role("button", name="Catat langkah 3").click()
    for tab in (page, other_tab):
        expect(tab.get_by_role("listitem").filter(has_text="belum tercatat")).to_have_count(0)
    assert [event["step"] for event in fifth.news()] == ["dibatalkan", "perlu_perbaikan", "pesan"]
    assert [fifth.note_of(event) for event in fifth.news()[1:]] == [
        "Tulis nama ibu seperti di akta lahir.", "Kami tunggu sampai Jumat.",
    ]  # fmt: skip
    steps = steps_in_audit(office)
    assert {case: steps[case] for case in (one.case for one in people)} == {
        one.case: [(event["n"], event["step"]) for event in one.news()] for one in people
    }
    audit = page.context.request.get(f"{office.url}/staff/id/audit?case={fourth.case}").text()
    assert "membuka berkas" in audit


def steps_in_audit(office: RunningOffice) -> dict[str, list[tuple[int, str]]]:
    """Read which steps of each case the audit has, in the order of their numbers."""
    steps = defaultdict(list)
    for line in office.run("audit", "show").stdout.splitlines():
        deed = json.loads(line)
        if deed["deed"] == "event":
            about = deed["about"]
            steps[about["case"]].append((about["n"], about["step"]))
    return {case: sorted(taken) for case, taken in steps.items()}


def search_for(page: Page, applicant: Applicant) -> None:
    page.get_by_label("Cari nama, NIK").fill(applicant.number)
    expect(page.locator(".case-link")).to_have_text([applicant.number])


def test_locking_leaves_nothing_behind(page: Page, applicant: Applicant) -> None:
    applicant.send()
    unlock(page)
    case = open_case(page, applicant)
    case.get_by_label("Catatan untuk pemohon").fill("belum terkirim")
    page.get_by_role("button", name="Kunci", exact=True).click()
    expect(page.get_by_label("Frasa kunci")).to_be_focused()
    everything = page.content() + repr(stored(page))
    assert NAME not in everything
    assert "belum terkirim" not in everything
    assert page.get_by_role("button", name=applicant.number).count() == 0
    assert violations(page) == []


def test_a_desk_that_nobody_sits_at_locks_itself(page: Page, applicant: Applicant) -> None:
    applicant.send()
    page.clock.install()
    page.reload()
    unlock(page)
    open_case(page, applicant)
    page.clock.fast_forward(QUARTER - 60_000)
    expect(page.get_by_role("article")).to_be_visible()
    page.clock.fast_forward(2 * 60_000)
    expect(page.get_by_text("15 menit tanpa kegiatan.").first).to_be_visible()
    assert NAME not in page.content()


def test_a_session_that_ended_locks_the_desk_and_says_where_to_sign_in(
    desktop: Phone, page: Page, applicant: Applicant
) -> None:
    applicant.send()
    unlock(page)
    open_case(page, applicant)
    assert desktop.context is not None
    desktop.context.clear_cookies()
    page.get_by_role("button", name="Muat ulang").click()
    expect(page.get_by_role("link", name="Masuk lagi")).to_be_visible()
    assert NAME not in page.content()


def test_several_cases_are_dealt_with_in_a_few_keys_each(page: Page, office: RunningOffice) -> None:
    """From the list to the recorded step and the next case it takes three keys, and no mouse."""
    applicants = [Applicant(office.url, person(seed)) for seed in (11, 12, 13)]
    for one in applicants:
        one.send()
    unlock(page)
    press = page.keyboard.press
    expect(page.locator(".case-link").first).to_be_focused()
    press("?")
    expect(page.get_by_role("dialog", name="Tombol cepat")).to_be_visible()
    assert violations(page) == []
    press("Escape")
    press("/")
    expect(page.get_by_label("Cari nama, NIK")).to_be_focused()
    page.keyboard.type(applicants[0].number)
    expect(page.locator(".case-link")).to_have_text([applicants[0].number])
    press("Escape")
    expect(page.locator(".case-link").nth(1)).to_be_visible()
    page.get_by_label("Cari nama, NIK").blur()
    press("q")
    tab_to(page, page.get_by_role("button", name=re.compile("^Giliran kantor")))
    press("Enter")
    expect(page.get_by_role("button", name=re.compile("^Giliran kantor"))).to_have_attribute("aria-pressed", "true")
    press("l")
    press("End")
    press("ArrowUp")
    press("k")
    first, second, last = (page.get_by_role("heading", name=one.number) for one in applicants)
    expect(page.get_by_role("button", name=applicants[0].number)).to_be_focused()
    for heading in (first, second, last):
        if heading is first:
            press("Enter")
        expect(heading).to_be_focused()
        press("1")
        press("Control+Enter")
    expect(page.locator("#announcement")).to_contain_text("Tidak ada lagi di antrean ini.")
    assert [one.news()[0]["step"] for one in applicants] == ["berkas_lengkap"] * 3


def test_the_list_is_read_by_state_and_by_pages(desktop: Phone, tmp_path: Path) -> None:
    with RunningOffice(tmp_path / "busy") as busy:
        page = desktop.page
        applicants = [Applicant(busy.url, person(seed)) for seed in range(52)]
        send_together(applicants, at=1_780_000_000)
        sign_in(page, busy)
        unlock(page)
        look_through(page, applicants)


def look_through(page: Page, applicants: list[Applicant]) -> None:
    expect(page.locator(".case-link")).to_have_count(50)
    every = page.get_by_label("Pilih semua di halaman ini")
    every.check()
    page.get_by_role("button", name="Halaman berikutnya").click()
    expect(page.get_by_role("button", name="Halaman sebelumnya")).to_be_visible()
    expect(every).not_to_be_checked()
    every.check()
    expect(page.get_by_text("52 dipilih")).to_be_visible()
    page.get_by_role("button", name="Batalkan pilihan").click()
    expect(every).not_to_be_checked()
    page.get_by_label("Tanpa kabar").select_option("7")
    expect(page.locator(".case-link")).to_have_count(50)
    expect(page.locator("tr").filter(has_text=applicants[0].number)).to_contain_text("hari")
    record(open_case(page, applicants[0]), "dibatalkan")
    page.get_by_label("Tanpa kabar").select_option("0")
    page.get_by_role("button", name="Dibatalkan 1").click()
    expect(page.locator(".case-link")).to_have_text([applicants[0].number])


def test_the_desk_has_no_barrier_that_axe_can_find(page: Page, applicant: Applicant) -> None:
    first = applicant.send(at=1_790_000_000, nomor_ktp="1312054105900000")
    applicant.send(prev=(first,), nama_lengkap="ROSMAINI BINTI UJI")
    applicant.send_tampered()
    unlock(page)
    case = open_case(page, applicant)
    record(case, "perlu_perbaikan", "Tulis nama ibu seperti di akta lahir.")
    expect(page.get_by_role("status").filter(has_text="Langkah 1 dicatat")).to_be_visible()
    assert desk_faults(page) == []


def tab_to(page: Page, target: Locator) -> None:
    handle: Callable[[str], bool] = target.evaluate
    for _ in range(80):
        if handle("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {target} by Tab")


def stored(page: Page) -> Any:
    """Give what the page keeps in its storage and caches."""
    return page.evaluate(
        """async () => [
          {...localStorage}, {...sessionStorage}, await indexedDB.databases(), await caches.keys(), history.state,
        ]"""
    )


def test_a_photo_that_is_still_to_come_and_one_that_does_not_open_are_said_in_words(
    page: Page, office: RunningOffice, applicant: Applicant
) -> None:
    sealed, later = sealed_bytes(9_000), sealed_bytes(5_000)
    files = [["ktp", digest_of(sealed), "A" * 43, 9_000, "webp"], ["kk-2", digest_of(later), "A" * 43, 5_000, "jpeg"]]
    version, wrap = applicant.seal(blobs=[digest_of(sealed), digest_of(later)], files=files)
    applicant.post(version, wrap)
    upload = f"/blobs/{version['_id']}/{digest_of(sealed)}"
    named = {"upload-metadata": metadata(version=version["_id"], digest=digest_of(sealed))}
    assert office.ask("POST", "/blobs/", headers=TUS | named | {"upload-length": str(len(sealed))}).status == 201
    patch = TUS | {"content-type": CHUNK_TYPE, "upload-offset": "0"}
    assert office.ask("PATCH", upload, headers=patch, body=sealed).status == 204
    unlock(page)
    case = open_case(page, applicant)
    case.get_by_role("button", name="Tampilkan 2 foto dan berkas").click()
    files_shown = case.get_by_role("listitem").filter(has=page.get_by_role("heading", level=4))
    expect(files_shown.nth(0)).to_contain_text(re.compile("KTP.*bukan yang disegel pemohon", re.DOTALL))
    expect(files_shown.nth(1)).to_contain_text(re.compile("Kartu keluarga.*Foto menyusul", re.DOTALL))
