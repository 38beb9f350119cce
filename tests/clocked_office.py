"""A test build of the office whose clock a test sets: a whole day passes in the seconds that its requests take.

`ClockedOffice` starts `python -m tests.clocked_office` with the settings of an office. Its processes look at the clock
in a file beside the data, each time anew, so that it is the same for every one of them, also after an outage.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette

from server.app import create_app
from server.appointments.keep_rounds import keep_rounds
from server.databases import open_databases
from server.keys.founding import DEMO, FoundingError, make_office
from server.settings import Settings, load_settings
from server.site.prepared import Prepared, prepare
from tests.serving import RunningOffice

CLOCK = "clock"  # the file, with Unix seconds


class ClockedOffice(RunningOffice):
    """The demo office of *folder*, in which it is *now* until another time is set."""

    def __init__(self, folder: Path, *, now: int, env: Mapping[str, str] | None = None) -> None:
        super().__init__(folder, env=env)
        self.command = [sys.executable, "-m", "tests.clocked_office"]
        folder.mkdir(parents=True, exist_ok=True)
        self.now = now

    @property
    def now(self) -> int:
        """Tell the time at the office."""
        return self._now

    @now.setter
    def now(self, now: int) -> None:
        self._now = now
        beside = self.folder / f"{CLOCK}.new"
        beside.write_text(str(now))
        beside.replace(self.folder / CLOCK)  # nobody reads half a number


def clock_of(settings: Settings) -> Callable[[], int]:
    """Give the clock of an office."""
    path = settings.data.parent / CLOCK
    return lambda: int(path.read_text())


def app(settings: Settings, prepared: Prepared) -> Starlette:
    """Build the application with that clock."""
    made = create_app(settings, prepared=prepared, clock=clock_of(settings))
    opened = made.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(app):
            # Rounds are looked for each minute, and here a minute is soon over.
            rounds = asyncio.create_task(keep_rounds(lambda: app.state.office, every=0.1))
            yield
            rounds.cancel()

    made.router.lifespan_context = lifespan
    return made


async def _found(settings: Settings) -> None:
    async with open_databases(settings) as databases:
        with suppress(FoundingError):  # there is one
            await make_office(settings, databases, DEMO, now=clock_of(settings)(), is_demo=True)


def main() -> None:
    """Found the office where there is none, and serve it."""
    settings = load_settings({name: value for name, value in os.environ.items() if name.startswith("RANTAU_")})
    asyncio.run(_found(settings))
    server = Granian("tests.clocked_office", port=settings.port, interface=Interfaces.ASGI, factory=True)
    server.serve(target_loader=partial(app, settings, prepare(settings)), wrap_loader=False)


if __name__ == "__main__":
    main()
