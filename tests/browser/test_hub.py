"""A phone in a village without a connection: the app of the office hands over to the hub, and nothing else does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browsing import Phone
from tests.hubs import RunningHub
from tests.papers import PaperOffice, found_office
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS, fill

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
ID = TEXTS["id"]


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[PaperOffice]:
    papers = found_office(tmp_path / "office")
    with papers.office:
        yield papers


@pytest.fixture
def hub(papers: PaperOffice, tmp_path: Path) -> Iterator[RunningHub]:
    hub = RunningHub(tmp_path / "hub", papers.office)
    hub.join(papers)
    yield hub
    hub.kill()


def send(page: Page) -> None:
    page.locator("[data-action=review]").click()
    page.locator("[data-action=send]").click()


def test_what_is_sent_in_the_village_is_at_the_hub_and_later_at_the_office(
    papers: PaperOffice, hub: RunningHub, playwright: Playwright, tmp_path: Path
) -> None:
    office = papers.office
    named = ["--host-resolver-rules=MAP kinali.localhost 127.0.0.2, MAP localhost 127.0.0.1"]
    with Phone(playwright, tmp_path / "phone", flags=named) as phone:
        page = phone.page
        page.goto(f"{office.url}/id/apply/{SERVICE}")
        fill(page, person(5))
        expect(page.get_by_text(ID.text("app.ready"))).to_be_visible(timeout=60_000)
        office.stop()
        hub.start()
        send(page)
        expect(page.locator("[data-receipt][data-state=hub]")).to_be_visible(timeout=60_000)
        expect(page.get_by_text(ID.text("state.hub")).first).to_be_visible()

        office.start()
        receipt = page.locator("[data-receipt][data-state=done]")
        expect(receipt).to_be_visible(timeout=120_000)
    assert phone.errors == []
