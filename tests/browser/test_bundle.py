"""A day without any signal: what was sealed goes to the office as a file, its answer comes back, a phone helps out."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from sync.bundle import BundleReader, Head, Piece, write_bundle
from tests.browser.form_filling import wait_until_started
from tests.browser.looking import faults
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS, Officer, fill
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

ID = TEXTS["id"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path / "office") as office:
        yield office


@pytest.fixture
def other(playwright: Playwright, tmp_path: Path) -> Iterator[Phone]:
    with Phone(playwright, tmp_path / "other") as other:
        yield other


def make_ready(phone: Phone, office: RunningOffice) -> Page:
    """Open the app, and once the page for files, while there is a signal."""
    page = phone.page
    page.goto(f"{office.url}/id/")
    expect(page.get_by_text(ID.text("app.ready"))).to_be_visible(timeout=40_000)
    page.goto(f"{office.url}/id/bundle")
    expect(page.get_by_label(ID.text("bundle.choose"))).to_be_visible()
    kept = "async () => (await import('/pwa/sw-bridge.js')).keepPacks('bundle')"
    assert page.evaluate(kept) is True
    return page


def seal(page: Page, office: RunningOffice, n: int) -> None:
    page.goto(f"{office.url}/id/apply/{SERVICE}#new")
    fill(page, person(n))
    wait_until_started(page)
    page.locator("[data-action=review]").click()
    page.locator("[data-action=send]").click()
    expect(page.locator("[data-receipt]")).to_be_visible()


def export(page: Page, office: RunningOffice, folder: Path) -> Path:
    page.goto(f"{office.url}/id/mine")
    with page.expect_download() as download:
        page.locator("[data-action=export]").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def share(page: Page, office: RunningOffice, folder: Path) -> Path:
    """Export where the browser shares files, by the end of their name: only those that it has heard of."""
    page.goto(f"{office.url}/id/mine")
    page.evaluate(
        """() => {
          navigator.canShare = ({ files: [{ name }] }) => name.endsWith('.txt');
          navigator.share = async ({ files: [file] }) => { window.shared = [file.name, file.type, await file.text()]; };
        }"""
    )
    page.locator("[data-action=export]").click()
    name, type_, text = page.evaluate(
        "async () => { while (!window.shared) await new Promise(requestAnimationFrame); return window.shared; }"
    )
    assert type_ == "text/plain"
    path = folder / str(name)
    path.write_text(text)
    return path


def choose(page: Page, office: RunningOffice, file: Path, path: str = "id/bundle") -> None:
    page.goto(f"{office.url}/{path}")
    page.get_by_label(ID.text("bundle.choose")).set_input_files(file)


def read(path: Path) -> tuple[Head, dict[str, bytes]]:
    reader, found = BundleReader(), dict[str, bytes]()
    for part in reader.feed(path.read_bytes()):
        if isinstance(part, Piece):
            found[part.entry.name] = found.get(part.entry.name, b"") + part.data
    assert reader.finish() == ("whole", ())
    assert reader.head is not None
    return reader.head, found


def forged(ack: Path) -> Path:
    """Write the same acknowledgement with another time, which nobody signed."""
    head, entries = read(ack)
    changed = []
    for name, data in entries.items():
        signed, sig = json.loads(data)
        signed[6] += 1
        changed.append((name, json.dumps([signed, sig]).encode()))
    path = ack.with_name("forged.rantau")
    path.write_bytes(write_bundle("ack", changed, office=head.office, at=head.at))
    return path


def test_without_a_signal_it_goes_as_a_file_and_the_answer_comes_back_as_one(
    phone: Phone, other: Phone, office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    page = make_ready(phone, office)
    phone.offline()
    seal(page, office, 1)
    first = export(page, office, tmp_path)
    assert re.fullmatch(r"rantau-\d{4}-\d{2}-\d{2}-1\.rantau", first.name)
    for key in ("nama_lengkap", "nomor_ktp", "ibu_nama"):
        assert str(person(1)[key]).encode() not in first.read_bytes()

    # At the office somebody hands it in, twice; nothing has to be unlocked for that.
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        officer = Officer(desktop.page, office, "id")
        desktop.page.goto(f"{office.url}/staff/login?lang=id")
        officer.knock()
        officer.let_in()
        for _ in range(2):
            choose(desktop.page, office, first, "staff/id/bundle")
            expect(desktop.page.locator("[data-holds='1']")).to_be_visible()
            desktop.page.locator("[data-action=hand-in]").click()
            expect(desktop.page.locator("[data-told=done]")).to_be_visible()
        assert faults(desktop.page) == []
        with desktop.page.expect_download() as download:
            desktop.page.locator("[data-action=save-ack]").click()
        ack = tmp_path / download.value.suggested_filename
        download.value.save_as(ack)
        assert ack.name == first.name.replace(".rantau", "-ack.rantau")
        choose(desktop.page, office, ack, "staff/id/bundle")
        expect(desktop.page.locator("[data-problem=kind]")).to_be_visible()
        assert desktop.errors == []

    # The phone, still without a signal, believes what is signed and nothing else.
    choose(page, office, forged(ack))
    expect(page.locator("[data-told=forged]")).to_be_visible()
    page.goto(f"{office.url}/id/mine")
    expect(page.locator("[data-item] [data-state=waiting]")).to_be_visible()
    choose(page, office, ack)
    expect(page.locator("[data-told=done]")).to_be_visible()
    assert faults(page) == []
    page.goto(f"{office.url}/id/mine")
    expect(page.locator("[data-case]")).to_have_count(1)
    expect(page.locator("[data-item]")).to_have_count(0)
    page.locator("[data-case] a").click()
    expect(page.locator("h1")).to_contain_text(ID.text("step.terkirim"))

    # A second one is taken along by another phone, which sends it when it has a signal.
    seal(page, office, 2)
    second = share(page, office, tmp_path)
    assert second.name.endswith("-1.rantau.txt")
    helper = make_ready(other, office)
    other.offline()
    for told in ("taken", "known"):
        choose(helper, office, second)
        helper.locator("[data-action=take-along]").click()
        expect(helper.locator(f"[data-told={told}]")).to_be_visible()
    helper.goto(f"{office.url}/id/mine")
    expect(helper.locator("[data-item]")).to_contain_text(ID.text("app.mine.carried"))
    other.offline(without_signal=False)
    expect(helper.locator("[data-item]")).to_have_count(0, timeout=40_000)
    phone.offline(without_signal=False)
    expect(page.locator("[data-item]")).to_have_count(0, timeout=40_000)
    assert phone.errors == []
    assert other.errors == []
