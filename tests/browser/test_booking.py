"""Choosing a day to come on a phone whose signal comes and goes: a certain place, a ticket, a move, and wishes."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, expect

from server.settings import load_settings
from sync.receipt_code import derive, new_code, parse_code
from tests.applicants import Applicant
from tests.browser.looking import SMALLEST, WATCH_SENDING, faults
from tests.browsing import Phone
from tests.officers import ApiOfficer
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

PUBLISHED = {  # an event: on a holiday the office's own counter has no hours
    "kind": "outreach", "place": "Kantor Wali Nagari Talu", "area": "", "from": "08:00", "to": "10:00", "minutes": "60",
    "first": f"{date.today() + timedelta(1)}", "last": f"{date.today() + timedelta(2)}",
    "places": "2", "kept": "1", "priority": "0", **{f"day{n}": "1" for n in range(7)},
}  # fmt: skip

AS_OF = re.compile(r"^Sisa tempat pada .*\d\d\.\d\d\. Bisa berubah\.$")
# What sends wishes is brought so late that the exchange after which it does is over.
LATE = """(() => {
  const { postMessage } = ServiceWorker.prototype;
  ServiceWorker.prototype.postMessage = function (message, ...more) {
    const tell = () => postMessage.call(this, message, ...more);
    if (message.extra !== 'booking') return tell();
    const heard = new AbortController();
    document.addEventListener('rantau:exchanged', ({ detail }) => {
      if (detail.state !== 'ok') return;
      heard.abort();
      setTimeout(tell);
    }, { signal: heard.signal });
  };
})()"""
# News of the office, and all is drawn anew.
NEWS = """async (drawn) => {
  document.dispatchEvent(new CustomEvent('rantau:booked'));
  while (drawn.isConnected) await new Promise(requestAnimationFrame);
}"""
HAS_WORDS = """async () => {
  const notes = async () => (await caches.match('/notes'))?.json();
  while (!(await notes())?.extras.includes('online')) await new Promise((go) => setTimeout(go, 50));
  await navigator.serviceWorker.ready;
}"""


def test_without_a_signal_a_phone_that_lacks_the_page_says_which_when_it_comes_and_opens_it_with_the_signal(
    phone: Phone, office: RunningOffice
) -> None:
    page = phone.page
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{office.url}/id/")
    page.evaluate(HAS_WORDS)
    phone.offline()
    main = page.locator("main")
    page.get_by_role("link", name="Tentang kantor").click()  # which every phone has
    expect(main).to_contain_text("bukan situs resmi")
    expect(main).to_contain_text(load_settings({}).office.address["id"])
    page.go_back()
    page.get_by_role("link", name="Pilih hari datang").click()
    expect(main).to_contain_text("Halaman ini belum ada di HP ini")
    expect(main.locator("[data-asked]")).to_have_text("Pilih hari datang")
    expect(main).to_contain_text("setelah ada permohonan di HP ini")
    assert page.url == f"{office.url}/id/booking"
    assert faults(page) == []
    page.goto(f"{office.url}/id/poster")
    expect(main.locator("[data-asked]")).to_have_text("/id/poster")
    expect(main).to_contain_text("hanya terbuka saat ada sinyal")
    page.go_back()
    phone.offline(without_signal=False)
    # The next try may be some seconds away, and the one after it fifteen more.
    lead = "Belum ada permohonan di HP ini. Isi dan kirim permohonan dulu."
    expect(main).to_contain_text(lead, timeout=60_000)
    page.goto("about:blank")
    page.goto(f"{office.url}/id/booking#c={derive(new_code()).case}")  # of a case that this phone has forgotten
    expect(main).to_contain_text(lead)
    assert phone.errors == []


def test_a_place_is_certain_at_once_and_a_wish_waits_for_the_signal(
    phone: Phone, office: RunningOffice, browser: Browser
) -> None:
    officer = ApiOfficer(office.url).sign_in()
    officer.post_form("/staff/id/offers", PUBLISHED | {"csrf": officer.csrf})
    code = new_code()
    Applicant(office.url, keys=derive(code)).send()
    page = phone.page
    page.goto(f"{office.url}/id/case#{code}")
    page.locator("[data-action=keep]").click()
    page.get_by_role("link", name="Pilih hari datang").click()
    said = page.locator("[data-module=booking] > [role=status]")

    page.get_by_role("button", name="Pesan tempat").click()
    expect(said).to_have_text("Pilih dulu hari dan jamnya.")
    hours = page.locator("[data-offers] input")
    expect(hours).to_have_count(4)
    left = page.locator("[data-offers] label .hint")
    expect(left.nth(2)).to_have_text("sisa 1 tempat")  # the other one is drawn
    assert faults(page) == []
    hours.nth(0).check()
    page.get_by_role("button", name="Pesan tempat").click()
    ticket = page.locator("[data-ticket]")
    expect(ticket).to_contain_text("Kantor Wali Nagari Talu")
    expect(ticket.locator("svg")).to_be_visible()
    number = ticket.get_attribute("data-ticket")
    assert faults(page) == []
    page.reload()

    phone.offline(needs=["booking"])
    page.reload()
    expect(page.locator(f"[data-ticket='{number}']")).to_be_visible()
    expect(page.locator("[data-reminders]")).to_contain_text("Kantor Wali Nagari Talu")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Simpan ke kalender HP").click()
    assert saved.value.suggested_filename.endswith(".ics")
    calendar = saved.value.path().read_bytes()
    assert b"LOCATION:Kantor Wali Nagari Talu\r\n" in calendar
    assert calendar.count(b"BEGIN:VALARM\r\n") == 2
    assert str(number).encode() not in calendar
    page.get_by_role("button", name="Pindah ke hari lain").click()
    # What is left is what the office told last, and the page says when that was.
    expect(left.nth(2)).to_have_text("sisa 1 tempat")
    expect(page.locator("[data-offers] > .hint")).to_have_text(AS_OF)
    hours.nth(2).check()
    page.get_by_role("button", name="Pindah ke hari ini").click()
    expect(said).to_contain_text("Belum ada sinyal")
    expect(page.locator(f"[data-ticket='{number}']")).to_be_visible()
    expect(hours.nth(2)).to_be_checked()

    phone.offline(without_signal=False)
    page.get_by_role("button", name="Pindah ke hari ini").click()
    expect(said).to_have_text("Anda sudah pindah. Tempat lama dilepas.")
    expect(ticket).to_contain_text("Anda sudah pindah satu kali.")
    expect(page.locator(f"[data-ticket='{number}']")).to_have_count(0)
    # Somebody without a script waits for that hour, which is full, and has it when it is given up.
    waiting = Applicant(office.url, keys=derive(other := new_code()))
    waiting.send()
    plain = browser.new_page(viewport=SMALLEST, locale="id-ID", java_script_enabled=False)
    plain.goto(f"{office.url}/id/offers")
    plain.locator("[name=offer]").nth(2).check()
    plain.locator("[name=code]").fill(other)
    plain.get_by_role("button", name="Pesan tempat").click()
    expect(plain.get_by_role("alert")).to_contain_text("penuh")
    plain.locator("[name=code]").fill(other)
    plain.get_by_role("button", name="Masuk daftar tunggu").click()
    expect(plain.get_by_text("Keinginan Anda sampai di kantor.")).to_be_visible()
    plain.locator("[name=code]").fill(other)
    plain.get_by_role("button", name="Lihat tiket atau keinginan saya").click()
    expect(plain.locator("[data-waiting]")).to_contain_text("Kantor Wali Nagari Talu")
    with browser.new_page(viewport=SMALLEST, locale="id-ID") as looked_at:  # with axe, which is a script
        looked_at.goto(f"{office.url}/id/offers")
        looked_at.locator("[name=code]").fill(other)
        looked_at.get_by_role("button", name="Lihat tiket atau keinginan saya").click()
        expect(looked_at.locator("[data-waiting]")).to_be_visible()
        assert faults(looked_at) == []
    plain.get_by_role("link", name="Pilih hari datang").click()
    page.get_by_role("button", name="Batalkan tempat saya").click()
    page.locator("[data-action=confirm]").click()
    expect(said).to_have_text("Tempat Anda sudah dilepas.")
    plain.locator("[name=code]").fill(other)
    plain.get_by_role("button", name="Lihat tiket atau keinginan saya").click()
    expect(plain.locator("[data-ticket]")).to_be_visible()
    expect(plain.locator("main")).to_contain_text("Ada yang melepas tempat, dan Anda yang paling lama menunggu.")
    with plain.expect_download() as saved:
        plain.get_by_role("link", name="Simpan ke kalender HP").click()
    assert b"LOCATION:Kantor Wali Nagari Talu\r\n" in saved.value.path().read_bytes()
    plain.context.close()

    phone.offline()
    for place in (3, 1):
        hours.nth(place).check()
        page.get_by_role("button", name="Tambah ke keinginan").click()
    wishes = page.locator("[data-wishes] li")
    expect(wishes).to_have_count(2)
    page.get_by_role("button", name="Kirim keinginan").click()
    expect(page.locator("[data-waiting=here]")).to_be_visible()
    page.add_init_script(LATE)
    page.reload()
    expect(page.locator("[data-waiting=here]")).to_be_visible()
    expect(wishes).to_have_count(2)
    wishes.nth(1).get_by_role("button").click()
    expect(wishes).to_have_count(1)
    phone.offline(without_signal=False)
    expect(page.locator("[data-waiting=sent]")).to_be_visible(timeout=30_000)
    expect(wishes).to_have_count(1)  # what somebody is at stays when what was sent before is answered

    officer.post_form(f"/staff/id/offers/{hours.nth(3).get_attribute('value')}/close", {"csrf": officer.csrf})
    page.reload()
    expect(wishes.first).to_contain_text("Hari itu tidak ditawarkan lagi.")
    expect(wishes.nth(1)).to_contain_text("Kantor Wali Nagari Talu")  # still the second
    page.get_by_label("Saya lansia").check()
    page.evaluate(NEWS, wishes.first.element_handle())
    expect(page.get_by_label("Saya lansia")).to_be_checked()
    assert phone.errors == []


def test_a_group_names_its_people_and_the_days_it_would_like_without_a_signal(
    phone: Phone, office: RunningOffice
) -> None:
    officer = ApiOfficer(office.url).sign_in()
    officer.post_form("/staff/id/offers", PUBLISHED | {"kind": "group", "csrf": officer.csrf})
    page = phone.page
    page.goto(f"{office.url}/id/booking")
    page.wait_for_function("import('/pwa/booking/offers.js').then((offers) => offers.refreshOffers())")
    page.goto(f"{office.url}/id/apply/group")
    page.evaluate("import('/pwa/sw-bridge.js').then((bridge) => bridge.keepPacks('booking'))")
    page.reload()

    phone.offline(needs=["booking"])
    for key, value in {
        "nama_rombongan": "KUD Talu", "nama_lengkap": "Siti Aminah", "telp_hp": "081363123456",
        "tempat_rombongan": "Balai KUD", "jumlah_orang": "31", "daftar_nama": "Upik\nBuyung\nO'Neil",
    }.items():  # fmt: skip
        page.locator(f"#{key}").fill(value)
    page.locator("#pernyataan").check()  # what is said of the names then moves the page, and not from under this
    expect(page.locator("#daftar_nama-warning")).to_contain_text("satu nama setiap baris")
    page.locator("#nagari").select_option("13.12.03.2004")
    page.evaluate(WATCH_SENDING)
    page.locator("[data-action=review]").click()
    page.get_by_label("Pilihan 1").select_option(index=2)
    wished = page.get_by_label("Pilihan 1").input_value()
    page.locator("[data-action=send]").click()
    expect(page.locator("[data-code]")).to_be_visible()
    assert page.evaluate("moved") == []  # from under the finger
    code = page.locator("[data-code]").inner_text()
    phone.offline(without_signal=False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-standing]")).to_contain_text("Diterima kantor")

    keys = derive(parse_code(code))
    page.goto(f"{office.url}/id/booking#c={keys.case}")
    expect(page.locator("[data-waiting=sent]")).to_be_visible(timeout=30_000)  # asked about by the phone itself
    version, _ = next(row for row in Applicant(office.url, keys=keys).whole_case() if isinstance(row, list))
    assert (version["service"], version["wish"]) == ("group", [wished])
    assert "Buyung" not in str(version)
    assert phone.errors == []
