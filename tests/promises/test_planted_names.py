"""Promise 4: names that were planted are in no file, no memory and no backup of the server, not on the wire behind TLS,
and in no browser's profile; and with sealing switched off the same searches find them.

A post without JavaScript is in the server's memory for its request, which Python cannot wipe: there only what is kept
is searched.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page, Playwright, expect

from server.keys.founding import DEMO
from server.settings import ROOT
from server.site.joined import JOINED, join_members, members_of
from tests.browser.form_filling import wait_until_saved
from tests.browser.planted_photo import PHOTO, attach
from tests.browser.test_profiles import make_profile
from tests.browsing import Phone
from tests.markers import digests_in, search, search_bytes
from tests.people import Answers, person
from tests.people_at_work import SERVICE, TEXTS, Officer, fill
from tests.process_memory import found_in_memory
from tests.recording_proxy import RecordingProxy
from tests.serving import RunningOffice, free_port

pytestmark = pytest.mark.browser

NAME, MOTHER, STREET, NOTE = "ZULQARNAIN XYVOPATRA", "MARWAHENDRI QULSYMBA", "GANG KWARTZOVIA", "Catatan Vexillumbra"
MESSAGE = "Bilakah Yolqvandra selesai"
MARKERS = [NAME, MOTHER, STREET, NOTE, MESSAGE, PHOTO]
ANSWERS: Answers = person(5) | {"nama_lengkap": NAME, "ibu_nama": MOTHER, "alamat_tempat_tinggal": STREET}
TYPED = MARKERS[:3]
ID = TEXTS["id"]


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def wire() -> Iterator[RecordingProxy]:
    with RecordingProxy(free_port()) as wire:
        yield wire


@pytest.fixture
def office(tmp_path: Path, temporary: Path, wire: RecordingProxy) -> Iterator[RunningOffice]:
    origin = f"http://localhost:{wire.port}"
    env = {"TMPDIR": str(temporary), "RANTAU_LOG": "debug", "RANTAU_ORIGIN": origin}
    office = RunningOffice(tmp_path / "office", env=env, port=wire.target)
    office.url = origin
    with office:
        yield office


@pytest.fixture
def untyped(office: RunningOffice) -> frozenset[bytes]:
    """What the office held before anybody typed anything: most of it the app's own files."""
    return digests_in(office.folder)


def open_form(page: Page, office: RunningOffice) -> None:
    page.goto(f"{office.url}/id/apply/{SERVICE}")
    fill(page, ANSWERS)
    page.locator("[data-action=review]").click()
    expect(page.get_by_role("heading", name=ID.text("app.review.title"))).to_be_visible()


def send_by_app(page: Page, office: RunningOffice) -> None:
    page.goto(f"{office.url}/id/apply/{SERVICE}")
    fill(page, ANSWERS)
    attach(page)
    page.locator("[data-action=review]").click()
    expect(page.get_by_role("heading", name=ID.text("app.review.title"))).to_be_visible()
    page.locator("[data-action=send]").click()
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=40_000)


def send_plain(page: Page, office: RunningOffice) -> None:
    open_form(page, office)
    page.get_by_role("button", name=ID.text("app.send")).click()
    expect(page.get_by_role("heading", name=ID.text("sent.ok.title"))).to_be_visible()


def carry_correction(phone: Phone, office: RunningOffice, folder: Path) -> None:
    """Seal it without a signal, save it as the file that somebody carries, and send it when the signal is back."""
    page = phone.page
    expect(page.get_by_text(ID.text("app.ready"))).to_be_visible(timeout=40_000)
    phone.offline()
    page.locator("[data-action=review]").click()
    page.locator("[data-action=send]").click()
    expect(page.locator("[data-receipt]")).to_be_visible()
    page.goto(f"{office.url}/id/mine")
    with page.expect_download() as download:
        page.locator("[data-action=export]").click()
    download.value.save_as(folder / download.value.suggested_filename)
    phone.offline(without_signal=False)
    expect(page.locator("[data-item]")).to_have_count(0, timeout=40_000)


