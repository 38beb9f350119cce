"""What a person sees of photos that wait, go and have gone, and that the kilobytes they are told are what they pay."""

import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, Worker, expect

from tests.browser.form_filling import wait_until_saved
from tests.browser.looking import WATCH_SENDING
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS, fill
from tests.recording_proxy import RecordingProxy
from tests.serving import RunningOffice, free_port

pytestmark = pytest.mark.browser

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

PATIENCE = 60  # seconds
SIZE = 300_000  # bytes: more than one chunk on any link
FIRST = 16_384  # bytes of the first chunk of a page
MEGABYTE = 1024 * 1024  # bytes
DRAFT = """async ([service, values, sizes]) => {
  const modules = ['drafts', 'pins', 'images/image-store'].map((name) => import(`/pwa/${name}.js`));
  const [drafts, pins, images] = await Promise.all(modules);
  const id = await drafts.newDraft(service, (await pins.loadForm(service)).name);
  await drafts.saveDraft(id, values, null, 'UPIK');
  for (const size of sizes) {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
    await images.putImage(id, 'kk', { type: 'image/webp', bytes, width: 40, height: 20 });
  }
  return id;
}"""
SEND = """async ([service, id]) => {
  const modules = ['drafts', 'outbox', 'pins'].map((name) => import(`/pwa/${name}.js`));
  const [drafts, outbox, pins] = await Promise.all(modules);
  const [draft, form] = await Promise.all([drafts.loadDraft(id), pins.loadForm(service)]);
  await outbox.commit(await outbox.prepare(draft, form, await pins.office()));
}"""
UNTIL = """async ([kind, count]) => {
  const isIt = async () =>
    (await navigator.locks.query())[kind].filter(({ name }) => name === 'rantau-upload').length === count;
  while (!(await isIt())) await new Promise((go) => setTimeout(go, 20));
}"""
EXCHANGED = "import('/pwa/exchange.js').then(async ({ exchangeAnew }) => void (await exchangeAnew()))"
CHANGED = """async () => {
  const { readAll } = await import('/pwa/db.js');
  document.dispatchEvent(new CustomEvent('rantau:stored'));
  for (let many = 0; many < 50; many += 1) await readAll('outbox'); // longer than it takes to show that
}"""
ROUND_TRIP = """async () => {
  const { link } = await import('/pwa/images/link-speed.js');
  while (!(await link()).roundTrip) await new Promise((go) => setTimeout(go, 20));
}"""
SENT = """async () => {
  const { unsent } = await import('/pwa/answered.js');
  while ((await unsent()).count) await new Promise((go) => setTimeout(go, 20));
}"""
LATER = """async () => {
  const isDone = () => sendLater().then(() => true, () => false); // it may be a page's turn
  while (!(await isDone())) await new Promise((go) => setTimeout(go, 20));
}"""
GIVES_WAY = """async () => {
  const db = await openDevice();
  db.dispatchEvent(new Event('versionchange'));
  try {
    return !db.transaction('outbox');
  } catch {
    return true;
  }
}"""
WHOLE = """async () => {
  const db = await openDevice();
  const isThere = async () => (await ask(db, 'outbox', (store) => store.getAll())).every(
    ({ files }) => files.every(({ sent, size }) => sent === size));
  while (!(await isThere())) await new Promise((go) => setTimeout(go, 20));
  db.close();
}"""
TRY = """async () => {
  const { sendFiles } = await import('/pwa/images/uploader.js');
  for (;;) {
    const { outcome } = await sendFiles();
    if (outcome !== 'elsewhere') return outcome; // the page itself, which has just been opened
    await new Promise((go) => setTimeout(go, 20));
  }
}"""
NEXT_MONTH = """() => {
  const now = new Date();
  const first = new Date(now.getFullYear(), now.getMonth() + 1, 1);
  return first.toLocaleDateString('id', { day: 'numeric', month: 'long', year: 'numeric' });
}"""


