"""Spares the offices of one test run what the first of them made of the app's files, as a second start is spared it."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from server.office import MADE

_SHARED = Path(tempfile.mkdtemp(prefix="rantau-made-")) / MADE
atexit.register(shutil.rmtree, _SHARED.parent, ignore_errors=True)


def lend_made(data: Path) -> None:
    """Put what was made into the data folder of an office that starts for the first time."""
    if _SHARED.exists() and not (data / MADE).exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(_SHARED, data / MADE, copy_function=os.link)


def keep_made(data: Path) -> None:
    """Keep what the first office made."""
    if (data / MADE).exists() and not _SHARED.exists():
        shutil.copytree(data / MADE, _SHARED, copy_function=os.link)
