"""Keeps what today's app says in Chromium, and what today's server answers it, in a folder named by the day.

Three phones meet an office: one as it is bought, one whose browser compresses nothing, and a volunteer's.
"""

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright, sync_playwright

from server.survey.skm import ELEMENTS
from tests.browsing import Phone
from tests.frozen.freeze import HERE
from tests.frozen.freezing import Freezing
from tests.people import person
from tests.recording_proxy import RecordingProxy
from tests.serving import free_port

OFFERED = {
    "kind": "outreach", "place": "Kantor Wali Nagari Talu", "area": "", "from": "08:00", "to": "10:00", "minutes": "60",
    "first": f"{date.today() + timedelta(9)}", "last": f"{date.today() + timedelta(9)}",
    "places": "2", "kept": "1", "priority": "0", **{f"day{n}": "1" for n in range(7)},
}  # fmt: skip
COMPLAINT = {"kelas": "pengaduan", "topik": "waktu", "uraian": "Antrean tiga jam"}
PERMIT = {"nama_lengkap": "JANE ROE"}
NAMED = {"nama_pelapor": "SITI AMINAH", "kontak": "siti@example.com"}
CONSENT = {
    "text": "1.abcdefgh", "lang": "id", "by": "applicant", "name": None, "relation": None, "at": int(time.time()),
    "place": None, "date": None, "purpose": None,
}  # fmt: skip

# Each presses, through the app's own modules, what a person presses.
SEND = """async ([service, values, { photo = 0, wish = [], consent = null } = {}]) => {
  const modules = ['drafts', 'outbox', 'pins', 'images/image-store'].map((name) => import(`/pwa/${name}.js`));
  const [drafts, outbox, pins, images] = await Promise.all(modules);
  const [loaded, office] = await Promise.all([pins.loadForm(service), pins.office()]);
  const id = await drafts.newDraft(service, loaded.name, values, { consent });
  const bytes = crypto.getRandomValues(new Uint8Array(photo));
  if (photo) await images.putImage(id, 'kk', { type: 'image/webp', bytes, width: 40, height: 20 });
  const prepared = await outbox.prepare(await drafts.loadDraft(id), loaded, office, wish);
  await outbox.commit(prepared);
  return [prepared.case, prepared.code];
}"""
CORRECT = """async ([id, changed]) => {
  const names = ['drafts', 'outbox', 'pins', 'cases', 'components/correction'];
  const modules = await Promise.all(names.map((name) => import(`/pwa/${name}.js`)));
  const [drafts, outbox, pins, cases, { correctionUrl }] = modules;
  const opened = await cases.openCase(id);
  const draft = (await correctionUrl(opened)).split('#d=')[1];
  await drafts.saveDraft(draft, { ...(await drafts.loadDraft(draft)).values, ...changed });
  const [loaded, office] = await Promise.all([pins.loadForm(opened.service), pins.office()]);
  await outbox.commit(await outbox.prepare(await drafts.loadDraft(draft), loaded, office));
}"""
WRITE = """async ([id, pesan]) => {
  const [cases, messages] = await Promise.all(['cases', 'messages'].map((name) => import(`/pwa/${name}.js`)));
  await messages.sendMessage(await cases.openCase(id), { pesan, puas: '' }, { isKept: true });
}"""
JUDGE = """async (values) => {
  const [outbox, pins] = await Promise.all(['outbox', 'pins'].map((name) => import(`/pwa/${name}.js`)));
  const [loaded, office] = await Promise.all([pins.loadForm('survey'), pins.office()]);
  const source = { service: 'survey', values, prev: [], code: null, title: '', alone: true };
  await outbox.commit(await outbox.prepare(source, loaded, office));
}"""
ENROL = """async (words) => {
  const [enrolment, profiles] = await Promise.all(['enrolment', 'profiles'].map((name) => import(`/pwa/${name}.js`)));
  const { device, login } = await enrolment.enrol(words);
  await profiles.createProfile({ name: login, passphrase: 'batu jala kuda mira', device });
  return device;
}"""
HELD_CLASS = """async ([device, day]) => (await import('/pwa/classes.js')).noteClass(
  device, { day, place: '13.12.03.2004', guide: 'passport', count: 12 })"""
