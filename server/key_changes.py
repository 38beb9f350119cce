"""Changes to the office's keys, each a new list that the root signs: made where the root's paper is, never by a server.

Grants are stored before the list that names their key, so that a list never names a key which nobody holds. Whoever
gets a grant is named with the fingerprint of the own key, to be compared before anything is written.
"""

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from server.audit import Audit
from server.databases import Databases
from server.deletion import delete_all
from server.founding import RECOVERY, VALID
from server.office import KEYS, read_keys
from server.server_key import ServerKey
from sync import hpke
from sync.canonical import b64u_decode
from sync.document import Doc
from sync.errors import NotFound, OpenError
from sync.key_pair import KeyPair, new_key_pair
from sync.keyring import KeyList, ListedKey, open_grant, seal_grant, sign_key_list, verify_key_list
from sync.speakable import fingerprint
from sync.store import Store

PUBLISHED = 30 * 86400  # seconds that a key should be known before phones seal to it
_STEMS = {"seal": "k", "office": "o", "hub": "h"}
_TIMES = "key-times"  # in `staff`: since when each key is what it is


class KeyChangeError(Exception):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True)
class Reader:
    """Whoever is granted a key: an officer, or the recovery paper."""

    name: str
    pub: bytes

    @property
    def words(self) -> str:
        """Give the eight words by which people compare it."""
        return fingerprint(self.pub)


