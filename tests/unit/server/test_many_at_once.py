"""A village behind one address sends at once, and somebody floods: everybody waits a little and nobody is refused."""

import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from server.limits import LONGEST, SlowDown
from server.ndjson import NDJSON
from server.staff.enrolment import Enrolment, plain
from tests.applicants import Applicant
from tests.asgi import Answer, Client
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair, to_line
from tests.serving import RunningOffice
from tests.small_office import ORIGIN, SmallOffice, routes_of, small_office
from tests.volunteers import Device

KEYS = OfficeKeys()
HEADERS = {"content-type": NDJSON}
VILLAGE, FLOOD, FAR = "192.0.2.7", "198.51.100.1", "203.0.113.5"


@dataclass
class Door:
    """The office behind the brake of its door, at a clock that only waiting moves."""

    office: SmallOffice
    per_second: float = 2
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = SlowDown(self.office.app, per_second=self.per_second, clock=lambda: 0.0, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    async def post(self, address: str, *lines: bytes) -> Answer:
        client = Client(self.app, origin=ORIGIN, address=address)
        return await client.request("POST", "/exchange", headers=HEADERS, body=[b"\n".join(lines)])


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with small_office(tmp_path, routes_of("exchange", "enrol_device"), {}, KEYS) as office:
        yield Door(office)


def test_sixty_phones_send_to_a_real_server_at_once(tmp_path: Path) -> None:
    with RunningOffice(tmp_path, env={"RANTAU_POSTS_PER_SECOND": "10"}) as office:
        applicant = Applicant(office.url)
        pairs = [applicant.seal() for _ in range(60)]

        def send(pair: tuple[dict[str, object], object]) -> bool:
            body = b'{"v":1}\n' + json.dumps(pair).encode()
            reply = office.ask("POST", "/exchange", headers={"Content-Type": NDJSON}, body=body)
            rows = [json.loads(line) for line in reply.body.splitlines()]
            return reply.status == 200 and rows[1][:2] == [pair[0]["_id"], "ok"]

        with ThreadPoolExecutor(60) as phones:
            assert all(phones.map(send, pairs))


@pytest.mark.anyio
async def test_a_village_behind_one_address_is_slowed_and_never_refused(door: Door) -> None:
    code = new_keys()
    pairs = [seal_pair(KEYS, code, at=NOW + n) for n in range(60)]
    accepted: list[str] = []

    async def send(n: int) -> None:
        _, row = (await door.post(VILLAGE, b'{"v":1}', to_line(pairs[n]))).lines()
        accepted.append(row[0] if row[1] == "ok" else "")

    async with anyio.create_task_group() as village:
        for n in range(60):
            village.start_soon(send, n)
    assert sorted(accepted) == sorted(version["_id"] for version, _ in pairs)
    assert 0 < max(door.waited) <= LONGEST


@pytest.mark.anyio
async def test_an_anonymous_flood_stops_no_volunteer(door: Door) -> None:
    staff, volunteer = door.office.databases.staff, Device()
    code = plain(await Enrolment(staff, NOW).invite("buyung"))
    await volunteer.enrol(door.office.client(), code)
    for address in (FLOOD, VILLAGE):
        for _ in range(500):
            assert (await door.post(address, b"nonsense")).status == 400
    for address in (FAR, VILLAGE):
        door.waited.clear()
        pair = seal_pair(KEYS, new_keys(), channel="volunteer", device=volunteer.name)
        hello = json.dumps({"v": 1, "auth": volunteer.auth(NOW), "since": ""}).encode()
        head, row, *_ = (await door.post(address, hello, to_line(pair))).lines()
        assert (head["reading"], row[:2]) == ("ok", [pair[0]["_id"], "ok"])
        assert max(door.waited, default=0) <= (LONGEST if address == VILLAGE else 0)