TYPE_CODE = "(code) => import('/pwa/cases.js').then(({ fetchCase }) => fetchCase(code)).then(({ number }) => number)"
BOOK = (
    "([id, ask]) => import('/pwa/booking/bookings.js').then(({ askNow }) => askNow(id, ask)).then(({ state }) => state)"
)
LEFT_AT_A_HUB = (
    "(id) => import('/pwa/db.js').then(({ amend }) => amend('outbox', id, (item) => ({ ...item, state: 'hub' })))"
)
HEAR = "import('/pwa/exchange.js').then(({ exchangeAnew }) => exchangeAnew()).then(({ state }) => state)"
SENT = """async () => {
  const { unsent } = await import('/pwa/answered.js');
  while ((await unsent()).count) await new Promise((go) => setTimeout(go, 20));
}"""
DROP_REFUSED = """async () => {
  const [{ items }, { dropItem }] = await Promise.all(['outbox', 'answered'].map((name) => import(`/pwa/${name}.js`)));
  for (const { id } of await items()) await dropItem(id);
}"""
ITEM = "async (id) => (await (await import('/pwa/outbox.js')).items()).find((item) => item.case === id).id"


class CutTwice:
    """Cuts the wire before the first piece of a photo, and before the same that the browser sends once more."""

    def __init__(self) -> None:
        self.left = 2

    def __call__(self, data: bytes) -> bytes:
        if data.startswith(b"PATCH ") and self.left:
            self.left -= 1
            raise ConnectionResetError
        return data


def freeze_phones(folder: Path, playwright: Playwright) -> None:
    """Let the phones say everything that they have to say, and keep it in *folder*, which is made."""
    with tempfile.TemporaryDirectory() as work, RecordingProxy(free_port()) as wire:
        office = Freezing(Path(work), folder, wire)
        with office.office:
            office.begin()
            with _phone(playwright, Path(work) / "bought", office) as page:
                code = _ordinary(office, page)
            with _phone(playwright, Path(work) / "plain", office, "delete window.CompressionStream") as page:
                _plain(office, page, code)
            with _phone(playwright, Path(work) / "volunteer", office) as page:
                _volunteer(office, page)
        office.loop.close()


@contextmanager
def _phone(playwright: Playwright, profile: Path, office: Freezing, without: str = "") -> Iterator[Page]:
    with Phone(playwright, profile) as phone:
        phone.page.add_init_script(without)
        phone.page.goto(f"{office.url}/id/mine")
        yield phone.page
        assert phone.errors == []


