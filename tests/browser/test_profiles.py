"""A shared phone in people's hands: locked when nobody is there, opened by who it belongs to, and nothing lost."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.form_filling import wait_until_saved
from tests.browser.test_comfort import HERE, give_voices
from tests.browsing import Phone
from tests.people_at_work import SERVICE, TEXTS
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

WORDS = "batu jala kuda mira"
NEW = "sari noda guti dara"
NAME = "UPIK TERKUNCI"


def make_profile(page: Page, name: str = "Siti", passphrase: str = WORDS) -> str:
    """Make a volunteer's profile as the enrolment does."""
    body = """async (person) => {
      const { keepPacks } = await import('/pwa/sw-bridge.js');
      if (!(await keepPacks('profile'))) throw new Error('no packs');
      return (await (await import('/pwa/profiles.js')).createProfile(person)).id;
    }"""
    made: str = page.evaluate(body, {"name": name, "passphrase": passphrase})
    return made


def begin_draft(page: Page, office: RunningOffice, name: str = NAME) -> None:
    page.goto(f"{office.url}/id/apply/{SERVICE}#new")
    page.locator("[data-field=nama_lengkap] input").fill(name)
    wait_until_saved(page)


def unlock(page: Page, passphrase: str) -> None:
    page.locator("#secret").fill(passphrase)
    page.locator("[data-unlock] form button").click()


