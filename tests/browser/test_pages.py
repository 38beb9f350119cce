"""Every public page in a real browser: readable by everybody, on the smallest screen, in every scheme."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from server.content import load_content
from server.settings import load_settings
from sync.receipt_code import derive, new_code
from tests.applicants import Applicant
from tests.browser.form_filling import fill_field, send_form, wait_until_saved, wait_until_seen
from tests.browser.looking import SMALLEST, faults, form_faults, without_a_script
from tests.browsing import Phone, complete
from tests.generated_people import Crowd
from tests.people import person
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

CONTENT = load_content(load_settings({}).content)
FORMS = CONTENT.forms
PAGES = (
    "", "guides", "guides/passport", "choose", "apply/passport-new", "mine", "track", "case", "offers", "booking",
    "survey", "survey/thanks", "survey/poster", "volunteer", "bundle", "poster", "office", "nowhere",
)  # fmt: skip
LOAD = """async () => {
  const names = ['drafts', 'outbox', 'pins'];
  window.device = await Promise.all(names.map((name) => import(`/pwa/${name}.js`)));
  window.form = await window.device[2].loadForm('passport-new');
  await window.device[2].office();
}"""
POST = """([url, values]) => {
  const form = Object.assign(document.createElement('form'), { method: 'post', action: url });
  form.append(...Object.entries(values).map(([name, value]) =>
    Object.assign(document.createElement('input'), { name, value })));
  document.body.append(form);
  form.submit();
}"""
KNOWN = {"permit-limited": {"cara_jaminan": "penjamin", "lama_diminta": "1t"}}
SEND = """async (values) => {
  const { device: [drafts, outbox, pins], form: loaded } = window;
  await drafts.newDraft('passport-new', loaded.name, values, { title: 'BEGUN' });
  const draft = await drafts.newDraft('passport-new', loaded.name, values, { title: 'SEALED' });
  const prepared = await outbox.prepare(await drafts.loadDraft(draft), loaded, await pins.office());
  return outbox.commit(prepared);
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=SMALLEST, locale="id-ID")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[Page]:
    """Go from page to page, as somebody does for whom the app is fetched once."""
    context = browser.new_context(viewport=SMALLEST, locale="id-ID")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_page_has_no_fault(visitor: Page, office: RunningOffice, lang: str, path: str) -> None:
    visitor.goto(f"{office.url}/{lang}/{path}")
    visitor.locator("[data-said]").wait_for(state="attached")
    assert faults(visitor) == []


def test_what_lies_on_the_phone_has_no_fault(page: Page, office: RunningOffice) -> None:
    page.goto(f"{office.url}/id/mine")
    complete(page)
    page.evaluate(LOAD)
    page.context.set_offline(True)
    case = page.evaluate(SEND, person(1))
    page.get_by_role("link", name="Lihat").wait_for()
    page.context.set_offline(False)
    page.reload()
    page.locator("[data-draft]").wait_for()
    page.locator("[data-case]").wait_for()
    assert faults(page) == []
    page.goto(f"{office.url}/id/case#c={case}")
    page.locator("summary").click()
    page.locator("details dl").first.wait_for()
    assert faults(page) == []


def test_a_form_with_faults_has_none_itself(page: Page, office: RunningOffice) -> None:
    page.goto(f"{office.url}/id/apply/passport-new")
    wait_until_seen(page)
    page.locator("[data-field=paspor_lama_nomor]").wait_for(state="hidden")
    page.locator("[data-action=review]").click()
    page.locator(".error-summary").wait_for()
    assert faults(page) == []


@pytest.fixture
def bare(page: Page) -> Page:
    page.context.route("**/id/**", without_a_script)
    return page


def test_no_form_has_a_fault_without_a_script(bare: Page, office: RunningOffice) -> None:
    found = {}
    for service in FORMS.services:
        bare.goto(f"{office.url}/id/{'' if service == 'survey' else 'apply/'}{service}")
        found[service] = form_faults(bare)
    assert found == {service: [] for service in FORMS.services}


@pytest.mark.parametrize("service", ["permit-limited", "complaint"])
def test_what_is_sent_without_a_script_is_looked_at_without_fault(
    bare: Page, office: RunningOffice, service: str
) -> None:
    url, form = f"{office.url}/id/apply/{service}", FORMS.latest(service)
    typed = Crowd(5, regions=CONTENT.regions).person(form, today=date.today(), **KNOWN.get(service, {}))
    bare.goto(url)
    bare.evaluate(POST, [url, typed])
    bare.locator("[name=item]").wait_for(state="attached")
    assert faults(bare) == []
    if service == "complaint":  # spoiled on the way, and so refused
        bare.locator("[name=item]").evaluate("(item) => { item.value = '{}'; }")
    bare.get_by_role("button").click()
    bare.wait_for_url("**/send")
    assert faults(bare) == []


