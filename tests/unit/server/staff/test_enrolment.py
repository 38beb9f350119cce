"""A code that is handed over in person makes exactly one device a volunteer's, whatever the network does to it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from server.staff.devices import Devices
from server.staff.enrolment import LASTS, plain
from tests.staff_office import ORIGIN, StaffDesk, StaffOffice, staff_office
from tests.volunteers import JSON, Device, code_on


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        yield office


@pytest.fixture
async def ani(office: StaffOffice) -> StaffDesk:
    return await office.sit_down("ani", "head")


async def invite(desk: StaffDesk, login: str = "buyung") -> str:
    return plain(code_on((await desk.post_proved("volunteers", login=login)).text))


@pytest.mark.anyio
async def test_the_code_of_the_page_makes_one_device_the_volunteers(office: StaffOffice, ani: StaffDesk) -> None:
    page = await ani.post_proved("volunteers", login=" Buyung ")
    code, link = code_on(page.text), re.search(r'data-qr="([^"]+)"', page.text)
    assert link is not None
    assert link[1] == f"{ORIGIN}/id/volunteer#{plain(code)}"
    assert len(plain(code)) == 48, "twelve words"
    assert code not in (await ani.get("volunteers")).text, "shown once"
    phone = Device()
    answer = await phone.enrol(office.desk("").client, plain(code))
    assert re.fullmatch(r"d-[a-z2-7]{8}", phone.name), answer.text
    assert answer.json()["login"] == "buyung"
    assert answer.json()["read_until"] == office.office.clock() + 45 * 86_400
    listed = (await ani.get("volunteers")).text
    assert phone.name in listed
    assert "buyung" in listed
    deeds = [(deed.name, deed.who, deed.about) for deed in await office.deeds()]
    assert ("device-invited", "ani", {"login": "buyung"}) in deeds
    assert deeds[-1] == ("device-enrolled", "buyung", {"device": phone.name})
    stored = repr(await office.office.databases.staff.all_docs(include_docs=True))
    assert plain(code) not in stored, "only its hash is stored"


@pytest.mark.anyio
async def test_a_double_click_invites_one_device_and_the_code_is_seen_on_whichever_page_comes(
    office: StaffOffice, ani: StaffDesk
) -> None:
    once = re.search(r'name="once" value="([^"]+)"', (await ani.get("volunteers")).text)
    assert once is not None
    form = {"login": "buyung", "once": once[1]}
    await ani.post_proved("volunteers", login="")  # the password is asked one at a time
    [code] = {code_on(page.text) for page in await asyncio.gather(*(ani.post("volunteers", **form) for _ in range(2)))}
    other = code_on((await ani.post("volunteers", **form | {"login": "upiak"})).text)
    assert other != code, "what is typed anew is another's"
    elsewhere = office.desk("ani")
    await elsewhere.sign_in()
    assert code_on((await elsewhere.post_proved("volunteers", **form)).text) != code, "another session has not seen it"
    phone, client = Device(), office.desk("").client
    assert (await phone.enrol(client, plain(code))).status == 200
    again = code_on((await ani.post("volunteers", **form)).text)
    assert again != code, "it counted once"
    assert (await Device().enrol(client, plain(again))).status == 200
    office.wait(LASTS + 1)
    late = code_on((await ani.post_proved("volunteers", **form | {"login": "upiak"})).text)
    assert (await Device().enrol(client, plain(late))).status == 200, "a code that ran out is not handed over again"

    seen = re.findall(
        rf'volunteers/{phone.name}/more".*?name="after" value="([0-9]+)"', (await ani.get("volunteers")).text, re.S
    )
    office.wait(60)
    for do, fields in (("more", {"after": seen[0]}), ("end", {})):
        both = await asyncio.gather(*(ani.post(f"volunteers/{phone.name}/{do}", **fields) for _ in range(2)))
        assert [answer.status for answer in both] == [303, 303]
    deeds = [(deed.name, next(iter(deed.about.values()), "")) for deed in await office.deeds()]
    assert [deed for deed in deeds if deed[0].startswith("device-") and deed[0] != "device-enrolled"] == [
        ("device-invited", "buyung"), ("device-invited", "upiak"), ("device-invited", "buyung"),
        ("device-invited", "buyung"), ("device-invited", "upiak"),
        ("device-renewed", phone.name), ("device-revoked", phone.name),
    ]  # fmt: skip


@pytest.mark.anyio
async def test_the_words_may_be_typed_as_people_type(office: StaffOffice, ani: StaffDesk) -> None:
    code = await invite(ani)
    spaced = " ".join(code[i : i + 4] for i in range(0, 48, 4)).upper()
    phone = Device()
    request = phone.request(code) | {"code": f" {spaced}\n"}
    body = [json.dumps(request).encode()]
    assert (await office.desk("").client.request("POST", "/devices", headers=JSON, body=body)).status == 200


@pytest.mark.anyio
async def test_of_two_at_once_one_is_enrolled(office: StaffOffice, ani: StaffDesk) -> None:
    for _ in range(5):
        code, phones = await invite(ani), [Device() for _ in range(4)]
        answers: list[int] = []

        async def knock(phone: Device, code: str = code, answers: list[int] = answers) -> None:
            answers.append((await phone.enrol(office.desk("").client, code)).status)

        async with anyio.create_task_group() as group:
            for phone in phones:
                group.start_soon(knock, phone)
        assert sorted(answers) == [200, 409, 409, 409]
        winner = next(phone for phone in phones if phone.name)
        known = await Devices(office.office.databases.staff, 0).get(winner.name)
        assert known is not None
        assert known["pub"] == winner.pub


@pytest.mark.anyio
async def test_the_same_device_may_ask_again_and_stays_the_same(office: StaffOffice, ani: StaffDesk) -> None:
    code, phone, client = await invite(ani), Device(), office.desk("").client
    first = await phone.enrol(client, code)
    office.wait(3 * 86_400)
    await ani.sign_in()
    await invite(ani, "another")
    again = await phone.enrol(client, code)
    assert (again.status, again.json()) == (200, first.json())
    assert (await Device().enrol(client, code)).status == 409
    deeds = [deed.name for deed in await office.deeds()]
    assert deeds.count("device-enrolled") == 1


@pytest.mark.anyio
async def test_a_code_counts_for_ten_minutes(office: StaffOffice, ani: StaffDesk) -> None:
    code, client = await invite(ani), office.desk("").client
    office.wait(LASTS)
    early = await invite(ani)
    assert (await Device().enrol(client, code)).status == 200
    office.wait(LASTS + 1)
    late = await Device().enrol(client, early)
    assert (late.status, late.json()["reason"]) == (410, "expired")
    unknown = await Device().enrol(client, "bodo" * 12)
    assert (unknown.status, unknown.json()["reason"]) == (404, "unknown")


@pytest.mark.anyio
async def test_nobody_enrols_a_key_that_is_not_theirs(office: StaffOffice, ani: StaffDesk) -> None:
    code, client, phone = await invite(ani), office.desk("").client, Device()
    for wrong in ({"pub": Device().pub}, {"sig": phone.request("another")["sig"]}, {"pub": "A" * 87}, {"sig": ""}):
        answer = await phone.enrol(client, code, **wrong)
        assert (answer.status, answer.json()["reason"]) == (422, "signature")
    for bad in (b"", b"[]", b'{"code":1,"pub":"","sig":""}', b'{"code":"","pub":"","sig":"","more":1}', b"x" * 1024):
        assert (await client.request("POST", "/devices", headers=JSON, body=[bad])).status == 400
    assert (await client.request("POST", "/devices", headers=JSON, body=[b"x" * 1025])).status == 413
    foreign = JSON | {"sec-fetch-site": "cross-site"}
    assert (await client.request("POST", "/devices", headers=foreign, body=[b"{}"])).status == 403
    assert (await phone.enrol(client, code)).status == 200, "and none of that used the code up"


@pytest.mark.anyio
async def test_a_device_is_revoked_at_once_and_renewed_with_a_proof(office: StaffOffice, ani: StaffDesk) -> None:
    phone = Device()
    await phone.enrol(office.desk("").client, await invite(ani))
    devices = Devices(office.office.databases.staff, office.times[0] + 5)
    office.wait(700)
    assert (await ani.post(f"volunteers/{phone.name}/more")).status == 403, "the proof of the invitation is over"
    assert (await ani.post_proved(f"volunteers/{phone.name}/more")).status == 303
    known = await devices.get(phone.name)
    assert known is not None
    assert known["read_until"] == office.times[0] + 45 * 86_400
    office.wait(700)
    assert (await ani.post(f"volunteers/{phone.name}/end")).status == 303
    revoked = await devices.get(phone.name)
    assert revoked is not None
    assert revoked["revoked_at"] == office.times[0]
    assert (await ani.post_proved(f"volunteers/{phone.name}/more")).status == 303
    assert await devices.get(phone.name) == revoked, "what is revoked stays so"
    for nobody in ("d-aaaaaaaa", "D", "user.ani"):
        assert (await ani.post(f"volunteers/{nobody}/end")).status == 404
    assert [deed.name for deed in await office.deeds() if deed.about.get("device") == phone.name] == [
        "device-enrolled", "device-renewed", "device-revoked",
    ], "what is not done leaves no trace"  # fmt: skip


@pytest.mark.anyio
async def test_a_login_that_cannot_be_one_gets_no_code(ani: StaffDesk) -> None:
    for login in ("", "dua kata", "<b>", "x" * 33, "recovery"):
        page = await ani.post_proved("volunteers", login=login)
        assert page.status == 422
        assert "data-code" not in page.text
