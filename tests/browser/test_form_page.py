"""The application form in a real browser before a real server: what it asks, keeps, refuses and sends."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.browser.form_filling import (
    fill_field,
    fill_form,
    send_form,
    wait_until_saved,
    wait_until_seen,
    wait_until_started,
)  # fmt: skip
from tests.browsing import Phone
from tests.people import child, child_of_a_year, person
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

PATH = "/id/apply/passport-new"
LONG_LIST = """async () => {
  const { choose, makeList } = await import('/pwa/region-names.js');
  const [form, select, list] = ['form', 'select', 'noscript'].map((name) => document.createElement(name));
  list.textContent = `<optgroup label="Kecamatan Kinali">
<option value="13.12.03.2001">Kinali
<option value="13.12.03.2002">Ma&#39;u &amp; Katiagan
</optgroup>`;
  select.add(new Option('Pilih', ''));
  form.append(select, list);
  choose(select, '13.12.03.2002');
  const said = [select.value, select.selectedOptions[0].label, select.options.length];
  makeList(select);
  said.push(select.value, select.options.length, select.querySelector('optgroup').label);
  choose(select, '99');
  return [...said, select.value];
}"""

# Whether the form waited to be seen, and until when.
WATCH_START = """
  globalThis.stages = [];
  new MutationObserver(() => stages.push(document.documentElement.dataset.started))
    .observe(document, { subtree: true, attributeFilter: ['data-started'] });
"""
LOSE_MAIN = """async () => {
  for (const name of await caches.keys()) await (await caches.open(name)).delete('/pwa/main.js');
}"""
# A storage that gives what it holds only once it is told to.
SLOW = """
  const { decrypt } = SubtleCrypto.prototype;
  const told = new Promise((resolve) => { window.release = () => resolve(); });
  SubtleCrypto.prototype.decrypt = async function (...given) { await told; return decrypt.apply(this, given); };
"""
DRAFTS = """async () => {
  const { listDrafts, loadDraft } = await import('/pwa/drafts.js');
  const values = (await Promise.all((await listDrafts()).map(({ id }) => loadDraft(id)))).map((draft) => draft.values);
  return values.map(({ nama_lengkap, ibu_nama }) => [nama_lengkap, ibu_nama]);
}"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture
def page(phone: Phone, office: RunningOffice) -> Iterator[Page]:
    yield open_form(phone.page, office)
    assert phone.errors == []


def open_form(page: Page, office: RunningOffice) -> Page:
    page.goto(office.url + PATH)
    started(page)
    return page


def started(page: Page) -> None:
    """Wait until the form asks only what applies."""
    wait_until_seen(page)
    page.locator("[data-field=paspor_lama_nomor]").wait_for(state="hidden")


def field(page: Page, key: str, answer: str | bool) -> None:
    fill_field(page.locator(f"[data-field={key}]"), key, answer)


class TestQuestions:
    def test_only_what_applies_is_asked(self, page: Page) -> None:
        spouse, parents = page.locator("[data-section=pasangan]"), page.locator("[data-section=anak]")
        expect(spouse).to_be_hidden()
        field(page, "status_sipil", "1")
        expect(spouse).to_be_visible()
        field(page, "status_sipil", "2")
        expect(spouse).to_be_hidden()
        field(page, "tanggal_lahir", child(1, today=date.today())["tanggal_lahir"])
        expect(parents).to_be_visible()
        expect(page.locator("[data-field=ktp_tanggal_dikeluarkan]")).to_be_hidden()
        field(page, "tanggal_lahir", "1990-01-31")
        expect(parents).to_be_hidden()
        expect(page.locator("[data-field=ktp_tanggal_dikeluarkan]")).to_be_visible()
        field(page, "lahir_tidak_lengkap", True)
        field(page, "tahun_lahir", child_of_a_year(1, today=date.today())["tahun_lahir"])
        expect(parents).to_be_visible()
        expect(page.locator("[data-paper=akta-lahir]")).to_be_visible()
        expect(page.locator("[data-field=ktp_tanggal_dikeluarkan]")).to_be_hidden()

    def test_where_one_lives_decides_which_place_is_asked(self, page: Page) -> None:
        for answer, asked in (("pasaman_barat", "nagari"), ("indonesia", "kabupaten"), ("lain", "wilayah_lain")):
            field(page, "tempat_tinggal", answer)
            for place in ("nagari", "kabupaten", "wilayah_lain"):
                expect(page.locator(f"[data-field={place}]")).to_be_visible(visible=place == asked)

    def test_the_papers_to_bring_follow_the_answers(self, page: Page) -> None:
        old = page.locator("[data-paper=paspor-lama]")
        expect(old).to_be_hidden()
        field(page, "punya_paspor_lama", True)
        expect(old).to_be_visible()


