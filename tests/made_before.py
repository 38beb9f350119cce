"""Spares the offices of one test run what the first of them made of the app's files, as a second start is spared it.

The processes of a run share it; the first office of all is made with nothing in its folder while the others wait.
"""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette

from server.site.made_before import MADE

_NAME = "MADE_IN_THIS_RUN"  # in the environment, where the processes of a run look


def shared() -> Path:
    """Give the folder of what was made in this run; who asks first makes it, and takes it away at the end."""
    if _NAME not in os.environ:
        os.environ[_NAME] = tempfile.mkdtemp(prefix="rantau-made-")
        atexit.register(shutil.rmtree, os.environ[_NAME], ignore_errors=True)
    return Path(os.environ[_NAME])


@contextmanager
def lent_made(data: Path) -> Iterator[None]:
    """Put what was made into *data*, where an office starts for the first time, and keep what it makes more."""
    with _in_turn():
        if not (data / MADE).exists():
            _link_new(shared() / MADE, data / MADE)
        try:
            yield
        finally:  # also what somebody made who was cut off
            _link_new(data / MADE, shared() / MADE)


@asynccontextmanager
async def started(app: Starlette, data: Path) -> AsyncIterator[None]:
    """Start the application of the office in *data*, and end it."""
    async with AsyncExitStack() as stack:
        with lent_made(data):
            await stack.enter_async_context(app.router.lifespan_context(app))
        yield


@contextmanager
def _in_turn() -> Iterator[None]:
    with (shared() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (shared() / MADE).exists():
            fcntl.flock(lock, fcntl.LOCK_UN)
        yield


def _link_new(source: Path, target: Path) -> None:
    made = _made_in(source) - _made_in(target)
    if made:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in made:
        with suppress(FileExistsError):  # another process keeps the same
            os.link(f"{source}/{name}", f"{target}/{name}")


def _made_in(folder: Path) -> set[str]:
    # Files alone: the editions in a folder of their own belong to the phones of one office.
    return {entry.name for entry in os.scandir(folder) if entry.is_file()} if folder.exists() else set()
