"""Papers by camera in a real Chromium: aimed, cropped, looked at and kept with the draft, or chosen as a file."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.browser.test_pages import SMALLEST, faults
from tests.browsing import Phone
from tests.photographs import GPS_MARK, bomb, camera_film, with_exif
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

JPEG = """async (wanted) => {
  const [type, blur, scale] = wanted || ['image/jpeg', 0, 1];
  const canvas = Object.assign(document.createElement('canvas'), { width: 900 * scale, height: 600 * scale });
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  if (type === 'image/jpeg') { // a scan may be writing on nothing
    context.fillStyle = '#444';
    context.fillRect(0, 0, 900, 600);
    context.fillStyle = '#eee';
    context.fillRect(60, 40, 780, 520);
  }
  context.fillStyle = '#000';
  for (let y = 90; y < 520; y += 30) for (let x = 100; x < 780; x += 14) context.fillRect(x, y, 9, 12);
  context.filter = `blur(${blur}px)`;
  if (blur) context.drawImage(canvas, 0, 0);
  return canvas.toDataURL(type, 0.9).split(',')[1];
}"""
STORED = """async () => {
  const store = await import('/pwa/images/image-store.js');
  const images = await store.imagesOf(location.hash.slice(3));
  return Promise.all(images.map(async ({ id, field, type, width, height }) =>
    ({ field, type, width, height, bytes: String.fromCharCode(...await store.imageBytes(id)) })));
}"""
PDF = b"%PDF-1.4\n% a scan\n%%EOF\n"


@pytest.fixture
def camera(playwright: Playwright, tmp_path: Path) -> Iterator[Phone]:
    """A small phone whose camera sees a paper on a table."""
    film = camera_film(tmp_path / "paper.y4m")
    flags = (
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )  # fmt: skip
    with Phone(playwright, tmp_path / "profile", flags=flags, viewport=SMALLEST) as phone:
        yield phone
    assert phone.errors == []


def open_papers(page: Page, office: RunningOffice) -> None:
    page.goto(f"{office.url}/id/apply/passport-new")
    page.locator("[data-action=add-photo]").first.wait_for(state="attached")


def paper(page: Page, name: str) -> Locator:
    return page.locator(f"[data-paper={name}]")


def act(page: Page, name: str) -> None:
    page.locator(f"dialog [data-action={name}]").click()


def step(page: Page, name: str) -> None:
    page.locator(f"dialog[data-step={name}]").wait_for()


def small_targets(page: Page) -> list[Any]:
    """Name what is to be pressed in the dialog and is smaller than a finger."""
    found: list[Any] = page.locator("dialog :is(button, input):visible").evaluate_all(
        "(all) => all.map((one) => [one.outerHTML, one.getBoundingClientRect()])"
        ".filter(([, { width, height }]) => Math.min(width, height) < 48).map(([html]) => html)"
    )
    return found


def corner(page: Page, n: int) -> tuple[float, float]:
    """Say where a corner stands, in percent, as a screen reader hears it."""
    words = (page.locator(f"[data-corner='{n}']").get_attribute("aria-label") or "").split(", ", 1)[1]
    left, top = (float(part.split(" %")[0]) for part in words.split(", "))
    return left, top


def test_a_paper_is_photographed_cropped_by_keyboard_and_kept_with_the_draft(
    camera: Phone, office: RunningOffice
) -> None:
    page = camera.page
    open_papers(page, office)
    paper(page, "kk").locator("[data-action=add-photo]").click()
    step(page, "aim")
    page.locator(".photo-frame").wait_for()
    expect(page.locator("dialog [data-action=take]")).to_be_focused()
    assert small_targets(page) == []
    page.keyboard.press("Enter")
    step(page, "corners")
    # The film's paper stands at an eighth of the picture from each edge.
    for n, (left, top) in enumerate([(12, 12), (87, 12), (87, 87), (12, 87)], 1):
        x, y = corner(page, n)
        assert abs(x - left) <= 2
        assert abs(y - top) <= 2
    before = corner(page, 1)
    page.locator("[data-corner='1']").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert corner(page, 1) == (before[0] + 5, before[1] + 5)
    expect(page.locator("dialog [role=status]")).to_contain_text("% dari kiri")
    handle = page.locator("[data-corner='1']").bounding_box()
    assert handle is not None
    page.mouse.move(handle["x"] + 24, handle["y"] + 24)
    page.mouse.down()
    page.mouse.move(handle["x"] + 24, handle["y"] + 60)
    page.mouse.up()
    assert corner(page, 1)[1] > before[1] + 8
    for _ in range(20):
        page.keyboard.press("Shift+ArrowRight")
    assert before[0] < corner(page, 1)[0] < corner(page, 2)[0], "it stops before the sheet would be a twisted one"
    assert small_targets(page) == []
    assert faults(page) == []
    act(page, "next")
    step(page, "look")
    expect(page.locator("dialog")).to_contain_text("KB")
    expect(page.locator("dialog [data-sharp]")).to_be_visible()
    expect(page.locator(".photo-result")).to_have_js_property("complete", value=True)
    wide = page.locator(".photo-result").evaluate("(image) => image.naturalWidth > image.naturalHeight")
    act(page, "rotate")
    page.wait_for_function(
        "(was) => { const image = document.querySelector('.photo-result');"
        " return image?.naturalWidth && (image.naturalWidth > image.naturalHeight) !== was; }",
        arg=wide,
    )
    assert faults(page) == []
    act(page, "use")
    expect(paper(page, "kk").locator("[data-image]")).to_have_count(1)
    expect(paper(page, "kk").locator("[data-action=add-photo]")).to_be_focused()
    page.reload()
    expect(paper(page, "kk").locator("[data-image] img")).to_have_js_property("complete", value=True)
    other = page.context.new_page()
    other.goto(page.url)
    expect(paper(other, "kk").locator("[data-image]")).to_have_count(1)
    page.bring_to_front()
    paper(page, "kk").locator("[data-action=remove-photo]").click()
    for tab in page, other:  # none shows what will not be sent
        expect(paper(tab, "kk").locator("[data-image]")).to_have_count(0)
    other.close()

    # Whoever does not want to wait for the work leaves it.
    page.evaluate("() => Object.defineProperty(Worker.prototype, 'onmessage', { set() {} })")
    paper(page, "kk").locator("[data-action=add-photo]").click()
    act(page, "cancel")
    expect(page.locator("dialog")).to_have_count(0)
    paper(page, "kk").locator("[data-action=add-photo]").click()
    act(page, "take")
    expect(page.locator("dialog [data-working]")).to_be_visible()
    act(page, "cancel")
    expect(page.locator("dialog")).to_have_count(0)
    expect(paper(page, "kk").locator("[data-action=add-photo]")).to_be_focused()


def test_an_old_browser_takes_a_file_without_its_notes_and_refuses_in_words_what_cannot_be(
    phone: Phone, office: RunningOffice
) -> None:
    page = phone.page
    page.add_init_script("delete window.OffscreenCanvas; delete window.CompressionStream;")
    open_papers(page, office)
    jpeg = with_exif(base64.b64decode(page.evaluate(JPEG, 0)), orientation=6)
    blurred, small, clear = (
        base64.b64decode(page.evaluate(JPEG, one))
        for one in (["image/jpeg", 5, 1], ["image/jpeg", 0, 0.5], ["image/png", 0, 2])
    )
    paper(page, "akta").locator("[data-action=add-photo]").click()
    expect(page.locator("dialog")).to_contain_text("Kamera tidak ada")
    refused = {
        "bom.png": (bomb(), "40 juta titik"),
        "besar.pdf": (PDF + bytes(2 << 20), "1,9 MB"),
        "lain.txt": (b"bukan gambar", "JPEG, PNG, WebP, PDF"),
        "rusak.jpg": (jpeg[: len(jpeg) // 4][:200] + bytes(50), "JPEG, PNG"),
    }
    for name, (body, words) in refused.items():
        page.locator("#photo-file").set_input_files({"name": name, "mimeType": "image/png", "buffer": body})
        expect(page.locator("dialog [role=alert]")).to_contain_text(words)
        page.locator("#photo-file:enabled").wait_for()
    for body, is_sharp in (blurred, "false"), (small, "false"), (clear, "true"), (jpeg, "true"):
        page.locator("#photo-file").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": body})
        act(page, "next")
        expect(page.locator("dialog [data-sharp]")).to_have_attribute("data-sharp", is_sharp)
        act(page, "use" if body is jpeg else "again")
    expect(paper(page, "akta").locator("[data-image]")).to_have_count(1)
    # A question for the camera that nobody answers stands in no file's way.
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => new Promise(() => {}); }")
    paper(page, "akta").locator("[data-action=add-photo]").click()
    expect(page.locator("dialog")).to_contain_text("Memuat kamera")
    page.locator("#photo-file").set_input_files({"name": "b.pdf", "mimeType": "application/pdf", "buffer": PDF})
    act(page, "use")
    expect(paper(page, "akta").locator("[data-image]")).to_have_count(2)
    photo, scan = page.evaluate(STORED)
    assert photo["field"] == "akta"
    # Held upright, as its notes said; the notes themselves are gone.
    assert photo["height"] > photo["width"]
    stored = photo["bytes"].encode("latin-1")
    assert GPS_MARK in jpeg
    assert not any(mark in stored for mark in (GPS_MARK, b"Exif", b"EXIF"))
    assert scan["bytes"].encode("latin-1") == PDF
    assert phone.errors == []
