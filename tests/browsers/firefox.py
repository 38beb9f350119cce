"""Firefox through WebDriver BiDi, straight over its own WebSocket: no geckodriver is needed."""

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout, ClientWebSocketResponse

from tests.browsers.screen import Screen, ScriptError
from tests.own_loop import OwnLoop

SETTINGS = {
    "app.normandy.enabled": "false",
    "app.update.enabled": "false",
    "browser.shell.checkDefaultBrowser": "false",
    "datareporting.policy.dataSubmissionEnabled": "false",
    "toolkit.telemetry.reportingpolicy.firstRun": "false",
    "network.captive-portal-service.enabled": "false",
    "network.connectivity-service.enabled": "false",
    "services.settings.server": '"data:,"',
    "extensions.getAddons.cache.enabled": "false",
    "browser.topsites.contile.enabled": "false",
}


def why_not() -> str:
    """Say what is missing here, or nothing."""
    return "" if _binary() else "no firefox-esr"


def _binary() -> str | None:
    return shutil.which("firefox-esr") or shutil.which("firefox")


class Firefox(Screen):
    name = "Firefox"

    def __init__(self, profile: Path) -> None:
        self.profile = profile
        self.process: subprocess.Popen[str] | None = None
        self.numbers = itertools.count(1)
        self.loop = OwnLoop()

    def start(self) -> None:
        self.profile.mkdir(exist_ok=True)
        lines = (f'user_pref("{name}", {value});\n' for name, value in SETTINGS.items())
        (self.profile / "user.js").write_text("".join(lines))
        binary = _binary()
        assert binary
        command = [binary, "--headless", "--no-remote", "--profile", self.profile, "--remote-debugging-port", "0"]
        size = {"MOZ_HEADLESS_WIDTH": "400", "MOZ_HEADLESS_HEIGHT": "800", "HOME": str(self.profile)}
        self.process = subprocess.Popen(
            command, env=os.environ | size, start_new_session=True, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._wait_for(self._connect(self._address()))
        self._ask("session.new", capabilities={})
        self.page = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def kill(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        os.killpg(process.pid, signal.SIGKILL)
        self._wait_for(self.session.close())
        process.communicate()

    def close(self) -> None:
        """End what listens to it too."""
        self.kill()
        self.loop.close()

    def goto(self, url: str) -> None:
        # Where the page before is still loading, Firefox may never tell that this one is "complete".
        self._ask("browsingContext.navigate", context=self.page, url=url, wait="none")
        self.until("document.readyState === 'complete'")

    def run(self, function: str, *args: Any) -> Any:
        given = [{"type": "string", "value": json.dumps(args)}]
        called = f"async (given) => JSON.stringify(await ({function})(...JSON.parse(given)) ?? null)"
        said = self._ask(
            "script.callFunction", functionDeclaration=called, arguments=given, awaitPromise=True,
            target={"context": self.page},
        )  # fmt: skip
        if said["type"] != "success":
            raise ScriptError(said["exceptionDetails"]["text"])
        return json.loads(said["result"]["value"])

    def click(self, selector: str) -> None:
        self.see(selector)
        try:
            self._press(selector)
        except ScriptError as error:  # a list was drawn anew between the two
            if "is not displayed" not in str(error):
                raise
            self.click(selector)

    def _press(self, selector: str) -> None:
        origin = {"type": "element", "element": self._find(selector)}
        self.run("async (selector) => document.querySelector(selector).scrollIntoView({ block: 'center' })", selector)
        steps = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": steps})

    def type(self, selector: str, text: str) -> None:
        self.run("async (selector) => document.querySelector(selector).focus()", selector)
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": keys})

    def choose(self, selector: str, file: Path) -> None:
        self.see(selector)
        self._ask("input.setFiles", context=self.page, element=self._find(selector), files=[str(file)])

    def _act(self, source: dict[str, Any]) -> None:
        self._ask("input.performActions", context=self.page, actions=[source])

    def _find(self, selector: str) -> dict[str, str]:
        locator = {"type": "css", "value": selector}
        [node] = self._ask("browsingContext.locateNodes", context=self.page, locator=locator, maxNodeCount=1)["nodes"]
        return {"sharedId": node["sharedId"]}

    def _address(self) -> str:
        assert self.process is not None
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                threading.Thread(target=self.process.stderr.read, daemon=True).start()  # a full pipe would stop it
                return f"{found[1]}/session"
        raise RuntimeError("Firefox does not start")

    async def _connect(self, address: str) -> None:
        self.session = ClientSession(timeout=ClientTimeout(total=None))
        self.socket: ClientWebSocketResponse = await self.session.ws_connect(address, max_msg_size=1 << 26)

    def _ask(self, method: str, **params: Any) -> Any:
        return self._wait_for(self._exchange({"id": next(self.numbers), "method": method, "params": params}))

    async def _exchange(self, message: dict[str, Any]) -> Any:
        await self.socket.send_json(message)
        while True:
            said = await self.socket.receive_json()
            if said.get("id") == message["id"]:
                if said["type"] == "error":
                    raise ScriptError(f"{said['error']}: {said['message']}")
                return said["result"]

    def _wait_for(self, work: Any) -> Any:
        return self.loop.do(work, patience=90)
