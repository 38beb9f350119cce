"""Staff look after their own ways in: each change is proved, what is lost locks nobody out, sessions are theirs."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from server.staff import totp
from server.staff.sessions import IDLE
from tests.asgi import Answer
from tests.authenticator import Authenticator
from tests.staff_office import PASSWORD, StaffOffice, code_of, codes_on, secret_on, staff_office

NEW = "nasi goreng pakai telur"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("siti", "officer")
        yield office


def once_on(page: Answer, name: str = "once") -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


async def names(office: StaffOffice) -> list[str]:
    return [deed.name for deed in await office.deeds()]


@pytest.mark.anyio
async def test_a_password_is_changed_by_who_knows_it_and_other_sessions_end(office: StaffOffice) -> None:
    here, elsewhere = office.desk("siti"), office.desk("siti")
    await here.sign_in()
    await elsewhere.sign_in()
    for now, new, again, says, field in (
        ("wrong", NEW, NEW, "Kata sandi sekarang salah.", "password"),
        (PASSWORD, NEW, NEW[1:], "Kedua kata sandi tidak sama.", "again"),
        (PASSWORD, "bukit awan", "bukit awan", "Kata sandi terlalu pendek", "new"),
        (PASSWORD, "siti-rantau-2026", "siti-rantau-2026", "ditebak", "new"),
    ):
        answer = await here.post("security/password", password=now, new=new, again=again)
        assert (answer.status, says in answer.text) == (422, True), says
        assert new not in answer.text
        marked = re.findall(
            r'name="(\w+)"[^>]* aria-invalid="true" aria-describedby="password-error" autofocus', answer.text
        )
        assert marked == [field], "the field that is wrong, and no other"
    assert await elsewhere.is_in()
    before = once_on(await here.get("security"), "after")
    form = {"password": PASSWORD, "new": NEW, "again": NEW, "after": before}
    both = await asyncio.gather(*(here.post("security/password", **form) for _ in range(2)))
    for answer in (*both, await here.post("security/password", **form)):
        assert (answer.status, "Kata sandi diganti" in answer.text) == (200, True), "a double click is no error"
    assert (await names(office)).count("login-failed") == 1, "nor does it look like a guess; one was above"
    now = once_on(await here.get("security"), "after")
    for guessed, new, after in (("a guess", NEW, now), ("a guess", "another guess", before), (NEW, "a guess", before)):
        fields = {"password": guessed, "new": new, "again": new, "after": after}
        answer = await here.post("security/password", **fields)
        assert (answer.status, "Kata sandi sekarang salah." in answer.text) == (422, True), "one guess at a time"
    assert (await names(office)).count("login-failed") == 4
    assert (await here.is_in(), await elsewhere.is_in()) == (True, False)
    assert (await office.desk("siti").sign_in()).status == 403
    assert (await office.desk("siti", password=NEW).sign_in()).status == 303
    assert (await names(office)).count("password-changed") == 1


@pytest.mark.anyio
async def test_the_first_second_factor_needs_no_more_than_being_signed_in_and_the_next_a_proof(
    office: StaffOffice,
) -> None:
    desk = office.desk("siti")
    await desk.sign_in()
    page = await desk.get("security")
    shown, secret = secret_on(page)
    form = {"secret": shown, "code": code_of(secret, office.times[0]), "once": once_on(page)}
    first, second = await asyncio.gather(*(desk.post("security/app", **form) for _ in range(2)))
    codes = codes_on(first)
    assert len(codes) == 10
    assert codes_on(second) == codes, "a double click shows them on whichever page is seen"
    assert first.headers["cache-control"] == "no-store"
    stored = str(await office.accounts.get("siti"))
    assert not any(code in stored for code in codes)

    device = Authenticator("https://rantau.example", "rantau.example")
    made = device.make(await desk.options())
    assert (await desk.post("security/passkeys", name="phone", made=made)).status == 403
    assert (await desk.post_proved("security/passkeys", name="phone", made=made)).status == 403, "no code"
    proof = {"proof-code": codes[0]}
    again = await desk.post_proved("security/passkeys", name="phone", made=made, **proof)
    assert (again.status, codes_on(again)) == (200, []), "the paper still holds"
    assert "phone" in again.text

    # Proved a moment ago: nobody is asked again.
    form = {"once": once_on(await desk.get("security"))}
    both = await asyncio.gather(*(desk.post("security/codes", **form) for _ in range(2)))
    renewed, seen = map(codes_on, both)
    assert (len({*codes, *renewed}), seen) == (20, renewed)
    office.wait(totp.STEP)
    elsewhere = office.desk("siti")
    await elsewhere.sign_in(code=code_of(secret, office.times[0]))
    office.wait(totp.STEP)
    proof = {"proof-code": code_of(secret, office.times[0])}
    others = codes_on(await elsewhere.post_proved("security/codes", **form, **proof))
    assert (len({*renewed, *others}), len(others)) == (20, 10), "another session has not seen them"
    for code, status in ((renewed[1], 403), (others[1], 303)):
        assert (await office.desk("siti").sign_in(code=code)).status == status
    deeds = await names(office)
    assert "step-up" in deeds
    assert [deeds.count(name) for name in ("second-factor", "passkey-added", "recovery-codes")] == [1, 1, 2]


def is_on_disk(folder: Path, secret: str) -> bool:
    return any(secret.encode() in path.read_bytes() for path in folder.rglob("staff.sqlite*"))


@pytest.mark.anyio
async def test_what_is_replaced_leaves_the_disk(office: StaffOffice, tmp_path: Path) -> None:
    desk, device = office.desk("siti"), Authenticator("https://rantau.example", "rantau.example")
    await desk.sign_in()
    shown, secret = secret_on(await desk.get("security"))
    codes = codes_on(await desk.post("security/app", secret=shown, code=code_of(secret, office.times[0])))
    await desk.post_proved(
        "security/passkeys", name="phone", made=device.make(await desk.options()), **{"proof-code": codes[0]}
    )
    shown, secret = secret_on(await desk.get("security"))
    passkey = (await office.accounts.get("siti"))["passkeys"][0]["id"]
    for page, fields, part in (
        (
            "security/app",
            {"secret": shown, "code": code_of(secret, office.times[0])},
            lambda was: was["totp"]["secret"],
        ),
        ("security/codes", {}, lambda was: was["recovery"]["hashes"][5]),
        ("security/password", {"password": PASSWORD, "new": NEW, "again": NEW}, lambda was: was["password"]),
        ("security/removal", {"passkey": passkey}, lambda was: was["passkeys"][0]["key"]),
    ):
        was = part(await office.accounts.get("siti"))
        assert is_on_disk(tmp_path, was), "it is found where it is"
        assert (await desk.post(page, **fields)).status == 200
        assert not is_on_disk(tmp_path, was), page


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let stores that are opened from now on wait less for who reads."""
    monkeypatch.setattr("sync.sqlite_schema.BUSY", 1.0)
    monkeypatch.setattr("server.erasure.deletion._PAUSES", ())