def _ordinary(office: Freezing, page: Page) -> str:
    """Do what an applicant does; the code of their application."""
    office.officer.post_form("/staff/id/offers", OFFERED | {"csrf": office.officer.csrf})
    offered = office.docs("public", "offer.")
    [first, second] = [doc["_id"].removeprefix("offer.") for doc in offered]
    office.wire.passing = CutTwice()
    given = {key: "1" if value is True else value for key, value in person(1).items()}  # as a tick says it
    case, code = page.evaluate(SEND, ["passport-new", given, {"photo": 1200, "wish": [first]}])
    page.evaluate(SENT)
    office.keep("application", public=offered)
    page.evaluate(HEAR)
    office.keep("list-of-cases")
    page.evaluate(HEAR)
    office.keep("nothing-new")
    event = office.step(case, 1, "perlu_perbaikan", "Nama ibu belum sama dengan akta lahir.")
    page.evaluate(HEAR)
    office.keep("news", cases=event)
    page.evaluate(CORRECT, [case, {"ibu_nama": "ROSMANIAR JAMBAK"}])
    page.evaluate(SENT)
    office.keep("correction")
    page.evaluate(WRITE, [case, "Kapan paspor saya selesai?"])
    page.evaluate(SENT)
    office.keep("message")
    asks: list[dict[str, Any]] = [{"do": "take", "offer": first}, {"do": "move", "offer": second}, {"do": "cancel"}]
    for ask in (*asks, {"do": "wish", "wish": [second, first]}):
        page.evaluate(BOOK, [case, ask])
        office.keep(f"booking-{ask['do']}")
    page.evaluate(SEND, ["complaint", COMPLAINT | NAMED | {"identitas": "terbuka"}])
    page.evaluate(SEND, ["complaint", COMPLAINT | NAMED | {"identitas": "rahasia"}])
    page.evaluate(SENT)
    office.keep("complaints")
    page.evaluate(LEFT_AT_A_HUB, page.evaluate(ITEM, case))
    page.evaluate(HEAR)
    office.keep("ask")
    _restore(office, page)
    office.keep("restored-office")
    doomed, _ = page.evaluate(SEND, ["permit-address", PERMIT])
    page.evaluate(SENT)
    office.keep("another-application")
    mark = office.void(doomed)
    page.evaluate(WRITE, [doomed, "Kode saya hilang."])
    page.evaluate(HEAR)
    office.keep("voided-code", cases=mark)
    page.evaluate(DROP_REFUSED)
    doomed, _ = page.evaluate(SEND, ["permit-address", PERMIT])
    page.evaluate(SENT)
    office.keep("one-to-be-erased")
    mark = office.erase(doomed)
    page.evaluate(HEAR)
    office.keep("erased", cases=mark)
    return str(code)


def _restore(office: Freezing, page: Page) -> None:
    """Have the office come back from a backup that is older than an application."""
    backup = office.data.with_name("backup")
    office.office.kill()
    shutil.copytree(office.data, backup)
    office.office.start()
    page.evaluate(SEND, ["permit-address", PERMIT])
    page.evaluate(SENT)
    office.forget()
    office.office.kill()
    shutil.rmtree(office.data)
    shutil.copytree(backup, office.data)
    office.office.start()
    page.evaluate(HEAR)


def _plain(office: Freezing, page: Page, code: str) -> None:
    """Do what goes without a name, and what a browser sends that compresses nothing."""
    page.evaluate(SEND, ["complaint", COMPLAINT | {"identitas": "anonim"}])
    page.evaluate(SENT)
    office.keep("anonymous-complaint")
    page.evaluate(JUDGE, {"layanan": "passport-new", **dict.fromkeys(ELEMENTS, "4")})
    page.evaluate(HEAR)
    office.keep("survey")
    page.evaluate(TYPE_CODE, code)
    office.keep("typed-code", code=code)
    page.evaluate(SEND, ["permit-address", PERMIT])
    page.evaluate(SENT)
    office.keep("plain-application")


def _volunteer(office: Freezing, page: Page) -> None:
    """Do what a volunteer's phone does: it says who it is, collects, brings a class, and hears of what it collected."""
    answer = office.officer.post_form("/staff/id/volunteers", {"login": "buyung", "csrf": office.officer.csrf})[1]
    found = re.search(r"/volunteer#([a-z]{48})", answer.decode())
    assert found is not None
    invited = office.docs("staff", "enrol.")
    device = page.evaluate(ENROL, found[1])
    office.keep("enrolment", staff=invited)
    page.evaluate(HELD_CLASS, [device, f"{date.today()}"])
    case, _ = page.evaluate(SEND, ["permit-address", PERMIT, {"consent": CONSENT}])
    page.evaluate(SENT)
    page.evaluate(HEAR)
    office.keep("volunteer")
    event = office.step(case, 1, "berkas_lengkap")
    page.evaluate(HEAR)
    office.keep("volunteer-news", cases=event)


if __name__ == "__main__":
    with sync_playwright() as playwright:
        freeze_phones(Path(sys.argv[1]) if sys.argv[1:] else HERE / f"phone-{datetime.now(UTC):%Y-%m-%d}", playwright)
