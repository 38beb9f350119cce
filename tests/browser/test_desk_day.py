"""What officers look at over a day, with what a busy office has in it: a step for a group, tickets, figures, rounds."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Playwright, expect

from server.regions import load_regions
from server.settings import ROOT
from server.survey.skm import ELEMENTS
from tests.applicants import Applicant, send_together
from tests.browser.looking import desk_faults, faults
from tests.browsing import Phone
from tests.clocked_office import ClockedOffice
from tests.day_at_work import Desk
from tests.officers import ApiOfficer
from tests.people import person
from tests.people_at_work import TEXTS, Officer

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
HALL = "Balai Nagari Kinali"
NAGARI = "13.12.08.2001"
REGIONS = load_regions(ROOT / "content/regions.csv")
PRINTER = """() => {
  window.print = () => {
    globalThis.printed = document.querySelector('.print-sheet').textContent;
    dispatchEvent(new Event('afterprint'));
  };
}"""


def at(clock: str) -> int:
    """Give the Unix time of a day and hour at the office in November 2026."""
    return int(datetime.fromisoformat(f"2026-11-{clock}:00").replace(tzinfo=ZoneInfo("Asia/Jakarta")).timestamp())


@pytest.fixture(scope="module")
def people(office: ClockedOffice) -> list[Applicant]:
    return [Applicant(office.url, person(seed) | {"nagari": NAGARI}) for seed in range(40, 48)]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockedOffice]:
    folder = tmp_path_factory.mktemp("office")
    with ClockedOffice(folder, now=at("20 08:00"), env={"RANTAU_POSTS_PER_SECOND": "1000"}) as office:
        yield office


@pytest.fixture(scope="module")
def busy(office: ClockedOffice, people: list[Applicant]) -> ClockedOffice:
    """Eight applied a week ago; four have what they need; hours of today were drawn, and some people came."""
    send_together(people, at=office.now)
    desk = Desk(office, ApiOfficer(office.url).sign_in())
    for one in people[4:]:
        desk.open(one.case)
        desk.record(one.case, "berkas_lengkap")
    office.now = at("23 09:00")
    desk.officer.sign_in()
    hour, event = publish(desk.officer, office, "Kantor", "office"), publish(desk.officer, office, HALL, "outreach")
    taken = {people[0].case: (people[0], hour), people[4].case: (people[4], event)}
    tickets = {case: ask(office, one, "take", offer=offer) for case, (one, offer) in taken.items()}
    for one in people[1:4]:
        ask(office, one, "wish", wish=[hour])
    office.now = at("26 17:00")
    while [ask(office, one, "show")["state"] for one in people[1:4]].count("booked") < 2:
        time.sleep(0.05)
    office.now = at("30 11:30")
    desk.officer.sign_in()
    for one, came in ((people[0], "arrived"), (people[4], "absent")):
        fields = {"csrf": desk.officer.csrf, "ticket": tickets[one.case]["ticket"]["number"], "came": came}
        assert desk.officer.post_form("/staff/id/queue", fields)[0] == 200
    return office


def publish(officer: ApiOfficer, office: ClockedOffice, place: str, kind: str) -> str:
    """Put an hour of the 30th on offer: of four places one is for whoever asks, two are drawn."""
    fields = {"kind": kind, "place": place, "area": "", "first": "2026-11-30", "last": "2026-11-30", "day0": "1"}
    fields |= {"from": "09:00", "to": "11:00", "minutes": "120", "places": "4", "kept": "2", "priority": "1"}
    assert officer.post_form("/staff/id/offers", fields | {"csrf": officer.csrf})[0] == 303
    listed = office.ask("GET", "/offers.json").json()["offers"]
    return str(next(offer["id"] for offer in listed if offer["place"] == place))


def ask(office: ClockedOffice, who: Applicant, do: str, **more: Any) -> Any:
    """Ask about somebody's appointment."""
    asked = {"v": 1, "asks": [{"case": who.case, "proof": who.keys.proof, "do": do, **more}]}
    return office.ask("POST", "/bookings", body=json.dumps(asked).encode()).json()["rows"][0]