class TestKeeping:
    def test_what_was_typed_is_there_after_a_reload(self, page: Page) -> None:
        answers = person(2)
        fill_form(page, answers)
        wait_until_saved(page)
        page.reload()
        started(page)
        expect(page.locator("#nama_lengkap")).to_have_value(str(answers["nama_lengkap"]))
        expect(page.locator("#nagari")).to_have_value(str(answers["nagari"]))
        expect(page.locator("#ktp_seumur_hidup")).to_be_checked()
        expect(page.locator(f"[name=jenis_kelamin][value={answers['jenis_kelamin']}]")).to_be_checked()

    def test_a_long_list_is_made_when_it_is_looked_into_and_keeps_what_was_chosen(self, page: Page) -> None:
        said = page.evaluate(LONG_LIST)
        assert said == ["13.12.03.2002", "Ma'u & Katiagan", 2, "13.12.03.2002", 3, "Kecamatan Kinali", ""]

    def test_what_was_typed_is_there_after_the_battery_fell_out(self, phone: Phone, office: RunningOffice) -> None:
        page = open_form(phone.page, office)
        field(page, "nama_lengkap", "UPIK BANUN")
        wait_until_saved(page)
        phone.kill()
        page = open_form(phone.start(), office)
        expect(page.locator("#nama_lengkap")).to_have_value("UPIK BANUN")

    def test_all_of_it_can_be_seen_though_its_start_did_not_come(self, phone: Phone, office: RunningOffice) -> None:
        page = open_form(phone.page, office)
        phone.offline()
        page.evaluate(LOSE_MAIN)
        page.add_init_script(WATCH_START)
        page.reload()
        expect(page.locator("[data-section]").last).to_be_visible()
        assert page.evaluate("stages") == ["soon", ""]

    def test_switching_the_language_keeps_the_draft(self, page: Page) -> None:
        field(page, "nama_lengkap", "UPIK BANUN")
        wait_until_saved(page)
        page.get_by_role("link", name="English").click()
        page.wait_for_url("**/en/apply/**")
        expect(page.locator("#nama_lengkap")).to_have_value("UPIK BANUN")

    def test_what_is_typed_before_the_draft_is_back_goes_into_it(self, page: Page) -> None:
        field(page, "nama_lengkap", "UPIK BANUN")
        wait_until_saved(page)
        page.add_init_script(SLOW)
        page.reload()
        wait_until_started(page)
        field(page, "ibu_nama", "ROSNA")
        page.locator("#ibu_nama").blur()
        page.evaluate("release()")
        expect(page.locator("#nama_lengkap")).to_have_value("UPIK BANUN")
        wait_until_saved(page)
        assert page.evaluate(DRAFTS) == [["UPIK BANUN", "ROSNA"]]

    def test_a_wrong_field_keeps_its_text(self, page: Page) -> None:
        field(page, "nomor_ktp", "1312abc")
        field(page, "nama_lengkap", "UPIK")
        expect(page.locator("#nomor_ktp-error")).to_contain_text("16 angka")
        wait_until_saved(page)
        page.reload()
        started(page)
        expect(page.locator("#nomor_ktp")).to_have_value("1312abc")


