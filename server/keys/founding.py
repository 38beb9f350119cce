"""Makes an office: its keys, the list of them that the root signs, and the first officer. Nothing is written twice.

The private halves of root and recovery key leave on paper and are stored nowhere; the epoch and office keys are
stored only as grants sealed to the officer and to the recovery key.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from server.casework.audit import Audit
from server.databases import Databases
from server.keys.paper import paper_lines
from server.keys.server_key import ServerKey, server_key_path, write_server_key
from server.office import KEYS, NoOffice, read_keys
from server.settings import Settings
from server.staff.accounts import is_login
from server.staff.passwords import LONGEST, SHORTEST, hash_password, weakness_of
from server.told import Told
from sync import hpke
from sync.canonical import b64u_encode
from sync.document import Doc
from sync.key_pair import KeyPair, new_key_pair
from sync.keyring import ListedKey, seal_grant, sign_key_list, wrap_officer_key
from sync.store import Store

FIRST_ROLES = ("administrator", "head", "officer")  # of whoever founds the office, until there are others
RECOVERY = "recovery"  # the officer that nobody is: its key lies on paper
VALID = 400 * 86400  # seconds until the list of keys should be renewed
_WEAK = {
    "short": f"at least {SHORTEST} characters",
    "long": f"at most {LONGEST} characters",
    "common": "one that is not guessed at once: more than common words, the login and the name of the office",
}


class FoundingError(Told):
    """The office was not made; the message says why."""


@dataclass(frozen=True)
class NewOfficer:
    """The first officer, as typed."""

    login: str
    password: str = field(repr=False)
    passphrase: str = field(repr=False)
    lang: str = "id"


# Of an office to try things out, as everybody can read here.
DEMO = NewOfficer("petugas", "contoh-sandi-petugas", "kunci contoh kantor demo")


@dataclass(frozen=True)
class Paper:
    """What must be kept on paper, and what to compare on a phone that pins the root."""

    root: tuple[str, ...] = field(repr=False)
    recovery: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class _Keys:
    root: KeyPair
    recovery: KeyPair
    epoch: KeyPair
    office: KeyPair
    server: KeyPair


async def make_office(
    settings: Settings, databases: Databases, officer: NewOfficer, *, now: int, is_demo: bool = False
) -> Paper:
    """Make the office and give what belongs on paper.

    Raises:
        FoundingError: there is one already, or a login, password or passphrase is not good enough.
        StoreError: the store does not answer.
    """
    check_officer(officer, office=settings.office.name)
    await _refuse_second(settings, databases)
    keys = _Keys(*(new_key_pair() for _ in range(5)))
    listed = _list_keys(keys, now)
    signed = sign_key_list(office_id(settings.office.name), 1, at=now, until=now + VALID, keys=listed, root=keys.root)
    await _write(databases.staff, _staff_documents(officer, keys, listed))
    write_server_key(settings.data, ServerKey(listed[2].kid, keys.server, keys.root.pub, is_demo))
    await Audit(databases.staff, listed[2].kid, keys.server, lambda: now).write("founded", who=officer.login)
    # Last, because it is what says that there is an office.
    await _write(databases.public, [{"_id": KEYS, "type": "keys", "signed": signed[0], "sig": signed[1]}])
    return Paper(tuple(paper_lines(keys.root.d)), tuple(paper_lines(keys.recovery.d)))


def check_officer(officer: NewOfficer, *, office: str = "") -> None:
    """Refuse what no later account could have either as a login or as a password, and two secrets that are the same.

    Raises:
        FoundingError: naming the field and the reason.
    """
    if not is_login(officer.login):
        raise FoundingError("login: up to 32 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit")
    for name, text in (("password", officer.password), ("passphrase", officer.passphrase)):
        weakness = weakness_of(text, (officer.login, office))
        if weakness:
            raise FoundingError(f"{name}: {_WEAK[weakness]}")
    if officer.password == officer.passphrase:
        raise FoundingError("passphrase: another one than the password; the server sees the password at each login")


def office_id(name: str) -> str:
    """Write the office's name as the signed list of keys can hold it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64] or "office"


async def _refuse_second(settings: Settings, databases: Databases) -> None:
    path = server_key_path(settings.data)
    if path.exists():
        raise FoundingError(f"There is an office here already ({path}); nothing was changed.")
    try:
        await read_keys(databases)
    except NoOffice:
        return
    raise FoundingError(f"The database holds an office already, and {path} is missing: restore that file instead.")


def _list_keys(keys: _Keys, now: int) -> list[ListedKey]:
    year = f"{datetime.fromtimestamp(now, UTC):%y}a"
    return [
        ListedKey(f"k{year}", "seal", "office", hpke.KEM_P256, "primary", keys.epoch.pub),
        ListedKey(f"o{year}", "office", "office", None, "primary", keys.office.pub),
        ListedKey(f"s{year}", "server", "office", None, "primary", keys.server.pub),
    ]


def _staff_documents(officer: NewOfficer, keys: _Keys, listed: Sequence[ListedKey]) -> list[Doc]:
    own = new_key_pair()
    user = {
        "_id": f"user.{officer.login}",
        "type": "user",
        "login": officer.login,
        "roles": list(FIRST_ROLES),
        "password": hash_password(officer.password),
        "lang": officer.lang,
    }
    granted = ((listed[0].kid, keys.epoch), (listed[1].kid, keys.office))
    readers = ((officer.login, own.pub), (RECOVERY, keys.recovery.pub))
    # Its public half, for keys that come later; the private one is on paper.
    pub = b64u_encode(keys.recovery.pub)
    recovery = {"_id": f"officer.{RECOVERY}", "type": "recovery-key", "officer": RECOVERY, "pub": pub}
    grants = [grant_of(kid, name, seal_grant(kid, name, pair, pub)) for kid, pair in granted for name, pub in readers]
    return [user, wrap_officer_key(own, officer.passphrase, officer.login), recovery, *grants]


def grant_of(kid: str, officer: str, sealed: str) -> Doc:
    """Write the document of a key that is granted to an officer."""
    return {"_id": f"grant.{kid}.{officer}", "type": "grant", "kid": kid, "officer": officer, "sealed": sealed}


async def _write(store: Store, docs: Sequence[Doc]) -> None:
    for row in await store.bulk_docs(docs):
        if row.error:
            raise FoundingError(f"{store.name}/{row.id}: {row.error}; empty the data folder and begin again")