@pytest.fixture(scope="module")
def page(playwright: Playwright, busy: ClockedOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """An officer's browser, signed in, with the list before it."""
    with Phone(playwright, tmp_path_factory.mktemp("desktop"), viewport={"width": 1280, "height": 900}) as desktop:
        Officer(desktop.page, busy, "id").sign_in()
        expect(desktop.page.locator(".case-link").first).to_be_focused()
        yield desktop.page
        assert desktop.errors == []


def test_a_group_takes_a_step_by_the_keyboard_and_who_may_not_take_it_is_named_and_left(
    page: Page, office: ClockedOffice, people: list[Applicant]
) -> None:
    press = page.keyboard.press
    colleague = Desk(office, ApiOfficer(office.url).sign_in())
    press("q")
    page.get_by_role("button", name=re.compile("^Terkirim 4$")).focus()
    press("Enter")
    expect(page.locator(".case-link")).to_have_count(4)
    press("l")
    for _ in range(4):
        press("x")
        press("j")
    bar = page.get_by_role("region", name="Langkah bersama")
    expect(bar).to_contain_text("4 dipilih")
    # Meanwhile somebody else deals with one of them.
    colleague.open(people[2].case)
    colleague.record(people[2].case, "perlu_perbaikan", "Tulis nama ibu seperti di akta lahir.")
    press("s")
    expect(bar.get_by_label("Langkah untuk semuanya")).to_be_focused()
    press("Control+Enter")
    expect(bar.get_by_role("alert")).to_have_text(ID.text("staff.step.choose-first"))
    press("d")  # one letter: a list begins anew with the next one where they come slowly
    expect(bar.get_by_label("Langkah untuk semuanya")).to_have_value("berkas_lengkap")
    press("Tab")
    page.keyboard.type("Bawa berkas asli.")
    press("Control+Enter")
    results = bar.get_by_role("listitem")
    expect(results).to_have_count(4)
    for one in people[:4]:
        said = "sudah berubah" if one is people[2] else "tercatat: Data lengkap"
        expect(results.filter(has_text=one.number)).to_contain_text(said)
    expect(bar).to_contain_text("1 dipilih, 1 di antaranya tidak ada di daftar ini")
    assert desk_faults(page) == []
    for one in people[:4]:
        [event] = one.news()
        changed = one is people[2]
        assert event["step"] == ("perlu_perbaikan" if changed else "berkas_lengkap")
        assert one.note_of(event).startswith("Tulis" if changed else "Bawa")
    bar.get_by_role("button", name="Tutup hasil").press("Enter")
    expect(results).to_have_count(0)
    bar.get_by_role("button", name="Batalkan pilihan").press("Enter")
    expect(bar).to_be_hidden()
    expect(page.get_by_label("Tanpa kabar")).to_be_focused()  # nothing is left in this queue to go on with
    page.get_by_role("button", name="Simpan sebagai tabel").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert desk_faults(page) == []
    press("Escape")


def test_the_number_of_a_ticket_is_typed_at_the_counter_as_it_stands_there(
    page: Page, office: ClockedOffice, people: list[Applicant]
) -> None:
    ticket = ask(office, people[0], "show")["ticket"]["number"]
    counter = page.context.new_page()
    counter.goto(f"{office.url}/staff/id/queue")
    field = counter.get_by_label("Nomor tiket")
    expect(field).to_be_focused()
    counter.keyboard.type(ticket[:-1])
    counter.keyboard.press("Enter")
    expect(counter.get_by_role("alert")).to_have_text("Ini bukan nomor tiket. Periksa setiap huruf dan angkanya.")
    expect(field).to_have_value(ticket[:-1])
    field.fill(ticket.lower().replace(" ", ""))
    # While the server does not answer what was typed stays, and goes with the next press.
    counter.context.set_offline(True)
    counter.keyboard.press("Enter")
    expect(counter.get_by_role("alert").filter(has_text="Server tidak menjawab")).to_be_visible()
    expect(field).to_have_value(ticket.lower().replace(" ", ""))
    assert desk_faults(counter) == []
    counter.context.set_offline(False)
    counter.keyboard.press("Enter")
    expect(counter.get_by_role("status")).to_have_text(f"{ticket} datang. Nomor permohonan: {people[0].number}.")
    assert desk_faults(counter) == []
    counter.close()
    page.bring_to_front()


def test_the_tickets_of_the_day_are_read_by_name_and_printed_with_a_box_to_tick(
    page: Page, people: list[Applicant]
) -> None:
    page.evaluate(PRINTER)
    page.get_by_role("button", name="Daftar tiket").click()
    page.get_by_label("Hari", exact=True).fill("2026-11-29")
    expect(page.get_by_role("status").filter(has_text="Minggu, 29 November 2026: belum ada tiket.")).to_be_visible()
    page.get_by_role("button", name="Hari sebelumnya").click()
    for _ in range(2):  # nobody has to wait for the day between
        page.get_by_role("button", name="Hari berikutnya").click()
    listed = page.locator(".tickets")
    expect(listed.get_by_role("rowheader").filter(has_text="09.00")).to_have_count(2)
    here = [row for row in listed.get_by_role("row").all() if row.get_by_role("cell").count() == 5]
    assert len(here) == 4
    for one, came in ((people[0], "Datang"), (people[4], "Tidak datang")):
        row = listed.get_by_role("row").filter(has_text=one.number)
        expect(row).to_contain_text(re.compile(f"09.00.*Permohonan paspor baru.*{one.values['nama_lengkap']}.*{came}"))
    assert listed.get_by_role("img", name="belum dicatat").count() == 2
    assert desk_faults(page) == []
    page.get_by_role("button", name="Cetak daftar").click()
    page.wait_for_function("globalThis.printed")
    printed = page.evaluate("printed")
    assert "Daftar tiket: Senin, 30 November 2026" in printed
    assert str(people[0].values["nama_lengkap"]) in printed
    assert "Memuat nama orang" in printed

    # While the server does not answer, a list that was opened is read and printed as it was.
    page.get_by_role("button", name="Tutup", exact=True).click()
    page.context.set_offline(True)
    page.get_by_role("button", name="Daftar tiket").click()
    page.get_by_label("Hari", exact=True).fill("2026-11-30")
    as_it_was = re.compile("Server tidak menjawab: ini daftar menurut keadaan pada .* Kedatangan dicatat setelah")
    expect(page.get_by_role("status").filter(has_text=as_it_was)).to_be_visible()
    expect(listed.get_by_role("row").filter(has_text=people[0].number)).to_contain_text("Datang")
    assert desk_faults(page) == []
    page.evaluate("globalThis.printed = ''")
    page.get_by_role("button", name="Cetak daftar").click()
    page.wait_for_function("globalThis.printed")
    assert as_it_was.search(page.evaluate("printed"))
    assert str(people[0].values["nama_lengkap"]) in page.evaluate("printed")
    page.get_by_role("button", name="Hari berikutnya").click()  # which nobody had opened
    expect(page.get_by_role("alert").filter(has_text="Server tidak menjawab")).to_be_visible()
    expect(page.get_by_label("Hari", exact=True)).to_have_value("2026-12-01")
    expect(listed).to_have_count(0)  # no other day's
    for words in (as_it_was, "30 November 2026"):
        expect(page.get_by_role("status").filter(has_text=words)).to_have_count(0)
    expect(page.get_by_role("button", name="Cetak daftar")).to_be_hidden()
    page.context.set_offline(False)
    page.get_by_role("button", name="Hari sebelumnya").click()
    expect(listed.get_by_role("row").filter(has_text=people[0].number)).to_contain_text("Datang")
    expect(page.get_by_role("status").filter(has_text=as_it_was)).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="Senin, 30 November 2026: 4 tiket.")).to_be_visible()


