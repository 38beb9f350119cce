"""Accounts of the staff: made by an administrator, taken over in person, proved by app, paper or passkey, and ended."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, Playwright, expect

from server.keys.founding import DEMO
from server.staff import totp
from tests.browsing import Phone
from tests.papers import LOGIN, PASSPHRASE, PASSWORD, found_office
from tests.people_at_work import TEXTS, Login, Officer
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

ID = TEXTS["id"]
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
FIRST = Login(LOGIN, PASSWORD, PASSPHRASE)
SECOND = Login("siti", "sandi yang lain lagi", "empat kata untuk siti")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("demo")) as office:
        yield office


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[RunningOffice]:
    """An office that asks everybody for a second factor, as offices do."""
    office = found_office(tmp_path / "office").office
    del office.env["RANTAU_SECOND_FACTOR"]
    with office:
        yield office


class App:
    """An authenticator app that scanned the secret of a page."""

    def __init__(self, page: Page) -> None:
        expect(page.locator("svg.qr")).to_be_visible()
        self.secret = base64.b32decode(page.locator("[data-secret]").inner_text())
        self.step = 0

    def code(self, now: int) -> str:
        """Read a code that was not typed yet: who is in a hurry takes the one that comes next."""
        self.step = max(self.step + 1, now // totp.STEP)
        return totp.code_at(self.secret, self.step)


def clock_of(office: RunningOffice) -> int:
    return int(office.ask("GET", "/office.json").json()["time"])


def go_to(page: Page, office: RunningOffice, path: str) -> None:
    page.goto(f"{office.url}/staff/{path}")


def no_wider_than_the_screen(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def press_through(page: Page, *texts: str) -> None:
    """Type into one control after the other with the keyboard alone, the first having the focus; Enter at the end."""
    expect(page.locator("input:focus")).to_be_visible()
    for number, text in enumerate(texts):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")


def set_up_app(page: Page, office: RunningOffice) -> tuple[App, list[str]]:
    """Set up a code app and write the recovery codes down."""
    app = App(page)
    code = page.get_by_label(ID.text("staff.security.app.code"))
    code.fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text(ID.text("staff.security.app.wrong"))).to_be_visible()
    expect(code).to_be_focused()
    assert App(page).secret == app.secret, "a mistyped code does not make it necessary to scan again"
    code.fill(app.code(clock_of(office)))
    page.keyboard.press("Enter")
    expect(page.locator("[data-codes] li")).to_have_count(10)
    return app, page.locator("[data-codes] li").all_inner_texts()


def test_a_new_officer_comes_works_and_is_out_at_once(
    strict: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    with (
        Phone(playwright, tmp_path / "first", **DESKTOP) as first_desk,
        Phone(playwright, tmp_path / "second", viewport={"width": 320, "height": 640}) as second_desk,
    ):
        # The administrator has no second factor yet and can do nothing before there is one.
        page = first_desk.page
        go_to(page, strict, "login?lang=id")
        Officer(page, strict, "id", who=FIRST).knock()
        expect(page.get_by_text(ID.text("staff.security.needed"))).to_be_visible()
        go_to(page, strict, "id/accounts")
        expect(page.get_by_role("heading", name=ID.text("staff.security.title"))).to_be_visible()
        app, papers = set_up_app(page, strict)

        # An account is made after a proof; what was typed before it is not lost.
        page.get_by_role("link", name=ID.text("staff.nav.accounts")).click()
        page.get_by_label(ID.text("staff.setup.login")).fill(SECOND.name)
        page.locator("form:has(#new-login)").get_by_label(ID.text("staff.role.officer")).check()
        page.get_by_role("button", name=ID.text("staff.accounts.add")).click()
        expect(page.get_by_role("heading", name=ID.text("staff.step-up.title"))).to_be_visible()
        press_through(page, "bukan kata sandinya", "000000")
        expect(page.get_by_text(ID.text("staff.step-up.wrong"))).to_be_visible()
        press_through(page, FIRST.password, app.code(clock_of(strict)))
        expect(page.get_by_text(ID.text("staff.accounts.given", login=SECOND.name, days=3))).to_be_visible()
        code = page.locator("[data-code]").inner_text()
        card = page.locator(f"[data-account={SECOND.name}]")
        expect(card).to_contain_text(ID.text("staff.accounts.state.waits"))

        # Its person does everything with the keyboard, on the narrowest screen.
        new = second_desk.page
        go_to(new, strict, "setup?lang=id")
        no_wider_than_the_screen(new)
        new.locator("[name=login]").focus()
        press_through(new, SECOND.name, code.upper(), "siti siti 1234", "siti siti 1234")
        expect(new.get_by_text(ID.text("staff.account.password.common"))).to_be_visible()
        new.locator("[name=code]").focus()
        press_through(new, code, SECOND.password, SECOND.password)
        expect(new.get_by_text(ID.text("staff.setup.done"))).to_be_visible()
        new.get_by_role("link", name=ID.text("staff.login.title")).focus()
        new.keyboard.press("Enter")
        expect(new.locator("[name=login]")).to_be_focused()
        press_through(new, SECOND.name, SECOND.password)
        expect(new.get_by_text(ID.text("staff.security.needed"))).to_be_visible()
        no_wider_than_the_screen(new)
        second_app, _ = set_up_app(new, strict)
        no_wider_than_the_screen(new)
        new.get_by_role("link", name=ID.text("staff.security.codes.written")).focus()
        new.keyboard.press("Enter")
        expect(new.get_by_label(ID.text("staff.unlock.passphrase"))).to_be_visible()
        expect(new.get_by_role("link", name=ID.text("staff.nav.accounts"))).to_have_count(0)

        # Ten new codes want a proof; giving it, they are there without asking again.
        go_to(new, strict, "id/security")
        new.get_by_role("button", name=ID.text("staff.security.codes.new")).click()
        expect(new.get_by_role("heading", name=ID.text("staff.step-up.title"))).to_be_visible()
        no_wider_than_the_screen(new)
        press_through(new, SECOND.password, second_app.code(clock_of(strict)))
        expect(new.locator("[data-codes] li")).to_have_count(10)
        new.get_by_role("link", name=ID.text("staff.nav.cases")).click()

        # Disabled, it is out at the next request, whatever is on the screen.
        card.get_by_role("button", name=ID.text("staff.accounts.do.disable")).click()
        sure(page, "disable", SECOND.name)
        expect(card).to_contain_text(ID.text("staff.accounts.state.disabled"))
        expect(new.get_by_label(ID.text("staff.unlock.passphrase"))).to_be_visible()
        go_to(new, strict, "id/security")
        expect(new.get_by_role("heading", name=ID.text("staff.login.title"))).to_be_visible()
        Officer(new, strict, "id", who=SECOND).knock()
        expect(new.get_by_text(ID.text("login.wrong"))).to_be_visible()

        # The last administrator cannot go; without the phone, a code on paper lets in, once.
        own = page.locator(f"[data-account={LOGIN}]")
        own.get_by_role("button", name=ID.text("staff.accounts.do.disable")).click()
        sure(page, "disable", LOGIN)
        expect(page.get_by_text(ID.text("staff.account.roles.last-administrator"))).to_be_visible()
        page.get_by_role("button", name=ID.text("staff.logout")).click()
        for lets_in in (True, False):
            go_to(page, strict, "login?lang=id")
            page.locator("[name=code]").fill(papers[4])
            Officer(page, strict, "id", who=FIRST).knock()
            if lets_in:
                expect(page).to_have_url(re.compile(r"/staff/$"))
            else:
                expect(page.get_by_text(ID.text("login.wrong"))).to_be_visible()
        assert first_desk.errors == second_desk.errors == []


def sure(page: Page, do: str, login: str) -> None:
    """Read what is asked before somebody is shut out, and say yes with the keyboard alone."""
    expect(page.get_by_role("heading", name=ID.text(f"staff.accounts.sure.{do}", login=login))).to_be_visible()
    no_wider_than_the_screen(page)
    page.get_by_role("button", name=ID.text(f"staff.accounts.sure.{do}.yes", login=login)).focus()
    page.keyboard.press("Enter")


class Authenticator:
    """The part of a device that holds passkeys, played by the browser."""

    def __init__(self, page: Page) -> None:
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                   "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
        self.name = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def recognises(self, *, holder: bool) -> None:
        """Set whether the finger is the holder's."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.name, "isUserVerified": holder})

    def remove(self) -> None:
        """Take the device away."""
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.name})


