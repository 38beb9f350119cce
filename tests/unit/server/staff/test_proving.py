"""Who knows only a part of what an account asks for gets in by no door and with no patience, and hurts nobody else."""

import contextlib
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.lane import QUEUE, LaneFull, lane_of
from server.staff import proving, second_factor
from server.staff.login_delays import LONGEST_OF_ADDRESS, LoginDelays
from sync.canonical import b64u_encode
from tests.authenticator import Authenticator
from tests.staff_office import StaffOffice, code_of, codes_on, secret_on, staff_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("siti", "officer")
        yield office


def device() -> Authenticator:
    return Authenticator("https://rantau.example", "rantau.example")


@pytest.mark.anyio
async def test_codes_guessed_from_many_addresses_are_counted_together(office: StaffOffice) -> None:
    desk = office.desk("siti")
    await desk.sign_in()
    shown, secret = secret_on(await desk.get("security"))
    await desk.post("security/app", secret=shown, code=code_of(secret, office.times[0]))
    office.wait(60)
    guesses = [await office.desk("siti", address=f"198.51.100.{n}").sign_in(code="123456") for n in range(6)]
    assert [answer.status for answer in guesses] == [403, 403, 403, 403, 429, 429]
    assert (await office.desk("siti").sign_in(code=code_of(secret, office.times[0]))).status == 429
    office.wait(300)
    assert (await office.desk("siti").sign_in(code=code_of(secret, office.times[0]))).status == 303


@pytest.mark.anyio
async def test_passwords_guessed_from_elsewhere_keep_nobody_out(office: StaffOffice) -> None:
    elsewhere = office.desk("siti", password="wrong horse", address="198.51.100.1")
    assert [(await elsewhere.sign_in()).status for _ in range(6)][-1] == 429
    assert (await office.desk("siti").sign_in()).status == 303


@pytest.mark.anyio
async def test_a_passkey_is_asked_for_also_where_there_is_no_app(office: StaffOffice) -> None:
    desk, own = office.desk("siti"), device()
    await desk.sign_in()
    codes = codes_on(await desk.post("security/passkeys", name="phone", made=own.make(await desk.options())))
    assert len(codes) == 10
    assert (await office.desk("siti").sign_in()).status == 403
    assert (await office.desk("siti").sign_in(code=codes[0])).status == 303
    assert (await office.desk("siti").sign_in(code=codes[0])).status == 403

    signed = own.sign(await desk.challenge())
    assert (await desk.sign_in(assertion=signed)).headers["location"] == "/staff/"
    assert (await desk.sign_in(assertion=signed)).status == 403, "it was used"
    assert (await desk.sign_in(assertion="{}")).status == 403
    await office.accounts.set_disabled("siti", disabled=True)
    assert (await desk.sign_in(assertion=own.sign(await desk.challenge()))).status == 403


@pytest.mark.anyio
async def test_a_passkey_is_of_one_account_only(office: StaffOffice) -> None:
    await office.hire("ani", "administrator")
    own, statuses = device(), []
    for login in ("siti", "ani"):
        desk = office.desk(login)
        await desk.sign_in()
        statuses.append((await desk.post("security/passkeys", name="own", made=own.make(await desk.options()))).status)
    assert statuses == [200, 422]
    assert (await office.accounts.get("ani")).get("passkeys", []) == []


@pytest.mark.anyio
async def test_another_persons_passkey_proves_nothing_about_who_sits_here(office: StaffOffice) -> None:
    await office.hire("ani", "administrator")
    siti, ani, phone, tablet = office.desk("siti"), office.desk("ani"), device(), device()
    for desk, own in ((siti, phone), (ani, tablet)):
        await desk.sign_in()
        await desk.post("security/passkeys", name="own", made=own.make(await desk.options()))
    proof = {"proof-assertion": phone.sign(await ani.challenge())}
    answer = await ani.post("accounts/siti", do="disable", sure="siti", **proof)
    assert (answer.status, "proof-password" in answer.text) == (403, True)
    proof = {"proof-assertion": tablet.sign(await ani.challenge())}
    assert (await ani.post("accounts/siti", do="disable", sure="siti", **proof)).status == 303
    assert not await siti.is_in()
    names = [deed.name for deed in await office.deeds()]
    assert names[-3:] == ["login-failed", "step-up", "account-disabled"]


@pytest.mark.anyio
async def test_one_address_that_floods_keeps_nobody_out_from_elsewhere(office: StaffOffice) -> None:
    lane, gate = lane_of(office.app, "passwords"), threading.Event()

    async def flood() -> None:
        with contextlib.suppress(LaneFull):
            await lane.run(gate.wait, who="198.51.100.1")

    async def sign_in() -> None:
        assert (await office.desk("siti").sign_in()).status == 303

    async with anyio.create_task_group() as group:
        for _ in range(2 * QUEUE):
            group.start_soon(flood)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(sign_in)
        gate.set()


@pytest.mark.anyio
async def test_one_guess_on_each_login_is_slowed_too(office: StaffOffice) -> None:
    delays = office.app.state.login_delays = LoginDelays()
    for n in range(60):
        delays.failed(f"guess-{n}", "198.51.100.1", now=office.times[0])
    assert (await office.desk("siti", address="198.51.100.1").sign_in()).status == 429
    assert (await office.desk("siti").sign_in()).status == 303
    office.wait(LONGEST_OF_ADDRESS)
    assert (await office.desk("siti", address="198.51.100.1").sign_in()).status == 303


@pytest.mark.anyio
async def test_junk_for_a_passkey_is_slowed_and_counted_and_hinders_no_real_one(office: StaffOffice) -> None:
    desk, own = office.desk("siti"), device()
    await desk.sign_in()
    await desk.post("security/passkeys", name="phone", made=own.make(await desk.options()))
    stranger = office.desk("siti")
    before = len(await office.deeds())
    junk = [(await stranger.sign_in(assertion='{"id":"x"}')).status for _ in range(40)]
    assert junk == [403] * 4 + [429] * 36
    assert len(await office.deeds()) == before + 4
    assert (await desk.sign_in(assertion=own.sign(await desk.challenge()))).status == 303

    forged = json.loads(own.sign(await desk.challenge()))
    forged["response"]["signature"] = b64u_encode(b"0" * 70)
    assert [(await stranger.sign_in(assertion=json.dumps(forged))).status for _ in range(5)][-1] == 429


@pytest.mark.anyio
async def test_what_can_be_no_login_has_one_door(office: StaffOffice) -> None:
    statuses = [(await office.desk(f"no login {n}").sign_in()).status for n in range(6)]
    assert statuses == [403] * 4 + [429] * 2


@pytest.mark.anyio
async def test_whatever_is_wrong_costs_the_same_derivations(
    office: StaffOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = office.desk("siti")
    await desk.sign_in()
    shown, secret = secret_on(await desk.get("security"))
    await desk.post("security/app", secret=shown, code=code_of(secret, office.times[0]))
    await office.hire("ani", "administrator")
    derived: list[str] = []

    def count(module: Any, name: str) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args: (derived.append(name), real(*args))[1])

    count(proving, "verify_password")
    count(second_factor, "hash_code")
    tries = ({}, {"password": "wrong horse"}, {"login": "nobody"}, {"login": "ani", "password": "wrong horse"},
             {"code": "123456"}, {"password": "wrong horse", "code": code_of(secret, office.times[0])})  # fmt: skip
    for n, given in enumerate(tries):
        derived.clear()
        answer = await office.desk("siti", address=f"198.51.100.{n}").sign_in(**given)
        assert (answer.status, derived) == (403, ["verify_password", "hash_code"]), given
