"""When the browser drops what it kept: the person is told the truth, and what was sealed is sent all the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.form_filling import fill_form, send_form, wait_until_saved
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser


@pytest.fixture(params=["id", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def page(phone: Phone, office: RunningOffice, lang: str) -> Page:
    phone.page.goto(f"{office.url}/{lang}/mine")
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    phone.page.reload()
    return phone.page


def send_one(page: Page, office: RunningOffice, lang: str, seed: int) -> None:
    page.goto(f"{office.url}/{lang}/apply/{SERVICE}#new")
    fill_form(page, person(seed))
    wait_until_saved(page)
    send_form(page)


def kept(page: Page) -> list[str]:
    """Name what the second copy holds."""
    found: list[str] = page.evaluate(
        """async () => {
          const { mirror } = await import('/pwa/second-copy.js');
          await mirror();
          return (await (await caches.open('rantau-outbox')).keys()).map(({ url }) => new URL(url).pathname);
        }"""
    )
    return found


def evict(page: Page) -> None:
    """Drop the database as a browser does that needs the space: behind the app's back."""
    page.evaluate(
        """() => new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase('rantau'); // once what the app is just writing is written
          request.onsuccess = () => resolve(null);
          request.onerror = () => reject(request.error);
        })"""
    )
    page.reload()


def test_unsent_items_come_back_and_the_loss_is_told(
    page: Page, phone: Phone, office: RunningOffice, lang: str
) -> None:
    phone.offline()
    send_one(page, office, lang, 1)
    send_one(page, office, lang, 2)
    page.goto(f"{office.url}/{lang}/apply/{SERVICE}#new")
    page.locator("[data-field=nama_lengkap] input").fill("UPIK HILANG")
    wait_until_saved(page)
    assert len(kept(page)) == 2

    page.goto(f"{office.url}/{lang}/mine")
    evict(page)
    told = TEXTS[lang].text("app.state.evicted", drafts=1, cases=2, unsent=2, restored=2)
    expect(page.locator(".state-line")).to_contain_text(told)
    expect(page.locator("[data-item]")).to_have_count(2)
    page.goto(f"{office.url}/{lang}/")
    expect(page.locator(".state-line")).to_contain_text(told)  # on every page, until it was read

    phone.offline(without_signal=False)
    page.goto(f"{office.url}/{lang}/mine")
    page.evaluate(
        """async () => {
          const { unsent } = await import('/pwa/answered.js');
          while ((await unsent()).count) await new Promise((go) => setTimeout(go, 50));
        }"""
    )  # the office has them
    page.locator("[data-evicted]").click()
    expect(page.locator(".state-line")).not_to_contain_text(told)
    assert kept(page) == []
    page.reload()
    expect(page.locator("[data-module=mine] .notice")).to_be_visible()
    expect(page.locator(".state-line")).to_have_text("")


def test_a_loss_without_anything_unsent_is_told_too(page: Page, office: RunningOffice, lang: str) -> None:
    page.goto(f"{office.url}/{lang}/apply/{SERVICE}#new")
    page.locator("[data-field=nama_lengkap] input").fill("UPIK HILANG")
    wait_until_saved(page)
    assert kept(page) == []
    evict(page)
    told = TEXTS[lang].text("app.state.evicted", drafts=1, cases=0, unsent=0, restored=0)
    expect(page.locator(".state-line")).to_contain_text(told)


def test_a_phone_that_kept_nothing_is_told_nothing(page: Page, office: RunningOffice, lang: str) -> None:
    page.goto(f"{office.url}/{lang}/apply/{SERVICE}#new")
    page.locator("[data-field=nama_lengkap] input").fill("UPIK")
    wait_until_saved(page)
    page.goto(f"{office.url}/{lang}/mine")
    page.locator("[data-draft] .button-bad").first.click()
    page.evaluate("document.dispatchEvent(new CustomEvent('rantau:queued'))")  # news takes nobody's question away
    page.locator("[data-draft] [data-action=confirm]").click()
    expect(page.locator("[data-draft]")).to_have_count(0)
    kept(page)
    assert page.evaluate("Object.keys(localStorage)") == []
    evict(page)
    expect(page.locator("[data-module=mine] .notice")).to_be_visible()
    expect(page.locator(".state-line")).to_have_text("")


def test_the_note_and_the_copy_hold_nothing_that_can_be_read(
    page: Page, phone: Phone, office: RunningOffice, lang: str
) -> None:
    phone.offline()
    send_one(page, office, lang, 3)
    assert len(kept(page)) == 1
    note = page.evaluate("Object.entries(localStorage)")
    assert len(note) == 1
    assert re.fullmatch(r'\{("[a-z]+":\d+,?)+\}', note[0][1])
    copy = page.evaluate(
        """async () => {
          const cache = await caches.open('rantau-outbox');
          return (await cache.match((await cache.keys())[0])).text();
        }"""
    )
    name = str(person(3)["nama_lengkap"])
    assert name not in copy
    assert '"code"' not in copy


@pytest.mark.parametrize("is_granted", [True, False])
def test_the_browser_is_asked_at_the_first_draft_and_its_answer_shown(
    phone: Phone, office: RunningOffice, is_granted: bool
) -> None:
    page = phone.page
    page.add_init_script(
        f"""globalThis.asked = 0;
        navigator.storage.persist = async () => {{ asked += 1; return {str(is_granted).lower()}; }};
        navigator.storage.persisted = async () => {str(is_granted).lower()};"""
    )
    page.goto(f"{office.url}/id/mine")
    expect(page.locator("[data-privacy]")).to_be_visible()
    assert page.locator("[data-persisted]").inner_text() == ""
    page.goto(f"{office.url}/id/apply/{SERVICE}")
    assert page.evaluate("asked") == 0  # nobody is asked who has nothing to lose
    page.locator("[data-field=nama_lengkap] input").fill("UPIK")
    wait_until_saved(page)
    page.evaluate("async () => { while (!asked) await new Promise((go) => setTimeout(go, 20)); }")
    page.goto(f"{office.url}/id/mine")
    said = TEXTS["id"].text("app.privacy.kept" if is_granted else "app.privacy.may-go")
    expect(page.locator("[data-persisted]")).to_have_text(said)
