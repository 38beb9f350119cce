"""The main job where other browsers are: Firefox, WebKitGTK, and Chromium as an old phone. Beside the journeys in
tests/browser/, which run in Chromium as it is."""

import base64
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.settings import ROOT
from sync.events import sign_event
from sync.shape import v_of
from tests.browser.test_photo import JPEG
from tests.browsers import firefox, webkit
from tests.browsers.filling import fill, filled
from tests.browsers.firefox import Firefox
from tests.browsers.old_phone import OldPhone
from tests.browsers.screen import Screen
from tests.browsers.webkit import WebKit
from tests.browsing import COMES_BY_ITSELF
from tests.officers import ApiOfficer
from tests.people import person
from tests.people_at_work import FORM, SERVICE, TEXTS
from tests.photographs import DEVELOP
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

ID = TEXTS["id"]
BROWSERS: dict[str, tuple[Callable[[Path], Screen], Callable[[], str]]] = {
    "firefox": (Firefox, firefox.why_not),
    "webkit": (WebKit, webkit.why_not),
    "old-phone": (OldPhone, lambda: ""),
}
SEND_NOW = "async () => dispatchEvent(new Event('online'))"  # as a browser does whose signal is back
KEPT = "document.querySelector('[data-saved=yes]') !== null"
# What is left in the middle of something stands in no other page's way.
BUSY = """async () => {
  const { amend, write } = await import('/pwa/db.js');
  await write('meta', { name: 'busy' });
  const go = () => amend('meta', 'busy', (row) => row).then(go, () => {});
  for (let many = 0; many < 20; many += 1) void go();
}"""
SENT_TYPES = ("image/webp", "image/jpeg", "image/png")
HAS_ALL = """{
  const { extras = [] } = (await (await caches.match('/notes'))?.json()) ?? {};
  return args[0].every((pack) => extras.includes(pack));
}"""
NEWS = "Jam layanan kini sampai pukul 16."


@pytest.fixture(params=list(BROWSERS))
def screen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Screen]:
    make, why_not = BROWSERS[request.param]
    if missing := why_not():
        pytest.skip(f"{missing} on this machine; `make test` brings it where apt may be used")
    made = make(tmp_path / "profile")
    made.start()
    yield made
    made.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    shutil.copytree(ROOT / "content", tmp_path / "content")
    with RunningOffice(tmp_path / "office", env={"RANTAU_CONTENT": str(tmp_path / "content")}) as office:
        yield office


def test_an_application_survives_everything_and_an_update_comes_when_asked_for(
    screen: Screen, office: RunningOffice, tmp_path: Path
) -> None:
    answers = person(7)
    keys = [field.key for field in FORM.fields if field.key in answers]
    half = keys[: len(keys) // 2]

    # The app is there after one visit. Then the office is out of reach, and the battery falls out of a half-typed form.
    screen.goto(f"{office.url}/id/")
    screen.until("document.body.innerText.includes(args[0])", ID.text("app.ready"))
    screen.until(HAS_ALL, COMES_BY_ITSELF)
    see_all_of_it(screen)
    photographed = screen.run(DEVELOP)
    assert photographed["isFound"]
    assert all(type_ in SENT_TYPES and size < 40_000 and width > 600 for type_, size, width in photographed["sent"])
    office.kill()
    screen.goto(f"{office.url}/id/apply/{SERVICE}")
    screen.see("[data-saved]")
    see_all_of_it(screen)
    fill(screen, answers, half)
    screen.until(KEPT)
    screen.kill()
    screen.start()

    # What was typed is there, and the rest is filled in and sent without a signal.
    screen.goto(f"{office.url}/id/apply/{SERVICE}")
    screen.see("[data-continued]")
    assert filled(screen, answers, half) == {}
    fill(screen, answers, keys[len(half) :])
    screen.until(KEPT)
    # A paper is photographed as a file, whatever becomes of the question for the camera.
    photo = tmp_path / "ktp.jpg"
    photo.write_bytes(base64.b64decode(screen.run(JPEG, 0)))
    screen.click("[data-paper=ktp] [data-action=add-photo]")
    screen.choose("#photo-file", photo)
    screen.see("[data-corner='4']")
    for action in ("next", "use"):
        screen.click(f"dialog [data-action={action}]:enabled")
    screen.see("[data-paper=ktp] [data-image] img")
    screen.click("[data-action=review]")
    screen.click("[data-action=send]:enabled")
    screen.see("[data-receipt][data-state=waiting]")
    see_all_of_it(screen)

    # The office is back, with a guide that was changed meanwhile.
    guide = tmp_path / "content" / "guides" / "id" / "passport.md"
    guide.write_text(guide.read_text() + f"\n{NEWS}\n")
    office.start()
    screen.run(SEND_NOW)
    screen.see("[data-receipt][data-state=done]")  # the photo too
    if isinstance(screen, OldPhone):  # it cannot compress
        assert screen.exchanges
        assert all("content-encoding" not in headers for headers in screen.exchanges)
    record_step(office)
    screen.run(BUSY)
    screen.goto(f"{office.url}/id/mine")
    screen.click("[data-case] a")
    screen.until("document.body.innerText.includes(args[0])", ID.text("step.diserahkan"))

    # The update waits to be asked for, and is then there without a signal too.
    screen.goto(f"{office.url}/id/guides/passport")
    screen.see("div[role=status]:has(+ main) button")
    assert NEWS not in screen.see("main")
    screen.click("div[role=status]:has(+ main) button")
    screen.until("document.body.innerText.includes(args[0])", NEWS)
    office.kill()
    screen.goto(f"{office.url}/id/mine")
    screen.see("[data-case]")
    screen.goto(f"{office.url}/id/guides/passport")
    assert NEWS in screen.see("main")
    see_all_of_it(screen)
    if isinstance(screen, OldPhone):
        assert screen.phone.errors == []


def see_all_of_it(screen: Screen) -> None:
    """See that nothing of the page lies beyond its right edge."""
    needed, there = screen.run("async () => ['scrollWidth', 'clientWidth'].map((of) => document.documentElement[of])")
    assert needed <= there, screen.name


def record_step(office: RunningOffice) -> None:
    """Do what an officer does at the console."""
    officer = ApiOfficer(office.url).sign_in()
    kid, private = officer.office_key
    [case] = [row["case"] for row in officer.get("cases").body["rows"]]
    [version] = officer.get(f"cases/{case}").body["versions"]
    assert len(version["blobs"]) == 1
    on = [v_of(version)]
    event = sign_event(
        case=case, n=1, step="diserahkan", at=int(time.time()), on=on, note=None, kid=kid, private=private
    )
    assert officer.post(f"cases/{case}/events", event).status == 201
