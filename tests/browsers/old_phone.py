"""Chromium as an old phone: a small screen, a sixth of the speed, little storage, and without what came late."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Playwright, TimeoutError, sync_playwright

from tests.browsers.screen import PATIENCE, Screen, ScriptError
from tests.browsing import Phone

SLOWER = 6  # times
QUOTA = 256 * 1024 * 1024  # bytes
WITHOUT = """
for (const name of ['CompressionStream', 'SyncManager']) delete globalThis[name];
for (const name of ['any', 'timeout']) delete AbortSignal[name];
delete ServiceWorkerRegistration.prototype.sync;
"""


class OldPhone(Screen):
    name = "old Chromium"

    def __init__(self, profile: Path) -> None:
        self.manager = sync_playwright()
        self.playwright: Playwright = self.manager.start()
        self.phone = Phone(self.playwright, profile, viewport={"width": 320, "height": 533}, has_touch=True)
        self.exchanges: list[dict[str, str]] = []  # the headers of each

    def start(self) -> None:
        self.phone.start()
        assert self.phone.context is not None
        self.phone.context.set_default_timeout(PATIENCE * 1000)
        self.phone.context.add_init_script(WITHOUT)
        self.page = self.phone.page
        self.page.on("request", lambda sent: sent.url.endswith("/exchange") and self.exchanges.append(sent.headers))
        self.devtools = self.phone.context.new_cdp_session(self.page)
        self.devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    def kill(self) -> None:
        self.phone.kill()

    def close(self) -> None:
        """End Playwright too."""
        self.kill()
        self.playwright.stop()

    def goto(self, url: str) -> None:
        self.page.goto(url)
        origin = "/".join(url.split("/")[:3])
        self.devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": QUOTA})

    def run(self, function: str, *args: Any) -> Any:
        try:
            return self.page.evaluate(f"(args) => ({function})(...args)", list(args))
        except (Error, TimeoutError) as error:
            raise ScriptError(str(error)) from None

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def type(self, selector: str, text: str) -> None:
        self.page.locator(selector).fill(text)

    def choose(self, selector: str, file: Path) -> None:
        self.page.locator(selector).set_input_files(file)