@pytest.fixture(scope="module")
def wire() -> Iterator[RecordingProxy]:
    with RecordingProxy(free_port()) as wire:
        yield wire


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, wire: RecordingProxy) -> Iterator[RunningOffice]:
    origin = f"http://localhost:{wire.port}"
    office = RunningOffice(tmp_path_factory.mktemp("office"), env={"RANTAU_ORIGIN": origin}, port=wire.target)
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
        page.evaluate(ROUND_TRIP)
        page.evaluate(WATCH_SENDING)
        phone.offline()  # with what every phone has by itself, before any price was ever told here
        page.locator("[data-action=review]").click()
        expect(page.locator("[data-photos]")).to_contain_text("2 foto: kira-kira")
        # Nothing has gone up yet that tells how fast the link is; how long it takes to answer is known.
        at_least = ID.text("cost.least", time=ID.text("cost.seconds", n=0)).replace("0", "([1-9]|[1-5][0-9]|60)")
        expect(page.locator("[data-text]")).to_contain_text(re.compile(at_least))
        told = {
            name: int(page.locator(f"[data-{name}]").get_attribute(f"data-{name}") or 0) for name in ("text", "photos")
        }
        page.get_by_label(ID.text("app.sending.choice.wait")).check()
        phone.offline(without_signal=False)
        page.evaluate(EXCHANGED)  # what the app itself asks is not of this price
        before = wire.up
        assert page.evaluate("moved") == []  # from under the finger
        page.locator("[data-action=send]").click()
        expect(page.locator("[data-receipt][data-state=photos]")).to_be_visible(timeout=40_000)
        assert told["text"] * (1 - TENTH) <= wire.up - before <= told["text"] * (1 + TENTH)

        page.goto(f"{office.url}/id/mine")
        waiting = page.locator("[data-item] [data-photos]")
        expect(waiting).to_contain_text(ID.text("app.sending.photos.wait"))
        expect(page.locator("[data-item]")).to_contain_text(ID.text("state.photos"))
        page.evaluate(EXCHANGED)
        before = wire.up
        page.locator("[data-action=photos-now]").click()
        expect(page.locator("[data-item]")).to_have_count(0, timeout=40_000)
        assert told["photos"] * (1 - TENTH) <= wire.up - before <= told["photos"] * (1 + TENTH)

        measured = page.evaluate("async () => (await import('/pwa/images/link-speed.js')).link()")
        assert all(value > 0 for value in measured.values()), measured
        page.locator("[data-sent] summary").hover()
        page.mouse.down()
        page.evaluate(CHANGED)
        page.mouse.up()  # what changes under a finger takes no press away
        expect(page.locator("[data-sent] li")).to_have_count(3)
        expect(page.locator("[data-sent] li").first).to_contain_text("ke kantor")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


class Gate:
    """Stands on the wire before the head of one chunk until it is opened."""

    def __init__(self, wire: RecordingProxy, *, chunk: int) -> None:
        self._left = chunk
        self._reached, self._open = threading.Event(), threading.Event()
        wire.passing = self._pass

    def _pass(self, data: bytes) -> bytes:
        if b"PATCH /blobs/" in data:
            self._left -= 1
            if self._left <= 0:
                self._reached.set()
                self._open.wait(PATIENCE)
        return data

    def wait(self) -> None:
        assert self._reached.wait(PATIENCE), "no chunk came"

    def open(self) -> None:
        self._open.set()


class Spoiler:
    """Changes a byte of the first chunk that goes without a checksum, and of the second that has one."""

    def __init__(self) -> None:
        self._left = {False: 1, True: 2}
        self._is_due = False

    def __call__(self, data: bytes) -> bytes:
        if b"PATCH /blobs/" in data:
            is_checked = b"upload-checksum" in data.lower()
            self._left[is_checked] -= 1
            self._is_due = self._left[is_checked] == 0
        has_body = not data.endswith(b"\r\n\r\n")
        if self._is_due and has_body:
            self._is_due = False
            return data[:-1] + bytes([data[-1] ^ 1])
        return data


