"""Who knows only a part of what an account asks for gets in by no door and with no patience, and hurts nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
async def test_another_persons_passkey_proves_nothing_about_who_sits_here(office: StaffOffice) -> None:
    await office.hire("ani", "administrator")
    siti, ani, phone, tablet = office.desk("siti"), office.desk("ani"), device(), device()
    for desk, own in ((siti, phone), (ani, tablet)):
        await desk.sign_in()
        await desk.post("security/passkeys", name="own", made=own.make(await desk.options()))
    proof = {"proof-assertion": phone.sign(await ani.challenge())}
    answer = await ani.post("accounts/siti", do="disable", **proof)
    assert (answer.status, "proof-password" in answer.text) == (403, True)
    proof = {"proof-assertion": tablet.sign(await ani.challenge())}
    assert (await ani.post("accounts/siti", do="disable", **proof)).status == 303
    assert not await siti.is_in()
    names = [deed.name for deed in await office.deeds()]
    assert names[-3:] == ["login-failed", "step-up", "account-disabled"]
