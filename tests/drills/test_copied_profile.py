"""A browser profile that was copied to another machine, whole or without its key: what opens, and what is said."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.form_filling import fill_field, wait_until_saved
from tests.browsing import Phone
from tests.people_at_work import TEXTS
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

NAME = "UPIK BANUN"
READY = "[data-module=ready-line] span:not(:empty)"
META = """async ([change, arg]) => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open('rantau');
    asked.onsuccess = () => done(asked.result);
  });
  const of = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const meta = db.transaction('meta', 'readwrite').objectStore('meta');
  const row = await of(meta.get(change === 'restore' ? 'aside' : 'device-key'));
  if (change === 'restore') await of(meta.put({ ...row, name: 'device-key' }));
  else await of(meta.put({ ...row, name: 'aside' }));
  if (change === 'lose') await of(meta.delete('device-key'));
  if (change === 'swap') await of(meta.put({ ...row, key }));
  db.close();
}"""
DRAFTS = """async () => {
  const { readAll } = await import('/pwa/db.js');
  return (await readAll('drafts')).map(({ id, n, ct }) => [id, n, [...ct].join()]);
}"""


def copy_of(phone: Phone, folder: Path) -> Path:
    return Path(shutil.copytree(phone.profile, folder, symlinks=True, ignore=shutil.ignore_patterns("Singleton*")))


def begin_draft(phone: Phone, office: RunningOffice) -> None:
    page = phone.page
    page.goto(f"{office.url}/id/apply/passport-new")
    fill_field(page.locator("[data-field=nama_lengkap]"), "nama_lengkap", NAME)
    wait_until_saved(page)
    page.locator(READY).first.wait_for()


def expect_opens(page: Page, office: RunningOffice) -> None:
    page.goto(f"{office.url}/id/mine")
    page.locator("[data-draft]", has_text=NAME).get_by_role("link").click()
    expect(page.locator("#nama_lengkap")).to_have_value(NAME)


def test_a_copy_of_a_whole_profile_opens_elsewhere_which_is_why_there_is_a_pin(
    playwright: Playwright, tmp_path: Path
) -> None:
    with RunningOffice(tmp_path / "office") as office:
        with Phone(playwright, tmp_path / "profile") as phone:
            begin_draft(phone, office)
        with Phone(playwright, copy_of(phone, tmp_path / "elsewhere")) as other:
            other.offline()
            expect_opens(other.page, office)
            assert other.errors == []


@pytest.mark.parametrize(("change", "problem"), [("lose", "key-missing"), ("swap", "damaged")])
def test_a_copy_without_its_key_or_with_another_says_so_and_deletes_nothing(
    playwright: Playwright, tmp_path: Path, change: str, problem: str
) -> None:
    with RunningOffice(tmp_path / "office") as office:
        with Phone(playwright, tmp_path / "profile") as phone:
            begin_draft(phone, office)
        with Phone(playwright, copy_of(phone, tmp_path / "elsewhere")) as other:
            page = other.page
            page.goto(f"{office.url}/id/guides/offline")
            before = page.evaluate(DRAFTS)
            page.evaluate(META, [change, None])
            page.goto(f"{office.url}/id/mine")
            expect(page.locator("[data-draft]")).to_contain_text(TEXTS["id"].text(f"app.mine.problem.{problem}"))
            expect(page.get_by_text(NAME)).to_have_count(0)
            assert page.evaluate(DRAFTS) == before
            # What was missing comes back: nothing was lost meanwhile.
            page.evaluate(META, ["restore", None])
            expect_opens(page, office)
            assert other.errors == []
