"""A phone sees what is left and has its place at once; without the proof of an application nobody books or looks."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.appointments.booking_desk import BookingDesk, offers_of, ticket_number
from server.appointments.keep_rounds import hold_round
from server.appointments.offers import Offer
from sync.canonical import b64u_encode
from sync.receipt_code import CodeKeys, derive, new_code
from sync.statements import sign_gone, verify_public
from tests.asgi import Answer
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()
DAY = 24 * 3600


def offer(n: int, **more: Any) -> Offer:
    begins = NOW + (9 + n) * DAY
    values: dict[str, Any] = {
        "id": f"2612{4 + n:02d}-aaaa", "kind": "office", "place": "Kantor", "area": None, "begins": begins,
        "ends": begins + 3600, "places": 3, "kept": 1, "priority": 0, "at": NOW,
    }  # fmt: skip
    return Offer(**values | more)


FIRST, SECOND, GROUP = offer(0), offer(1), offer(2, kind="group", kept=0)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("offers", "bookings"), {}, KEYS) as office:
        await offers_of(office.app.state.office).publish([FIRST, SECOND, GROUP])
        yield office


async def applied(office: SmallOffice) -> CodeKeys:
    keys = new_keys()
    await office.databases.cases.bulk_docs([seal_pair(KEYS, keys)[0]])
    return keys


async def ask(office: SmallOffice, *asks: Any) -> list[Any]:
    answer = await post(office, json.dumps({"v": 1, "asks": asks}).encode())
    rows: list[Any] = answer.json()["rows"]
    return rows


async def post(office: SmallOffice, body: bytes) -> Answer:
    return await office.client().request("POST", "/bookings", body=[body])


@pytest.mark.anyio
async def test_an_offer_is_a_signed_document_that_every_hub_can_check(office: SmallOffice) -> None:
    public = office.databases.public
    doc, body = await public.get(f"offer.{FIRST.id}"), await public.attachment(f"offer.{FIRST.id}", "body")
    verify_public(doc, body.data, KEYS.server.pub)
    closed = await offers_of(office.app.state.office).close(FIRST.id)
    assert closed is not None
    assert closed.is_closed
    newer = await public.get(f"offer.{FIRST.id}")
    verify_public(newer, (await public.attachment(f"offer.{FIRST.id}", "body")).data, KEYS.server.pub)
    assert newer["signed"][4] > doc["signed"][4]  # or a hub would refuse it


@pytest.mark.anyio
async def test_a_place_is_certain_at_once_and_fewer_are_left(office: SmallOffice) -> None:
    keys = await applied(office)
    listed = await office.client().get("/offers.json")
    assert [(row["id"], row["left"]) for row in listed.json()["offers"]] == [
        (FIRST.id, 2), (SECOND.id, 2), (GROUP.id, 3),
    ]  # fmt: skip
    tag = {"if-none-match": listed.headers["etag"]}
    assert (await office.client().get("/offers.json", headers=tag)).status == 304
    who = {"case": keys.case, "proof": keys.proof}
    [row] = await ask(office, who | {"do": "take", "offer": FIRST.id})
    assert row["state"] == "booked"
    assert row["ticket"]["offer"]["place"] == "Kantor"
    assert row["ticket"]["number"] == ticket_number(FIRST.id, row["ticket"]["place"])
    assert (await office.client().get("/offers.json", headers=tag)).json()["offers"][0]["left"] == 1
    rows = await ask(office, who | {"do": "take", "offer": SECOND.id}, who | {"do": "show"})
    assert [one.get("reason", one["state"]) for one in rows] == ["has-one", "booked"]
    assert await ask(office, who | {"do": "cancel"}) == [{"case": keys.case, "state": "none"}]


@pytest.mark.anyio
async def test_without_the_proof_or_an_application_nobody_books_or_looks(office: SmallOffice) -> None:
    keys, other, erased = await applied(office), derive(new_code()), await applied(office)
    mark = sign_gone(erased.case, at=NOW, kid="o1", private=KEYS.office)
    await office.databases.cases.bulk_docs([mark])
    take = {"do": "take", "offer": FIRST.id}
    rows = await ask(
        office,
        {"case": keys.case, "proof": b64u_encode(bytes(32)), **take},
        {"case": keys.case, "proof": other.proof, "do": "show"},
        {"case": other.case, "proof": other.proof, **take},
        {"case": erased.case, "proof": erased.proof, **take},
        {"case": keys.case, "proof": keys.proof, "do": "sell", "offer": FIRST.id},
        {"case": keys.case, "proof": keys.proof, "do": "take", "offer": GROUP.id},
        {"case": "none"},
    )
    assert [row["reason"] for row in rows] == [
        "proof-wrong", "proof-wrong", "unknown", "gone", "malformed", "not-for-this", "malformed",
    ]  # fmt: skip
    assert await office.databases.cases.all_docs(start="bk.", end="bk/") == []
    for body in (b"", b"[]", b'{"v":1,"asks":[]}', b'{"v":2,"asks":[{}]}', b"[" * 100):
        assert (await post(office, body)).status in (400, 422)


@pytest.mark.anyio
async def test_a_closed_hour_gives_no_more_places_and_its_holder_moves_for_nothing(office: SmallOffice) -> None:
    keys = await applied(office)
    who = {"case": keys.case, "proof": keys.proof}
    await ask(office, who | {"do": "take", "offer": FIRST.id})
    await offers_of(office.app.state.office).close(FIRST.id)
    assert FIRST.id not in (await office.client().get("/offers.json")).text
    [shown] = await ask(office, who | {"do": "show"})
    assert shown["ticket"]["offer"]["closed"] == 1
    [moved] = await ask(office, who | {"do": "take", "offer": SECOND.id})
    assert (moved["ticket"]["offer"]["id"], moved["ticket"]["moves"]) == (SECOND.id, 0)


@pytest.mark.anyio
async def test_wishes_wait_for_the_round_of_the_evening_whether_a_version_brought_them_or_their_holder(
    office: SmallOffice,
) -> None:
    bringing, sending = new_keys(), await applied(office)
    await office.databases.cases.bulk_docs([seal_pair(KEYS, bringing, wish=[SECOND.id])[0]])
    who = {"case": sending.case, "proof": sending.proof}
    wished = who | {"do": "wish", "wish": [FIRST.id, SECOND.id], "priority": 1}
    waiting = {"case": sending.case, "state": "waiting", "wish": [FIRST.id, SECOND.id], "lost": 0}
    assert await ask(office, wished, who | {"do": "show"}) == [waiting, waiting]
    bundle = office.app.state.office
    office.now = NOW + 3 * DAY + 9 * 3600  # 16:00 in Jakarta
    assert await hold_round(bundle, "") == ""
    office.now += 3600
    assert await hold_round(bundle, "") == "261128"
    rows = await ask(office, who | {"do": "show"}, {"case": bringing.case, "proof": bringing.proof, "do": "show"})
    assert [row["ticket"]["offer"]["id"] for row in rows] == [FIRST.id, SECOND.id]
    assert sorted(row["ticket"]["why"] for row in rows) == [["round", 261128, n, 2, 1] for n in (1, 2)]
    drawn = [(deed.who, deed.name, deed.about["case"]) for deed in await deeds_of(office)]
    assert sorted(drawn) == sorted(("rounds", "place-drawn", case) for case in (sending.case, bringing.case))
    assert "priority" not in await office.texts_in("cases")


@pytest.mark.anyio
async def test_a_wish_can_be_taken_back_and_booking_ends_it(office: SmallOffice) -> None:
    keys = await applied(office)
    who = {"case": keys.case, "proof": keys.proof}
    wish = who | {"do": "wish", "wish": [FIRST.id]}
    rows = await ask(office, wish, who | {"do": "withdraw"}, who | {"do": "withdraw"}, wish)
    assert [row.get("reason", row["state"]) for row in rows] == ["waiting", "none", "none", "waiting"]
    rows = await ask(office, who | {"do": "take", "offer": SECOND.id}, wish, who | {"do": "cancel"})
    assert [row.get("reason", row["state"]) for row in rows] == ["booked", "has-one", "none"]


@pytest.mark.anyio
async def test_a_sealed_wish_that_was_taken_back_does_not_come_again_and_one_that_was_sealed_since_counts(
    office: SmallOffice,
) -> None:
    keys, cases = new_keys(), office.databases.cases
    who = {"case": keys.case, "proof": keys.proof}
    office.now = NOW + DAY
    await cases.bulk_docs([seal_pair(KEYS, keys, wish=[FIRST.id])[0]])  # of which the queue has not read yet
    assert [row["state"] for row in await ask(office, who | {"do": "withdraw"})] == ["none"]
    queue = await BookingDesk(office.app.state.office).queue()
    assert await queue.take_in() == 0
    await cases.bulk_docs([seal_pair(KEYS, keys, wish=[SECOND.id], at=NOW + 2 * DAY)[0]])
    assert await queue.take_in() == 1
    assert [row["wish"] for row in await ask(office, who | {"do": "show"})] == [[SECOND.id]]


@pytest.mark.anyio
async def test_who_has_a_place_and_asks_as_if_there_was_none_is_told_of_it(office: SmallOffice) -> None:
    keys = await applied(office)
    who = {"case": keys.case, "proof": keys.proof}
    [booked] = await ask(office, who | {"do": "take", "offer": FIRST.id})
    for do in ({"do": "take", "offer": SECOND.id}, {"do": "wish", "wish": [SECOND.id]}, {"do": "withdraw"}):
        [row] = await ask(office, who | do)
        assert (row["state"], row["reason"], row["ticket"]) == ("refused", "has-one", booked["ticket"])


@pytest.mark.anyio
async def test_whose_hour_is_over_waits_for_another_like_anybody(office: SmallOffice) -> None:
    keys = await applied(office)
    who = {"case": keys.case, "proof": keys.proof}
    await ask(office, who | {"do": "take", "offer": FIRST.id})
    office.now = FIRST.ends
    wish, show = who | {"do": "wish", "wish": [SECOND.id]}, who | {"do": "show"}
    rows = await ask(office, show, wish, show, who | {"do": "withdraw"}, show)
    assert [row["state"] for row in rows] == ["booked", "waiting", "waiting", "none", "booked"]
    await ask(office, wish)
    office.now = FIRST.begins + 10 * 3600  # 17:00 in Jakarta
    assert await hold_round(office.app.state.office, "") != ""
    [row] = await ask(office, show)
    assert row["ticket"]["offer"]["id"] == SECOND.id


@pytest.mark.anyio
async def test_whoever_gives_a_place_up_makes_room_for_who_waits(office: SmallOffice) -> None:
    full = offer(3, places=1, kept=0)
    await offers_of(office.app.state.office).publish([full])
    has, waits = await applied(office), await applied(office)
    first, second = ({"case": one.case, "proof": one.proof} for one in (has, waits))
    rows = await ask(
        office,
        first | {"do": "take", "offer": full.id},
        second | {"do": "take", "offer": full.id},
        second | {"do": "wish", "wish": [full.id]},
        first | {"do": "move", "offer": FIRST.id},
        second | {"do": "show"},
    )
    assert [row.get("reason", row["state"]) for row in rows] == ["booked", "full", "waiting", "booked", "booked"]
    assert rows[-1]["ticket"]["why"] == ["moved-up"]
    assert [(deed.name, deed.about["case"]) for deed in await deeds_of(office)] == [("moved-up", waits.case)]


@pytest.mark.anyio
async def test_a_group_takes_one_place_of_the_hours_that_are_for_groups_and_no_other(office: SmallOffice) -> None:
    keys = new_keys()
    await office.databases.cases.bulk_docs([seal_pair(KEYS, keys, service="group")[0]])
    who = {"case": keys.case, "proof": keys.proof}
    rows = await ask(
        office,
        who | {"do": "take", "offer": FIRST.id},
        who | {"do": "wish", "wish": [FIRST.id]},
        who | {"do": "take", "offer": GROUP.id},
    )
    assert [row.get("reason", row["state"]) for row in rows] == ["not-for-this", "closed", "booked"]
    listed = (await office.client().get("/offers.json")).json()["offers"]
    assert [row["left"] for row in listed if row["id"] == GROUP.id] == [2]