def test_figures_and_calendar_say_in_words_and_files_what_they_draw(
    page: Page, office: ClockedOffice, people: list[Applicant]
) -> None:
    page.goto(f"{office.url}/staff/id/report?from=2026-11-20&to=2026-11-30&by=day")
    for key in ("arrivals", "stock", "stays", "visits", "areas"):
        section = page.locator(f"#{key}")
        for drawn in section.get_by_role("img").all():
            expect(drawn).to_have_accessible_name(re.compile("[0-9]"))
        section.get_by_text(re.compile("^Tabel: ")).press("Enter")
        shown = [[cell.inner_text() for cell in row.get_by_role("cell").or_(row.get_by_role("rowheader")).all()]
                 for row in section.locator("tbody tr").all()]  # fmt: skip
        with page.expect_download() as download:
            section.get_by_role("link", name=re.compile("CSV")).click()
        rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
        assert rows[0] == section.locator("thead th").all_text_contents()
        assert [len(row) for row in shown] == [len(row) for row in rows[1:]]
        if key == "arrivals":
            assert [row[1:] for row in rows[1:]] == [["8", "0"], *[["0", "0"]] * 10]
        if key == "visits":
            assert [row[2:5] for row in rows[1:]] == [["1", "0", "1"], ["3", "1", "0"]]
            assert [row[2:5] for row in shown] == [row[2:5] for row in rows[1:]]
    assert desk_faults(page) == []

    page.goto(f"{office.url}/staff/id/calendar?month=2026-11")
    day = page.locator("td").filter(has=page.get_by_role("link", name="30 November 2026"))
    expect(day).to_contain_text("11.00 Kantor: 3 dari 4 terisi")
    expect(day).to_contain_text(f"Jemput bola · {HALL}: 1 dari 4 terisi")
    assert desk_faults(page) == []
    day.get_by_role("link").click()
    hour = page.get_by_role("article").filter(has=page.get_by_role("heading", name=re.compile("Kantor$")))
    hour.get_by_text(ID.text("staff.calendar.who", n=3)).press("Enter")
    expect(hour.get_by_role("row").filter(has_text=people[0].number)).to_contain_text("memesan sendiri")
    drawn = hour.get_by_role("row").filter(has_text="undian 26 November 2026")
    expect(drawn).to_have_count(2)
    expect(drawn.first).to_contain_text(re.compile("giliran [123] dari 3, keinginan ke-1"))
    assert desk_faults(page) == []
    for path in ("queue?day=2026-11-30", "offers", "figures", "survey"):
        page.goto(f"{office.url}/staff/id/{path}")
        assert (path, desk_faults(page)) == (path, [])