@dataclass(frozen=True)
class KeyDesk:
    """Where keys are changed: the databases, the server's own key, and the time."""

    databases: Databases
    own: ServerKey
    now: int

    async def current(self) -> KeyList:
        """Give the list as it is."""
        return verify_key_list(await read_keys(self.databases), self.own.root)

    async def since(self) -> Mapping[str, int]:
        """Tell since when each key is in its state, where that is known."""
        try:
            return dict((await self.databases.staff.get(_TIMES))["times"])
        except NotFound:
            return {}

    async def readers(self) -> list[Reader]:
        """Name everybody who is to hold new keys: active officers that have a key, and the recovery paper."""
        staff = self.databases.staff
        users = {doc["login"]: doc for doc in await docs_of(staff, "user")}
        active = {name for name, user in users.items() if "officer" in user["roles"] and not user.get("disabled")}
        records = await docs_of(staff, "officer")
        holders = [record for record in records if record["officer"] in active | {RECOVERY}]
        return [Reader(record["officer"], b64u_decode(record["pub"])) for record in holders]

    async def add(self, use: str, root: KeyPair, readers: Sequence[Reader]) -> ListedKey:
        """Make a key, grant it and list it: `next` for one that things are sealed to, else in use at once.

        Raises:
            KeyChangeError: there is a next one already, or another root.
        """
        old = await self._checked(root)
        if use == "seal" and any(key.use == use and key.state == "next" for key in old.keys):
            raise KeyChangeError("There is a next key already: `rantau keys promote` puts it to use.")
        kem = hpke.KEM_P256 if use == "seal" else None
        pair = new_key_pair()
        key = ListedKey(
            _new_kid(old, use, self.now), use, "office", kem, "next" if use == "seal" else "primary", pair.pub
        )
        for reader in readers:
            sealed = seal_grant(key.kid, reader.name, pair, reader.pub)
            await put(self.databases.staff, _grant(key.kid, reader.name, sealed))
        others = [_aged(other, use) for other in old.keys] if use != "seal" else list(old.keys)
        await self._publish(old, [*others, key], root, "key-added", key.kid)
        return key

    async def add_hub(self, hub: str, pub: bytes, root: KeyPair) -> ListedKey:
        """List the key by which a hub signs; nobody here holds its private half.

        Raises:
            KeyChangeError: the list has such a hub already, or another root.
        """
        old = await self._checked(root)
        who = f"hub:{hub}"
        if any(key.who == who for key in old.keys):
            raise KeyChangeError(f"name: the list of keys has a hub {hub} already; choose another name.")
        key = ListedKey(_new_kid(old, "hub", self.now), "hub", who, None, "primary", pub)
        await self._publish(old, [*old.keys, key], root, "key-added", key.kid)
        return key

    async def end_hub(self, hub: str, root: KeyPair, *, is_lost: bool) -> ListedKey:
        """List a hub's key as old, so that its receipts still verify, or as destroyed, so that none does any more.

        Raises:
            KeyChangeError: there is no such hub in the list, or another root.
        """
        old = await self._checked(root)
        key = next((key for key in old.keys if key.who == f"hub:{hub}" and key.state != "destroyed"), None)
        if key is None:
            raise KeyChangeError(f"{hub}: the list of keys has no such hub, or its key is destroyed already.")
        ended = replace(key, state="destroyed" if is_lost else "old")
        keys = [ended if other is key else other for other in old.keys]
        await self._publish(old, keys, root, "key-destroyed" if is_lost else "key-retired", key.kid)
        return ended

    async def promote(self, root: KeyPair, *, at_once: bool = False) -> ListedKey:
        """Put the next key to use: phones seal to it from their next contact on.

        Raises:
            KeyChangeError: there is none, or it was published too lately for phones that are seldom online.
        """
        old = await self._checked(root)
        key = next((key for key in old.keys if key.use == "seal" and key.state == "next"), None)
        if key is None:
            raise KeyChangeError("There is no next key: `rantau keys next` makes one.")
        due = (await self.since()).get(key.kid, self.now) + PUBLISHED
        if self.now < due and not at_once:
            day = datetime.fromtimestamp(due, UTC).date()
            raise KeyChangeError(
                f"{key.kid} has to be known for 30 days first, until {day}; --now does it all the same."
            )
        keys = [replace(other, state="primary") if other is key else _aged(other, "seal") for other in old.keys]
        await self._publish(old, keys, root, "key-promoted", key.kid)
        return key

    async def renew(self, root: KeyPair) -> KeyList:
        """Sign the same keys again, good for another while."""
        old = await self._checked(root)
        return await self._publish(old, list(old.keys), root, "keys-renewed", "all")

    async def destroy(self, kid: str, root: KeyPair) -> int:
        """Give up an old key for ever, and give how many grants went: what only it opens would be lost.

        Raises:
            KeyChangeError: no such key, one that is still in use, or something that only it opens.
        """
        old = await self._checked(root)
        key = old.find(kid)
        if key is None or key.use not in ("seal", "office"):
            raise KeyChangeError(f"{kid}: no such key of the office.")
        if key.state != "old":
            raise KeyChangeError(f"{kid} is {key.state}; only an old key can be destroyed.")
        if key.use == "seal":
            await self._refuse_needed(kid, old)
        keys = [replace(other, state="destroyed") if other is key else other for other in old.keys]
        await self._publish(old, keys, root, "key-destroyed", kid)
        return await self.drop_grants(lambda grant: grant["kid"] == kid)

    async def regrant(self, to: Reader, recovery: KeyPair) -> list[str]:
        """Grant every key that counts to *to*, from the recovery paper; give their names.

        Raises:
            KeyChangeError: the paper opens nothing here.
        """
        opened = await self.opened_by(recovery)
        if not opened:
            raise KeyChangeError("This recovery key opens none of this office's keys.")
        for kid, pair in opened.items():
            await put(self.databases.staff, _grant(kid, to.name, seal_grant(kid, to.name, pair, to.pub)))
        await self._audit("granted", {"to": to.name, "keys": len(opened)})
        return list(opened)

    async def opened_by(self, recovery: KeyPair) -> dict[str, KeyPair]:
        """Open every recovery grant of a key that counts; one that does not open is left out."""
        found = {}
        for key in (await self.current()).keys:
            if key.use not in ("seal", "office") or key.state == "destroyed":
                continue
            try:
                grant = await self.databases.staff.get(f"grant.{key.kid}.{RECOVERY}")
                pair = open_grant(grant["sealed"], key.kid, RECOVERY, recovery)
            except (NotFound, OpenError):
                continue
            if pair.pub == key.pub:
                found[key.kid] = pair
        return found

    async def needed_by(self, kid: str, key_list: KeyList) -> list[str]:
        """Name the wraps that nothing but *kid* opens."""
        others = {key.kid for key in key_list.keys if key.state != "destroyed" and key.use == "seal"} - {kid}
        wraps = await docs_of(self.databases.wraps, "w")
        return [wrap["_id"] for wrap in wraps if kid in wrap and not others & set(wrap)]

    async def drop_grants(self, which: Callable[[Doc], bool]) -> int:
        """Delete grants, on disk too; give how many."""
        dropped = [doc for doc in await docs_of(self.databases.staff, "grant") if which(doc)]
        return await delete_all(self.databases.staff, dropped)

    async def _refuse_needed(self, kid: str, key_list: KeyList) -> None:
        needed = await self.needed_by(kid, key_list)
        if needed:
            raise KeyChangeError(
                f"{kid} is needed: {len(needed)} versions open with nothing else. In the console, an officer re-wraps "
                "them first (Office keys)."
            )

    async def _checked(self, root: KeyPair) -> KeyList:
        if root.pub != self.own.root:
            raise KeyChangeError("This is not the root key of this office.")
        return await self.current()

    async def _publish(self, old: KeyList, keys: Sequence[ListedKey], root: KeyPair, deed: str, kid: str) -> KeyList:
        signed = sign_key_list(old.office, old.seq + 1, at=self.now, until=self.now + VALID, keys=keys, root=root)
        states = {key.kid: key.state for key in old.keys}
        changed = {key.kid: self.now for key in keys if states.get(key.kid) != key.state}
        await put(
            self.databases.staff, {"_id": _TIMES, "type": "key-times", "times": {**await self.since(), **changed}}
        )
        await self._audit(deed, {"kid": kid, "seq": old.seq + 1})
        await put(self.databases.public, {"_id": KEYS, "type": "keys", "signed": signed[0], "sig": signed[1]})
        return verify_key_list(signed, root.pub)

    async def _audit(self, deed: str, about: dict[str, str | int]) -> None:
        audit = Audit(self.databases.staff, self.own.kid, self.own.pair, lambda: self.now)
        await audit.write(deed, who="command", about=about)


