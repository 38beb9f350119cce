"""The policy on every page is kept by our own pages: nothing of ours is refused by it, and whatever is not ours is.

Trusted Types are among it: a text that becomes HTML or the URL of a script would be refused, loudly.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.test_journey import expect_state, number_on, ready, review_and_send
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS, Officer, fill
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

LANG = "id"
TELL = """
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`securitypolicyviolation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
"""
# Where attacks put text of theirs.
PUT = "const put = (tag, more) => document.head.append(Object.assign(document.createElement(tag), more));"
SINKS = {
    "HTML": "document.body.innerHTML = '<b>x</b>'",
    "HTML beside": "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
    "a script's URL": "put('script', {src: '/pwa/main.js'})",
    "a script's text": "put('script', {text: 'x'})",
    "text as code": "setTimeout('1', 0)",
    "a worker": "new Worker('/service-worker.js')",
    "a policy of its own": "trustedTypes.createPolicy('other', {createHTML: (text) => text})",
    "an inline style": "document.body.setAttribute('style', 'color: red')",
    "a script from elsewhere": "import('https://elsewhere.example/x.js').catch(() => {})",
    "an image from elsewhere": "put('img', {src: 'https://elsewhere.example/x.png'})",
    "an answer to elsewhere": "fetch('https://elsewhere.example/').catch(() => {})",
    "a frame": "put('iframe', {src: '/id/'})",
    "another base": "put('base', {href: 'https://elsewhere.example/'})",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("policy")) as office:
        yield office


@pytest.fixture
def telling(phone: Phone) -> Phone:
    """Give a phone whose pages tell of every violation."""
    assert phone.context is not None
    phone.context.add_init_script(TELL)
    return phone


def test_what_an_attacker_would_try_is_refused_and_told(telling: Phone, office: RunningOffice) -> None:
    page = telling.page
    page.goto(f"{office.url}/{LANG}/")
    for code in SINKS.values():
        with page.expect_console_message(lambda message: "securitypolicyviolation" in message.text):
            page.evaluate(f"() => {{ {PUT} try {{ {code} }} catch {{}} }}")


def test_the_whole_journey_of_an_applicant_and_an_officer_keeps_to_the_policy(
    telling: Phone, office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    page, texts = telling.page, TEXTS[LANG]
    ready(page, office, LANG)
    page.goto(f"{office.url}/{LANG}/apply/{SERVICE}")
    fill(page, person(11))
    code = review_and_send(page, texts)
    number = number_on(page, texts)
    expect_state(page, "done")
    for path in ("mine", "case", "volunteer", "guides/passport", "track"):
        page.goto(f"{office.url}/{LANG}/{path}")
        expect(page.locator("h1").first).to_be_visible()
    page.get_by_label(texts.text("app.code")).fill(code)
    page.get_by_role("button", name=texts.text("track.show")).click()
    expect(page.get_by_text(number).first).to_be_visible(timeout=40_000)
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        assert desktop.context is not None
        desktop.context.add_init_script(TELL)
        officer = Officer(desktop.page, office, LANG)
        officer.sign_in()
        officer.record(officer.open(number), "perlu_perbaikan", "Bawa akta asli.")
        for name in ("security", "accounts", "sessions", "audit", "counter", "volunteers"):
            desktop.page.goto(f"{office.url}/staff/{LANG}/{name}")
            expect(desktop.page.locator("h1").first).to_be_visible()
        assert desktop.errors == []
    assert telling.errors == []
