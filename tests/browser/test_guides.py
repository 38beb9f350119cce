"""A phone in a village without a signal: its guides are looked through, speak its language, and train volunteers."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from server.guides.training import Finished, code_of
from server.keys.founding import DEMO
from tests.browser.looking import faults
from tests.browsing import Phone, complete
from tests.officers import ApiOfficer
from tests.serving import RunningOffice
from tests.volunteers import code_on

pytestmark = pytest.mark.browser

HAS_LANGUAGE = """async (lang) => {
  const notes = async () => (await caches.match('/notes'))?.json();
  while (!(await notes())?.now[lang]) await new Promise((go) => setTimeout(go, 50));
}"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as office:
        yield office


def visit(phone: Phone, url: str) -> Page:
    """Open the app once, and go where there is no signal."""
    page = phone.page
    page.goto(url)
    phone.offline()
    return page


def test_the_guides_are_looked_through_without_a_signal(phone: Phone, office: RunningOffice) -> None:
    page = visit(phone, f"{office.url}/id/")
    page.get_by_role("link", name="Cari di panduan").click()
    page.get_by_role("searchbox").fill("HILÁNG polisi")
    found = page.get_by_role("status").get_by_role("listitem")
    expect(found.first.locator("mark").filter(has_text="polisi")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("searchbox").fill("xylophone")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tidak ada panduan yang memuat kata itu.")).to_be_visible()
    page.get_by_role("searchbox").fill("denda")
    found.get_by_role("link").first.click()
    expect(page.locator("article h1")).to_be_visible()
    page.get_by_role("button", name="Tampilkan untuk kelas").click()
    shown = page.get_by_role("dialog")
    expect(shown.get_by_role("heading", level=1)).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("ArrowRight")
    expect(shown.get_by_role("heading", level=2)).to_be_visible()
    expect(shown.get_by_text("2 dari")).to_be_visible()
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    assert phone.errors == []


def test_the_main_path_is_in_minangkabau_without_a_signal(phone: Phone, office: RunningOffice) -> None:
    page = phone.page
    page.goto(f"{office.url}/id/")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.get_by_role("link", name="Minang", exact=True).click()
    expect(page.get_by_role("heading", name="Uruih paspor, juo katiko sinyal lamah")).to_be_visible()
    page.evaluate(HAS_LANGUAGE, "min")
    assert faults(page) == []
    phone.offline()
    page.goto(f"{office.url}/min/apply/passport-new")
    expect(page.locator("html")).to_have_attribute("lang", "min")
    expect(page.get_by_text("Isian disimpan di HP ko salamo Sanak mangatik.")).to_be_visible()
    asked = page.get_by_role("textbox", name="Namo langkok", exact=True)
    expect(asked).to_have_accessible_description("Tulih pas sarupo di KTP, KK, jo akta lahir. Ciek kato pun buliah.")
    page.locator("[data-action=review]").click()
    expect(page.get_by_role("heading", name="Ado nan paralu dibatuaan")).to_be_visible()
    expect(page.get_by_text("Namo langkok: alun diisi.").first).to_be_visible()
    assert phone.errors == []


VOLUNTEER = """async () => {
  const { createProfile } = await import('/pwa/profiles.js');
  await createProfile({ name: 'buyung', passphrase: 'bukit awan kursi lampu', device: 'd-abcdefgh' });
}"""


def test_a_volunteer_trains_without_a_signal_and_is_given_a_code(phone: Phone, office: RunningOffice) -> None:
    page = phone.page
    page.goto(f"{office.url}/id/")
    complete(page)
    page.evaluate(VOLUNTEER)
    phone.offline(needs=["profile"])
    page.goto(f"{office.url}/id/guides/volunteer-consent")
    expect(page.locator("html[data-started]")).to_be_attached()  # until then the office would judge
    quiz = page.locator("#quiz")
    for name in ("Menunggu jawabannya", "Ayah, ibu, atau wali", "Mengirim dahulu"):
        quiz.get_by_label(name).check()
    quiz.get_by_role("button", name="Periksa jawaban").click()
    expect(quiz.get_by_text("Belum semuanya benar.")).to_be_visible()
    expect(quiz.locator("fieldset").nth(2)).to_contain_text("di situ pula ia dihapus")
    quiz.get_by_label("Menghapus konsepnya").check()
    page.keyboard.press("Enter")
    expect(quiz.get_by_text("Ulangi sebelum")).to_be_visible()
    assert faults(page) == []
    shown = quiz.locator(".code")
    code = shown.inner_text()
    today = date.fromisoformat(page.evaluate("() => import('/pwa/pins.js').then(({ today }) => today())"))
    assert code.replace(" ", "") == code_of(Finished("d-abcdefgh", "volunteer-consent", today))
    page.reload()
    expect(shown).to_have_text(code)
    assert phone.errors == []


def test_an_answer_that_is_pressed_while_the_words_hang_is_judged_when_they_come(
    browser: Browser, office: RunningOffice
) -> None:
    with browser.new_context(service_workers="block") as context:  # a worker's requests cannot be held
        page = context.new_page()
        held: list[Route] = []
        page.route("**/text/guides-id.json", lambda route: held.append(route))
        page.goto(f"{office.url}/id/guides/volunteer-consent")
        expect(page.locator("html[data-started]")).to_be_attached()
        quiz = page.locator("#quiz")
        quiz.get_by_label("Menunggu jawabannya").check()
        quiz.get_by_role("button", name="Periksa jawaban").click()
        expect(quiz.get_by_role("status")).to_have_text("Bagian ini terbuka begitu ada sinyal.")
        for route in held:
            route.continue_()
        expect(quiz.get_by_role("status")).to_have_text("Belum semuanya benar. Baca alasannya, lalu coba lagi.")
        expect(quiz.locator("fieldset").first).to_contain_text("Benar.")


ENROL = """async (code) => {
  const { enrol } = await import('/pwa/enrolment.js');
  const { createProfile } = await import('/pwa/profiles.js');
  const { device } = await enrol(code);
  await createProfile({ name: 'buyung', passphrase: 'bukit awan kursi lampu', device });
}"""


def test_a_volunteer_notes_how_many_came_without_a_signal_and_the_office_counts_them(
    phone: Phone, office: RunningOffice
) -> None:
    officer = ApiOfficer(office.url).sign_in()
    page = phone.page
    page.goto(f"{office.url}/id/volunteer")
    asked = {"login": "buyung", "csrf": officer.csrf, "proof-password": DEMO.password}
    code = code_on(officer.post_form("/staff/id/volunteers", asked)[1].decode())
    page.evaluate(ENROL, code)
    page.evaluate("import('/pwa/sw-bridge.js').then(({ keepPacks }) => keepPacks('volunteer'))")
    phone.offline(needs=["profile", "volunteer"])
    page.goto(f"{office.url}/id/guides/brokers")
    noting = page.locator("[data-class-count]")
    noting.locator("summary").click()
    noting.get_by_role("button", name="Catat").click()
    expect(noting.get_by_text("Tempat: tulis nagari atau jorongnya.")).to_be_visible()
    noting.get_by_label("Tempat").fill("Balai Nagari Kinali")
    noting.get_by_label("Berapa orang hadir").fill("0")
    page.keyboard.press("Enter")
    expect(noting.get_by_label("Berapa orang hadir")).to_be_focused()
    noting.get_by_label("Berapa orang hadir").fill("23")
    page.keyboard.press("Enter")
    expect(noting.get_by_text("Belum terkirim")).to_be_visible()
    noting.get_by_label("Tempat").fill("Jorong\u200bAlamanda")  # a character that nobody sees, pasted along
    noting.get_by_label("Berapa orang hadir").fill("19")
    page.keyboard.press("Enter")
    expect(noting.get_by_text("Belum terkirim")).to_have_count(2)
    phone.offline(without_signal=False)
    page.evaluate("import('/pwa/exchange.js').then(({ exchangeAnew }) => exchangeAnew())")
    expect(noting.get_by_text("Diterima kantor")).to_be_visible()
    refused = noting.locator("[data-state=refused]")
    expect(refused).to_contain_text("Tempat: tulis nagari atau jorongnya.")
    assert faults(page) == []
    refused.get_by_role("button", name="Perbaiki").click()
    expect(noting.get_by_label("Berapa orang hadir")).to_have_value("19")
    noting.get_by_label("Tempat").fill("Jorong Alamanda")
    noting.get_by_role("button", name="Catat").click()
    page.evaluate("import('/pwa/exchange.js').then(({ exchangeAnew }) => exchangeAnew())")
    expect(noting.get_by_text("Diterima kantor")).to_have_count(2)
    expect(refused).to_have_count(0)
    assert "<li>Hati-hati calo: 42</li>" in officer.page("/staff/id/classes")
    assert phone.errors == []