def hide(page: Page, *, is_hidden: bool) -> None:
    """Put the page out of sight, or back, as a phone does that shows another app."""
    page.evaluate(
        """(state) => {
          Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        "hidden" if is_hidden else "visible",
    )


class TestLock:
    def test_two_minutes_without_input_lock_it_and_the_draft_comes_back(
        self, page: Page, office: RunningOffice
    ) -> None:
        make_profile(page)
        give_voices(page, HERE)
        begin_draft(page, office)
        page.get_by_role("button", name="Bacakan", exact=True).click()
        page.evaluate("document.addEventListener('rantau:locking', () => { globalThis.isLocking = true; })")
        for _ in range(2):  # whoever listens is there
            page.clock.fast_forward("01:30")
            page.evaluate("spoken.onend()")
        assert page.evaluate("globalThis.isLocking") is None
        page.clock.fast_forward("02:01")
        expect(page.locator("[data-unlock]")).to_be_visible()
        assert NAME not in page.content()
        assert (
            page.evaluate("[...document.querySelectorAll('.field input')].map((input) => input.value).join('')") == ""
        )
        unlock(page, WORDS)
        expect(page.locator("[data-field=nama_lengkap] input")).to_have_value(NAME)

    def test_what_is_typed_in_the_last_moment_is_saved_before_it_leaves_the_screen(
        self, page: Page, office: RunningOffice
    ) -> None:
        make_profile(page)
        begin_draft(page, office)
        page.evaluate(
            """async () => {
              const input = document.querySelector('[data-field=nama_lengkap] input');
              input.value = 'PALING AKHIR';
              input.dispatchEvent(new Event('input', { bubbles: true }));
              await (await import('/pwa/profiles.js')).lock();
            }"""
        )
        unlock(page, WORDS)
        expect(page.locator("[data-field=nama_lengkap] input")).to_have_value("PALING AKHIR")

    def test_out_of_sight_it_is_blank_at_once_and_locked_after_half_a_minute(
        self, page: Page, office: RunningOffice
    ) -> None:
        make_profile(page)
        begin_draft(page, office)
        field = page.locator("[data-field=nama_lengkap] input")
        hide(page, is_hidden=True)
        expect(field).to_be_hidden()  # what a task switcher would keep a picture of
        page.clock.fast_forward("00:10")
        hide(page, is_hidden=False)
        expect(field).to_have_value(NAME)
        hide(page, is_hidden=True)
        page.clock.fast_forward("00:31")
        hide(page, is_hidden=False)
        expect(page.locator("[data-unlock]")).to_be_visible()
        assert NAME not in page.content()
        unlock(page, WORDS)
        expect(field).to_have_value(NAME)

    def test_locked_in_one_page_it_is_locked_in_every_page(self, page: Page, office: RunningOffice) -> None:
        make_profile(page)
        begin_draft(page, office)
        other = page.context.new_page()
        other.goto(f"{office.url}/id/mine")
        expect(other.locator("[data-draft]")).to_be_visible()
        other.locator("[data-lock]").click()
        expect(other.locator("[data-unlock]")).to_be_visible()
        expect(page.locator("[data-unlock]")).to_be_visible()
        assert NAME not in other.content()
        other.close()

    def test_what_cannot_be_saved_waits_behind_the_lock_and_no_key_with_it(
        self, page: Page, office: RunningOffice
    ) -> None:
        make_profile(page)
        begin_draft(page, office)
        page.evaluate(
            """async () => {
              globalThis.put = IDBObjectStore.prototype.put;
              IDBObjectStore.prototype.put = function (row) {
                if (this.name === 'drafts') throw new DOMException('', 'QuotaExceededError');
                return put.call(this, row);
              };
              const input = document.querySelector('[data-field=nama_lengkap] input');
              input.value = 'BELUM TERSIMPAN';
              input.dispatchEvent(new Event('input', { bubbles: true }));
              await (await import('/pwa/profiles.js')).lock();
            }"""
        )
        expect(page.locator("[data-unlock]")).to_be_visible()
        assert NAME not in page.content()
        assert (
            page.evaluate("[...document.querySelectorAll('.field input')].map((input) => input.value).join('')") == ""
        )
        held = "import('/pwa/vault.js').then(({ vaultAtHand }) => vaultAtHand()).then(() => '', ({ name }) => name)"
        assert page.evaluate(held) == "LockedError"
        page.evaluate("() => { IDBObjectStore.prototype.put = put; }")  # somebody made room
        unlock(page, WORDS)
        expect(page.locator("[data-field=nama_lengkap] input")).to_have_value("BELUM TERSIMPAN")
        wait_until_saved(page)
        page.reload()
        expect(page.locator("[data-field=nama_lengkap] input")).to_have_value("BELUM TERSIMPAN")

    def test_a_page_that_slept_while_it_was_locked_elsewhere_is_blank_when_it_comes_back(
        self, page: Page, office: RunningOffice
    ) -> None:
        make_profile(page)
        begin_draft(page, office)
        page.evaluate(
            """() => {
              globalThis.isAsleep = true;
              const get = Storage.prototype.getItem;
              const known = localStorage.getItem('rantau-shift');
              Storage.prototype.getItem = function (key) { return isAsleep ? known : get.call(this, key); };
            }"""
        )
        other = page.context.new_page()
        other.goto(f"{office.url}/id/mine")
        other.locator("[data-lock]").click()
        expect(other.locator("[data-unlock]")).to_be_visible()
        expect(page.locator("[data-field=nama_lengkap] input")).to_have_value(NAME)
        page.clock.fast_forward("00:11")  # it says once more that its person is there
        other.reload()
        expect(other.locator("[data-unlock]")).to_be_visible()
        seen = page.evaluate(
            """() => {
              isAsleep = false;
              dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
              return document.documentElement.style.visibility;
            }"""
        )
        assert seen == "hidden"
        expect(page.locator("[data-unlock]")).to_be_visible()
        assert NAME not in page.content()
        other.close()

    def test_when_somebody_else_goes_to_work_in_another_tab_nothing_of_the_one_before_stays(
        self, page: Page, office: RunningOffice
    ) -> None:
        begin_draft(page, office)
        page.goto(f"{office.url}/id/mine")
        expect(page.locator("[data-draft]")).to_contain_text(NAME)
        other = page.context.new_page()
        other.goto(f"{office.url}/id/track")
        siti = make_profile(other)
        expect(page.locator(f"[data-profile-panel={siti}]")).to_be_visible()
        assert NAME not in page.content()
        other.close()

    def test_without_a_pin_nobody_is_asked_and_nothing_is_blanked(self, page: Page, office: RunningOffice) -> None:
        begin_draft(page, office)
        hide(page, is_hidden=True)
        page.clock.fast_forward("10:00")
        hide(page, is_hidden=False)
        expect(page.locator("[data-field=nama_lengkap] input")).to_have_value(NAME)
        assert page.locator("[data-unlock]").count() == 0

    def test_it_opens_without_a_signal(self, page: Page, phone: Phone, office: RunningOffice) -> None:
        make_profile(page)
        begin_draft(page, office)
        phone.offline()
        page.evaluate("async () => void (await import('/pwa/profiles.js')).lock()")
        unlock(page, WORDS)
        expect(page.locator("[data-field=nama_lengkap] input")).to_have_value(NAME)


class TestUnlocking:
    def test_each_state_has_its_own_words_in_both_languages(self, page: Page, office: RunningOffice) -> None:
        siti = make_profile(page)
        page.evaluate("async () => void (await import('/pwa/profiles.js')).lock()")
        said = []
        for lang in ("id", "en"):
            page.goto(f"{office.url}/{lang}/mine")
            unlock(page, NEW)
            said.append(words_of(page))
            for change in (
                "{ ...row, v: 2 }",
                "{ ...row, v: 1, ct: row.ct.map((byte) => byte ^ 1) }",
                "undefined",
            ):
                alter_profile(page, siti, change)
                unlock(page, WORDS)
                said.append(words_of(page, said[-1]))
            restore_profile(page)
        assert len(set(said)) == 8
        assert all(len(words) > 20 and "profile." not in words for words in said)
        unlock(page, WORDS)
        expect(page.locator("[data-unlock]")).to_have_count(0)

    def test_after_five_wrong_tries_it_waits_and_nothing_is_deleted(self, page: Page, office: RunningOffice) -> None:
        make_profile(page)
        begin_draft(page, office)
        page.evaluate("async () => void (await import('/pwa/profiles.js')).lock()")
        now = datetime.now(UTC)
        page.clock.set_fixed_time(now)  # however long a try takes
        for _ in range(5):
            unlock(page, NEW)
            expect(page.locator("[data-unlock] [role=status]")).to_have_text("")
            expect(page.locator("#secret-error")).not_to_have_text("")
        unlock(page, WORDS)
        expect(page.locator("#secret-error")).to_have_text(TEXTS["id"].text("profile.wait", seconds=30))
        page.clock.set_fixed_time(now + timedelta(seconds=30))
        unlock(page, WORDS)
        expect(page.locator("[data-field=nama_lengkap] input")).to_have_value(NAME)

    def test_the_next_person_sees_nothing_of_the_one_before(self, page: Page, office: RunningOffice) -> None:
        make_profile(page)
        begin_draft(page, office)
        page.goto(f"{office.url}/id/mine")
        expect(page.locator("[data-draft]")).to_contain_text(NAME)
        page.locator("[data-profile=own]").click()
        expect(page.locator("[data-profile-panel=own]")).to_be_visible()
        expect(page.locator("[data-draft]")).to_have_count(0)
        assert NAME not in page.content()


def words_of(page: Page, before: str = "") -> str:
    error = page.locator("#secret-error")
    expect(error).not_to_have_text("")
    expect(error).not_to_have_text(before)
    expect(page.locator("[data-unlock] form [role=status]")).to_have_text("")
    return error.inner_text()


def alter_profile(page: Page, profile: str, change: str) -> None:
    """Spoil a profile's record in the database; the first time, remember how it was."""
    page.evaluate(
        f"""async (id) => {{
          const {{ read, write, remove }} = await import('/pwa/db.js');
          const row = (await read('meta', 'kept'))?.row ?? (await read('profiles', id));
          await write('meta', {{ name: 'kept', row }});
          const changed = {change};
          await (changed ? write('profiles', changed) : remove('profiles', id));
        }}""",
        profile,
    )


def restore_profile(page: Page) -> None:
    page.evaluate(
        """async () => {
          const { read, write } = await import('/pwa/db.js');
          await write('profiles', (await read('meta', 'kept')).row);
        }"""
    )
