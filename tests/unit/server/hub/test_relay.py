"""A hub keeps what devices gave it until the office's own signed receipt is there, and brings that receipt back."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from server.hub.relay import Relay, pause
from server.hub.relay_link import LinkError
from server.hub.stores import HEARD_FOR, WAITS_FOR
from server.hubs import HubError, Hubs
from server.reading import judge
from sync.canonical import b32_encode, b64u_encode, sha256
from sync.key_pair import new_key_pair
from sync.keyring import ListedKey, sign_key_list
from sync.receipts import sign_receipt, verify_receipt
from sync.seal import first_wrap_rev
from sync.shape import blob_rev, write_once_rev
from sync.statements import HubAuth, sign_auth, sign_code_mark, sign_gone
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_hub import HUB, Village, village
from tests.uploading import Phone, digest_of, sealed_bytes

pytestmark = pytest.mark.anyio
YEAR = 366 * 86_400


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Village]:
    async with village(tmp_path) as place:
        yield place


def whose(place: Village, row: Any, pair: Any) -> str:
    """Verify the receipt in a row, and say who signed it."""
    assert row[:2] == [pair[0]["_id"], "ok"]
    return verify_receipt(row[2], pair[0], place.keys.key_list).who


async def test_a_hub_says_that_it_is_the_hub_and_later_what_the_office_said(place: Village) -> None:
    pair = seal_pair(place.keys, new_keys())
    [row] = await place.at_hub(pair)
    assert whose(place, row, pair) == f"hub:{HUB}"
    await place.relay.catch_up()
    [again] = await place.at_hub(pair)
    assert whose(place, again, pair) == "office"
    assert await place.at_hub(ask=[pair[0]["_id"]]) == [again]


async def test_hub_then_office_then_hub_is_one_record_and_one_receipt(place: Village) -> None:
    pair = seal_pair(place.keys, new_keys())
    await place.at_hub(pair)
    [direct] = await place.at_office(pair)
    await place.relay.catch_up()
    [row] = await place.at_hub(pair)
    assert whose(place, direct, pair) == whose(place, row, pair) == "office"
    rows = await place.office.databases.cases.all_docs(start="app.", end="app/")
    assert [found.id for found in rows] == [pair[0]["_id"]]


async def test_the_office_gives_a_receipt_for_what_the_hub_brought_and_names_what_it_has_not(place: Village) -> None:
    brought, waiting = seal_pair(place.keys, new_keys()), seal_pair(place.keys, new_keys())
    await place.at_hub(brought)
    await place.relay.catch_up()
    await place.at_hub(waiting)
    rows = await place.at_office(ask=[waiting[0]["_id"], brought[0]["_id"]])
    assert whose(place, rows[0], brought) == "office"
    assert rows[1:] == [[waiting[0]["_id"], "missing"]]


async def test_data_keys_go_from_the_hub_with_the_offices_receipt_and_not_before(place: Village) -> None:
    pair = seal_pair(place.keys, new_keys())
    await place.relay.catch_up()
    await place.at_hub(pair)
    place.wire.rows = 1  # the office has it, and its answer is cut
    await place.drop_link()
    assert await place.held() == {pair[0]["_id"]}
    place.wire.rows = None
    await place.relay.catch_up()
    assert await place.held() == set()
    sealed = pair[0]["seal"]["g"]["personal"].encode(), pair[1]["k1"].encode()
    left = b"".join(path.read_bytes() for path in place.hub.settings.data.iterdir())
    assert not [part for part in sealed if part in left]


async def test_what_arrived_before_a_cut_is_not_sent_again(place: Village) -> None:
    pairs = [seal_pair(place.keys, new_keys()) for _ in range(6)]
    await place.at_hub(*pairs)
    place.wire.cut_after = 1500
    await place.drop_link()
    place.wire.cut_after = None
    arrived = len(await place.office.databases.cases.all_docs(start="app.", end="app/"))
    assert 0 < arrived < 6
    before = len(place.wire.bodies)
    await place.relay.catch_up()
    assert await place.held() == set()
    sent = [len(gzip.decompress(body).splitlines()) - 1 for body in place.wire.bodies[before:]]
    assert sent[0] == 0
    assert sum(sent) == 6 - arrived


async def test_steps_come_down_for_who_has_the_code_and_for_nobody_else(place: Village) -> None:
    code, other = new_keys(), new_keys()
    await place.at_hub(seal_pair(place.keys, code))
    await place.at_office(seal_pair(place.keys, other))
    await place.relay.catch_up()
    event, _ = await place.step(code), await place.step(other)
    await place.relay.catch_up()
    [row] = await place.at_hub(watch=[[code.case, code.proof, 0, 0]])
    assert (row["_id"], row["sig"]) == (event["_id"], event["sig"])
    assert await place.at_hub(watch=[[code.case, other.proof, 0, 0]]) == [[code.case, "refused", "proof-wrong"]]
    assert await place.at_hub(watch=[[other.case, other.proof, 0, 0]]) == []


async def test_a_hub_reads_no_case_that_the_office_had_before(place: Village) -> None:
    """Whoever runs a hub could otherwise send anything under the number of a case and be told its steps."""
    code = new_keys()
    await place.at_office(seal_pair(place.keys, code))
    await place.at_hub(seal_pair(place.keys, code, groups={"personal": ["Lain", "Talu"]}))
    await place.relay.catch_up()
    await place.step(code)
    await place.relay.catch_up()
    assert await place.at_hub(watch=[[code.case, code.proof, 0, 0]]) == []


@pytest.mark.parametrize("first", ["hub", "office"])
async def test_an_erased_case_is_gone_from_the_hub_too(place: Village, first: str) -> None:
    code = new_keys()
    pair = seal_pair(place.keys, code)
    if first == "office":
        await place.at_office(pair)
    await place.at_hub(pair)
    gone = sign_gone(code.case, at=NOW, kid="o1", private=place.keys.office)
    if first == "hub":
        await place.relay.catch_up()
        await place.step(code)
        await place.relay.catch_up()
    await place.office.databases.cases.bulk_docs([gone])
    await place.relay.catch_up()
    assert await place.held() == set()
    assert [row.id for row in await place.stores.cases.all_docs()] == [gone["_id"]]
    [[what, mark]] = await place.at_hub(watch=[[code.case, code.proof, 0, 0]])
    assert (what, mark) == ("erase", gone)
    assert await place.at_hub(pair) == [[pair[0]["_id"], "refused", "gone"]]


async def test_a_voided_code_is_told_at_the_hub(place: Village) -> None:
    code, new = new_keys(), new_keys()
    await place.at_hub(seal_pair(place.keys, code))
    await place.relay.catch_up()
    mark = sign_code_mark(code.case, new.case, at=NOW, kid="o1", private=place.keys.office)
    await place.office.databases.cases.bulk_docs([mark])
    await place.relay.catch_up()
    assert await place.at_hub(watch=[[code.case, code.proof, 0, 0]]) == [["voided", mark]]


async def test_what_the_office_refuses_stays_at_the_hub_and_the_rest_goes_on(place: Village) -> None:
    bad, good = seal_pair(place.keys, new_keys(), service="unknown"), seal_pair(place.keys, new_keys())
    await place.at_hub(bad, good)
    await place.relay.catch_up()
    assert await place.stores.refused() == {bad[0]["_id"]: "service-unknown"}
    assert await place.held() == {bad[0]["_id"]}
    before = len(place.wire.bodies)
    await place.relay.catch_up()
    assert len(place.wire.bodies[before]) < 500, "it is not offered each time"
    await place.stores.note([bad[0]["_id"], "ok", ["later it has it"]], now=NOW)
    assert await place.stores.refused() == {}
    noted = await place.office.databases.staff.all_docs(start="via.", end="via/")
    assert len(noted) == 1, "what is refused for what it is leaves nothing behind"


async def held_at_office(place: Village) -> list[int] | None:
    """Give how many versions the hub held when the office heard it last, and since when."""
    doc = await Hubs(place.office.databases.staff, place.office.now).get(HUB)
    assert doc is not None
    held: list[int] | None = doc["holds"]
    return held


async def test_an_office_that_is_away_for_days_gets_everything_when_it_is_back(place: Village) -> None:
    pairs = [seal_pair(place.keys, new_keys()) for _ in range(12)]
    place.wire.is_up = False
    for pair in pairs:
        await place.at_hub(pair)
        with pytest.raises(LinkError):
            await place.relay.catch_up()
        place.office.now += 8 * 3600
    state = await place.stores.state()
    assert "cannot be reached" in state["error"]
    place.wire.is_up, place.wire.rows = True, 1
    assert await held_at_office(place) is None, "what no hub has said is not known"
    await place.drop_link()
    assert await held_at_office(place) == [12, NOW]
    place.wire.rows = None
    await place.relay.catch_up()
    assert await held_at_office(place) == [0, place.office.now]
    assert len(await place.office.databases.cases.all_docs(start="app.", end="app/")) == 12
    assert await place.held() == set()
    assert (await place.stores.state())["error"] is None


@pytest.mark.parametrize("off", [YEAR, -YEAR])
async def test_a_clock_that_is_a_year_off_is_set_right_by_the_offices(place: Village, off: int) -> None:
    code = new_keys()
    place.hub.local_clock = lambda: place.office.now + off
    await place.at_hub(seal_pair(place.keys, code))
    await place.relay.catch_up()
    await place.step(code)
    await place.relay.catch_up()
    assert len(await place.at_hub(watch=[[code.case, code.proof, 0, 0]])) == 1
    pair = seal_pair(place.keys, new_keys())
    [row] = await place.at_hub(pair)
    assert abs(verify_receipt(row[2], pair[0], place.keys.key_list).at - place.office.now) < 5


async def test_a_hub_that_was_killed_goes_on_where_it_was(place: Village) -> None:
    pairs = [seal_pair(place.keys, new_keys()) for _ in range(3)]
    await place.relay.catch_up()
    await place.at_hub(*pairs)
    place.wire.rows = 3  # the head and two receipts, and the hub dies
    await place.drop_link()
    assert len(await place.held()) == 1
    place.wire.rows = None
    link: Any = place.wire
    await Relay(place.hub, link).catch_up()
    assert await place.held() == set()
    rows = await place.at_hub(*pairs)
    assert [whose(place, row, pair) for row, pair in zip(rows, pairs, strict=True)] == ["office"] * 3


async def test_a_hub_that_is_started_again_within_a_second_is_heard(place: Village) -> None:
    await place.relay.catch_up()
    link: Any = place.wire
    await Relay(place.hub, link).catch_up()
    assert (await place.stores.state())["word"] == "ok"


async def test_a_receipt_that_was_noted_and_not_acted_on_is_acted_on(place: Village) -> None:
    pair = seal_pair(place.keys, new_keys())
    await place.at_hub(pair)
    [row] = await place.at_office(pair)
    await place.stores.note(row, now=NOW)  # and the plug is pulled
    await place.relay.catch_up()
    assert await place.held() == set()
    assert await place.stores.cases.all_docs() == []
    assert not [body for body in place.wire.bodies if len(body) > 900], "it is not sent"


async def test_a_restored_office_is_asked_what_it_lacks(place: Village) -> None:
    kept, lost = seal_pair(place.keys, new_keys()), seal_pair(place.keys, new_keys())
    await place.at_hub(kept, lost)
    await place.relay.catch_up()
    await place.office.databases.cases.purge({lost[0]["_id"]: [write_once_rev(lost[0])]})
    place.wire.spoil = lambda row: row | {"epoch": "restored"} if isinstance(row, dict) and "epoch" in row else row
    await place.relay.catch_up()
    rows = await place.at_hub(ask=[kept[0]["_id"], lost[0]["_id"]])
    assert rows[1:] == [[lost[0]["_id"], "missing"]]
    assert whose(place, rows[0], kept) == "office"


async def with_images(place: Village, *names: bytes, here: int = 0) -> Any:
    """Bring an item to the hub, with as many of its images."""
    digests = [b32_encode(sha256(name)) for name in names]
    pair = seal_pair(place.keys, new_keys(), blobs=digests)
    await place.at_hub(pair)
    blobs = [{"_id": f"blob.{name}", "_rev": blob_rev(name)} for name in digests[:here]]
    await place.stores.blobs.bulk_docs(blobs, new_edits=False)
    return pair


def asked(place: Village) -> list[list[str]]:
    """Give what each exchange asked for."""
    hellos = [json.loads(gzip.decompress(body).splitlines()[0]) for body in place.wire.bodies]
    return [hello["ask"] for hello in hellos if "ask" in hello]


async def test_a_version_whose_images_went_to_the_office_by_another_way_leaves_the_hub(place: Village) -> None:
    version, _ = await with_images(place, b"ktp")
    await place.relay.catch_up()
    blob = {"_id": f"blob.{version['blobs'][0]}", "_rev": blob_rev(version["blobs"][0])}
    await place.office.databases.blobs.bulk_docs([blob], new_edits=False)
    place.office.now += HEARD_FOR - 60
    await place.relay.catch_up()
    assert (asked(place), len(await place.stores.cases.all_docs())) == ([], 1)
    place.office.now += 120
    await place.relay.catch_up()
    assert (asked(place), await place.stores.cases.all_docs()) == ([[version["_id"]]], [])
    assert await place.stores.notes.all_docs(start="images.", end="images/") == []


async def test_what_no_image_came_for_in_five_weeks_goes_on_the_offices_word_alone(place: Village) -> None:
    await with_images(place, b"ktp")
    await place.relay.catch_up()
    place.wire.is_up = False
    place.office.now += WAITS_FOR + 60
    await place.drop_link()
    assert len(await place.stores.cases.all_docs()) == 1
    place.wire.is_up = True
    await place.relay.catch_up()
    assert await place.stores.cases.all_docs() == []


@pytest.mark.parametrize("has_office", [True, False])
async def test_an_image_here_waits_for_an_office_that_has_its_version(place: Village, has_office: bool) -> None:
    version, _ = await with_images(place, b"ktp", b"kk", here=1)
    await place.relay.catch_up()
    if not has_office:  # restored from a backup of before, and no phone came
        await place.office.databases.cases.purge({version["_id"]: [write_once_rev(version)]})
    place.office.now += WAITS_FOR + 60
    await place.relay.catch_up()
    left = [len(await store.all_docs()) for store in (place.stores.cases, place.stores.blobs)]
    assert left == ([1, 1] if has_office else [0, 0])


async def test_a_restored_office_says_which_images_it_lacks_and_what_a_rewrapped_version_has(place: Village) -> None:
    whole, bare_one = await with_images(place, b"ktp"), await with_images(place, b"kk")
    blob = {"_id": f"blob.{whole[0]['blobs'][0]}", "_rev": blob_rev(whole[0]["blobs"][0])}
    await place.office.databases.blobs.bulk_docs([blob], new_edits=False)
    await place.relay.catch_up()
    ids = [whole[0]["_id"], bare_one[0]["_id"]]
    [row] = await place.at_office(have=ids)
    assert (whose(place, row, bare_one), row[2][0][5]) == ("office", [])
    wrap = await place.office.databases.wraps.get(f"w.{ids[0]}")
    await place.office.databases.wraps.bulk_docs([wrap | {"k1": bare_one[1]["k1"]}])
    [row] = await place.at_office(ask=[ids[0]])
    assert (whose(place, row, whole), row[2][0][5]) == ("office", whole[0]["blobs"])


async def test_a_hub_tells_a_phone_of_a_restore_and_what_it_does_not_know_the_office_to_have(place: Village) -> None:
    kept, lost, elsewhere = (seal_pair(place.keys, new_keys()) for _ in range(3))
    await place.at_hub(kept, lost)
    await place.relay.catch_up()
    first = await place.head_at_hub()
    await place.office.databases.cases.purge({lost[0]["_id"]: [write_once_rev(lost[0])]})
    place.wire.spoil = lambda row: row | {"epoch": "restored"} if isinstance(row, dict) and "epoch" in row else row
    await place.relay.catch_up()
    ids = [pair[0]["_id"] for pair in (kept, lost, elsewhere)]
    assert await place.at_hub(have=ids) == [[id_, "missing"] for id_ in ids[1:]]
    assert (await place.head_at_hub())["office"] == "restored" != first["office"]
    await place.at_hub(lost, elsewhere)
    assert await place.at_hub(have=ids) == [], "what waits here is on its way"


async def test_a_revoked_hub_hears_nothing_and_what_it_brings_is_taken(place: Village) -> None:
    code, late = new_keys(), seal_pair(place.keys, new_keys())
    await place.at_hub(seal_pair(place.keys, code))
    await place.relay.catch_up()
    await Hubs(place.office.databases.staff, NOW).revoke(HUB)
    await place.step(code)
    await place.at_hub(late)
    await place.relay.catch_up()
    assert await place.at_hub(watch=[[code.case, code.proof, 0, 0]]) == []
    assert whose(place, (await place.at_hub(late))[0], late) == "office"
    assert "revoked" in (await place.stores.state())["error"]


async def test_nothing_that_the_office_did_not_sign_moves_a_hub(place: Village) -> None:
    code, other = new_keys(), OfficeKeys()
    pair = seal_pair(place.keys, code)
    [own] = await place.at_hub(pair)
    gone = sign_gone(code.case, at=NOW, kid="o1", private=other.office)
    mark = sign_code_mark(code.case, new_keys().case, at=NOW, kid="o1", private=other.office)
    forged = sign_receipt(pair[0], at=NOW, who="office", kid="s1", private=other.server)
    as_office = sign_receipt(pair[0], at=NOW, who="office", kid="h1", private=place.keys.hub)
    event = await place.step(code) | {"step": "ditolak"}
    ends = [["erase", gone], ["voided", mark], event]
    said = [*ends, [pair[0]["_id"], "ok", forged], [pair[0]["_id"], "ok", as_office], own]
    place.wire.instead = said
    await place.relay.catch_up()
    assert await place.held() == {pair[0]["_id"]}
    assert [row.id for row in await place.stores.cases.all_docs()] == [pair[0]["_id"]]
    assert await place.stores.said([pair[0]["_id"]]) == {}


async def test_an_overheard_word_of_a_hub_gives_nothing(place: Village) -> None:
    code = new_keys()
    await place.at_hub(seal_pair(place.keys, code))
    await place.relay.catch_up()
    await place.step(code)
    hello = json.loads(gzip.decompress(place.wire.bodies[-1]).splitlines()[0])
    own = place.hub.own
    words = []
    for signed in (
        hello["auth"],
        sign_auth(HubAuth(HUB, own.install, (NOW + 400) * 1000), private=own.pair),
        sign_auth(HubAuth(HUB, own.install, (NOW + 1) * 1000), private=new_key_pair()),
        sign_auth(HubAuth("lain", own.install, (NOW + 1) * 1000), private=own.pair),
        sign_auth(HubAuth(HUB, b64u_encode(b"x" * 16), (NOW + 1) * 1000), private=own.pair),
        ["hub1", "x"],
    ):
        reading = await judge(place.office.databases.staff, signed, now=NOW)
        assert reading.hub is None
        words.append(reading.word)
        assert await place.at_office(auth=signed, since="") == []
    assert words == ["repeated", "clock", "unknown", "unknown", "used", "unknown"]


async def test_a_name_is_given_once(place: Village) -> None:
    hubs = Hubs(place.office.databases.staff, NOW)
    for name in (HUB, "Kinali", "a.b", "-a", "a" * 27, ""):
        with pytest.raises(HubError, match="name"):
            await hubs.check_name(name)
    await hubs.check_name("ranah-batahan")


def test_a_hub_that_was_without_a_connection_for_weeks_still_tries_every_two_minutes() -> None:
    assert pause(1_000_000, jitter=lambda: 1.0) == pause(10, jitter=lambda: 1.0) == 120
    assert pause(1, jitter=lambda: 1.0) == 2


class ListeningSender:
    """Hears which images the hub sends on."""

    def __init__(self) -> None:
        self.sent = list[str]()
        self.has_sent = asyncio.Event()

    async def upload(self, version_id: str, digest: str) -> None:
        self.sent.append(digest)
        self.has_sent.set()


async def test_an_image_that_has_come_whole_is_sent_on_at_once(place: Village) -> None:
    image, sender, link = sealed_bytes(2_000), ListeningSender(), place.wire
    version, wrap = seal_pair(place.keys, new_keys(), blobs=[digest_of(image)])
    await place.at_hub([version, wrap])
    relay = Relay(place.hub, cast(Any, link), cast(Any, sender))
    await relay.catch_up()
    assert sender.sent == []
    running = asyncio.create_task(relay.run())
    assert (await Phone(place.hub_client(), version["_id"]).send(image)).status == 204
    await sender.has_sent.wait()
    running.cancel()
    assert sender.sent[0] == digest_of(image)


async def test_what_another_process_takes_in_is_sent_without_a_word_to_this_one(
    place: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.hub.relay.LOOK", 0.01)
    place.hub.woken = lambda: None  # the command has a hub of its own
    running = asyncio.create_task(place.relay.run())
    while not place.wire.bodies:
        await place.held()
    pair = seal_pair(place.keys, new_keys())
    await place.at_hub(pair)
    while await place.held():
        assert not running.done()
    running.cancel()
    assert whose(place, (await place.at_hub(pair))[0], pair) == "office"


async def test_a_data_key_whose_version_was_not_stored_before_a_crash_makes_no_traffic(place: Village) -> None:
    pair = seal_pair(place.keys, new_keys())
    key = {"_id": f"w.{pair[0]['_id']}", "_rev": first_wrap_rev(pair[1]), **pair[1]}
    await place.stores.wraps.bulk_docs([key], new_edits=False)
    await place.relay.catch_up()
    before = len(place.wire.bodies)
    await place.relay.catch_up()
    assert len(place.wire.bodies) == before + 1
    assert await place.stores.waiting(now=NOW) == []
    await place.at_hub(pair)  # the phone has no receipt and brings it again
    await place.relay.catch_up()
    assert whose(place, (await place.at_hub(pair))[0], pair) == "office"


async def test_what_a_key_signed_that_the_hub_does_not_know_yet_is_heard_when_it_does(place: Village) -> None:
    code, newer = new_keys(), new_key_pair()
    await place.at_hub(seal_pair(place.keys, code))
    await place.relay.catch_up()
    gone = sign_gone(code.case, at=NOW, kid="o2", private=newer)
    await place.office.databases.cases.bulk_docs([gone])
    await place.relay.catch_up()
    assert await place.stores.cases.all_docs() == []
    listed = [*place.keys.key_list.keys, ListedKey("o2", "office", "office", None, "next", newer.pub)]
    place.hub.take_keys(sign_key_list("pasbar", 3, at=NOW, until=NOW + 9, keys=listed, root=place.keys.root))
    await place.relay.catch_up()
    assert await place.at_hub(watch=[[code.case, code.proof, 0, 0]]) == [["erase", gone]]


class SlowSender:
    """Takes images; while the first is under way, somebody brings an application."""

    def __init__(self, place: Village, brought: Any) -> None:
        self.place = place
        self.brought: Any = brought
        self.sent: list[tuple[str, int]] = []
        self.is_enough = asyncio.Event()

    async def upload(self, version_id: str, digest: str) -> None:
        self.sent.append((digest, len(self.place.wire.bodies)))
        if len(self.sent) == 3:
            self.is_enough.set()
        if self.brought:
            brought, self.brought = self.brought, None
            await self.place.at_hub(brought)


async def test_an_application_that_comes_while_images_are_sent_goes_before_the_next_image(place: Village) -> None:
    images = [b32_encode(sha256(name)) for name in (b"ktp", b"kk")]
    late = seal_pair(place.keys, new_keys())
    await place.at_hub(seal_pair(place.keys, new_keys(), blobs=images))
    blobs = [{"_id": f"blob.{name}", "_rev": blob_rev(name)} for name in images]
    await place.stores.blobs.bulk_docs(blobs, new_edits=False)
    sender, link = SlowSender(place, late), place.wire
    relay = Relay(place.hub, cast(Any, link), cast(Any, sender))
    running = asyncio.create_task(relay.run())
    await sender.is_enough.wait()
    running.cancel()
    first, second, third = sender.sent
    assert first[0] == second[0] != third[0]
    assert second[1] > first[1], "an exchange was between them"
    assert whose(place, (await place.at_hub(late))[0], late) == "office"