async def docs_of(store: Store, kind: str) -> list[Doc]:
    """Give every document whose id begins with *kind* and a dot."""
    rows = await store.all_docs(start=f"{kind}.", end=f"{kind}/", include_docs=True)
    return [row.doc for row in rows if row.doc is not None]


async def put(store: Store, doc: Doc) -> None:
    """Write a document over whatever is there.

    Raises:
        KeyChangeError: somebody else was faster.
    """
    try:
        rev = {"_rev": (await store.get(doc["_id"]))["_rev"]}
    except NotFound:
        rev = {}
    [row] = await store.bulk_docs([doc | rev])
    if row.error:
        raise KeyChangeError(f"{doc['_id']}: {row.error}; nothing was published, try again")


def _grant(kid: str, officer: str, sealed: str) -> Doc:
    return {"_id": f"grant.{kid}.{officer}", "type": "grant", "kid": kid, "officer": officer, "sealed": sealed}


def _aged(key: ListedKey, use: str) -> ListedKey:
    return replace(key, state="old") if (key.use, key.state) == (use, "primary") else key


def _new_kid(key_list: KeyList, use: str, now: int) -> str:
    """Name a key by its use, its year and the next free letter: k26b."""
    stem = f"{_STEMS[use]}{datetime.fromtimestamp(now, UTC):%y}"
    taken = {key.kid for key in key_list.keys}
    letters = list(string.ascii_lowercase)
    names = [stem + first + second for first in ["", *letters] for second in letters]
    return next(name for name in names if name not in taken)
