"""What comes after sending, on the applicant's phone: where it stands, what to expect, what to come for."""

import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from server.projection.pace import LEAST
from server.survey.skm import ELEMENTS
from sync.events import sign_event
from sync.receipt_code import derive, new_code
from tests.applicants import Applicant
from tests.browser.looking import faults
from tests.browsing import Phone
from tests.officers import ApiOfficer
from tests.people import person
from tests.people_at_work import TEXTS, Officer
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
MORE_NAMES = {"tujuan": "umrah", "tambah_nama": True, "nama_tambahan": "DATUAK"}
DAY = 86400
PATIENT = 40_000  # milliseconds, on a busy machine
NOTIFIED = """async () => {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).map(({ title, data }) => [title, data]);
}"""

# Keeps what each exchange of this page sends.
LISTEN = """(() => {
  const real = window.fetch;
  window.bodies = [];
  window.fetch = async (url, options) => {
    if (String(url).endsWith('/exchange')) {
      const stream = new Blob([options.body]).stream();
      const isPacked = options.headers['Content-Encoding'] === 'gzip';
      const plain = isPacked ? stream.pipeThrough(new DecompressionStream('gzip')) : stream;
      window.bodies.push(await new Response(plain).text());
    }
    return real(url, options);
  };
})()"""
SURVEY_DRAFTS = """import('/pwa/db.js').then(({ readAll }) => readAll('meta'))
  .then((rows) => rows.filter(({ name }) => name.includes('survey-draft')).map((row) => Object.keys(row)))"""
EXCHANGE = "import('/pwa/exchange.js').then(({ exchangeAnew }) => exchangeAnew()).then(() => window.bodies)"


def step(officer: ApiOfficer, applicant: Applicant, v: str, n: int, name: str, *, at: int) -> None:
    """Record a step of a case as the officer's browser does."""
    kid, key = officer.office_key
    event = sign_event(case=applicant.case, n=n, step=name, at=at, on=[v], note=None, kid=kid, private=key)
    assert officer.post(f"cases/{applicant.case}/events", event).status == 201


def post_code(page: Page, code: str) -> None:
    """Ask for the status as a browser without JavaScript does."""
    page.locator("#code").fill(code)
    page.evaluate("document.querySelector('form').submit()")


def test_a_person_sees_what_to_do_when_to_expect_it_and_what_waits(phone: Phone, office: RunningOffice) -> None:
    officer, now, code = ApiOfficer(office.url).sign_in(), int(time.time()), new_code()
    for seed in range(LEAST):  # what the office did of late: ready three days after the payment
        past = Applicant(office.url, person(seed))
        v = past.send()
        step(officer, past, v, 1, "dibayar", at=now - 9 * DAY)
        step(officer, past, v, 2, "siap_diambil", at=now - 6 * DAY)
    own = Applicant(office.url, person(50) | MORE_NAMES, derive(code), n=4)
    v = own.send()
    step(officer, own, v, 1, "dibayar", at=now)

    # With the code alone, without JavaScript.
    page = phone.page
    page.goto(f"{office.url}/id/track")
    post_code(page, code)
    expect(page.locator("h1")).to_have_text("Sudah dibayar")
    expect(page.locator("main")).to_contain_text("Tunggu jadwal datang ke kantor.")
    expect(page.locator("main")).to_contain_text(f"perkiraan dari {LEAST} permohonan")
    assert faults(page) == []

    # In the app, kept on the phone, which may notify.
    assert phone.context is not None
    page.goto(f"{office.url}/k#{code}")
    page.locator("[data-action=keep]").click()
    expect(page.locator("[data-expected]")).to_contain_text(f"{LEAST} permohonan", timeout=PATIENT)
    # Their form is an earlier one by now; its words come with it.
    page.get_by_text(ID.text("app.case.answers"), exact=True).click()
    expect(page.get_by_text(ID.text("field.passport-new4.nama_tambahan"), exact=True)).to_be_visible(timeout=PATIENT)
    phone.context.grant_permissions(["notifications"])
    page.reload()
    expect(page.locator("main")).to_contain_text("Tunggu jadwal datang ke kantor.", timeout=PATIENT)
    expect(page.locator("[data-reminders] a")).to_have_count(0)

    # The office says that the document waits: every page does, and the phone notifies once.
    step(officer, own, v, 2, "siap_diambil", at=now + 60)
    page.goto(f"{office.url}/id/guides/passport")
    line = page.locator("[data-reminders]")
    expect(line).to_contain_text(f"{own.number} siap diambil", timeout=PATIENT)
    phone.offline()
    page.goto(f"{office.url}/id/track")
    expect(line).to_contain_text(own.number, timeout=PATIENT)
    page.wait_for_function(f"async () => (await ({NOTIFIED})()).length > 0")
    assert page.evaluate(NOTIFIED) == [
        [line.locator("p").inner_text().removesuffix(" Lihat"), f"/id/case#c={own.case}"]
    ]
    line.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Siap diambil", timeout=PATIENT)
    assert phone.errors == []