class TestFaults:
    def test_what_is_wrong_is_summed_up_and_each_line_leads_to_its_field(self, page: Page) -> None:
        fill_form(page, person(3) | {"telp_hp": "12"})
        page.locator("#ibu_nama").fill("")
        page.locator("[data-action=review]").click()
        summary = page.locator(".error-summary")
        expect(summary).to_be_focused()
        lines = summary.get_by_role("link")
        expect(lines).to_have_count(2)
        assert lines.first.inner_text() == page.locator("#telp_hp-error").inner_text()
        expect(page.locator("#telp_hp")).to_have_attribute("aria-invalid", "true")
        lines.last.click()
        expect(page.locator("#ibu_nama")).to_be_focused()
        expect(page.locator("#telp_hp")).to_have_value("12")

    def test_a_doubt_is_said_and_lets_pass(self, page: Page) -> None:
        answers = person(4)
        fill_form(page, answers | {"nomor_ktp": f"{str(answers['nomor_ktp'])[:12]}0000"})
        expect(page.locator("#nomor_ktp-warning")).to_contain_text("0000")
        expect(send_form(page)).to_have_attribute("data-state", "done")


class TestSending:
    def test_an_adult_sends_and_holds_the_office_receipt(self, page: Page) -> None:
        answers = person(5)
        fill_form(page, answers)
        page.locator("[data-action=review]").click()
        expect(page.locator("[data-review]")).to_contain_text(str(answers["nama_lengkap"]))
        expect(page.locator("[data-cost]")).to_contain_text("KB")
        page.locator("[data-action=send]").click()
        receipt = page.locator("[data-receipt]")
        expect(receipt).to_have_attribute("data-state", "done")
        code = page.locator("[data-code]").inner_text()
        assert len(code.replace(" ", "")) == 17
        expect(receipt.get_by_role("img")).to_have_accessible_name(f"Kode QR berisi kode tanda terima ini: {code}")
        page.reload()
        expect(page.locator("[data-code]")).to_have_text(code)

    def test_a_child_sends_with_a_parents_consent(self, page: Page) -> None:
        fill_form(page, child(6, today=date.today()))
        expect(send_form(page)).to_have_attribute("data-state", "done")

    def test_kirim_without_a_signal_waits_and_leaves_with_it(self, phone: Phone, page: Page) -> None:
        fill_form(page, person(7))
        wait_until_saved(page)
        phone.offline()
        receipt = send_form(page)
        expect(receipt).to_have_attribute("data-state", "waiting")
        expect(receipt).to_contain_text("Menunggu sinyal")
        phone.offline(without_signal=False)
        expect(receipt).to_have_attribute("data-state", "done")

    def test_a_phone_that_never_met_its_office_can_send_as_soon_as_it_does(
        self, phone: Phone, office: RunningOffice
    ) -> None:
        page = phone.page
        page.context.route("**/office.json", lambda route: route.abort())
        open_form(page, office)
        fill_form(page, person(15))
        page.locator("[data-action=review]").click()
        trouble = page.locator("[data-trouble]")
        expect(trouble).to_contain_text("Belum pernah terhubung dengan kantor.")
        expect(page.locator("[data-action=send]")).to_be_disabled()
        page.context.unroute("**/office.json")
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("[data-action=send]")).to_be_enabled()
        expect(trouble).to_be_empty()

    def test_the_keyboard_is_enough(self, page: Page) -> None:
        fill_form(page, person(8))
        page.locator("#pernyataan").focus()
        press_by_keyboard(page, "review")
        expect(page.locator("[data-review] h1")).to_be_focused()
        expect(page.locator("[data-action=send]")).to_be_enabled()
        press_by_keyboard(page, "send")
        expect(page.locator("[data-receipt]")).to_have_attribute("data-state", "done")


def press_by_keyboard(page: Page, action: str) -> None:
    """Press a button a few Tabs further on."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.dataset.action") == action:
            break
    expect(page.locator(f"[data-action={action}]")).to_be_focused()
    page.keyboard.press("Enter")


class TestWithoutScript:
    def test_a_plain_form_leads_to_a_receipt(self, phone: Phone, office: RunningOffice) -> None:
        with Phone(phone.playwright, phone.profile.with_name("plain"), java_script_enabled=False) as plain:
            page = plain.page
            page.goto(office.url + PATH)
            answers = person(9)
            fill_form(page, answers)
            page.locator("form button").click()
            expect(page.locator("main")).to_contain_text(str(answers["nama_lengkap"]))
            code = page.locator(".code").inner_text()
            page.locator("main form button").click()
            expect(page.locator("main")).to_contain_text("Diterima kantor")
            page.goto(f"{office.url}/id/track")
            page.locator("#code").fill(code)
            page.locator("main form button").click()
            expect(page.locator("h1")).to_have_text("Terkirim")
