"""A phone for the browser tests: a real Chromium with a profile of its own that can be killed and started again."""

import os
import shutil
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import BrowserContext, Error, Page, Playwright

# What the browser leaves out: all that Playwright turns off, since the last of two such flags alone holds, and
# the pages that it loads behind its own address bar: half a second of work in every start, for nobody here.
_LEFT_OUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
)  # fmt: skip
FLAGS = (
    f"--disable-features={','.join(_LEFT_OUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# What every phone fetches by itself, and the office that it seals to.
COMES_BY_ITSELF = ("online", "images", "talk", "photo", "guides", "forms", "survey")
_IS_COMPLETE = """async (packs) => {
  for (const end = Date.now() + 60_000; ; ) {
    const { extras = [] } = (await (await caches.match('/notes'))?.json()) ?? {};
    const missing = packs.filter((pack) => !extras.includes(pack));
    if (!(await (await import('/pwa/pins.js')).officeAtHand())) missing.push('the office');
    if (!missing.length) return;
    if (Date.now() > end) throw new Error(`not on the phone: ${missing}`);
    await new Promise((go) => setTimeout(go, 50));
  }
}"""


def chromium() -> str:
    """Find the browser that `make test` brought."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise RuntimeError("no Chromium found; `make test` says how to install it")
    return found


class Phone:
    """One browser with one profile folder; `kill()` is the battery falling out."""

    def __init__(self, playwright: Playwright, profile: Path, *, flags: Sequence[str] = (), **context: Any) -> None:
        self.playwright = playwright
        self.profile = profile
        self.flags = [*FLAGS, *flags]
        self.options = {"viewport": {"width": 360, "height": 740}, "locale": "id-ID"} | context
        self.context: BrowserContext | None = None
        self.errors: list[str] = []

    def start(self) -> Page:
        """Switch on: the page that is open is what a user would see first."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=chromium(), headless=True, args=self.flags, **self.options
        )
        self.context.set_default_timeout(30_000)
        self.context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.context.on("console", self._note)
        return self.page

    def _note(self, message: Any) -> None:
        if message.type == "error" and "ERR_" not in message.text and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    @property
    def page(self) -> Page:
        assert self.context is not None
        return self.context.pages[0] if self.context.pages else self.context.new_page()

    def offline(self, *, without_signal: bool = True, needs: Sequence[str] = ()) -> None:
        """Take the signal away once the page is `complete` with the packs that it *needs*, or give it back.

        Whoever takes it away before, to see what a phone does then, asks the browser itself.
        """
        assert self.context is not None
        if without_signal and self.page.url.startswith("http"):
            complete(self.page, needs)
        self.context.set_offline(without_signal)
        if not without_signal:
            # The browser gives its pages the signal, and tells them so, before its worker has any.
            for page in self.context.pages:
                with suppress(Error):  # one that loads itself anew with the signal needs no word of it
                    page.evaluate("window.dispatchEvent(new Event('online'))")

    def kill(self) -> None:
        """Kill every process of this browser at once, with no chance to save anything."""
        needle = f"--user-data-dir={self.profile}"
        for pid in _processes_with(needle):
            os.kill(pid, signal.SIGKILL)
        self._let_go()
        for leftover in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / leftover).unlink(missing_ok=True)

    def stop(self) -> None:
        """Switch off in good order."""
        self._let_go()

    def _let_go(self) -> None:
        context, self.context = self.context, None
        if context is None:
            return
        with suppress(Exception):  # a browser that was killed is gone, which is what was wanted
            context.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()


def complete(page: Page, needs: Sequence[str] = ()) -> None:
    """Wait until a phone has what comes by itself, and the packs that it *needs*."""
    page.evaluate(_IS_COMPLETE, [*COMES_BY_ITSELF, *needs])


def _processes_with(argument: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if argument.encode() in arguments:
            found.append(int(folder.name))
    return found
