"""How much of the disk is left where a store is a folder on it, and what is still taken in then.

Photographs end first and text long before the disk does: what an office writes itself (steps, erasures, its record of
both) goes on, and nothing is stored by halves.
"""

import logging
import shutil
from pathlib import Path

from sync.errors import Unavailable

log = logging.getLogger("rantau.disk")

FILES_RESERVE = 512 << 20  # bytes that photographs leave to text
TEXT_RESERVE = 64 << 20  # bytes that text leaves to what the office writes itself
_SILENCE = 60.0  # seconds between two lines in the log, which lies on the same disk


class DiskFull(Unavailable):
    """Nothing was stored, because the disk is nearly full; whoever sends keeps it and asks again later."""

    retry_after = 600  # seconds: somebody has to come and make room

    def __init__(self) -> None:
        super().__init__("disk-full")


class _Seldom(logging.Filter):
    """Lets a line through once a minute."""

    _next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.created < self._next:
            return False
        self._next = record.created + _SILENCE
        return True


log.addFilter(_Seldom())


def check_text(folder: Path | None) -> None:
    """See that there is room for text in *folder*; None is a store elsewhere, which says so itself.

    Raises:
        DiskFull: there is none.
    """
    _check(folder, TEXT_RESERVE, "nothing")


def check_files(folder: Path | None) -> None:
    """See that there is room for photographs beside the text.

    Raises:
        DiskFull: there is none.
    """
    _check(folder, FILES_RESERVE, "no photograph")


def shortage(folder: Path) -> str | None:
    """Say in a sentence what is not taken in for want of room; None while there is enough."""
    free = _free(folder)
    what = "nothing" if free < TEXT_RESERVE else "no photograph" if free < FILES_RESERVE else None
    return what and f"{free >> 20} MB are free in {folder}: {what} is taken in until somebody makes room there."


def room(folder: Path) -> str:
    """Say how much is free."""
    return f"{_free(folder) / (1 << 30):,.1f} GB are free in {folder}."


def _check(folder: Path | None, reserve: int, what: str) -> None:
    if folder is not None and _free(folder) < reserve:
        log.error("less than %d MB of disk are free: %s is taken in", reserve >> 20, what)
        raise DiskFull


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free