def test_a_finished_case_is_asked_how_it_was_and_the_answers_are_nobodys(
    phone: Phone, office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    api, now, code = ApiOfficer(office.url).sign_in(), int(time.time()), new_code()
    own = Applicant(office.url, person(60), derive(code))
    step(api, own, own.send(), 1, "diserahkan", at=now)
    page = phone.page
    page.clock.install()
    page.goto(f"{office.url}/k#{code}")
    page.locator("[data-action=keep]").click()
    page.locator("[data-survey] a").wait_for()

    # Without a signal; one question is forgotten first.
    phone.offline()
    page.locator("[data-survey] a").click()
    expect(page.locator("#layanan")).to_have_value("passport-new", timeout=PATIENT)
    assert faults(page) == []
    for key in ELEMENTS[1:]:
        page.locator(f'[name={key}][value="4"]').check()
    expect(page.locator("[data-saved=yes]")).to_be_visible(timeout=PATIENT)
    [kept] = page.evaluate(SURVEY_DRAFTS)
    assert sorted(kept) == ["at", "ct", "id", "iv", "n", "name", "v"], "sealed, and nothing that leads to a case"
    page.goto(f"{office.url}/id/survey")  # opened anew, and not from the case
    expect(page.locator("[data-continued]")).to_be_visible(timeout=PATIENT)
    expect(page.locator("#layanan")).to_have_value("passport-new")
    expect(page.locator('[name=pengaduan][value="4"]')).to_be_checked()
    page.goto(f"{office.url}/id/survey#c={own.case}&s=passport-replace")  # about another application
    page.reload()
    expect(page.locator("#layanan")).to_have_value("passport-replace", timeout=PATIENT)
    expect(page.locator('[name=pengaduan][value="4"]')).not_to_be_checked()
    page.goto(f"{office.url}/id/survey#c={own.case}&s=passport-new")
    page.reload()
    expect(page.locator('[name=pengaduan][value="4"]')).to_be_checked(timeout=PATIENT)
    page.get_by_role("button", name="Kirim penilaian").click()
    expect(page.locator(".error-summary")).to_be_focused(timeout=PATIENT)
    expect(page.locator(".error-summary li")).to_have_text(
        ["Kesesuaian persyaratan dengan jenis pelayanan: belum diisi."]
    )
    page.locator('[name=persyaratan][value="4"]').check()
    page.get_by_role("button", name="Kirim penilaian").click()
    expect(page.locator("[data-sealed]")).to_be_visible(timeout=PATIENT)
    assert page.evaluate(SURVEY_DRAFTS) == []

    # Nothing goes while this phone is heard of otherwise; hours later it goes alone, in a request that names nobody.
    page.add_init_script(LISTEN)
    phone.offline(without_signal=False)
    page.goto(f"{office.url}/id/case#c={own.case}")
    bodies = page.evaluate(EXCHANGE)
    asked = [json.loads(body.partition("\n")[0]) for body in bodies]
    assert any(set(first) != {"v"} for first in asked), "it asks for what it follows"
    assert not any('"survey"' in body for body in bodies)
    expect(page.locator("[data-survey]")).to_have_count(0)
    page.clock.fast_forward("07:00:00")
    [body] = [body for body in page.evaluate(EXCHANGE) if '"survey"' in body]
    first, _, item = body.strip().partition("\n")
    assert first == '{"v":1}', "no device is named, and no case asked for"
    assert "\n" not in item, "it goes alone"
    assert page.evaluate("import('/pwa/db.js').then(({ readAll }) => readAll('outbox'))") == []

    # The officer counts; with four more from the counter there are enough to be shown.
    for _ in range(4):
        given = {key: "3" for key in ELEMENTS} | {"layanan": "passport-new"}
        assert page.request.post(f"{office.url}/id/survey", form=given, headers={"Origin": office.url}).ok
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        officer = Officer(desktop.page, office, "id")
        officer.sign_in()
        officer.page.locator("#survey").click()
        officer.page.locator("[data-count]").click()
        expect(officer.page.get_by_text("5 jawaban dihitung, 0 tidak terbuka.")).to_be_visible(timeout=PATIENT)
        officer.page.get_by_role("link", name="Lihat laporan").click()
        expect(officer.page.locator("main")).to_contain_text("IKM 80,00", timeout=PATIENT)
        assert faults(officer.page) == []
        assert desktop.errors == []
    assert phone.errors == []