def test_anybody_reads_the_published_figures_in_charts_and_tables_on_the_smallest_screen(
    busy: ClockedOffice, people: list[Applicant], phone: Phone
) -> None:
    desk = Desk(busy, ApiOfficer(busy.url).sign_in())
    for one in people[3:]:
        desk.open(one.case)
        desk.record(one.case, "diserahkan")
    busy.now = at("30 11:30") + 10 * 86400  # November is over, and what was done in it without a signal is here
    head = ApiOfficer(busy.url).sign_in()
    of_four = {key: [0, 0, 0, 6] for key in ELEMENTS}
    assert head.post("survey", {"rows": [["2026-11", "passport-new", of_four, {}]], "unread": 0}).status == 201
    months = {"csrf": head.csrf, "from": "2026-11", "to": "2026-11", "proof-password": head.password}
    assert head.post_form("/staff/id/figures", months)[0] == 303
    while ID.text("figures.days") not in busy.ask("GET", "/id/office").text:  # its pages are made anew
        time.sleep(0.05)
    anybody = phone.page
    anybody.goto(f"{busy.url}/id/office")
    title = ID.text("form.passport-new.title")
    for name, told in (("figures.received", "8"), ("figures.ended", "5"), ("figures.days", "10,1")):
        chart = anybody.get_by_role("figure", name=ID.text(name))
        expect(chart).to_contain_text(title)
        expect(chart.get_by_role("img", name=told, exact=True)).to_be_visible()
    for name, of, drawn, told in (
        ("figures.hundred", ID.text("figures.ikm"), "100,00 (A)", "100,00, mutu A, dari 6 jawaban"),
        ("figures.areas", REGIONS.name(NAGARI), "8", "8"),
    ):
        chart = anybody.get_by_role("figure", name=ID.text(name))
        expect(chart).to_contain_text(of)
        expect(chart.get_by_role("img", name=drawn, exact=True)).to_be_visible()
        row = anybody.get_by_role("table", name=ID.text(name)).get_by_role("row").filter(has_text=of)
        assert row.get_by_role("cell").all_inner_texts() == [told]
    row = anybody.get_by_role("table", name=ID.text("figures.table")).get_by_role("row").filter(has_text=title)
    assert row.get_by_role("cell").all_inner_texts() == ["8", "5", "10,1"]
    assert faults(anybody) == []
    assert phone.errors == []
