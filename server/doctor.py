"""Looks an office over: configuration, content, store, keys and clock, each told in a sentence."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from server.backups import NOTE
from server.casework.audit import verify_audit
from server.content import Content, ContentError
from server.databases import NAMES, Databases, open_databases, read_office_key
from server.disk import room, shortage
from server.editing.edited_content import Filed
from server.editing.edits import edit_ids
from server.editing.usable_edits import find_usable
from server.erasure.erasure import unfinished_erasures
from server.erasure.voiding import unfinished_voidings
from server.keys.founding import RECOVERY
from server.keys.server_key import MODE, ServerKey, ServerKeyError, is_in_use, read_server_key, server_key_path
from server.office import NoOffice, now, read_keys
from server.open_files import ENOUGH, raise_limit
from server.settings import Settings, SettingsError, load_settings
from server.site.made_before import MADE, MadeBefore
from server.site.packs import LIMIT, oversized
from server.site.prepared import prepare, render_prepared
from server.site.site import build_site
from sync.audit_chain import ChainError, deed_of
from sync.errors import NotFound, OpenError, StoreError
from sync.keyring import KeyList, verify_key_list
from sync.receipt_code import spoken_number
from sync.store import Store

BACKUP_AGE = 8 * 86_400  # seconds after which a backup is too old to be the last one
SLACK = 600  # seconds that a clock may be behind what it wrote itself


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    is_right: bool
    sentence: str


async def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Look everything over; what can't be looked at because of something earlier is left out."""
    try:
        settings = load_settings(environ)
    except SettingsError as error:
        return [Finding(False, f"Configuration: {error}.")]
    findings = [_configuration(settings), _connections()]
    content = _load(settings, findings)
    if not (settings.couchdb or server_key_path(settings.data).exists()):
        try:
            read_office_key(settings)
        except ServerKeyError as error:  # nothing is made where there is no office
            return [*findings, Finding(False, f"Keys: {error}")]
    try:
        async with open_databases(settings) as databases:
            findings += [finding async for finding in _of_stores(settings, databases)]
            if content is not None:
                findings += await _left_out(databases.public, Filed(settings, content))
            findings += disk_findings(settings)
            findings += [finding async for finding in _of_keys(settings, databases)]
            findings += await _unfinished(databases.staff)
            findings.append(await _clock(databases, content))
    except StoreError as error:
        findings.append(Finding(False, f"Store: it does not answer ({error.reason})."))
    return findings


def _configuration(settings: Settings) -> Finding:
    if not settings.is_https and "localhost" not in settings.hosts:
        return Finding(
            False, f"Configuration: {settings.origin} is not https, and without that no phone works without a signal."
        )
    where = "a CouchDB" if settings.couchdb else f"the embedded store in {settings.data}"
    return Finding(True, f"Configuration: {settings.office.name} on {settings.origin}, kept in {where}.")


def _connections() -> Finding:
    most = raise_limit()
    if most < ENOUGH:
        return Finding(False, f"Connections: the system lets a process have {most} files open; raise `ulimit -Hn`.")
    return Finding(True, f"Connections: {most} at once at most.")


def _load(settings: Settings, findings: list[Finding]) -> Content | None:
    try:
        prepared = prepare(settings)
        made = MadeBefore(settings.data / MADE, only_looks=True)
        site = build_site(settings, prepared, keys=[], made=made)
    except ContentError as error:
        findings.append(Finding(False, f"Content: {error}."))
        return None
    large = oversized(site.resources)
    if large:
        findings.append(Finding(False, f"Content: {', '.join(large)} is over {LIMIT} bytes; shorten what is in it."))
    content = prepared.content
    services, guides = len(content.forms.services), len(content.guides.slugs)
    languages = " and ".join(content.catalogues.languages)
    findings.append(Finding(True, f"Content: {services} forms and {guides} guides in {languages}."))
    return content


async def _left_out(public: Store, filed: Filed) -> list[Finding]:
    if not await edit_ids(public):
        return []
    found = await find_usable(public, filed, lambda whole: render_prepared(whole.settings, whole.content, None))
    return [
        Finding(False, f"Content: {edit.id}, edited in the console, is not in use ({reason}); it is mended there.")
        for edit, reason in found.left_out.items()
    ]


async def _of_stores(settings: Settings, databases: Databases) -> AsyncIterator[Finding]:
    for name in NAMES:
        store: Store = getattr(databases, name)
        try:
            await store.put_local("doctor", {"at": now()})
            count = (await store.info()).doc_count
        except StoreError as error:
            yield Finding(False, f"Store: {name} can't be written ({error.reason}).")
        else:
            yield Finding(True, f"Store: {name} can be read and written, {count} documents.")


def disk_findings(settings: Settings) -> list[Finding]:
    """Say how much room there is, where the store is a folder on this machine."""
    if settings.couchdb:
        return []
    short = shortage(settings.data)
    return [Finding(short is None, f"Disk: {short or room(settings.data)}")]


