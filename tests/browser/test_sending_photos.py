"""What a person sees of photos that wait, go and have gone, and that the kilobytes they are told are what they pay."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.form_filling import wait_until_saved
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS, fill
from tests.recording_proxy import RecordingProxy
from tests.serving import RunningOffice, free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

ID = TEXTS["id"]
TENTH = 0.1
SIZES = [40_000, 25_000]
ATTACH = """async (sizes) => {
  const { putImage } = await import('/pwa/images/image-store.js');
  for (const size of sizes) {
    const picture = { type: 'image/webp', bytes: crypto.getRandomValues(new Uint8Array(size)), width: 40, height: 20 };
    await putImage(location.hash.slice('#d='.length), 'kk', picture);
  }
}"""


@pytest.fixture
def wire() -> Iterator[RecordingProxy]:
    with RecordingProxy(free_port()) as wire:
        yield wire


@pytest.fixture
def office(tmp_path: Path, wire: RecordingProxy) -> Iterator[RunningOffice]:
    origin = f"http://localhost:{wire.port}"
    office = RunningOffice(tmp_path / "office", env={"RANTAU_ORIGIN": origin}, port=wire.target)
    office.url = origin
    with office:
        yield office


def test_text_now_and_photos_when_the_person_says_so_at_the_price_that_was_told(
    office: RunningOffice, wire: RecordingProxy, playwright: Playwright, tmp_path: Path
) -> None:
    with Phone(playwright, tmp_path / "phone", viewport={"width": 320, "height": 640}) as phone:
        page = phone.page
        page.goto(f"{office.url}/id/apply/{SERVICE}")
        fill(page, person(3))
        wait_until_saved(page)
        page.evaluate(ATTACH, SIZES)
        page.locator("[data-action=review]").click()
        expect(page.locator("[data-photos]")).to_contain_text("2 foto: kira-kira")
        told = {
            name: int(page.locator(f"[data-{name}]").get_attribute(f"data-{name}") or 0) for name in ("text", "photos")
        }
        page.get_by_label(ID.text("app.sending.choice.wait")).check()
        before = wire.up
        page.locator("[data-action=send]").click()
        expect(page.locator("[data-receipt][data-state=photos]")).to_be_visible(timeout=40_000)
        assert told["text"] * (1 - TENTH) <= wire.up - before <= told["text"] * (1 + TENTH)

        page.goto(f"{office.url}/id/mine")
        waiting = page.locator("[data-item] [data-photos]")
        expect(waiting).to_contain_text(ID.text("app.sending.photos.wait"))
        expect(page.locator("[data-item]")).to_contain_text(ID.text("state.photos"))
        page.evaluate("import('/pwa/exchange.js').then(async ({ exchangeAnew }) => void (await exchangeAnew()))")
        before = wire.up
        page.locator("[data-action=photos-now]").click()
        expect(page.locator("[data-item]")).to_have_count(0, timeout=40_000)
        assert told["photos"] * (1 - TENTH) <= wire.up - before <= told["photos"] * (1 + TENTH)

        page.locator("[data-sent] summary").click()
        expect(page.locator("[data-sent] li")).to_have_count(3)
        expect(page.locator("[data-sent] li").first).to_contain_text("ke kantor")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