# Long enough for the page to have read all that it shows.
CHANGED = """async () => {
  document.dispatchEvent(new CustomEvent('rantau:stored'));
  const [drafts, outbox, cases] = await Promise.all(
    ['drafts', 'outbox', 'case-list'].map((name) => import(`/pwa/${name}.js`)));
  for (const _ of [1, 2, 3]) await Promise.all([drafts.listDrafts(), outbox.listOutbox(), cases.listCases()]);
}"""


def press_while_it_is_drawn_anew(page: Page, button: Locator) -> None:
    """Press it as a finger does, slowly enough for what changed to come in between."""
    button.hover()
    page.mouse.down()
    page.evaluate(CHANGED)
    page.mouse.up()


class TestMine:
    def test_a_draft_is_deleted_only_after_a_second_yes(self, phone: Phone, office: RunningOffice) -> None:
        page = phone.page
        page.goto(f"{office.url}/id/apply/passport-new")
        fill_field(page.locator("[data-field=nama_lengkap]"), "nama_lengkap", "UPIK BANUN")
        wait_until_saved(page)
        page.goto(f"{office.url}/id/mine")
        draft = page.locator("[data-draft]", has_text="UPIK BANUN")
        press_while_it_is_drawn_anew(page, draft.get_by_role("button", name="Hapus isian"))
        expect(draft.get_by_role("button", name="Batal")).to_be_focused()
        page.keyboard.press("Enter")
        expect(draft).to_be_visible()
        draft.get_by_role("button", name="Hapus isian").click()
        draft.locator("[data-action=confirm]").click()
        expect(draft).to_have_count(0)
        expect(page.locator("main")).to_contain_text("Belum ada apa-apa")
        assert phone.errors == []


class TestCase:
    def test_a_code_opens_a_case_on_another_phone_and_leaves_no_trace_in_the_address(
        self, phone: Phone, office: RunningOffice
    ) -> None:
        code = new_code()
        applicant = Applicant(office.url, person(2), derive(code))
        applicant.send()
        page = phone.page
        page.goto(f"{office.url}/id/track")
        page.locator("[data-said]").wait_for(state="attached")
        page.locator("#code").fill(code[:-1])
        page.keyboard.press("Enter")
        expect(page.locator("#code-error")).to_contain_text("16 atau 17")
        expect(page.locator("#code")).to_have_value(code[:-1])
        page.locator("#code").fill(code.upper())
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Terkirim")
        assert page.url == f"{office.url}/id/case"
        page.locator("[data-action=keep]").click()
        expect(page.locator("[data-receipt]")).to_have_attribute("data-state", "done")
        assert page.url.endswith(f"#c={applicant.case}")
        assert phone.errors == []

    def test_a_correction_begins_with_what_was_sent_and_replaces_it(self, phone: Phone, office: RunningOffice) -> None:
        code = new_code()
        applicant = Applicant(office.url, person(3), derive(code))
        applicant.send()
        page = phone.page
        page.goto(f"{office.url}/k#{code}")
        page.locator("[data-correct]").click()
        name = page.locator("#nama_lengkap")
        expect(name).to_have_value(str(person(3)["nama_lengkap"]))
        name.fill("NAMA YANG BENAR")
        wait_until_saved(page)
        expect(send_form(page)).to_have_attribute("data-state", "done")
        page.reload()
        page.locator("summary").click()
        expect(page.locator("details")).to_contain_text("NAMA YANG BENAR")
        opened = page.evaluate("(id) => import('/pwa/cases.js').then(({ openCase }) => openCase(id))", applicant.case)
        first, second = opened["versions"]
        assert (second["prev"], opened["standing"]) == ([first["v"]], [second["v"]])
        assert phone.errors == []


def test_the_first_page_fits_into_one_round_trip(office: RunningOffice) -> None:
    paths = ("/", "/pwa/app.css")
    sizes = {path: len(office.ask("GET", path, headers={"Accept-Encoding": "br"}).body) for path in paths}
    assert sizes["/pwa/app.css"] <= 4 * 1024, sizes
    assert sum(sizes.values()) <= 14 * 1024, sizes
