"""One small face for browsers of several makes: what a person does with any of them, and being killed."""

import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

PATIENCE = 60.0  # seconds until something on a busy machine has to have happened


class ScriptError(Exception):
    """A script in the page failed, or the page went away under it."""


class Screen(ABC):
    """A browser with a profile folder that stays when it is killed."""

    name: str

    @abstractmethod
    def start(self) -> None:
        """Switch on."""

    @abstractmethod
    def kill(self) -> None:
        """Kill every process at once."""

    @abstractmethod
    def goto(self, url: str) -> None:
        """Open an address and wait until it is loaded."""

    @abstractmethod
    def run(self, function: str, *args: Any) -> Any:
        """Call an async function of the page with JSON values; ScriptError when it throws."""

    @abstractmethod
    def click(self, selector: str) -> None:
        """Press what the selector names, where it is on the screen."""

    @abstractmethod
    def type(self, selector: str, text: str) -> None:
        """Type into a field that is empty."""

    @abstractmethod
    def choose(self, selector: str, file: Path) -> None:
        """Give a file to a field for one."""

    def until(self, expression: str, *args: Any) -> Any:
        """Wait for an expression of `args` to be true, also on the page that comes next; give it."""
        end = time.monotonic() + PATIENCE
        said: object = None
        while time.monotonic() < end:
            try:
                if said := self.run(f"async (...args) => {expression}", *args):
                    return said
            except ScriptError as error:
                said = error
            time.sleep(0.05)
        raise AssertionError(
            f"{self.name}: not in {PATIENCE:.0f} s: {expression} {args}; at last: {said}\n{self._seen()}"
        )

    def see(self, selector: str) -> str:
        """Wait until something is shown, and give its text."""
        found = "document.querySelector(args[0])"
        return str(self.until(f"{found}?.getClientRects().length && ({found}.innerText || ' ')", selector))

    def _seen(self) -> str:
        return str(self.run("async () => location.href + '\\n' + document.body.innerText"))[:3000]
