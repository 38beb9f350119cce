"""A test build of the office that kills its own process at call n of its stores.

Run as `python -m tests.dying_office` with the settings of an office and `DIE_AT` (a number from 1) and `DIE_WHEN`
(`before` the call is made, or `after` it was made and before anybody hears of it). Only what handlers ask of the
databases of a case is counted; the lists that follow the changes feed run beside it, at their own pace.
"""

import os
import signal
from typing import Any, NoReturn

from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette

from server.app import create_app
from server.databases import Databases
from server.settings import load_settings
from sync.sqlite_store import open_sqlite
from sync.store import Store

COUNTED = ("all_docs", "get", "bulk_docs", "bulk_get", "purge")


class Countdown:
    """Counts the calls of all stores together."""

    def __init__(self, die_at: int, when: str) -> None:
        self.left = die_at
        self.when = when

    async def around(self, call: Any, *args: Any, **named: Any) -> Any:
        self.left -= 1
        if self.left == 0 and self.when == "before":
            die()
        result = await call(*args, **named)
        if self.left == 0 and self.when == "after":
            die()
        return result


class DyingStore:
    """A store that counts what is asked of it."""

    def __init__(self, store: Store, countdown: Countdown) -> None:
        self._store = store
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in COUNTED:
            return method

        async def counted(*args: Any, **named: Any) -> Any:
            return await self._countdown.around(method, *args, **named)

        return counted


def die() -> NoReturn:
    """Take the process that serves and the one that watches over it, with no chance to tidy up."""
    os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("killed processes do not go on")


def app() -> Starlette:
    """Build the application over stores that count."""
    settings = load_settings(os.environ)
    countdown = Countdown(int(os.environ["DIE_AT"]), os.environ["DIE_WHEN"])
    plain = {name: open_sqlite(settings.data, name) for name in ("public", "cases", "blobs", "wraps", "staff")}
    counted: dict[str, Any] = {name: DyingStore(plain[name], countdown) for name in ("cases", "blobs", "wraps")}
    return create_app(settings, databases=Databases(**(plain | counted)))


if __name__ == "__main__":
    settings = load_settings({name: value for name, value in os.environ.items() if name.startswith("RANTAU_")})
    Granian("tests.dying_office:app", port=settings.port, interface=Interfaces.ASGI, factory=True).serve()
