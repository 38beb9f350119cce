"""A phone whose signal goes between the first packs, which make it ready, and what only a network makes useful."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.form_filling import wait_until_saved
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import FORM, SERVICE, TEXTS, fill
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ID = TEXTS["id"]
HAS_ALL = """async () => {
  const notes = async () => (await caches.match('/notes'))?.json();
  while (!(await notes())?.extras.includes('online')) await new Promise((go) => setTimeout(go, 50));
}"""
LOSE = """async () => {
  const notes = await (await caches.match('/notes')).json();
  const cache = await caches.open(`rantau-packs-${notes.now.id}`);
  const { extras } = await (await fetch('/packs/id.json', { cache: 'no-store' })).json();
  const lost = [];
  for (const [url] of extras.online) {
    const mark = `/packs/${url.slice(url.lastIndexOf('-'))}`;
    lost.push(mark, ...(await (await cache.match(mark)).json()));
  }
  await Promise.all(lost.map((each) => cache.delete(each)));
  await (await caches.open('rantau-notes')).put('/notes', new Response(JSON.stringify({ ...notes, extras: [] })));
  return lost.length;
}"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path / "office") as office:
        yield office


def test_it_fills_in_and_sends_and_the_rest_comes_with_the_signal(phone: Phone, office: RunningOffice) -> None:
    page, url = phone.page, office.url
    page.goto(f"{url}/id/")
    expect(page.get_by_text(ID.text("app.ready"))).to_be_visible(timeout=30_000)
    page.evaluate(HAS_ALL)
    assert page.evaluate(LOSE) > 10
    phone.offline()

    answers = person(11)
    page.goto(f"{url}/id/apply/{SERVICE}")
    fill(page, answers, [field.key for field in FORM.fields if field.key in answers])
    wait_until_saved(page)
    page.locator("[data-action=review]").click()
    page.locator("[data-action=send]").click()
    expect(page.locator("[data-receipt][data-state=waiting]")).to_be_visible()
    page.goto(f"{url}/id/mine")
    page.locator("[data-action=send-now]").click()
    expect(page.get_by_text(ID.text("app.exchange.offline"))).to_be_visible()
    page.locator("[data-case] a").first.click()
    expect(page.get_by_text(ID.text("app.later"))).to_be_visible()

    phone.offline(without_signal=False)
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=40_000)
    expect(page.get_by_text(ID.text("app.later"))).to_be_hidden()
    page.goto(f"{url}/id/mine")
    page.evaluate(HAS_ALL)
    phone.offline()
    page.locator("[data-case] a").first.click()
    expect(page.get_by_text(ID.text("step.terkirim"), exact=True).first).to_be_visible()
