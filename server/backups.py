"""Backups of an embedded office, made while it is served, and the way back.

Data keys lie apart and their copies end sooner: to erase a case is to destroy its keys. What was accepted after a
backup comes back from the phones, which notice the new generation; what was erased after it is erased again.
"""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from server.casework.audit import Audit
from server.databases import NAMES, open_databases, read_office_key
from server.erasure.erasure import erase
from server.hub.identity import refuse_hub
from server.keys.server_key import FILE
from server.office import now
from server.settings import Settings
from server.told import Told
from sync.document import Doc
from sync.errors import StoreError
from sync.sqlite_schema import connect
from sync.sqlite_store import open_sqlite
from sync.store import Store

KEYS = "wraps"
# Data keys last: they are written before what they open, so that the copy has all of them.
ORDER = ("staff", "public", "cases", "blobs", KEYS)
_STAGING = "restoring"  # the folder beside the databases in which a backup is made ready to take their place
NOTE = "backup"  # the `_local` document in `staff` that says when the last one was made
_STAMP = "%Y-%m-%dT%H%M%SZ"
_DAY = 86_400
_NAMED = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")


class BackupError(Told):
    """It is not done; the message says why."""


@dataclass(frozen=True)
class Restored:
    """What was put back.

    Attributes:
        keys: where the data keys came from; None: those that were here stay.
        erased: cases that were erased after the backup, and are again.
    """

    keys: Path | None
    erased: int


async def back_up(
    settings: Settings, folder: Path, *, keep: int, keep_keys: int, clock: Callable[[], int] = now
) -> Path:
    """Copy every database into a folder of its own in *folder*, its data keys beside it, and drop what is too old.

    Args:
        keep: days that a backup is kept.
        keep_keys: days that its data keys are.

    Raises:
        BackupError: the office is not embedded, or it cannot be written there.
        NoOffice, StoreError: there is none here, or it cannot be read.
    """
    _refuse_couchdb(settings)
    read_office_key(settings)
    at = clock()
    stamp = datetime.fromtimestamp(at, UTC).strftime(_STAMP)
    try:
        made = _copy_out(settings.data, folder, stamp)
        _drop_older(folder, at - keep * _DAY)
        _drop_older(folder / KEYS, at - keep_keys * _DAY)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{folder}: {error}") from None
    async with open_databases(settings) as databases:
        await databases.staff.put_local(NOTE, {"at": at})
    return made


async def restore(settings: Settings, backup: Path) -> Restored:
    """Put a backup, or a copy of the whole data folder, in the place of what is here.

    Raises:
        BackupError: it is no whole backup, the office is being served, or a file is in the way.
        HubIdentityError: the folder is a hub's, whose databases have the same names.
        StoreError: what was put back does not open.
    """
    _refuse_couchdb(settings)
    refuse_hub(settings.data)
    _close_logs(settings.data)
    files = _files_of(backup, settings.data)
    marks, staging = await _marks(settings.data), settings.data / _STAGING
    try:
        _copy_in(files, staging)
        erased = await _erase_again(replace(settings, data=staging), marks)
        _swap(files, staging, settings.data)
        if not (settings.data / FILE).exists():
            shutil.copy(backup / FILE, settings.data / FILE)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{backup}: {error}") from None
    await note_restored(settings)
    return Restored(keys=files.get(KEYS), erased=erased)


async def note_restored(settings: Settings) -> None:
    """Let phones offer again what they have: what is stored here is older than they believe.

    Raises:
        NoOffice, StoreError: there is none here, or the store does not answer.
    """
    own = read_office_key(settings)
    async with open_databases(settings) as databases:
        for name in NAMES:
            store: Store = getattr(databases, name)
            await store.renew_generation()
        await Audit(databases.staff, own.kid, own.pair, now).write("restored", who="command")


def _refuse_couchdb(settings: Settings) -> None:
    if settings.couchdb:
        raise BackupError(
            "This office is in a CouchDB, which is backed up by its own means; `data` then holds only the server's key."
        )