@pytest.mark.anyio
@pytest.mark.usefixtures("impatient")
async def test_a_reader_of_the_file_keeps_no_change_and_no_end_of_sessions_up(
    office: StaffOffice, tmp_path: Path
) -> None:
    here, elsewhere = office.desk("siti"), office.desk("siti")
    await here.sign_in()
    await elsewhere.sign_in()
    was = (await office.accounts.get("siti"))["password"]
    with closing(sqlite3.connect(office.office.settings.data / "staff.sqlite")) as backup:
        backup.execute("BEGIN")
        backup.execute("SELECT count(*) FROM sqlite_master").fetchone()
        assert (await here.post("security/password", password=PASSWORD, new=NEW, again=NEW)).status == 200
        assert (await here.is_in(), await elsewhere.is_in()) == (True, False)
    assert is_on_disk(tmp_path, was)
    here.password = NEW
    await here.post_proved("security/codes")
    assert not is_on_disk(tmp_path, was), "the next time it goes"


@pytest.mark.anyio
async def test_what_no_device_made_is_refused_and_the_last_proof_stays(office: StaffOffice) -> None:
    desk, device = office.desk("siti"), Authenticator("https://rantau.example", "rantau.example")
    await desk.sign_in()
    for made in ("", "{}", "[", device.sign(await desk.challenge())):
        answer = await desk.post("security/passkeys", name="x", made=made)
        assert (answer.status, "tidak diterima" in answer.text) == (422, True)
    await desk.post("security/passkeys", name='<b>"phone"', made=device.make(await desk.options()))
    page = await desk.get("security")
    assert "&lt;b&gt;" in page.text
    name = re.search(r'name="passkey" value="([^"]+)"', page.text)
    assert name is not None
    proof = {"proof-assertion": device.sign(await desk.challenge())}
    last = await desk.post("security/removal", passkey=name[1], **proof)
    assert (last.status, "bukti terakhir" in last.text) == (422, True)
    shown, secret = secret_on(await desk.get("security"))
    await desk.post("security/app", secret=shown, code=code_of(secret, office.times[0]))
    assert (await desk.post("security/removal", passkey=name[1])).status == 200
    assert not (await office.accounts.get("siti"))["passkeys"]


