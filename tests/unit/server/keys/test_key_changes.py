"""A change of keys is whole or finished by repeating it, and nothing that a key is needed for is lost with it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from server.casework.audit import read_entries
from server.databases import Databases, open_databases
from server.keys.founding import RECOVERY, NewOfficer, make_office
from server.keys.key_changes import KeyChangeError, KeyDesk
from server.keys.key_destruction import destroy
from server.keys.paper import read_paper
from server.keys.server_key import NEXT, is_in_use, read_listed_key, read_server_key
from server.keys.server_key_change import replace_server_key
from server.settings import Settings, load_settings
from sync.audit_chain import deed_of
from sync.document import Doc
from sync.errors import Unavailable
from sync.key_pair import KeyPair, key_pair_from, new_key_pair
from sync.keyring import Kdf, open_grant, unwrap_officer_key, wrap_officer_key
from sync.store import Store, Written
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair

pytestmark = pytest.mark.anyio

OFFICER = NewOfficer("upik", "sandi untuk masuk", "kunci untuk membuka")
LIGHT = Kdf(b"a" * 16, m=19456, t=2)


async def at_once() -> None:
    """Stand in for the wait for running servers where none runs."""


@dataclass
class Papers:
    """An office on disk with the keys of its papers."""

    settings: Settings
    desk: KeyDesk
    root: KeyPair
    recovery: KeyPair

    @property
    def staff(self) -> Store:
        return self.desk.databases.staff

    async def states(self) -> dict[str, str]:
        return {key.kid: key.state for key in (await self.desk.current()).keys}

    async def holding(self, kid: str) -> set[str]:
        rows = await self.staff.all_docs(start=f"grant.{kid}.", end=f"grant.{kid}/")
        return {row.id.split(".")[2] for row in rows}

    async def hire(self, login: str, **more: Any) -> None:
        """Add an officer with a key, with *more* in the account."""
        user = {"_id": f"user.{login}", "type": "user", "login": login, "roles": ["officer"], "password": "-"}
        await self.staff.bulk_docs([user | more, wrap_officer_key(new_key_pair(), "kunci saya", login, LIGHT)])

    async def turn_over(self) -> None:
        """Bring the next key into use."""
        await self.desk.add_next(self.root, await self.desk.readers())
        await self.desk.promote(self.root, at_once=True)

    async def store_case(self, kid: str) -> None:
        """Store what only one of the office's keys opens."""
        key = (await self.desk.current()).find(kid)
        assert key is not None
        version, wrap = seal_pair(OfficeKeys(), new_keys(), recipients=[(kid, key.pub)])
        await self.desk.databases.wraps.bulk_docs([{"_id": f"w.{version['_id']}", **wrap}])

    async def deeds(self) -> list[str]:
        return [deed_of(entry).name async for entry in read_entries(self.staff)]


@pytest.fixture
async def papers(tmp_path: Path) -> AsyncIterator[Papers]:
    settings = load_settings({"RANTAU_DATA": str(tmp_path / "data")})
    async with open_databases(settings) as databases:
        paper = await make_office(settings, databases, OFFICER, now=NOW)
        desk = KeyDesk(databases, read_server_key(settings.data), NOW)
        yield Papers(settings, desk, *(key_pair_from(read_paper(one)) for one in (paper.root, paper.recovery)))


@dataclass
class BrokenStore:
    """Refuses its next write, as if the command were killed before it."""

    store: Store
    is_broken: bool = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        if self.is_broken:
            self.is_broken = False
            raise Unavailable("killed")
        return await self.store.bulk_docs(docs, new_edits=new_edits)


def cut_off_before_the_list(desk: KeyDesk) -> KeyDesk:
    broken: Any = BrokenStore(desk.databases.public)
    return replace(desk, databases=Databases(**(vars(desk.databases) | {"public": broken})))


def staff_files(papers: Papers) -> bytes:
    return b"".join(path.read_bytes() for path in papers.settings.data.glob("staff.sqlite*"))


async def test_a_destroyed_keys_grants_are_in_no_file_any_more(papers: Papers) -> None:
    await papers.turn_over()
    sealed = [(await papers.staff.get(f"grant.k26a.{name}"))["sealed"].encode() for name in ("upik", RECOVERY)]
    assert all(grant in staff_files(papers) for grant in sealed)
    assert await destroy(papers.desk, "k26a", papers.root, settle=at_once) == 2
    assert not any(grant in staff_files(papers) for grant in sealed)
    assert (await papers.states())["k26a"] == "destroyed"


async def test_what_comes_while_a_key_is_destroyed_has_it_kept(papers: Papers) -> None:
    await papers.turn_over()
    with pytest.raises(KeyChangeError, match="old again, and no grant was deleted: 1 versions"):
        await destroy(papers.desk, "k26a", papers.root, settle=lambda: papers.store_case("k26a"))
    assert (await papers.states())["k26a"] == "old"
    assert await papers.holding("k26a") == {"upik", RECOVERY}
    assert (await papers.deeds())[-2:] == ["key-destroyed", "key-kept"]