def _close_logs(folder: Path) -> None:
    """Make each database one file, which nobody has open: what a server wrote into one that was replaced would be lost.

    Raises:
        BackupError: somebody has.
    """
    for path in sorted(folder.glob("*.sqlite")):
        try:
            with closing(sqlite3.connect(path, timeout=1)) as database:
                database.execute("PRAGMA journal_mode = DELETE")  # given to who is alone with it
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise BackupError(f"{path} is in use: stop the office first.") from None
            # A damaged one is what a backup is for.


def _copy_out(data: Path, folder: Path, stamp: str) -> Path:
    if folder.resolve().is_relative_to(data.resolve()):
        raise BackupError(f"{folder}: the office itself lies there, and what takes it takes its backup too")
    keys, part = folder / KEYS, folder / f".{stamp}"
    for new in (folder, keys, part):
        new.mkdir(mode=0o700, parents=True, exist_ok=new is not part)
    try:
        for name in ORDER:
            _copy(data / f"{name}.sqlite", part / f"{name}.sqlite")
        shutil.copy(data / FILE, part / FILE)
        (part / f"{KEYS}.sqlite").rename(keys / f"{stamp}.sqlite")
        return part.rename(folder / stamp)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, whoever writes to it, without its generation."""
    readable = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(readable, uri=True)) as old, closing(connect(target)) as new:
        old.backup(new)
        new.execute("DELETE FROM meta WHERE key = 'generation'")
        new.execute("PRAGMA journal_mode = DELETE")  # one file, and nothing beside it
        (found,) = new.execute("PRAGMA quick_check").fetchone()
        if found != "ok":
            raise BackupError(f"{source}: {found}")


def _files_of(backup: Path, data: Path) -> dict[str, Path]:
    files = {name: backup / f"{name}.sqlite" for name in NAMES if name != KEYS}
    missing = [path.name for path in files.values() if not path.is_file()]
    if missing:
        raise BackupError(f"{backup}: no {', '.join(missing)}: that is no whole backup.")
    beside = sorted(path for path in (backup.parent / KEYS).glob("*.sqlite") if path.stem >= backup.name)
    keys = next((path for path in (backup / f"{KEYS}.sqlite", *beside) if path.is_file()), None)
    if keys is None and not (data / f"{KEYS}.sqlite").is_file():
        raise BackupError(
            f"{backup}: its data keys are no longer kept, and there are none here: nothing could be opened."
        )
    return files | ({KEYS: keys} if keys else {})


def _copy_in(files: dict[str, Path], staging: Path) -> None:
    shutil.rmtree(staging, ignore_errors=True)
    for folder in (staging.parent, staging):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, path in files.items():
        _copy(path, staging / f"{name}.sqlite")


async def _erase_again(settings: Settings, marks: list[Doc]) -> int:
    """Erase what was erased since, before anything takes its place: a restore that is cut brings nothing back."""
    async with open_databases(settings) as databases:
        known = {row.id for row in await databases.cases.all_docs(start="gone.", end="gone/")}
        late = [mark for mark in marks if mark["_id"] not in known]
        for mark in late:
            await erase(databases, mark["_id"].removeprefix("gone."), mark)
    return len(late)


def _swap(files: dict[str, Path], staging: Path, data: Path) -> None:
    _close_logs(staging)
    for name in files:
        for suffix in ("-wal", "-shm"):  # another life's log, played back, would spoil what is restored
            (data / f"{name}.sqlite{suffix}").unlink(missing_ok=True)
        os.replace(staging / f"{name}.sqlite", data / f"{name}.sqlite")
    shutil.rmtree(staging)


async def _marks(data: Path) -> list[Doc]:
    """Give the marks of the cases erased here, as far as what is here can still be read."""
    if not (data / "cases.sqlite").is_file():
        return []
    with suppress(StoreError, sqlite3.Error):
        cases = open_sqlite(data, "cases")
        try:
            rows = await cases.all_docs(start="gone.", end="gone/", include_docs=True)
        finally:
            await cases.close()
        return [{key: value for key, value in row.doc.items() if key != "_rev"} for row in rows if row.doc]
    return []


def _drop_older(folder: Path, than: int) -> None:
    oldest = datetime.fromtimestamp(than, UTC).strftime(_STAMP)
    for path in folder.iterdir():
        if not _NAMED.fullmatch(path.stem) or path.stem >= oldest:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()
