"""Keys pass from officer to officer by words read aloud; who leaves loses them; every case moves on to a new key."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Page, Playwright, Route, expect

from sync.sqlite_store import open_sqlite
from tests.applicants import Applicant, send_together
from tests.browser.looking import desk_faults
from tests.browsing import Phone
from tests.papers import LOGIN, PASSPHRASE, PASSWORD, PaperOffice
from tests.people import person
from tests.people_at_work import TEXTS, Login, Officer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

T = TypeVar("T")
ID = TEXTS["id"]
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
FIRST = Login(LOGIN, PASSWORD, PASSPHRASE)
SECOND = Login("siti", "sandi yang lain lagi", "empat kata untuk siti")


def add_account(papers: PaperOffice, page: Page, who: Login) -> None:
    """The administrator makes the account; its person chooses a password with the code."""
    done = papers.office.run("accounts", "add", who.name, "officer")
    page.goto(f"{papers.office.url}/staff/setup?lang=id")
    page.locator("[name=login]").fill(who.name)
    page.locator("[name=code]").fill(done.stdout.splitlines()[-1])
    page.locator("[name=password]").fill(who.password)
    page.locator("[name=again]").fill(who.password)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=ID.text("staff.login.title")).click()


async def stored_kids(papers: PaperOffice) -> list[set[str]]:
    store = open_sqlite(papers.office.folder / "data", "wraps")
    rows = await store.all_docs(include_docs=True)
    await store.close()
    return [{name for name in row.doc or {} if not name.startswith("_")} for row in rows]


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run in a thread, because this one has the loop of the browser."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def show_keys(page: Page) -> None:
    page.get_by_role("button", name=ID.text("staff.keys.title"), exact=True).click()
    expect(page.locator("[data-root]")).not_to_be_empty()


def prove(page: Page, who: Login) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(ID.text("staff.login.password")).fill(who.password)
    page.keyboard.press("Enter")


def test_keys_pass_on_by_words_and_end_with_the_officer(
    papers: PaperOffice, playwright: Playwright, tmp_path: Path
) -> None:
    applicant = Applicant(papers.office.url, person(4))
    applicant.send()
    with (
        Phone(playwright, tmp_path / "first", **DESKTOP) as first_desk,
        Phone(playwright, tmp_path / "second", **DESKTOP) as second_desk,
    ):
        first = Officer(first_desk.page, papers.office, "id", who=FIRST)
        second = Officer(second_desk.page, papers.office, "id", who=SECOND)

        # The new one makes a key in the browser and reads its words aloud.
        add_account(papers, second.page, SECOND)
        second.sign_in()
        form = second.page.locator(".own-key")
        offered = form.locator("[data-offered]").inner_text()
        assert re.fullmatch(r"([a-z]{4} ){3}[a-z]{4}", offered)
        form.get_by_label(ID.text("staff.own-key.new")).fill(SECOND.passphrase)
        form.get_by_label(ID.text("staff.own-key.again")).fill("empat kata untuk sitti")
        form.get_by_role("button").click()
        expect(form.get_by_text(ID.text("staff.own-key.differ"))).to_be_visible()
        assert desk_faults(second.page) == []
        form.get_by_label(ID.text("staff.own-key.again")).fill(SECOND.passphrase)
        form.get_by_role("button").click()
        prove(second.page, SECOND)
        words = form.locator("[data-fingerprint]")
        expect(words).to_be_visible(timeout=40_000)
        spoken = words.inner_text()
        second.unlock()
        expect(second.page.get_by_text(ID.text("staff.unlock.no-grant"))).to_be_visible()

        # The colleague hears the same words, proves who sits there, and grants.
        first.sign_in()
        show_keys(first.page)
        card = first.page.locator(f"[data-officer={SECOND.name}]")
        expect(card).to_contain_text(spoken)
        card.get_by_role("button", name=ID.text("staff.keys.confirm")).click()
        card.get_by_label(ID.text("staff.unlock.passphrase")).fill(FIRST.passphrase)
        assert desk_faults(first.page) == []
        first.page.keyboard.press("Enter")
        prove(first.page, FIRST)
        expect(first.page.get_by_text(ID.text("staff.keys.granted", login=SECOND.name))).to_be_visible()
        expect(card).to_contain_text(ID.text("staff.keys.officer.holds"))

        second.unlock()
        case = second.open(applicant.number)
        second.expect_answers(case, person(4))
        case.get_by_text(ID.text("staff.own.other")).click()
        case.get_by_label(ID.text("staff.own.officer"), exact=True).select_option(FIRST.name)
        row = second.page.get_by_role("row").filter(has_text=applicant.number)
        expect(row).to_contain_text(ID.text("staff.own.assigned", login=FIRST.name))

        # Who is removed is out at the next request, and holds nothing any more.
        card.locator("[data-remove]").click()
        expect(card.get_by_role("button", name=ID.text("staff.cancel"))).to_be_focused()
        expect(card.get_by_text(ID.text("staff.keys.remove.sure", login=SECOND.name))).to_be_visible()
        assert desk_faults(first.page) == []
        card.locator("[data-sure]").click()
        expect(card).to_contain_text(ID.text("staff.keys.officer.disabled"))
        second.page.get_by_role("button", name=ID.text("staff.list.again")).click()
        expect(second.page.get_by_text(ID.text("staff.locked.signed-out"))).to_be_visible()
        second.page.goto(f"{papers.office.url}/staff/login?lang=id")
        second.knock()
        expect(second.page.get_by_text(ID.text("login.wrong"))).to_be_visible()

        # What was given to a colleague lies among the colleague's own.
        first.unlock()
        first.page.get_by_role("button", name=re.compile(f"^{ID.text('staff.queue.mine')}")).click()
        expect(first.page.get_by_role("button", name=applicant.number)).to_be_visible()
        assert first_desk.errors == []


def test_every_case_moves_on_to_a_new_key_even_when_that_is_cut_off(
    papers: PaperOffice, playwright: Playwright, tmp_path: Path
) -> None:
    people = [Applicant(papers.office.url) for _ in range(130)]
    send_together(people, at=1_795_564_800)
    papers.keys("next", "--yes", paper=papers.root)
    papers.keys("promote", "--now", paper=papers.root)
    papers.office.restart()
    assert "versions open with nothing else" in papers.refused("destroy", "k26a", paper=papers.root)
    with Phone(playwright, tmp_path / "desk", **DESKTOP) as desk:
        officer = Officer(desk.page, papers.office, "id", who=FIRST)
        officer.sign_in()
        show_keys(desk.page)
        desk.page.route(re.compile(r"/rotation\?after=w"), lambda route: cut(route))
        desk.page.locator("[data-rotate]").click()
        prove(desk.page, FIRST)
        problem = desk.page.locator(".keys-view [role=alert]").first
        expect(problem).to_contain_text(ID.text("staff.error.offline"), timeout=40_000)
        kids = apart(stored_kids(papers))
        assert kids.count({"k26b", "t"}) == 100
        assert kids.count({"k26a", "t"}) == 30

        desk.kill()
        desk.start()
        officer = Officer(desk.page, papers.office, "id", who=FIRST)
        officer.sign_in()
        show_keys(desk.page)
        # The proof of who sits there runs out half-way: it is asked again, and the work goes on where it stood.
        desk.page.route(re.compile(r"/rotation$"), forget_before_the_second(papers))
        desk.page.locator("[data-rotate]").click()
        for turn in (1, 2):
            desk.page.locator(f"#step-up-{turn}").fill(FIRST.password)
            desk.page.keyboard.press("Enter")
        expect(desk.page.get_by_text(ID.text("staff.rotation.done", done=30))).to_be_visible(timeout=40_000)
        assert apart(stored_kids(papers)) == [{"k26b", "t"}] * 130
        assert desk.errors == []
        case = officer.open(people[0].number)
        officer.expect_answers(case, people[0].values)
    assert "is destroyed" in papers.keys("destroy", "k26a", "--settle", "0", paper=papers.root)
    assert "A case was opened with the paper" in papers.keys("drill", paper=papers.recovery)


def forget_before_the_second(papers: PaperOffice) -> Callable[[Route], None]:
    """Let requests through, and before the second have the office forget who proved to sit there, as time does."""
    sent: list[Route] = []

    def let_through(route: Route) -> None:
        sent.append(route)
        if len(sent) == 3:  # the first is sent once more after its own proof
            apart(forget_proofs(papers))
        route.continue_()

    return let_through


async def forget_proofs(papers: PaperOffice) -> None:
    store = open_sqlite(papers.office.folder / "data", "staff")
    rows = await store.all_docs(start="s.", end="s/", include_docs=True)
    written = await store.bulk_docs([row.doc | {"stepped_up_at": 0} for row in rows if row.doc])
    assert not [row for row in written if row.error]
    await store.close()


def cut(route: Route) -> None:
    route.abort("connectionreset")
