"""An upgrade of the server, as somebody meets it who has a form half filled in, two tabs and a photo on its way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.app_copy import LINE, add_line, copy_app
from tests.browser.form_filling import wait_until_saved
from tests.browser.test_sending_photos import SIZE, Gate, chunks, send, sent
from tests.browsing import Phone, complete
from tests.people_at_work import SERVICE, TEXTS
from tests.recording_proxy import RecordingProxy
from tests.serving import RunningOffice, free_port

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
NOTES = "(await (await caches.match('/notes'))?.json())"
HAS_NEXT = f"""async () => {{
  const [pins, timer] = await Promise.all(['pins', 'exchange-timer'].map((name) => import(`/pwa/${{name}}.js`)));
  await pins.refreshOffice(); // as the next page does that is opened
  timer.exchangeSoon();
  while (!{NOTES}?.next.id) await new Promise((go) => setTimeout(go, 50));
}}"""
MODULE = "fetch('/pwa/outbox.js').then((answer) => answer.text())"
ADDED = LINE.partition("'")[2].rstrip("';")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[RunningOffice, RecordingProxy]]:
    port = free_port()
    with RecordingProxy(port) as proxy:
        env = {"RANTAU_ORIGIN": f"http://localhost:{proxy.port}"}
        with RunningOffice(tmp_path / "office", port=port, env=env, root=copy_app(tmp_path / "app")) as office:
            yield office, proxy


def test_a_new_version_waits_for_the_form_and_then_costs_what_changed(
    phone: Phone, office: tuple[RunningOffice, RecordingProxy]
) -> None:
    server, proxy = office
    url = f"http://localhost:{proxy.port}"
    first = phone.page
    first.goto(f"{url}/id/mine")
    complete(first)
    assert phone.context is not None
    form = phone.context.new_page()
    form.goto(f"{url}/id/apply/{SERVICE}")
    form.locator("#nama_lengkap").fill("UPIK BANUN")
    wait_until_saved(form)

    add_line(server.root / "pwa" / "outbox.js")
    server.restart()
    first.evaluate(HAS_NEXT)
    update = first.get_by_text(ID.text("app.update"), exact=False)
    expect(update).to_be_hidden()
    form.locator("#nama_lain").fill("BANUN")
    wait_until_saved(form)
    form.goto(f"{url}/id/guides/passport")
    first.bring_to_front()  # a tab behind another one is drawn once a second
    expect(update).to_be_visible()
    assert ADDED not in first.evaluate(MODULE)
    gate = Gate(proxy, chunk=2)
    send(first, 9, SIZE)
    gate.wait()
    first.bring_to_front()  # a tab in the background draws once a second
    with first.expect_navigation():
        first.get_by_role("button", name=ID.text("app.update.apply")).click()
    gate.open()
    assert ADDED in first.evaluate(MODULE)
    sent(first)  # by the new version, from where the old one was
    offsets = [chunk.offset for chunk in chunks(proxy)]
    assert offsets == sorted(offsets)
    assert len(offsets) - len(set(offsets)) <= 1
    assert b"content-encoding: dcz" in bytes(proxy.seen).lower()

    phone.offline()
    form.goto(f"{url}/id/apply/{SERVICE}")
    expect(form.locator("#nama_lengkap")).to_have_value("UPIK BANUN")
    expect(form.locator("#nama_lain")).to_have_value("BANUN")
    assert phone.errors == []