class Chunk(NamedTuple):
    offset: int
    length: int
    is_checked: bool


def chunks(wire: RecordingProxy) -> list[Chunk]:
    """Give the chunks that went over the wire."""
    heads = re.findall(rb"patch /blobs/\S+ http/1.1\r\n(.*?)\r\n\r\n", bytes(wire.seen).lower(), re.DOTALL)
    return [
        Chunk(_number(head, b"upload-offset"), _number(head, b"content-length"), b"upload-checksum" in head)
        for head in heads
    ]


def uploads(wire: RecordingProxy) -> int:
    """Tell how many requests went over the wire to send photographs."""
    return len(re.findall(rb"(?:POST|HEAD|PATCH) /blobs/", bytes(wire.seen)))


def _number(head: bytes, name: bytes) -> int:
    found = re.search(name + rb": (\d+)", head)
    assert found is not None
    return int(found[1])


def draft(page: Page, number: int, *sizes: int) -> str:
    """Have a draft of an application with photographs of these sizes."""
    values = {key: "1" if value is True else value for key, value in person(number).items()}  # as a tick says it
    id_: str = page.evaluate(DRAFT, [SERVICE, values, list(sizes)])
    return id_


def send(page: Page, number: int, *sizes: int) -> None:
    """Press *Kirim* on an application with photographs of these sizes, as its page does it."""
    page.evaluate(SEND, [SERVICE, draft(page, number, *sizes)])


def sent(page: Page) -> None:
    """Wait until nothing is left to send, and the page says so."""
    page.evaluate(SENT)
    expect(page.locator("[data-item]")).to_have_count(0)


def signal_is_back(page: Page, office: RunningOffice) -> None:
    """Have the browser tell the office's worker so, as it does by itself minutes later; *page* is any other."""
    browser = page.context.new_cdp_session(page)
    told: list[str] = []
    browser.on("ServiceWorker.workerRegistrationUpdated", lambda event: told.extend(_ids(event)))
    browser.send("ServiceWorker.enable")
    while not told:
        page.wait_for_timeout(20)  # the event comes while this waits
    sync = {"origin": office.url, "registrationId": told[0], "tag": "photos", "lastChance": False}
    browser.send("ServiceWorker.dispatchSyncEvent", sync)


def _ids(event: dict[str, Any]) -> list[str]:
    return [each["registrationId"] for each in event["registrations"]]


def worker_of(context: BrowserContext) -> Worker:
    """Give the service worker, which may be told of a moment after it answers."""
    return context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")


def until(page: Page | Worker, kind: str, count: int) -> None:
    """Wait until so many tabs have their turn at sending photographs (`held`), or wait for it (`pending`)."""
    page.evaluate(UNTIL, [kind, count])