async def _of_keys(settings: Settings, databases: Databases) -> AsyncIterator[Finding]:
    try:
        keys = await read_keys(databases)
        own = read_server_key(settings.data)
        key_list = verify_key_list(keys, own.root)
    except (NoOffice, ServerKeyError) as error:
        yield Finding(False, f"Keys: {error}")
        return
    except OpenError:
        yield Finding(False, "Keys: the list is not signed by the root that server.key names. Who changed it?")
        return
    yield _validity(key_list)
    yield _server_key(server_key_path(settings.data), own, key_list)
    yield await _grants(databases.staff, key_list)
    yield await _audit(databases.staff, key_list)
    if not settings.couchdb:
        yield await _backup(databases.staff)


def _validity(key_list: KeyList) -> Finding:
    until = datetime.fromtimestamp(key_list.until, UTC).date()
    if key_list.is_past(now()):
        return Finding(False, f"Keys: the list ended on {until}; sign a new one with `rantau keys renew`.")
    return Finding(True, f"Keys: the list is signed by the root and good until {until}.")


def _server_key(path: Path, own: ServerKey, key_list: KeyList) -> Finding:
    if not is_in_use(own, key_list):
        return Finding(
            False,
            f"Keys: {path} holds {own.kid}, which is not the server key in the list, so phones may refuse its "
            "receipts. Run `rantau keys server`: it finishes a change that was cut off, or makes a new key.",
        )
    mode = path.stat().st_mode & 0o777
    if mode != MODE:
        return Finding(False, f"Keys: {path} has mode {mode:03o}; others can read it. Run: chmod 600 {path}")
    return Finding(True, f"Keys: {path} is the server key in the list, and only its owner can read it.")


async def _grants(staff: Store, key_list: KeyList) -> Finding:
    users = [row.doc for row in await staff.all_docs(start="user.", end="user/", include_docs=True)]
    officers = [user["login"] for user in users if user and "officer" in user["roles"] and not user.get("disabled")]
    if not officers:
        return Finding(False, "Keys: there is no officer who could sign in.")
    kids = [key.kid for key in key_list.keys if key.use in ("seal", "office") and key.state == "primary"]
    wanted = [f"grant.{kid}.{name}" for kid in kids for name in (*officers, RECOVERY)]
    wanted += [f"officer.{name}" for name in officers]
    missing = [row.id for row in await staff.all_docs(keys=wanted) if row.error or row.deleted]
    if missing:
        return Finding(False, f"Keys: {', '.join(missing)} is missing in staff.")
    return Finding(True, f"Keys: {', '.join(officers)} and the recovery key have their grants.")


async def _audit(staff: Store, key_list: KeyList) -> Finding:
    try:
        n, _ = await verify_audit(staff, key_list)
    except ChainError as error:
        return Finding(False, f"Audit: the record of what officers did is broken: {error}.")
    return Finding(True, f"Audit: {n} entries, a whole chain.")


async def _backup(staff: Store) -> Finding:
    try:
        at = int((await staff.get_local(NOTE))["at"])
    except NotFound:
        return Finding(True, "Backup: none was made yet; run `rantau backup FOLDER` every night, onto another disk.")
    day = datetime.fromtimestamp(at, UTC).date()
    if at + BACKUP_AGE < now():
        return Finding(False, f"Backup: the last one is of {day}; run `rantau backup FOLDER` every night.")
    return Finding(True, f"Backup: the last one is of {day}.")


async def _unfinished(staff: Store) -> list[Finding]:
    begun = [("voiding the code", note) for note in await unfinished_voidings(staff)]
    begun += [("the erasure", note) for note in await unfinished_erasures(staff)]
    return [
        Finding(False, f"Unfinished: {what} of {spoken_number(case)}; a running server tries it again every minute.")
        for what, note in begun
        for case in [note["_id"].partition(".")[2]]
    ]


async def _clock(databases: Databases, content: Content | None) -> Finding:
    known = await _newest(databases, content)
    here = datetime.fromtimestamp(now(), UTC)
    if now() + SLACK < known:
        newest = datetime.fromtimestamp(known, UTC)
        return Finding(
            False, f"Clock: it says {here:%Y-%m-%d %H:%M} UTC, but something here is of {newest:%Y-%m-%d %H:%M}."
        )
    return Finding(True, f"Clock: {here:%Y-%m-%d %H:%M} UTC, not behind anything that is kept here.")


async def _newest(databases: Databases, content: Content | None) -> int:
    times = [0]
    rows = await databases.staff.all_docs(start="audit/", end="audit.", descending=True, limit=1, include_docs=True)
    times += [deed_of(row.doc).at for row in rows if row.doc]
    if content is not None:
        days = [guide.checked for lang in content.catalogues.languages for guide in content.guides.of(lang)]
        times += [int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) for day in days]
    return max(times)