def export(page: Page, case: Locator, tmp_path: Path) -> list[str]:
    """Make the files of everything the office holds on a person; they leave the browser, and only they hold names."""
    downloads: list[Download] = []
    page.on("download", lambda download: downloads.append(download))
    case.locator(".person-data summary").click()
    case.locator("[data-export]").click()
    page.get_by_role("dialog").get_by_label(ID.text("staff.login.password")).fill(DEMO.password)
    page.keyboard.press("Enter")
    expect(page.locator("#announcement")).to_have_text(re.compile(ID.text("staff.export.done", number=".*")))
    assert len(downloads) == 2
    texts = [Path(download.path()).read_text() for download in downloads]
    for download in downloads:
        download.delete()
    return texts


def number_on(page: Page) -> str:
    found = re.search(r"\w{4} \w{4} \w$", page.get_by_text(re.compile("Nomor permohonan")).inner_text())
    assert found is not None
    return found[0]


def test_with_the_app_nothing_is_in_clear_anywhere(
    office: RunningOffice, untyped: frozenset[bytes], temporary: Path, wire: RecordingProxy, playwright: Playwright,
    tmp_path: Path,
) -> None:  # fmt: skip
    # The search reads gzip, not brotli.
    phone = Phone(playwright, tmp_path / "phone", extra_http_headers={"Accept-Encoding": "gzip"})
    phone.start()
    send_by_app(phone.page, office)
    number = number_on(phone.page)
    office.restart()
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        officer = Officer(desktop.page, office, "id")
        officer.sign_in()
        desktop.page.get_by_label(ID.text("staff.search")).fill(NAME.lower())
        expect(desktop.page.locator(".case-list tbody")).to_contain_text(NAME)
        case = officer.open(number)
        officer.expect_answers(case, ANSWERS)
        case.get_by_role("button", name=ID.text("staff.files.show", n=1)).click()
        picture = case.get_by_role("img", name=ID.text("option.berkas.ktp"))
        case.get_by_role("button", name=ID.text("staff.files.turn")).click()
        assert picture.evaluate("({ width, height }) => [width, height]") == [20, 40]
        officer.record(case, "perlu_perbaikan", NOTE)
        exported = export(desktop.page, case, tmp_path)
    assert any(NAME in text for text in exported)
    phone.page.goto(f"{office.url}/id/mine")
    phone.page.locator("[data-case] a").first.click()
    expect(phone.page.get_by_text(NOTE)).to_be_visible(timeout=40_000)
    phone.page.get_by_label(ID.text("talk.write")).fill(MESSAGE)
    phone.page.locator("[data-action=send-message]").click()
    expect(phone.page.locator(".thread > li").get_by_text(MESSAGE)).to_be_visible()
    expect(phone.page.locator(".thread [data-state]")).to_have_count(0, timeout=40_000)
    phone.page.locator("[data-correct]").click()
    expect(phone.page.locator("[name=nama_lengkap]")).to_have_value(NAME)
    carry_correction(phone, office, tmp_path / "carried")
    phone.stop()

    assert number.encode() in wire.seen
    assert search_bytes(bytes(wire.seen), MARKERS) == set()
    assert found_in_memory(office.process.pid, MARKERS) == set()
    shutil.copytree(office.folder / "data", tmp_path / "backup")
    office.stop()
    [carried] = (tmp_path / "carried").iterdir()
    assert carried.read_bytes().startswith(b'["rantau1","items"')
    assert not any(marker.lower().replace(" ", "") in carried.name for marker in MARKERS)
    folders = [office.folder, tmp_path / "backup", temporary, phone.profile, tmp_path / "desktop", carried.parent]
    assert search(folders, MARKERS, known=untyped) == set()


def test_a_phone_that_is_killed_while_somebody_types_keeps_nothing_in_clear(
    phone: Phone, office: RunningOffice
) -> None:
    page = phone.page
    page.goto(f"{office.url}/id/apply/{SERVICE}")
    fill(page, ANSWERS)
    expect(page.locator("[data-saved]")).to_contain_text(re.compile(r"\d\d[.:]\d\d"))
    phone.kill()

    assert search([phone.profile], TYPED) == set()


