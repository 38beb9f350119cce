"""WebKitGTK through its WebDriver, in a browser of ours that keeps its profile (MiniBrowser forgets it)."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.browsers.screen import PATIENCE, Screen, ScriptError
from tests.serving import free_port

BROWSER = Path(__file__).with_name("webkit_keeping.py")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
SCRIPT = """const done = arguments[arguments.length - 1];
(%s)(...arguments[0]).then((value) => done([value ?? null]), (error) => done(String(error)));"""


def why_not() -> str:
    """Say what is missing here, or nothing."""
    missing = [name for name in ("WebKitWebDriver", "Xvfb") if not shutil.which(name)]
    found = subprocess.run(["/usr/bin/python3", BROWSER, "--look"], capture_output=True) if not missing else None
    return (
        f"no {missing[0]}" if missing else "" if found and not found.returncode else "no WebKit2 for /usr/bin/python3"
    )


class WebKit(Screen):
    name = "WebKitGTK"

    def __init__(self, profile: Path) -> None:
        self.profile = profile
        self.driver: subprocess.Popen[bytes] | None = None
        self.display = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "400x800x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self.display.stdout is not None
        self.number = self.display.stdout.readline().decode().strip()

    def start(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.profile.mkdir(exist_ok=True)
        own = {"DISPLAY": f":{self.number}", "XDG_RUNTIME_DIR": str(self.profile), "LC_ALL": "C.UTF-8"}
        own |= {f"XDG_{kind}_HOME": str(self.profile / kind.lower()) for kind in ("DATA", "CACHE", "CONFIG")}
        self.driver = subprocess.Popen(
            ["WebKitWebDriver", f"--port={port}"], env=os.environ | own, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _wait_for(port)
        options = {"binary": str(BROWSER), "args": [f"--profile={self.profile}"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self.url += f"/session/{self._ask('POST', '/session', wanted)['sessionId']}"
        self._ask("POST", "/timeouts", {"script": 60_000, "pageLoad": 60_000})

    def kill(self) -> None:
        if self.driver is not None:
            os.killpg(self.driver.pid, signal.SIGKILL)
            self.driver.wait()
        self.driver = None

    def close(self) -> None:
        """Kill the screen too."""
        self.kill()
        self.display.kill()
        self.display.communicate()

    def goto(self, url: str) -> None:
        self._ask("POST", "/url", {"url": url})

    def run(self, function: str, *args: Any) -> Any:
        said = self._ask("POST", "/execute/async", {"script": SCRIPT % function, "args": [list(args)]})
        if not isinstance(said, list):
            raise ScriptError(said)
        return said[0]

    def click(self, selector: str) -> None:
        self.see(selector)
        try:
            self._ask("POST", f"/element/{self._find(selector)}/click", {})
        except ScriptError as error:  # a list was drawn anew between the two
            if "stale element" not in str(error):
                raise
            self.click(selector)

    def type(self, selector: str, text: str) -> None:
        self._ask("POST", f"/element/{self._find(selector)}/value", {"text": text})

    def choose(self, selector: str, file: Path) -> None:
        self.see(selector)
        self.type(selector, str(file))

    def _find(self, selector: str) -> str:
        return str(self._ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT])

    def _ask(self, method: str, path: str, content: Any) -> Any:
        request = urllib.request.Request(self.url + path, json.dumps(content).encode(), method=method)
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            with error, suppress(ValueError):
                raise ScriptError(json.load(error)["value"]) from None
            raise


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    raise RuntimeError("WebKitWebDriver does not start")