def make_passkey(page: Page, name: str) -> None:
    page.get_by_label(ID.text("staff.security.passkey.name")).fill(name)
    page.get_by_role("button", name=ID.text("staff.security.passkey.add")).click()


def test_a_passkey_signs_in_and_proves_who_sits_there(
    office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    office.run("accounts", "add", SECOND.name, "officer")
    with Phone(playwright, tmp_path / "desk", **DESKTOP) as desk:
        page, officer = desk.page, Officer(desk.page, office, "id")
        meja = Authenticator(page)
        go_to(page, office, "login?lang=id")
        sign_in = page.get_by_role("button", name=ID.text("staff.passkey.use"))
        sign_in.click()  # there is none yet
        expect(page.get_by_text(ID.text("staff.passkey.failed"))).to_be_visible()
        officer.knock()
        go_to(page, office, "id/security")
        make_passkey(page, "meja")
        expect(page.locator("[data-codes] li")).to_have_count(10)
        papers = page.locator("[data-codes] li").all_inner_texts()
        make_passkey(page, "meja lagi")  # the device has one for this account
        expect(page.get_by_text(ID.text("staff.passkey.not-made"))).to_be_visible()

        # The password alone is not enough any more; the passkey is.
        page.get_by_role("button", name=ID.text("staff.logout")).click()
        go_to(page, office, "login?lang=id")
        officer.knock()
        expect(page.get_by_text(ID.text("login.wrong"))).to_be_visible()
        meja.recognises(holder=False)
        sign_in.click()
        expect(page.get_by_text(ID.text("staff.passkey.failed"))).to_be_visible()
        meja.recognises(holder=True)
        sign_in.focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/staff/$"))
        officer.unlock()

        # In the console it answers the question before what cannot be undone.
        page.get_by_role("button", name=ID.text("staff.keys.title"), exact=True).click()
        card = page.locator(f"[data-officer={SECOND.name}]")
        card.locator("[data-remove]").click()
        card.locator("[data-sure]").click()
        dialog = page.get_by_role("dialog")
        meja.recognises(holder=False)
        dialog.get_by_role("button", name=ID.text("staff.passkey.use")).click()
        expect(dialog.get_by_text(ID.text("staff.passkey.failed"))).to_be_visible()
        meja.recognises(holder=True)
        dialog.get_by_role("button", name=ID.text("staff.passkey.use")).click()
        expect(card).to_contain_text(ID.text("staff.keys.officer.disabled"))

        # A second device; the first is lost and taken away, and signs in no more.
        page.context.clear_cookies()
        go_to(page, office, "login?lang=id")
        sign_in.click()
        expect(page).to_have_url(re.compile("/staff/$"))
        go_to(page, office, "id/security")
        [credential] = meja.cdp.send("WebAuthn.getCredentials", {"authenticatorId": meja.name})["credentials"]
        meja.remove()
        phone = Authenticator(page)
        make_passkey(page, "telepon")
        expect(page.get_by_role("heading", name=ID.text("staff.step-up.title"))).to_be_visible()
        press_through(page, DEMO.password, papers[0])
        expect(page.get_by_text(ID.text("staff.security.added"))).to_be_visible()
        rows = page.get_by_role("listitem").filter(has_text="telepon")
        expect(rows).to_have_count(1)
        page.get_by_role("button", name=f"{ID.text('staff.security.passkey.remove')}: meja").click()
        expect(page.get_by_text(ID.text("staff.security.passkey.removed"))).to_be_visible()
        page.get_by_role("button", name=f"{ID.text('staff.security.passkey.remove')}: telepon").click()
        expect(page.get_by_text(ID.text("staff.security.passkey.last"))).to_be_visible()
        page.get_by_role("button", name=ID.text("staff.logout")).click()

        # Who finds the lost one gets in no more.
        phone.remove()
        found = Authenticator(page)
        found.cdp.send("WebAuthn.addCredential", {"authenticatorId": found.name, "credential": credential})
        sign_in.click()
        expect(page.get_by_text(ID.text("login.passkey"))).to_be_visible()
        assert desk.errors == []