def test_photos_pause_and_go_on_in_another_tab_and_where_the_wire_spoils_them_by_the_chunk(
    office: RunningOffice, wire: RecordingProxy, playwright: Playwright, tmp_path: Path
) -> None:
    with Phone(playwright, tmp_path / "phone", viewport={"width": 320, "height": 640}) as phone:
        page = phone.page
        page.goto(f"{office.url}/id/mine")
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        assert phone.context is not None
        worker = worker_of(phone.context)
        nobody = phone.context.new_page()
        page.bring_to_front()  # a tab in the background draws once a second

        # The chunk that is under way when the person says so is the last, also for the worker and the next page.
        before = len(chunks(wire))
        gate = Gate(wire, chunk=3)
        send(page, 1, SIZE)
        gate.wait()
        photos = page.locator("[data-item] [data-photos]")
        photos.locator("[data-action=pause]").click()
        expect(photos).to_contain_text(ID.text("app.sending.photos.paused"))
        gate.open()
        until(page, "held", 0)
        page.close()
        worker.evaluate(LATER)
        assert worker.evaluate(GIVES_WAY), "a page of the next version has to be able to change the database"
        page = phone.context.new_page()
        page.goto(f"{office.url}/id/mine")
        photos = page.locator("[data-item] [data-photos]")
        expect(photos).to_contain_text(ID.text("app.sending.photos.paused"))
        spent = uploads(wire)
        assert page.evaluate(TRY) == "stopped"
        assert (len(chunks(wire)), uploads(wire)) == (before + 3, spent)
        photos.locator("[data-action=resume]").click()
        sent(page)
        went = chunks(wire)[before:]
        assert sum(chunk.length for chunk in went) == went[-1].offset + went[-1].length >= SIZE

        # Of two tabs one sends; where it is closed in the middle the other goes on within seconds.
        page.reload()  # which begins with small chunks
        before = len(chunks(wire))
        gate = Gate(wire, chunk=2)
        send(page, 2, SIZE)
        gate.wait()
        other = phone.context.new_page()
        other.goto(f"{office.url}/id/mine")
        until(other, "pending", 1)
        bar, told = other.locator("[data-photos] progress"), other.locator("[data-item] [data-photos]")
        expect(bar).to_have_attribute("value", str(FIRST))
        later = Gate(wire, chunk=2)
        gate.open()
        later.wait()
        # The second hears how far the first one is, and what is said there.
        expect(bar).not_to_have_attribute("value", str(FIRST))
        page.bring_to_front()
        photos = page.locator("[data-item] [data-photos]")
        photos.locator("[data-action=pause]").click()
        expect(told).to_contain_text(ID.text("app.sending.photos.paused"))
        photos.locator("[data-action=resume]").click()
        expect(told.locator("[data-action=pause]")).to_be_visible()
        assert len(chunks(wire)) == before + 4
        gate = later
        page.close()
        gate.open()
        sent(other)
        offsets = [chunk.offset for chunk in chunks(wire)[before:]]
        assert offsets == sorted(offsets)
        assert len(offsets) - len(set(offsets)) <= 1

        # What came out wrong goes again in chunks that are checked, and of these only one that is spoilt goes twice.
        before = len(chunks(wire))
        wire.passing = Spoiler()
        send(other, 4, SIZE)
        sent(other)
        went = chunks(wire)[before:]
        unchecked = [chunk.offset for chunk in went if not chunk.is_checked]
        checked = [chunk.offset for chunk in went if chunk.is_checked]
        assert went == sorted(went, key=lambda chunk: chunk.is_checked)
        assert unchecked == sorted(set(unchecked))
        assert checked == sorted(checked)
        assert checked.count(checked[1]) == 2
        assert len(set(checked)) == len(checked) - 1

        # Where the last page is closed in the middle the browser has the worker go on; the next page takes the receipt.
        before = len(chunks(wire))
        gate = Gate(wire, chunk=2)
        send(other, 8, SIZE)
        gate.wait()
        other.close()
        gate.open()
        until(worker, "held", 0)  # or it leaves them to the page
        signal_is_back(nobody, office)
        worker.evaluate(WHOLE)
        went = chunks(wire)[before:]
        page = phone.context.new_page()
        page.goto(f"{office.url}/id/mine")
        sent(page)
        assert chunks(wire)[before:] == went
        assert phone.errors == []


