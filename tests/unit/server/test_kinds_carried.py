"""Whatever is sealed comes to the office by a hub, in a file, or in a file by a hub: complaints, messages, a survey."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from server.appointments.offers import Offer, Offers
from server.appointments.waiting import Queue
from server.hub.public import NOTE, VerifiedPublic
from sync.bundle import TYPE, office_id, write_bundle
from sync.receipts import verify_receipt
from sync.seal import open_version, open_wrap_as_office
from tests.asgi import Client
from tests.sealed_items import NOW, new_keys, seal_pair, to_line
from tests.small_hub import Village, village
from tests.small_office import routes_of

DAY = 86_400
OFFER = Offer(
    id="261205-abcd", kind="outreach", place="Balai Nagari Kinali", area=None, begins=NOW + 10 * DAY,
    ends=NOW + 10 * DAY + 3600, places=10, kept=10, priority=0, at=NOW,
)  # fmt: skip
WAYS = ("hub", "file", "file by a hub")


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Village]:
    async with village(tmp_path) as found:
        yield found


def of_every_kind(place: Village) -> dict[str, Any]:
    """Seal one of each kind, each with other words; who complains without a name has a code of that alone."""
    code, forms = new_keys(), place.office.app.state.office.forms

    def sealed(kind: str, keys: Any = code, **more: Any) -> Any:
        service = kind.partition(" ")[2] or kind
        values = {"type": service, "service": service, "form": forms.latest(service).name}
        return seal_pair(place.keys, keys, **values, groups={"personal": [f"ini {kind}"]}, **more)

    return {
        "application": seal_pair(place.keys, code, wish=[OFFER.id]),
        "message": sealed("message"),
        "complaint": sealed("complaint", new_keys()),
        "anonymous complaint": sealed("anonymous complaint", new_keys()),
        "survey": sealed("survey", new_keys()),
    }


async def bring(place: Village, way: str, pairs: list[Any]) -> list[Any]:
    """Bring all of them; the rows by which the office, or a hub of it, answers."""
    if way == "hub":
        rows = await place.at_hub(*pairs)
    else:
        named = [(pair[0]["_id"], to_line(pair)) for pair in pairs]
        file = write_bundle("items", named, office=office_id(place.keys.root.pub), at=NOW)
        client = place.hub_client() if way == "file by a hub" else office_client(place)
        answer = await client.request("POST", "/bundle", headers={"content-type": TYPE}, body=[file])
        _, *rows, end = answer.lines()
        assert end == ["end", "whole"]
    await place.relay.catch_up()
    return rows


def office_client(place: Village) -> Client:
    app = Starlette(routes=routes_of("take_bundle"))
    app.state.office = place.office.app.state.office
    return Client(app)


def whose(place: Village, pairs: list[Any], rows: list[Any]) -> set[str]:
    """Say whose receipts these are, one for each of what was brought."""
    receipts = {row[0]: row[2] for row in rows}
    assert receipts.keys() == {version["_id"] for version, _ in pairs}
    return {verify_receipt(receipts[version["_id"]], version, place.keys.key_list).who for version, _ in pairs}


@pytest.mark.anyio
@pytest.mark.parametrize("way", WAYS)
async def test_every_kind_comes_to_the_office_and_only_there_it_opens(place: Village, way: str) -> None:
    kinds = of_every_kind(place)
    pairs = list(kinds.values())
    assert whose(place, pairs, await bring(place, way, pairs)) == {"office" if way == "file" else "hub:kinali"}
    databases = place.office.databases
    for kind, (version, _) in kinds.items():
        kept = await databases.cases.get(version["_id"])
        wrap = await databases.wraps.get(f"w.{version['_id']}")
        key = open_wrap_as_office(version, dict(wrap), "k1", place.keys.seal)
        written = open_version(version, key)["personal"]
        assert written == (["Upik", "Talu"] if kind == "application" else [f"ini {kind}"])
        assert {name: kept[name] for name in version} == version
    # The office's own word is there for who asks the hub, and its data keys have left it.
    if way != "file":
        rows = await place.at_hub(ask=[version["_id"] for version, _ in pairs])
        assert whose(place, pairs, rows) == {"office"}
        assert await place.held() == set()


@pytest.mark.anyio
@pytest.mark.parametrize("way", WAYS)
async def test_a_wish_that_was_made_without_the_office_waits_for_its_round(place: Village, way: str) -> None:
    application = of_every_kind(place)["application"]
    await bring(place, way, [application])
    queue = Queue(place.office.databases.cases, {OFFER.id: OFFER}, place.office.now)
    assert await queue.take_in() == 1
    assert [one.wish for one in (await queue.waiting()).values()] == [(OFFER.id,)]


@pytest.mark.anyio
async def test_a_hub_tells_the_hours_that_the_office_signed_and_never_what_is_left(place: Village) -> None:
    public, over = place.office.databases.public, replace(OFFER, id="251125-abcd", begins=NOW - DAY)
    await Offers(public, "s1", place.keys.server).publish([OFFER, over])
    forged = replace(OFFER, id="261206-abcd")
    await Offers(place.office.databases.staff, "s1", place.keys.office).publish([forged])
    for store in (public, place.office.databases.staff):
        found = await store.bulk_get(
            [(row.id, None) for row in await store.all_docs(start="offer.", end="offer/")], attachments=True
        )
        await VerifiedPublic(place.hub).bulk_docs([got.docs[0] for got in found], new_edits=False)
    await place.hub.stores.put_state({"reached_at": NOW - DAY}, NOTE)
    told = (await place.hub_client().request("GET", "/offers.json")).json()
    assert (told["time"], told["copied"], told["zone"]) == (NOW, NOW - DAY, "Asia/Jakarta")
    [row] = told["offers"]
    assert (row["id"], row["place"], row["begins"]) == (OFFER.id, OFFER.place, OFFER.begins)
    assert not {"left", "priority", "places"} & row.keys()
