"""A phone in a village without a connection: the app of the office hands over to the hub, which reads nothing of it."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.looking import faults
from tests.browser.planted_photo import PHOTO, attach
from tests.browsing import Phone, complete
from tests.hubs import RunningHub
from tests.markers import digests_in, search, search_bytes
from tests.papers import PaperOffice
from tests.people import Answers, person
from tests.people_at_work import SERVICE, TEXTS, fill
from tests.process_memory import found_in_memory
from tests.recording_proxy import RecordingProxy

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
ID = TEXTS["id"]
# The hub's name leads to the laptop in the room, and the office's to the office.
NAMES = ("--host-resolver-rules=MAP kinali.localhost 127.0.0.2, MAP localhost 127.0.0.1",)
NAME, MOTHER, STREET = "ZULQARNAIN XYVOPATRA", "MARWAHENDRI QULSYMBA", "GANG KWARTZOVIA"
MARKERS = [NAME, MOTHER, STREET, PHOTO]
PHOTO_AT_HUB = """async () => {
  const { items } = await import('/pwa/outbox.js');
  const isThere = async () => (await items())[0].files.every(({ way }) => way === 'hub:kinali');
  while (!(await isThere())) await new Promise((go) => setTimeout(go, 50));
}"""
PUBLISHED = {  # an event: on a holiday the office's own counter has no hours
    "kind": "outreach", "place": "Kantor", "area": "", "from": "08:00", "to": "09:00", "minutes": "60",
    "first": f"{date.today() + timedelta(2)}", "last": f"{date.today() + timedelta(2)}",
    "places": "3", "kept": "1", "priority": "0", **{f"day{n}": "1" for n in range(7)},
}  # fmt: skip
GUIDE = "/id/guides/passport"
OFFERS = "import('/pwa/booking/offers.js').then(({ refreshOffers }) => refreshOffers())"
FOUND = """() => {
  window.dispatchEvent(new Event('online'));
  return document.querySelector('[data-receipt][data-state=done]');
}"""
ANSWERS: Answers = person(5) | {"nama_lengkap": NAME, "ibu_nama": MOTHER, "alamat_tempat_tinggal": STREET}


@pytest.fixture
def hub(papers: PaperOffice, tmp_path: Path) -> Iterator[RunningHub]:
    hub = RunningHub(tmp_path / "hub", papers.office, address="127.0.0.3")
    hub.env["RANTAU_LOG"] = "debug"
    hub.join(papers)
    yield hub
    hub.kill()


def test_what_is_sent_in_the_village_is_at_the_hub_and_later_at_the_office(
    papers: PaperOffice, hub: RunningHub, playwright: Playwright, tmp_path: Path
) -> None:  # fmt: skip
    office = papers.office
    with (
        RecordingProxy(office.port, host="127.0.0.2", port=office.port, behind="127.0.0.3") as wire,
        Phone(playwright, tmp_path / "phone", flags=NAMES) as phone,
    ):
        page = phone.page
        page.goto(f"{office.url}/id/apply/{SERVICE}")
        fill(page, ANSWERS)
        attach(page)
        page.evaluate("import('/pwa/sw-bridge.js').then(({ keepPacks }) => keepPacks('booking'))")
        complete(page, ["booking"])
        officer = papers.officer()
        officer.post_form("/staff/id/offers", PUBLISHED | {"csrf": officer.csrf})
        told = page.evaluate(OFFERS)
        office.stop()
        hub.start()
        unsent = digests_in(hub.folder)
        page.locator("[data-action=review]").click()
        page.locator("[data-action=send]").click()
        expect(page.locator("[data-receipt][data-state=hub]")).to_be_visible(timeout=60_000)
        expect(page.get_by_text(ID.text("state.hub")).first).to_be_visible()
        page.evaluate(PHOTO_AT_HUB)
        assert told["offers"][0]["left"]
        assert page.evaluate(OFFERS) == told, "a hub tells the hours; what is left is as the office said, and as old"
        assert b"POST /exchange" in wire.seen
        assert b"PATCH /blobs/" in wire.seen
        assert search_bytes(bytes(wire.seen), MARKERS) == set()
        assert found_in_memory(hub.process.pid, MARKERS) == set()
        assert found_in_memory(hub.process.pid, ["hub:kinali"]), "the search sees the hub's memory"
        assert search([hub.folder], MARKERS, known=unsent) == set()

        office.start()
        hub.restart()  # which looks at once, and else after a pause that has become long
        # The phone finds a signal now and then; one of the times the hub has brought the photo to the office.
        page.wait_for_function(FOUND, polling=2000, timeout=120_000)
        hub.wait_until_copied(GUIDE)
        for path in ("/id/", GUIDE, "/id/bundle"):
            page.goto(office.url.replace("://", f"://{hub.name}.") + path)
            assert (path, faults(page)) == (path, [])
    assert phone.errors == []
