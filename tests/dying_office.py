"""A test build of the office that kills its own process at call n of its stores.

`ForkedOffice` starts `python -m tests.dying_office` with the settings of an office. It reads the content and forks an
office for every line of its standard input: `[n, "before"]` or `[n, "after"]`, before the call is made, or after it was
made and before anybody hears of it; `[0, ""]` for one that lives. Only what handlers ask of the databases of a case is
counted; the lists that follow the changes feed run beside it, at their own pace.
"""

import json
import os
import signal
import sys
from functools import partial
from typing import Any, NoReturn

from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette

from server.app import create_app
from server.databases import Databases
from server.moments import local_day
from server.office import now
from server.settings import Settings, load_settings
from server.site.prepared import Prepared, prepare
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


def app(settings: Settings, prepared: Prepared, countdown: Countdown) -> Starlette:
    """Build the application over stores that count."""
    plain = {name: open_sqlite(settings.data, name) for name in ("public", "cases", "blobs", "wraps", "staff")}
    counted: dict[str, Any] = {name: DyingStore(plain[name], countdown) for name in ("cases", "blobs", "wraps")}
    return create_app(settings, prepared=prepared, databases=Databases(**(plain | counted)))


def main() -> None:
    """Fork an office for every line, and say its process."""
    settings = load_settings({name: value for name, value in os.environ.items() if name.startswith("RANTAU_")})
    # As of today, as a server does: in a campaign of the survey each office would make every page anew.
    prepared = prepare(settings, today=local_day(now(), settings.office.time_zone))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has died is gone
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            serve(settings, prepared, Countdown(*json.loads(line)))
        print(pid, flush=True)  # noqa: T201


def serve(settings: Settings, prepared: Prepared, countdown: Countdown) -> NoReturn:
    """Be an office in a session of its own, as one that was started."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    server = Granian("tests.dying_office", port=settings.port, interface=Interfaces.ASGI, factory=True)
    server.serve(target_loader=partial(app, settings, prepared, countdown), wrap_loader=False)
    os._exit(0)


if __name__ == "__main__":
    main()