def test_a_shared_phone_that_is_locked_keeps_nothing_in_clear(phone: Phone, office: RunningOffice) -> None:
    page = phone.page
    page.clock.install()
    page.goto(f"{office.url}/id/mine")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.reload()
    make_profile(page)
    send_by_app(page, office)
    page.goto(f"{office.url}/id/apply/{SERVICE}#new")
    fill(page, ANSWERS)
    attach(page)
    wait_until_saved(page)
    page.goto(f"{office.url}/id/mine")
    page.locator("[data-photos-here] summary").click()  # where it can be looked at
    expect(page.locator("[data-photo] img")).to_be_visible()
    page.clock.fast_forward("02:01")
    expect(page.locator("[data-unlock]")).to_be_visible()
    phone.stop()

    assert search([phone.profile], [*TYPED, PHOTO]) == set()


def test_without_javascript_nothing_is_in_clear_on_the_server(
    office: RunningOffice, untyped: frozenset[bytes], temporary: Path, playwright: Playwright, tmp_path: Path
) -> None:  # fmt: skip
    with Phone(playwright, tmp_path / "plain", java_script_enabled=False) as plain:
        page = plain.page
        page.goto(f"{office.url}/id/apply/{SERVICE}")
        fill(page, ANSWERS | {"nomor_ktp": "12"})
        page.locator("[data-action=review]").click()
        expect(page.locator("#nomor_ktp-error")).to_be_visible()
        expect(page.locator("[name=nama_lengkap]")).to_have_value(NAME)
        send_plain(page, office)
    office.stop()

    assert search([office.folder, temporary], TYPED, known=untyped) == set()


def test_without_sealing_the_search_finds_them_at_the_server(
    office: RunningOffice, wire: RecordingProxy, playwright: Playwright, tmp_path: Path
) -> None:  # fmt: skip
    office.stop()
    office.command = [sys.executable, "-m", "tests.unsealed_office"]
    office.start()
    untyped = digests_in(office.folder)
    with Phone(playwright, tmp_path / "plain", java_script_enabled=False) as plain:
        send_plain(plain.page, office)
    for found in (search_bytes(bytes(wire.seen), TYPED), found_in_memory(office.process.pid, TYPED)):
        assert all(any(marker in hit for hit in found) for marker in TYPED)
    office.stop()

    found = search([office.folder], TYPED, known=untyped)
    assert all(any(marker in hit for hit in found) for marker in TYPED)


def test_without_sealing_the_search_finds_them_on_the_phone(
    office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:  # fmt: skip
    with Phone(playwright, tmp_path / "phone", service_workers="block") as phone:
        seal = "new Uint8Array(await crypto.subtle.encrypt(this.algorithm(id, n, iv), key, plain))"
        open_again = "await crypto.subtle.decrypt(this.algorithm(id, n, iv), key, ct)"
        switch_off(phone.page, "pwa/vault.js", {seal: "plain", open_again: "ct"})
        switch_off(phone.page, "pwa/images/image-store.js", {"await aesSeal(key, bytes, contextOf(id))": "bytes"})
        page = phone.page
        page.goto(f"{office.url}/id/apply/{SERVICE}")
        fill(page, ANSWERS)
        attach(page)
    office.stop()

    found = search([phone.profile], [*TYPED, PHOTO])
    assert all(any(marker in hit for hit in found) for marker in (NAME, PHOTO))


def switch_off(page: Page, script: str, changes: dict[str, str]) -> None:
    """Serve *script* with its sealing replaced."""
    source = (ROOT / script).read_text()
    for sealing, nothing in changes.items():
        assert sealing in source
        source = source.replace(sealing, nothing)
    sources = {f"/{path.relative_to(ROOT)}": path.read_text() for path in (ROOT / "pwa").rglob("*.js")}
    sources[f"/{script}"] = source
    # What a form starts with is served in one file.
    served, body = (JOINED, join_members(sources)) if f"/{script}" in members_of(sources) else (f"/{script}", source)
    page.route(f"**{served}", lambda route: route.fulfill(content_type="text/javascript", body=body))
