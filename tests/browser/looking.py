"""What can be wrong with how a page looks, found by axe and by measuring: in every scheme, on the smallest screen."""

import json
import re
from typing import Any

from playwright.sync_api import Page, Route

from server.settings import ROOT

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
SMALLEST = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 800, "height": 900}
ZOOMED = {"width": 640, "height": 450}  # what a screen of 1280 by 900 has left at 200 %
_SCRIPTS = re.compile(r"<script.*?</script>|</?noscript>")
ALL = "{ resultTypes: ['violations'] }"
COLOURS = "{ resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block'] }"
SCHEMES: dict[str, dict[str, Any]] = {
    "dark": {"color_scheme": "dark"},
    "more contrast": {"color_scheme": "light", "contrast": "more"},
    "dark, more contrast": {"color_scheme": "dark", "contrast": "more"},
}
SUN = "(look) => { document.documentElement.dataset.look = look; }"
# Nothing that axe reads may be on its way; what moves without an end has no place on a page.
STILL = """async () => {
  for (const end = Date.now() + 20_000, all = () => document.getAnimations(); all().length; ) {
    if (Date.now() > end) throw new Error(`still moving: ${all().map(({ effect }) => effect?.target?.outerHTML)}`);
    const pause = new Promise((go) => setTimeout(go, 1000));
    await Promise.race([pause, Promise.allSettled(all().map(({ finished }) => finished))]);
  }
}"""
# What is pressed is 48 px wide and high, but for a link in a sentence (WCAG 2.5.8 says why).
SMALL = """() => {
  const pressed = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const found = [];
  for (const each of document.querySelectorAll(pressed)) {
    const target = /^(radio|checkbox|file)$/.test(each.type) ? each.closest('label') ?? each : each;
    const { width, height } = target.getBoundingClientRect();
    const isInText = getComputedStyle(each).display === 'inline' &&
      each.parentElement.textContent.trim() !== each.textContent.trim();
    if (width <= 1 || !each.checkVisibility({ visibilityProperty: true }) || isInText) continue;
    const size = `${Math.round(width)}x${Math.round(height)}`;
    if (Math.min(width, height) < 47.5) found.push(`${size} ${each.outerHTML.slice(0, 160)}`);
  }
  return found;
}"""

# What comes to stand above the button that sends, on the page of the last look, although it can be pressed already.
WATCH_SENDING = """() => {
  globalThis.moved = [];
  new MutationObserver((changes) => {
    const button = document.querySelector('[data-review] [data-action=send]:enabled');
    if (!button) return;
    const above = (node) => button.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING;
    const came = changes.flatMap(({ addedNodes }) => [...addedNodes]);
    globalThis.moved.push(...came.filter((node) => node.isConnected && above(node))
      .filter(({ parentElement }) => parentElement?.closest('[data-review]')).map((node) => node.textContent));
  }).observe(document.body, { childList: true, subtree: true });
}"""


def faults(page: Page) -> list[str]:
    """Say what is wrong with a page on the smallest screen in every scheme, and on a wide one."""
    page.set_viewport_size(SMALLEST)
    page.emulate_media(color_scheme="light", contrast="no-preference")
    page.evaluate(AXE)
    found = [*axe(page, "light"), *_too_wide(page), *(f"small: {each}" for each in page.evaluate(SMALL))]
    for name, scheme in SCHEMES.items():
        page.emulate_media(**scheme)
        found += axe(page, name, COLOURS)
    if page.locator("body.staff").count():  # there the browser's own enlarging serves
        for name, size in (("800 px", NARROW), ("200 %", ZOOMED)):
            page.set_viewport_size(size)
            found += [f"{name}: {each}" for each in _too_wide(page)]
    else:
        page.evaluate(SUN, "larger contrast")
        found += [*axe(page, "in the sun", COLOURS), *(f"larger: {each}" for each in _too_wide(page))]
        page.evaluate(SUN, "")
    page.emulate_media(color_scheme="light", contrast="no-preference")
    page.set_viewport_size(WIDE)
    found += [*axe(page, "wide"), *_too_wide(page)]
    page.set_viewport_size(SMALLEST)
    return found


def form_faults(page: Page) -> list[str]:
    """Say what is wrong with a page whose colours are those of others: too wide, too small, or what axe finds."""
    page.evaluate(AXE)
    found = [*axe(page, "light"), *_too_wide(page), *(f"small: {each}" for each in page.evaluate(SMALL))]
    page.evaluate(SUN, "larger")
    return [*found, *(f"larger: {each}" for each in _too_wide(page))]


def without_a_script(route: Route) -> None:
    """Answer with a page as it is drawn where no script runs, which axe, a script itself, can then look at."""
    reply = route.fetch()
    route.fulfill(response=reply, body=_SCRIPTS.sub("", reply.text()))


def desk_faults(page: Page) -> list[str]:
    """Say what is wrong with a page of the desk on a desktop, on a small one and at 200 %, light and dark."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    found = []
    for name, size in (("800 px", NARROW), ("200 %", ZOOMED), ("wide", WIDE)):
        page.set_viewport_size(size)
        if size is not WIDE:  # where the colours are those of the others
            page.emulate_media(color_scheme="dark")
            found += axe(page, f"{name}, dark", COLOURS)
            page.emulate_media(color_scheme="light")
        found += [*axe(page, name), *(f"{name}: {each}" for each in _too_wide(page))]
    return found


def axe(page: Page, scheme: str, what: str = ALL) -> list[str]:
    """Run axe on what is shown now."""
    page.locator("main").first.wait_for(state="attached")
    page.evaluate(STILL)
    found = page.evaluate(f"axe.run(document, {what})")["violations"]
    return [f"{scheme}: {each['id']}: {json.dumps([node['html'] for node in each['nodes']])}" for each in found]


def _too_wide(page: Page) -> list[str]:
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{width} px too wide"] if width > 0 else []
