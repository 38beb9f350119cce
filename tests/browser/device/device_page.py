"""A page on which the device's modules are at hand, as the app has them but without its components."""

import json
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.scripted_office import ScriptedOffice

MODULES = ["db", "vault", "drafts", "outbox", "exchange", "pins", "tabs", "online", "aside", "answered"]
IMPORTS = f"""
  const [{", ".join(MODULES)}] = await Promise.all({json.dumps(MODULES)}.map((name) => import(`/pwa/${{name}}.js`)));
  const cases = {{ ...(await import('/pwa/cases.js')), ...(await import('/pwa/case-list.js')) }};
  const fill = async (id, values) => {{
    await drafts.saveDraft(id, values, null, 'UPIK');
    return drafts.loadDraft(id);
  }};
  const send = async (values = {{ nama: 'upik' }}, origin = {{}}) => {{
    const {{ name, form }} = await pins.loadForm('small');
    const draft = await fill(await drafts.newDraft('small', name, {{}}, origin), values);
    const prepared = await outbox.prepare(draft, {{ name, form }}, await pins.office());
    await outbox.commit(prepared);
    const {{ version, case: of, code, line, bytes }} = prepared;
    return {{ id: version._id, case: of, code, line, bytes }};
  }};
  const failing = (work) => work.then(() => null, (error) => [error.name, error.reason ?? null]);
"""
BRIDGE = "const bridge = await import('/pwa/sw-bridge.js');"


def run(page: Page, body: str, arg: Any = None) -> Any:
    """Run JavaScript with the device's modules at hand."""
    return page.evaluate(f"async (arg) => {{ {IMPORTS} {body} }}", arg)


def open_page(context: BrowserContext, office: ScriptedOffice, path: str = "/id/") -> Page:
    """Open a tab."""
    page = context.new_page()
    page.goto(office.url + path)
    return page


def wait(page: Page, condition: str) -> None:
    """Wait until the condition is true; Playwright's own way needs `eval`, which the page's policy forbids."""
    page.evaluate(f"async () => {{ while (!(await ({condition}))) await new Promise((go) => setTimeout(go, 20)); }}")


def start(page: Page, lang: str = "id") -> None:
    """Start the service worker and wait until it answers this page."""
    run(page, BRIDGE + "await bridge.startWorker(arg); return null", lang)
    wait(page, "navigator.serviceWorker.controller")


def states(page: Page) -> dict[str, str]:
    """Give the state of each item in the outbox."""
    found: dict[str, str] = run(
        page, "return Object.fromEntries((await outbox.listOutbox()).map(({ id, state }) => [id, state]))"
    )
    return found
