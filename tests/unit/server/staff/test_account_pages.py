"""The administrator makes, changes and shuts accounts by forms, and whoever has the code takes one over."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from sync.document import Doc
from sync.errors import Unavailable
from sync.store import Written
from tests.asgi import Answer
from tests.staff_office import ORIGIN, PASSWORD, StaffDesk, StaffOffice, staff_office

NEW = "nasi goreng pakai telur"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("ani", "administrator")
        yield office


@pytest.fixture
async def ani(office: StaffOffice) -> StaffDesk:
    desk = office.desk("ani")
    await desk.sign_in()
    await desk.post_proved("accounts/nobody", do="enable")
    return desk


def code_on(answer: Answer) -> str:
    found = re.search(r"data-code>([a-z ]+)<", answer.text)
    assert found is not None, answer.text
    return found[1]


async def once_on(desk: StaffDesk) -> str:
    found = re.search(r'name="once" value="([^"]+)"', (await desk.get("accounts")).text)
    assert found is not None
    return found[1]


async def give_an_app(office: StaffOffice, login: str) -> None:
    account = await office.accounts.get(login) | {"totp": {"secret": "c2VjcmV0", "last": 0}}
    [row] = await office.office.databases.staff.bulk_docs([account])
    assert row.error is None


async def set_up(desk: StaffDesk, code: str, password: str = NEW, again: str | None = None) -> Answer:
    fields = {"login": desk.login, "code": code, "password": password, "again": again or password}
    return await desk.client.post_form("/staff/setup", fields)


@pytest.mark.anyio
async def test_an_account_is_handed_over_by_a_code_and_nobody_else_learns_the_password(
    office: StaffOffice, ani: StaffDesk
) -> None:
    made = await ani.post("accounts", login="siti", **{"role-desk": "1"})
    code, siti = code_on(made), office.desk("siti", password=NEW)
    assert (await siti.sign_in()).status == 403
    assert code not in (await ani.get("accounts")).text, "shown once"
    for given, password, again, status in (
        ("another code", NEW, NEW, 422),
        (code, "siti-rantau-2026", None, 422),
        (code, NEW, NEW[1:], 422),
        (code, NEW, None, 200),
        (code, PASSWORD, None, 422),
    ):
        assert (await set_up(siti, given, password, again)).status == status, given
    assert (await siti.sign_in()).status == 303
    assert (await siti.client.get("/staff/")).headers["location"] == "/staff/id/counter"
    deeds = [(deed.name, deed.who, deed.about) for deed in await office.deeds()]
    assert ("account-added", "ani", {"login": "siti"}) in deeds
    assert ("password-chosen", "siti", {}) in deeds


@pytest.mark.anyio
async def test_codes_are_guessed_slowly_and_from_no_other_site(office: StaffOffice, ani: StaffDesk) -> None:
    code = code_on(await ani.post("accounts", login="siti", **{"role-officer": "1"}))
    siti = office.desk("siti")
    assert [(await set_up(siti, f"guess {n}")).status for n in range(6)] == [422, 422, 422, 422, 429, 429]
    assert (await set_up(siti, code)).status == 429
    office.wait(300)
    fields = {"login": "siti", "code": code, "password": NEW, "again": NEW}
    foreign = await siti.client.post_form("/staff/setup", fields, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status == 403
    assert (await set_up(siti, code)).status == 200


@pytest.mark.anyio
async def test_changes_hold_from_the_next_request_on(office: StaffOffice, ani: StaffDesk) -> None:
    await office.hire("siti", "officer")
    siti = office.desk("siti")
    await siti.sign_in()
    assert (await siti.get("")).status == 200
    assert (await siti.get("audit")).status == 403
    await ani.post("accounts/siti", do="roles", **{"role-head": "1"})
    assert (await siti.get("audit")).status == 200
    assert (await siti.client.get("/staff/api/cases")).status == 403
    await ani.post("accounts/siti", do="disable", sure="siti")
    assert not await siti.is_in()
    assert (await siti.sign_in()).status == 403
    await ani.post("accounts/siti", do="enable")
    assert not await siti.is_in(), "what ended does not come back"
    assert (await siti.sign_in()).status == 303


@pytest.mark.anyio
async def test_who_lost_something_gets_it_anew_in_person(office: StaffOffice, ani: StaffDesk) -> None:
    await office.hire("siti", "officer")
    siti = office.desk("siti")
    await siti.sign_in()
    assert 'value="factor"' not in (await ani.get("accounts")).text, "nobody has one that could be taken away"
    code = code_on(await ani.post("accounts/siti", do="reset"))
    assert await siti.is_in(), "the old password goes on until the code is used"
    await set_up(siti, code)
    assert not await siti.is_in()
    siti = office.desk("siti", password=NEW)
    await siti.sign_in()
    await give_an_app(office, "siti")
    await ani.post("accounts/siti", do="factor", sure="siti")
    assert not await siti.is_in()
    assert [deed.name for deed in await office.deeds()][-1] == "second-factor-reset"


@pytest.mark.anyio
@pytest.mark.parametrize(("do", "deed"), [("disable", "account-disabled"), ("factor", "second-factor-reset")])
async def test_nobody_is_shut_out_at_one_press(office: StaffOffice, ani: StaffDesk, do: str, deed: str) -> None:
    await office.hire("siti", "officer")
    await office.hire("siti-2", "officer")
    siti = office.desk("siti")
    await siti.sign_in()
    await give_an_app(office, "siti")
    before = await office.accounts.get("siti")
    for answer in ({}, {"sure": ""}, {"sure": "1"}, {"sure": "siti-2"}):
        asked = await ani.post("accounts/siti", do=do, **answer)
        assert asked.status == 200
        assert re.search(r"<h1>[^<]*\bsiti\?</h1>", asked.text), "the question names the person"
        assert await office.accounts.get("siti") == before
        assert await siti.is_in()
    assert deed not in [done.name for done in await office.deeds()]
    fields = dict(re.findall(r'name="(do|sure)" value="([^"]+)"', asked.text))
    assert (await ani.post("accounts/siti", **fields)).status == 303
    assert not await siti.is_in()
    assert [done.name for done in await office.deeds()][-1] == deed


@pytest.mark.anyio
async def test_a_double_click_hands_over_one_code_whichever_of_the_two_pages_is_seen(
    office: StaffOffice, ani: StaffDesk
) -> None:
    form = {"login": "siti", "role-desk": "1", "once": await once_on(ani)}
    [code] = {code_on(page) for page in await asyncio.gather(*(ani.post("accounts", **form) for _ in range(2)))}
    corrected = await ani.post("accounts", **form | {"role-head": "1"})
    assert (corrected.status, "sudah ada" in corrected.text) == (422, True), "what is typed anew is not dropped"
    siti = office.desk("siti")
    assert (await set_up(siti, code)).status == 200
    assert (await ani.post("accounts", **form)).status == 422, "it counted once"

    form = {"do": "reset", "once": await once_on(ani)}
    [anew] = {code_on(page) for page in await asyncio.gather(*(ani.post("accounts/siti", **form) for _ in range(2)))}
    assert anew != code
    assert (await set_up(siti, anew, PASSWORD)).status == 200
    assert code_on(await ani.post("accounts/siti", **form)) != anew, "it counted once"
    deeds = [deed.name for deed in await office.deeds()]
    assert [deeds.count(name) for name in ("account-added", "account-reset", "password-chosen")] == [1, 2, 2]


@pytest.mark.anyio
async def test_a_double_click_changes_an_account_once_and_is_no_error(office: StaffOffice, ani: StaffDesk) -> None:
    await office.hire("siti", "officer")
    await give_an_app(office, "siti")
    for deed, fields in (
        ("account-roles", {"do": "roles", "role-head": "1"}),
        ("second-factor-reset", {"do": "factor", "sure": "siti"}),
        ("account-disabled", {"do": "disable", "sure": "siti"}),
        ("account-enabled", {"do": "enable"}),
    ):
        both = await asyncio.gather(*(ani.post("accounts/siti", **fields) for _ in range(2)))
        assert [answer.status for answer in both] == [303, 303], deed
        assert [done.name for done in await office.deeds()].count(deed) == 1
    siti = office.desk("siti")
    assert (await siti.sign_in()).status == 303
    assert (await siti.get("audit")).status == 200
    assert (await ani.post("accounts/siti", do="factor", sure="siti")).status == 303
    assert await siti.is_in(), "who has none is not shut out, and nothing is told"
    assert [done.name for done in await office.deeds()].count("second-factor-reset") == 1


@pytest.mark.anyio
async def test_a_second_press_ends_the_sessions_that_a_server_which_stopped_in_between_left(
    office: StaffOffice, ani: StaffDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.hire("siti", "officer")
    siti = office.desk("siti")
    await siti.sign_in()
    await office.accounts.set_disabled("siti", disabled=True)  # the account was written, and no more
    for fields in ({"do": "disable", "sure": "siti"}, {"do": "enable"}):
        assert (await ani.post("accounts/siti", **fields)).status == 303
    assert not await siti.is_in()

    await siti.sign_in()
    await give_an_app(office, "siti")
    staff = office.office.databases.staff
    write = staff.bulk_docs

    async def stop(docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        if any(doc["_id"].startswith("user.") for doc in docs):
            raise Unavailable("it stops here")
        return await write(docs, new_edits=new_edits)

    with monkeypatch.context() as stopped:
        stopped.setattr(staff, "bulk_docs", stop)
        assert (await ani.post("accounts/siti", do="factor", sure="siti")).status == 503
    assert not await siti.is_in(), "they end before the account says that there is nothing to do"
    assert (await ani.post("accounts/siti", do="factor", sure="siti")).status == 303
    assert (await office.accounts.get("siti"))["totp"] is None


@pytest.mark.anyio
async def test_what_cannot_be_done_is_said(office: StaffOffice, ani: StaffDesk) -> None:
    await ani.post("accounts/upik", do="roles", **{"role-officer": "1"})
    for page, fields, says in (
        ("accounts", {"login": "Si Ti", "role-desk": "1"}, "Nama masuk: sampai 32"),
        ("accounts", {"login": "upik", "role-desk": "1"}, "sudah ada"),
        ("accounts", {"login": "siti"}, "paling sedikit satu peran"),
        ("accounts/ani", {"do": "disable", "sure": "ani"}, "Harus tetap ada satu administrator"),
        ("accounts/ani", {"do": "roles", "role-head": "1"}, "Harus tetap ada satu administrator"),
        ("accounts/nobody", {"do": "reset"}, "tidak ada"),
        ("accounts/nobody", {"do": "disable"}, "tidak ada"),
    ):
        answer = await ani.post(page, **fields)
        assert (answer.status, says in answer.text) == (422, True), says
    assert (await ani.post("accounts/ani", do="delete")).status == 400
    assert (await ani.client.post_form(f"{ORIGIN}/staff/id/accounts", {"login": "x"})).status == 403


@pytest.mark.anyio
async def test_the_first_officer_may_do_everything_until_there_are_others(office: StaffOffice) -> None:
    first = office.desk("upik", password="sandi untuk masuk")
    await first.sign_in()
    for page in ("", "audit", "accounts", "sessions", "security", "counter"):
        assert (await first.get(page)).status == 200, page