def test_photos_wait_while_the_phone_saves_data_and_from_a_month_s_limit_to_the_next_month(
    office: RunningOffice, wire: RecordingProxy, playwright: Playwright, tmp_path: Path
) -> None:
    wire.passing = lambda data: data
    with Phone(playwright, tmp_path / "phone", viewport={"width": 320, "height": 640}) as phone:
        page = phone.page
        assert phone.context is not None
        browser = phone.context.new_cdp_session(page)
        page.goto(f"{office.url}/id/mine")
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        browser.send("Emulation.setDataSaverOverride", {"dataSaverEnabled": True})
        begun = draft(page, 5, SIZE)
        before = len(chunks(wire))
        page.goto(f"{office.url}/id/apply/{SERVICE}#d={begun}")
        expect(page.locator("[data-continued]")).to_be_visible()
        page.locator("[data-action=review]").click()
        expect(page.locator("[data-choice]")).to_contain_text(ID.text("app.sending.photos.saver"))
        expect(page.get_by_label(ID.text("app.sending.choice.wait"))).to_be_checked()
        page.locator("[data-action=send]").click()
        expect(page.locator("[data-receipt][data-state=photos]")).to_be_visible(timeout=40_000)
        page.goto(f"{office.url}/id/mine")
        photos = page.locator("[data-item] [data-photos]")
        expect(photos).to_contain_text(ID.text("app.sending.photos.saver"))
        nothing = ID.text("app.mine.cost", size="2,5 KB")  # but a connection: no photo goes by pressing there
        expect(page.locator("[data-part=cost]")).to_have_text(nothing)
        page.evaluate(TRY)
        assert len(chunks(wire)) == before
        browser.send("Emulation.setDataSaverOverride", {"dataSaverEnabled": False})
        page.reload()
        sent(page)

        page.locator("[data-sent] summary").click()
        limit = page.get_by_label(ID.text("app.sending.budget"))
        limit.evaluate("(select) => select.focus() ?? select.setAttribute('name', 'before')")
        page.keyboard.press("ArrowDown")
        expect(page.locator("[name=before]")).to_have_count(0)
        expect(limit).to_have_value(str(MEGABYTE))
        expect(limit).to_be_focused()  # whoever chooses by keyboard goes on from there
        send(page, 6, MEGABYTE)
        next_month = page.evaluate(NEXT_MONTH)
        expect(photos.locator("[data-why]")).to_have_text(
            ID.text("app.sending.photos.budget", size="1 MB", date=next_month), timeout=60_000
        )
        expect(page.locator("[data-part=cost]")).to_have_text(nothing)
        went = sum(chunk.length for chunk in chunks(wire)[before:])
        assert 0.9 * MEGABYTE < went < MEGABYTE
        spent = uploads(wire)
        assert page.evaluate(TRY) == "budget"
        worker_of(phone.context).evaluate(LATER)  # the worker asks whether there is a limit at all
        assert uploads(wire) == spent
        begun = draft(page, 7, SIZE)
        phone.offline(needs=["rescue"])
        page.goto(f"{office.url}/id/mine")  # without a signal, what the office lacks is seen and saved, sealed or not
        page.locator("[data-photos-here] summary").click()
        expect(page.locator("[data-photo]")).to_have_count(2)
        stood = page.locator("[data-photo] button").first.element_handle()
        stood.focus()
        page.evaluate("document.querySelector('[data-item]').dataset.item = 'before'")
        page.evaluate("document.dispatchEvent(new CustomEvent('rantau:stored'))")
        expect(page.locator("[data-item=before]")).to_have_count(0)
        assert stood.evaluate("node => node === document.activeElement"), "what is looked at stays while photos go"
        for place, size in enumerate((SIZE, MEGABYTE)):
            with page.expect_download() as saving:
                page.locator("[data-photo]").nth(place).get_by_role("button").click()
            saved = tmp_path / f"{place}-{saving.value.suggested_filename}"
            saving.value.save_as(saved)
            assert (saved.name, saved.stat().st_size) == (f"{place}-kk.webp", size)
        phone.offline(without_signal=False)
        page.goto(f"{office.url}/id/apply/{SERVICE}#d={begun}")
        expect(page.locator("[data-continued]")).to_be_visible()
        page.locator("[data-action=review]").click()
        expect(page.locator("[data-choice]")).to_contain_text(next_month)
        page.locator("[data-action=send]").click()
        expect(page.locator("[data-receipt][data-state=photos]")).to_be_visible(timeout=40_000)
        assert sum(chunk.length for chunk in chunks(wire)[before:]) == went

        page.clock.install(time=datetime.now() + timedelta(days=32))
        page.goto(f"{office.url}/id/mine")
        sent(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert phone.errors == []