async def test_a_key_that_signed_steps_is_given_up_only_when_it_was_stolen(papers: Papers) -> None:
    await papers.turn_over()
    step = {"_id": "ev.aaaaaaaaaaaaaaaaaaaaaaaa.0001", "type": "event", "kid": "o26a"}
    await papers.desk.databases.cases.bulk_docs([step])
    with pytest.raises(KeyChangeError, match="o26a signed 1 steps"):
        await destroy(papers.desk, "o26a", papers.root, settle=at_once)
    assert ((await papers.states())["o26a"], await papers.holding("o26a")) == ("old", {"upik", RECOVERY})
    assert await destroy(papers.desk, "o26a", papers.root, is_stolen=True, settle=at_once) == 2
    assert (await papers.states())["o26a"] == "destroyed"


async def test_a_destruction_that_was_cut_off_is_finished_by_repeating_it(papers: Papers) -> None:
    await papers.turn_over()

    async def killed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await destroy(papers.desk, "k26a", papers.root, settle=killed)
    assert ((await papers.states())["k26a"], await papers.holding("k26a")) == ("destroyed", {"upik", RECOVERY})
    assert await destroy(papers.desk, "k26a", papers.root, settle=at_once) == 2
    assert await papers.holding("k26a") == set()


async def test_new_keys_that_were_cut_off_before_the_list_are_made_by_repeating_it(papers: Papers) -> None:
    readers = await papers.desk.readers()
    with pytest.raises(Unavailable):
        await cut_off_before_the_list(papers.desk).add_next(papers.root, readers)
    assert set(await papers.states()) == {"k26a", "o26a", "s26a"}
    assert await papers.holding("k26b") == {"upik", RECOVERY}
    for key in await papers.desk.add_next(papers.root, readers):
        own = unwrap_officer_key(await papers.staff.get("officer.upik"), OFFICER.passphrase)
        grant = await papers.staff.get(f"grant.{key.kid}.upik")
        assert open_grant(grant["sealed"], key.kid, "upik", own).pub == key.pub
    assert (await papers.states())["k26b"] == "next"
    assert (await papers.states())["o26b"] == "primary"


async def test_only_officers_with_an_open_account_and_a_key_of_their_own_get_new_keys(papers: Papers) -> None:
    await papers.hire("siti")
    await papers.hire("gone", disabled=True)
    await papers.hire("desk", roles=["desk"])
    await papers.hire("odd")
    odd = await papers.staff.get("officer.odd")
    await papers.staff.bulk_docs([odd | {"type": "former-key"}])
    await papers.turn_over()
    assert await papers.holding("k26b") == await papers.holding("o26b") == {"upik", "siti", RECOVERY}


async def test_who_is_removed_while_fingerprints_are_compared_gets_nothing(papers: Papers) -> None:
    await papers.hire("siti")
    readers = await papers.desk.readers()
    user = await papers.staff.get("user.siti")
    await papers.staff.bulk_docs([user | {"disabled": True}])
    with pytest.raises(KeyChangeError, match="siti may hold no keys"):
        await papers.desk.add_next(papers.root, readers)
    assert "siti" not in await papers.holding("k26b")
    assert "k26b" not in await papers.states()


async def test_of_two_changes_at_once_one_is_told_to_try_again(papers: Papers) -> None:
    listed = await papers.desk.current()
    await papers.desk.renew(papers.root)
    with pytest.raises(KeyChangeError, match="Somebody else changed the list"):
        await papers.desk.publish(listed, listed.keys, papers.root)


async def test_a_wrong_root_changes_nothing(papers: Papers) -> None:
    changes = (
        papers.desk.add_next(papers.recovery, []), papers.desk.renew(papers.recovery),
        papers.desk.promote(papers.recovery), destroy(papers.desk, "k26a", papers.recovery),
        replace_server_key(papers.desk, papers.recovery, papers.settings.data),
    )  # fmt: skip
    before = await papers.deeds()
    for change in changes:
        with pytest.raises(KeyChangeError, match="not the root key"):
            await change
    assert (await papers.desk.current()).seq == 1
    assert await papers.deeds() == before


async def test_a_server_key_that_was_cut_off_is_in_place_after_repeating_it(papers: Papers) -> None:
    data = papers.settings.data
    with pytest.raises(Unavailable):
        await replace_server_key(cut_off_before_the_list(papers.desk), papers.root, data)
    assert read_listed_key(data, await papers.desk.current()).kid == "s26a"
    (data / NEXT).write_bytes((data / NEXT).read_bytes()[:20])  # and cut off even before
    assert read_listed_key(data, await papers.desk.current()).kid == "s26a"

    made = await replace_server_key(papers.desk, papers.root, data)
    own = read_server_key(data)
    assert (own.kid, own.pair.pub) == (made.kid, made.pub) == ("s26b", made.pub)
    assert is_in_use(own, await papers.desk.current())
    assert (await papers.states())["s26a"] == "old"


async def test_a_server_takes_a_new_key_before_its_file_is_in_place(
    papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = papers.settings.data
    with monkeypatch.context() as patched:
        patched.setattr("server.keys.server_key_change.put_in_place", lambda _data: None)
        made = await replace_server_key(papers.desk, papers.root, data)
    assert read_server_key(data).kid == "s26a"
    assert read_listed_key(data, await papers.desk.current()).pair.pub == made.pub
    again = await replace_server_key(papers.desk, papers.root, data)
    assert again.pub == made.pub, "it was listed already"
    assert read_server_key(data).pair.pub == made.pub
