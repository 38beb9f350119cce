"""Changes to the office's keys, each a new list that the root signs: made where the root's paper is, never by a server.

Every change is written down first, and in such an order that a command which was cut off is finished by repeating it:
grants are stored before the list that names their key, so that a list never names a key which nobody holds. Whoever
gets a grant is named with the fingerprint of the own key, to be compared before anything is written.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from server.casework.audit import Audit
from server.databases import Databases
from server.erasure.deletion import delete_all
from server.keys.founding import RECOVERY, VALID, grant_of
from server.keys.key_holders import Reader, docs_of, holders
from server.keys.server_key import ServerKey
from server.office import KEYS, read_keys
from server.told import Told
from sync import hpke
from sync.document import Doc
from sync.errors import NotFound, OpenError
from sync.key_pair import KeyPair, new_key_pair
from sync.keyring import KeyList, ListedKey, open_grant, seal_grant, sign_key_list, verify_key_list
from sync.store import Store

PUBLISHED = 30 * 86400  # seconds that a key should be known before phones seal to it
_TIMES = "key-times"  # in `staff`: since when each key is what it is
_GRANTED = ("seal", "office")  # uses of keys whose private halves officers hold


class KeyChangeError(Told):
    """The change was not made; the message says why."""


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
        """Name everybody who is to hold new keys."""
        return await holders(self.databases.staff)

    async def add_next(self, root: KeyPair, readers: Sequence[Reader]) -> tuple[ListedKey, ListedKey]:
        """Make the key that things will be sealed to next and one that signs steps at once; grant them, and list both
        in one list.

        Raises:
            KeyChangeError: there is a next one already, another root, or a reader who may hold keys no more.
        """
        old = await self.checked(root)
        if any(key.use == "seal" and key.state == "next" for key in old.keys):
            raise KeyChangeError("There is a next key already: `rantau keys promote` puts it to use.")
        seal_pair, sign_pair = new_key_pair(), new_key_pair()
        sealing = ListedKey(new_kid(old, "k", self.now), "seal", "office", hpke.KEM_P256, "next", seal_pair.pub)
        signing = ListedKey(new_kid(old, "o", self.now), "office", "office", None, "primary", sign_pair.pub)
        for key in (sealing, signing):
            await self.note("key-added", {"kid": key.kid, "seq": old.seq + 1})
        await self._grant({sealing.kid: seal_pair, signing.kid: sign_pair}, readers)
        await self.publish(old, [*(aged(key, "office") for key in old.keys), sealing, signing], root)
        return sealing, signing

    async def add_hub(self, hub: str, pub: bytes, root: KeyPair) -> ListedKey:
        """List the key by which a hub signs; nobody here holds its private half.

        Raises:
            KeyChangeError: the list has such a hub already, or another root.
        """
        old = await self.checked(root)
        if await self.lists_hub(hub):
            raise KeyChangeError(f"name: the list of keys has a hub {hub} already; choose another name.")
        key = ListedKey(new_kid(old, "h", self.now), "hub", f"hub:{hub}", None, "primary", pub)
        await self.note("key-added", {"kid": key.kid, "seq": old.seq + 1})
        await self.publish(old, [*old.keys, key], root)
        return key

    async def lists_hub(self, hub: str) -> bool:
        """Say whether the list has, or had, a key of this hub."""
        return any(key.who == f"hub:{hub}" for key in (await self.current()).keys)

    async def end_hub(self, hub: str, root: KeyPair, *, is_lost: bool) -> ListedKey:
        """List a hub's key as old, so that its receipts still verify, or as destroyed, so that none does any more.

        Raises:
            KeyChangeError: there is no such hub in the list, or another root.
        """
        old = await self.checked(root)
        key = next((key for key in old.keys if key.who == f"hub:{hub}" and key.state != "destroyed"), None)
        if key is None:
            raise KeyChangeError(f"{hub}: the list of keys has no such hub, or its key is destroyed already.")
        ended = replace(key, state="destroyed" if is_lost else "old")
        deed = "key-destroyed" if is_lost else "key-retired"
        await self.note(deed, {"kid": key.kid, "seq": old.seq + 1})
        await self.publish(old, with_state(old, key.kid, ended.state), root)
        return ended

    async def promote(self, root: KeyPair, *, at_once: bool = False) -> ListedKey:
        """Put the next key to use: phones seal to it from their next contact on.

        Raises:
            KeyChangeError: there is none, or it was published too lately for phones that are seldom online.
        """
        old = await self.checked(root)
        key = next((key for key in old.keys if key.use == "seal" and key.state == "next"), None)
        if key is None:
            raise KeyChangeError("There is no next key: `rantau keys next` makes one.")
        due = (await self.since()).get(key.kid, self.now) + PUBLISHED
        if self.now < due and not at_once:
            day = datetime.fromtimestamp(due, UTC).date()
            raise KeyChangeError(
                f"{key.kid} has to be known for 30 days first, until {day}; --now does it all the same."
            )
        keys = [replace(other, state="primary") if other is key else aged(other, "seal") for other in old.keys]
        await self.note("key-promoted", {"kid": key.kid, "seq": old.seq + 1})
        await self.publish(old, keys, root)
        return key

    async def renew(self, root: KeyPair) -> KeyList:
        """Sign the same keys again, good for another while."""
        old = await self.checked(root)
        await self.note("keys-renewed", {"kid": "all", "seq": old.seq + 1})
        return await self.publish(old, list(old.keys), root)

    async def regrant(self, to: Reader, recovery: KeyPair) -> list[str]:
        """Grant every key that counts to *to*, from the recovery paper; give their names.

        Raises:
            KeyChangeError: the paper opens nothing here.
        """
        opened = await self.opened_by(recovery)
        if not opened:
            raise KeyChangeError("This recovery key opens none of this office's keys.")
        await self.note("granted", {"to": to.name, "keys": len(opened)})
        await self._grant(opened, [to])
        return list(opened)

    async def opened_by(self, recovery: KeyPair) -> dict[str, KeyPair]:
        """Open every recovery grant of a key that counts; one that does not open is left out."""
        found = {}
        for key in (await self.current()).keys:
            if key.use not in _GRANTED or key.state == "destroyed":
                continue
            try:
                grant = await self.databases.staff.get(f"grant.{key.kid}.{RECOVERY}")
                pair = open_grant(grant["sealed"], key.kid, RECOVERY, recovery)
            except (NotFound, OpenError):
                continue
            if pair.pub == key.pub:
                found[key.kid] = pair
        return found

    async def note(self, deed: str, about: Mapping[str, str | int]) -> None:
        """Write down what is about to be done."""
        audit = Audit(self.databases.staff, self.own.kid, self.own.pair, lambda: self.now)
        await audit.write(deed, who="command", about=about)

    async def publish(self, old: KeyList, keys: Sequence[ListedKey], root: KeyPair) -> KeyList:
        """Sign *keys* as the list after *old* and let phones and servers have it.

        Raises:
            KeyChangeError: another root, or the list is not *old* any more.
        """
        signed = sign_key_list(old.office, old.seq + 1, at=self.now, until=self.now + VALID, keys=keys, root=root)
        stored = await self.databases.public.get(KEYS)
        if verify_key_list([stored["signed"], stored["sig"]], self.own.root).seq != old.seq:
            raise KeyChangeError("Somebody else changed the list of keys meanwhile; try again.")
        states = {key.kid: key.state for key in old.keys}
        changed = {key.kid: self.now for key in keys if states.get(key.kid) != key.state}
        times = {**await self.since(), **changed}
        await put(self.databases.staff, {"_id": _TIMES, "type": "key-times", "times": times})
        doc = {"_id": KEYS, "_rev": stored["_rev"], "type": "keys", "signed": signed[0], "sig": signed[1]}
        await _write(self.databases.public, doc)
        return verify_key_list(signed, root.pub)

    async def _grant(self, pairs: Mapping[str, KeyPair], readers: Sequence[Reader]) -> None:
        staff = self.databases.staff
        for reader in readers:
            for kid, pair in pairs.items():
                sealed = seal_grant(kid, reader.name, pair, reader.pub)
                await put(staff, grant_of(kid, reader.name, sealed))
        # Whoever was removed while fingerprints were compared, or was just now, must not hold what was made since.
        allowed = await self.readers()
        gone = {reader.name for reader in readers if reader not in allowed}
        if gone:
            grants = [grant for grant in await docs_of(staff, "grant") if grant["officer"] in gone]
            await delete_all(staff, [grant for grant in grants if grant["kid"] in pairs])
            raise KeyChangeError(f"{', '.join(sorted(gone))} may hold no keys any more; begin again.")

    async def checked(self, root: KeyPair) -> KeyList:
        """Give the list as it is, to whoever holds the root.

        Raises:
            KeyChangeError: it is another root.
        """
        if root.pub != self.own.root:
            raise KeyChangeError("This is not the root key of this office.")
        return await self.current()


def new_kid(key_list: KeyList, letter: str, now: int) -> str:
    """Name a key by the letter of its use, its year and the next free letter: k26b."""
    stem = f"{letter}{datetime.fromtimestamp(now, UTC):%y}"
    taken = {key.kid for key in key_list.keys}
    letters = list(string.ascii_lowercase)
    names = [stem + first + second for first in ["", *letters] for second in letters]
    return next(name for name in names if name not in taken)


def aged(key: ListedKey, use: str) -> ListedKey:
    """Give a key as it is listed once another has taken its place in *use*."""
    return replace(key, state="old") if (key.use, key.who, key.state) == (use, "office", "primary") else key


def with_state(key_list: KeyList, kid: str, state: str) -> list[ListedKey]:
    """Give the keys of a list, one of them in another state."""
    return [replace(key, state=state) if key.kid == kid else key for key in key_list.keys]


async def put(store: Store, doc: Doc) -> None:
    """Write a document over whatever is there.

    Raises:
        KeyChangeError: somebody else was faster.
    """
    try:
        rev = {"_rev": (await store.get(doc["_id"]))["_rev"]}
    except NotFound:
        rev = {}
    await _write(store, doc | rev)


async def _write(store: Store, doc: Doc) -> None:
    [row] = await store.bulk_docs([doc])
    if row.error:
        raise KeyChangeError(f"{doc['_id']}: {row.error}; nothing was published, try again")
