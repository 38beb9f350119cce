"""An enrolled device hears of the cases that it collected and of no other; whatever is wrong with its word, what it
sends is taken in."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.staff.device_auth import WINDOW
from server.staff.devices import DAY, IDLE, LONGEST, Devices
from server.staff.enrolment import Enrolment, plain
from sync.canonical import b64u_encode
from sync.events import sign_event
from sync.key_pair import verify
from sync.receipt_code import CodeKeys
from sync.receipts import verify_receipt
from sync.statements import DeviceAuth, sign_auth, sign_code_mark, sign_gone
from tests.asgi import Client
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair, to_line
from tests.small_office import SmallOffice, routes_of, small_office
from tests.volunteers import Device

KEYS = OfficeKeys()


@dataclass
class Answer:
    """What an exchange answered, by kind."""

    head: dict[str, Any]
    rows: list[Any]

    @property
    def since(self) -> str:
        [found] = [row[1] for row in self.rows if isinstance(row, list) and row[0] == "since"]
        return str(found)

    @property
    def events(self) -> list[str]:
        return [row["_id"] for row in self.rows if isinstance(row, dict)]

    @property
    def receipts(self) -> list[str]:
        return [row[0] for row in self.rows if isinstance(row, list) and row[1] == "ok"]


@dataclass
class Desk:
    """A small office with hands that do what officers and devices do."""

    office: SmallOffice
    client: Client

    async def device(self, login: str = "buyung") -> Device:
        device = Device()
        code = await Enrolment(self.office.databases.staff, self.office.now).invite(login)
        assert (await device.enrol(self.client, plain(code))).status == 200
        return device

    async def exchange(self, *pairs: Any, auth: Any = None, since: str | None = "", v: int = 1, **more: Any) -> Answer:
        hello = {"v": v} | more
        hello |= {} if auth is None else {"auth": auth}
        hello |= {} if since is None else {"since": since}
        lines = [json.dumps(hello).encode(), *map(to_line, pairs)]
        answer = await self.client.request(
            "POST", "/exchange", headers={"content-type": "application/x-ndjson"}, body=[b"\n".join(lines)]
        )
        assert answer.status == 200, answer.text
        head, *rows = answer.lines()
        return Answer(head, rows)

    async def read(self, device: Device, since: str = "", *pairs: Any) -> Answer:
        return await self.exchange(*pairs, auth=device.auth(self.office.now), since=since)

    async def step(self, code: CodeKeys, n: int, *, state: str = "taken", note: bytes | None = None) -> str:
        """Record a step, as an officer does."""
        event = sign_event(
            case=code.case, n=n, step="dibayar", at=self.office.now, on=["a" * 20], note=note, kid="o1",
            private=KEYS.office,
        )  # fmt: skip
        await self.office.databases.cases.bulk_docs([event | {"claim": [state, "x", NOW]}])
        return str(event["_id"])


def collected(code: CodeKeys, device: Device, **more: Any) -> Any:
    return seal_pair(KEYS, code, **{"channel": "volunteer", "device": device.name} | more)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with small_office(tmp_path, routes_of("exchange", "enrol_device"), {}, KEYS) as office:
        yield Desk(office, office.client())


@pytest.mark.anyio
async def test_a_device_hears_of_what_it_collected_and_once(desk: Desk) -> None:
    device, code = await desk.device(), new_keys()
    pair = collected(code, device)
    sent = await desk.read(device, "", pair)
    assert (sent.head["reading"], sent.receipts) == ("ok", [pair[0]["_id"]]), "one receipt, not two"
    assert sent.events == []
    first = await desk.step(code, 1)
    heard = await desk.read(device, sent.since)
    assert (heard.events, heard.receipts) == ([first], [])
    nothing = await desk.read(device, heard.since)
    assert [row[0] for row in nothing.rows] == ["since"]
    await desk.step(code, 2, state="held")
    assert (await desk.read(device, nothing.since)).events == [], "only held is no event"
    everything = await desk.read(device)
    assert everything.events == [first]
    assert everything.receipts == [pair[0]["_id"]]


@pytest.mark.anyio
async def test_steps_without_a_note_come_as_one_row_that_the_server_signs(desk: Desk) -> None:
    device, code, other = await desk.device(), new_keys(), new_keys()
    start = await desk.read(device, "", collected(code, device), collected(other, device))
    await desk.step(code, 1)
    await desk.step(other, 1)
    noted = await desk.step(code, 2, note=b"sealed to the holder")
    first = await desk.read(device, start.since)
    assert len(first.events) == 3, "as every device hears it that speaks the first version"
    newer = await desk.exchange(auth=device.auth(desk.office.now), since=start.since, v=2)
    assert newer.events == [noted]
    [[signed, sig]] = [row[1] for row in newer.rows if isinstance(row, list) and row[0] == "steps"]
    verify(signed, sig, KEYS.server.pub)
    assert signed == ["steps1", "s1", [[case.case, 1, "dibayar", NOW] for case in (code, other)]]
    nothing = await desk.exchange(auth=device.auth(desk.office.now), since=newer.since, v=2)
    assert [row[0] for row in nothing.rows] == ["since"]


@pytest.mark.anyio
async def test_what_it_collected_and_another_brought_gets_its_receipt(desk: Desk) -> None:
    device, code = await desk.device(), new_keys()
    pair = collected(code, device)
    before = await desk.read(device)
    await desk.exchange(pair, since=None)
    heard = await desk.read(device, before.since)
    [row] = [row for row in heard.rows if row[1] == "ok"]
    verify_receipt(row[2], pair[0], KEYS.key_list)
    assert pair[1]["k1"] not in str(heard.rows), "no wrap"


@pytest.mark.anyio
async def test_one_device_never_hears_of_anothers_cases(desk: Desk) -> None:
    one, other, code, own = await desk.device("buyung"), await desk.device("upik"), new_keys(), new_keys()
    pair = collected(code, one)
    await desk.read(one, "", pair)
    await desk.step(code, 1)
    # Not even by sending a version of that case, which anybody can make who saw its id.
    forged = collected(code, other, prev=[pair[0]["_id"].split(".")[2]])
    await desk.read(other, "", forged, collected(own, other))
    await desk.exchange(collected(code, other, at=NOW + 1), since=None)
    second, third = await desk.step(code, 2), await desk.step(own, 1)
    heard = await desk.read(other)
    assert heard.events == [third]
    receipts = [row for row in heard.rows if isinstance(row, list) and row[1] == "ok"]
    assert len(receipts) == 3, "of what it sent itself"
    assert all(code.case not in str(row) for row in heard.rows if row not in receipts)
    assert second in (await desk.read(one)).events
    swapped = sign_auth(DeviceAuth(one.name, NOW, b64u_encode(b"n" * 16)), private=other.key)
    stolen = await desk.exchange(auth=swapped)
    assert (stolen.head["reading"], stolen.rows) == ("unknown", [])
    assert (await desk.exchange()).rows == [], "nor does who signs nothing"


@pytest.mark.anyio
async def test_revoking_ends_reading_at_once_and_what_was_collected_is_taken_in(desk: Desk) -> None:
    device, code = await desk.device(), new_keys()
    first = await desk.read(device, "", collected(code, device))
    await desk.step(code, 1)
    await Devices(desk.office.databases.staff, desk.office.now).revoke(device.name)
    later = collected(new_keys(), device)
    answer = await desk.read(device, first.since, later)
    assert answer.head["reading"] == "revoked"
    assert (answer.receipts, answer.events) == ([later[0]["_id"]], [])
    assert [row for row in answer.rows if row[0] == "since"] == []


@pytest.mark.anyio
async def test_reading_ends_after_weeks_without_a_word_and_sending_never(desk: Desk) -> None:
    device = await desk.device()
    for days in (40, 40, 40):
        desk.office.now += days * DAY
        assert (await desk.read(device)).head["reading"] == "ok"
    desk.office.now = NOW + LONGEST + 1
    assert (await desk.read(device)).head["reading"] == "expired", "however often it asked"
    await Devices(desk.office.databases.staff, desk.office.now).renew(device.name)
    assert (await desk.read(device)).head["reading"] == "ok"
    desk.office.now += IDLE + 1
    pair = collected(new_keys(), device)
    late = await desk.read(device, "", pair)
    assert (late.head["reading"], late.receipts) == ("expired", [pair[0]["_id"]])


@pytest.mark.anyio
async def test_an_overheard_word_gives_nothing(desk: Desk) -> None:
    device, code = await desk.device(), new_keys()
    auth = device.auth(NOW)
    assert (await desk.exchange(collected(code, device), auth=auth)).head["reading"] == "ok"
    await desk.step(code, 1)
    for later in (0, WINDOW, WINDOW + 1, DAY):
        desk.office.now = NOW + later
        again = await desk.exchange(auth=auth)
        assert again.head["reading"] == ("repeated" if later <= WINDOW else "clock")
        assert again.rows == []


@pytest.mark.anyio
async def test_a_wrong_clock_is_told_the_time(desk: Desk) -> None:
    device = await desk.device()
    for at in (NOW - WINDOW - 1, NOW + WINDOW + 1, 0):
        answer = await desk.exchange(auth=device.auth(at))
        assert (answer.head["reading"], answer.head["time"]) == ("clock", NOW)
    for at in (NOW - WINDOW, NOW + WINDOW):
        assert (await desk.exchange(auth=device.auth(at))).head["reading"] == "ok"


@pytest.mark.anyio
async def test_many_exchanges_within_the_window_end_reading_until_it_is_over(desk: Desk) -> None:
    device = await desk.device()
    staff = desk.office.databases.staff
    doc = await staff.get(f"device.{device.name}")
    await staff.bulk_docs([doc | {"nonces": [[NOW, str(n)] for n in range(200)]}])
    assert (await desk.read(device)).head["reading"] == "repeated"
    desk.office.now += WINDOW + 1
    assert (await desk.read(device)).head["reading"] == "ok"


@pytest.mark.anyio
@pytest.mark.parametrize("auth", [1, "dev1", [], {}, [["dev1"], ""], [["dev1", "d-aaaaaaaa", NOW, "A" * 22], "A" * 86]])
async def test_a_word_that_is_none_never_keeps_an_item_out(desk: Desk, auth: Any) -> None:
    pair = seal_pair(KEYS, new_keys())
    answer = await desk.exchange(pair, auth=auth)
    assert answer.head["reading"] == "unknown"
    assert answer.receipts == [pair[0]["_id"]]


@pytest.mark.anyio
@pytest.mark.parametrize("since", ["x", "1.2.3", "aaaaaaaa.9.1", "aaaaaaaa.999999999999999.0"])
async def test_a_place_that_is_none_begins_anew(desk: Desk, since: str) -> None:
    device, code = await desk.device(), new_keys()
    await desk.read(device, "", collected(code, device))
    event = await desk.step(code, 1)
    assert (await desk.read(device, since)).events == [event]


@pytest.mark.anyio
async def test_another_servers_place_goes_on_an_hour_earlier(desk: Desk, tmp_path: Path) -> None:
    device, old, new = await desk.device(), new_keys(), new_keys()
    place = await desk.read(device, "", collected(old, device), collected(new, device))
    await desk.step(old, 1)
    place = await desk.read(device, place.since)
    desk.office.now += 2 * 3600
    event = await desk.step(new, 1)
    place = await desk.read(device, place.since)
    elsewhere = f"aaaaaaaa.9.{place.since.split('.')[2]}"
    assert (await desk.read(device, elsewhere)).events == [event]


@pytest.mark.anyio
async def test_an_erased_case_is_told_and_nothing_else_of_it(desk: Desk) -> None:
    device, code = await desk.device(), new_keys()
    first = await desk.read(device, "", collected(code, device))
    await desk.step(code, 1)
    gone = sign_gone(code.case, at=NOW, kid="o1", private=KEYS.office)
    await desk.office.databases.cases.bulk_docs([gone])
    for since in ("", first.since):
        heard = await desk.read(device, since)
        assert [row[0] for row in heard.rows] == ["erase", "since"]
    await desk.step(code, 2)
    assert (await desk.read(device, heard.since)).events == []


@pytest.mark.anyio
async def test_a_voided_code_ends_what_is_told_of_its_case(desk: Desk) -> None:
    device, code = await desk.device(), new_keys()
    first = await desk.read(device, "", collected(code, device))
    mark = sign_code_mark(code.case, new_keys().case, at=NOW, kid="o1", private=KEYS.office)
    await desk.office.databases.cases.bulk_docs([mark])
    heard = await desk.read(device, first.since)
    assert heard.rows[0] == ["voided", mark]
    await desk.step(code, 1)
    assert (await desk.read(device, heard.since)).events == []


@pytest.mark.anyio
async def test_what_is_much_comes_in_parts(desk: Desk) -> None:
    device, code = await desk.device(), new_keys()
    answer = await desk.read(device, "", collected(code, device))
    steps = [await desk.step(code, n) for n in range(1, 251)]
    first = await desk.read(device, answer.since)
    assert first.rows[-1][2] == 1
    second = await desk.read(device, first.since)
    assert second.rows[-1][2] == 0
    assert [*first.events, *second.events] == steps