@pytest.mark.anyio
async def test_sessions_are_seen_and_ended_by_their_owner_and_forgotten_when_they_end(office: StaffOffice) -> None:
    agents = {"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
    desks = [office.desk("siti") for _ in range(3)]
    for desk in desks[:2]:
        await desk.sign_in()
    await desks[2].client.post_form("/staff/login", {"login": "siti", "password": PASSWORD}, headers=agents)
    page = (await desks[0].get("security")).text
    assert "Firefox Windows" in page
    assert "NT 10.0" not in page
    ends = re.findall(r'name="end" value="([a-z2-7]{52})"', page)
    assert len(ends) == 2
    await desks[0].post("security/sessions", end=ends[0])
    assert [await desk.is_in() for desk in desks].count(True) == 2
    await desks[0].post("security/sessions", end="others")
    assert [await desk.is_in() for desk in desks] == [True, False, False]

    # What has ended by itself is taken away by whoever signs in next.
    staff = office.office.databases.staff
    office.wait(IDLE + 1)
    await office.desk("siti").sign_in()
    assert len(await staff.all_docs(start="s.", end="s/")) == 1


@pytest.mark.anyio
async def test_nobody_ends_the_session_of_another_but_the_administrator(office: StaffOffice) -> None:
    await office.hire("ani", "administrator")
    siti, ani, joni = office.desk("siti"), office.desk("ani"), office.desk("ani")
    for desk in (siti, ani, joni):
        await desk.sign_in()
    page = (await ani.get("sessions")).text
    assert page.count('data-session="siti"') == 1
    [siti_session] = re.findall(r'value="siti">\s*<div[^>]*>\s*<button[^>]* name="end" value="([a-z2-7]{52})"', page)
    [other] = re.findall(r'value="ani">\s*<div[^>]*>\s*<button[^>]* name="end" value="([a-z2-7]{52})"', page)
    await siti.post("security/sessions", end=other)
    assert await joni.is_in()
    assert (await siti.post("sessions", login="ani", end="all")).status == 403
    assert (await ani.post("sessions", login="siti", end=siti_session)).status == 303
    assert not await siti.is_in()
    await siti.sign_in()
    await ani.post("sessions", login="siti", end="all")
    assert not await siti.is_in()
    [deed] = [deed for deed in await office.deeds() if deed.name == "session-ended" and deed.about][-1:]
    assert deed.about == {"login": "siti"}
