"""What offices in one process need not do again for each test: reading the content, and founding with slow hashes."""

import atexit
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from server.databases import open_databases
from server.keys.founding import NewOfficer, make_office
from server.settings import Settings
from server.site.prepared import Prepared, prepare

_prepared: dict[str, Prepared] = {}
_founded: dict[tuple[NewOfficer, int], Path] = {}


def prepared_for(settings: Settings) -> Prepared:
    """Give content and pages, which are the same wherever the data lies."""
    key = repr(replace(settings, data=Path()))
    if key not in _prepared:
        _prepared[key] = prepare(settings)
    return _prepared[key]


async def found(settings: Settings, officer: NewOfficer, *, now: int) -> None:
    """Found the office in an empty folder: a copy of the first one that this officer founded at this time."""
    if (officer, now) not in _founded:
        first = Path(tempfile.mkdtemp(prefix="rantau-founded-"))
        atexit.register(shutil.rmtree, first, ignore_errors=True)
        there = replace(settings, data=first)
        async with open_databases(there) as databases:
            await make_office(there, databases, officer, now=now)
        _founded[officer, now] = first
    shutil.copytree(_founded[officer, now], settings.data, dirs_exist_ok=True)
