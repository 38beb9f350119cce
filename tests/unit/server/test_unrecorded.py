"""What cannot be recorded does not happen: with an audit that takes nothing every deed is answered 503 and undone."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.casework.audit import Audit
from server.couch.peers import PeerError, Peers
from server.staff.enrolment import Enrolment, plain
from server.staff.sessions import Sessions
from sync.errors import Unavailable
from sync.events import sign_event
from sync.shape import v_of
from tests.api_desk import sit_down
from tests.asgi import Answer
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import routes_of, small_office
from tests.staff_office import PASSWORD, StaffDesk, StaffOffice, staff_office
from tests.volunteers import Device

CASE = "a" * 24


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("ani", "administrator", "head", "desk")
        await office.hire("siti", "desk")
        yield office


async def nothing(*_: object, **__: object) -> None:
    raise Unavailable("the audit is too busy")


class Closed(Audit):
    """An audit that takes nothing."""

    write = nothing  # type: ignore[assignment]


def close_the_book(office: StaffOffice) -> None:
    audit = office.office.audit
    office.app.state.office = replace(office.office, audit=Closed(audit.staff, audit.kid, audit.private, audit.clock))


async def kept(office: StaffOffice) -> dict[str, str]:
    """Give the revision of everything that is kept of accounts, sessions, requests and devices."""
    return {row.id: row.rev for row in await office.office.databases.staff.all_docs()}


PAGES: dict[str, dict[str, str]] = {
    "accounts": {"login": "budi", "role-desk": "1"},
    "accounts/siti#reset": {"do": "reset"},
    "accounts/siti#roles": {"do": "roles", "role-head": "1"},
    "accounts/siti#disable": {"do": "disable", "sure": "siti"},
    "accounts/siti#factor": {"do": "factor", "sure": "siti"},
    "sessions": {"login": "siti", "end": "all"},
    "security/sessions": {"end": "others"},
    "security/password": {"password": PASSWORD, "new": "nasi goreng pakai telur", "again": "nasi goreng pakai telur"},
    "security/codes": {},
    "requests/{request}": {},
    "volunteers": {"login": "rina"},
}


@pytest.mark.anyio
async def test_the_pages_of_staff_do_nothing(office: StaffOffice) -> None:
    ani, siti = office.desk("ani"), office.desk("siti")
    for desk in (ani, siti):
        await desk.sign_in()
    await ani.post_proved("accounts/nobody", do="enable")
    lost = await office.accounts.get("siti") | {"totp": {"secret": "c2VjcmV0", "last": 0}}
    await office.office.databases.staff.bulk_docs([lost])
    request = {"_id": "req.a", "type": "request", "kind": "access", "case": CASE, "received_at": 1, "done_at": None}
    await office.office.databases.staff.bulk_docs([request | {"by": "ani"}])
    before = await kept(office)
    close_the_book(office)
    for page, fields in PAGES.items():
        answer = await ani.post(page.partition("#")[0].format(request="a"), **fields)
        assert (answer.status, await kept(office)) == (503, before), page
    assert await siti.is_in()


@pytest.mark.anyio
async def test_nobody_gets_in_or_proves_anything_or_leaves(office: StaffOffice) -> None:
    ani = office.desk("ani")
    await ani.sign_in()
    code = await office.accounts.reset("siti")
    before = await kept(office)
    close_the_book(office)
    stranger = office.desk("siti")
    chosen = {"login": "siti", "code": code, "password": "nasi goreng pakai telur", "again": "nasi goreng pakai telur"}
    for answer in (
        await stranger.sign_in(),
        await office.desk("siti", password="wrong horse").sign_in(),
        await stranger.client.post_form("/staff/setup", chosen),
        await ani.post_proved("accounts", login="budi", **{"role-desk": "1"}),
        await leave(ani),
    ):
        assert (answer.status, await kept(office)) == (503, before)
    assert await ani.is_in()


async def leave(desk: StaffDesk) -> Answer:
    user = await Sessions(desk.office.office.databases.staff, lambda: desk.office.times[0]).find(
        next(iter(desk.client.cookies.values()))
    )
    assert user is not None
    return await desk.client.post_form("/staff/logout", {"csrf": user.csrf})


@pytest.mark.anyio
async def test_no_device_is_enrolled_and_no_peer_made(office: StaffOffice) -> None:
    staff = office.office.databases.staff
    code = plain(await Enrolment(staff, office.times[0]).invite("rina"))
    before = await kept(office)
    close_the_book(office)
    assert (await Device().enrol(office.desk("").client, code)).status == 503
    with pytest.raises(Unavailable):
        await Peers(staff, office.times[0], nothing).add("cermin", ["public"], read_only=True)
    assert await kept(office) == before
    await Peers(staff, office.times[0]).add("cermin", ["public"], read_only=True)
    with pytest.raises(PeerError):
        await Peers(staff, office.times[0], nothing).add("cermin", ["public"], read_only=True)
    with pytest.raises(Unavailable):
        await Peers(staff, office.times[0], nothing).revoke("cermin")
    assert (await staff.get("peer.cermin"))["revoked_at"] is None


@pytest.mark.anyio
async def test_no_step_is_numbered(tmp_path: Path) -> None:
    keys, code = OfficeKeys(), new_keys()
    version, _ = seal_pair(keys, code)
    signed: dict[str, Any] = {"on": [v_of(version)], "note": None, "kid": "o1", "private": keys.office}
    step = sign_event(case=code.case, n=1, step="dibayar", at=NOW, **signed)
    async with small_office(tmp_path, routes_of("add_event"), {}, keys) as office:
        await office.databases.cases.bulk_docs([version])
        desk, audit = await sit_down(office), office.app.state.office.audit
        office.app.state.office.audit = Closed(audit.staff, audit.kid, audit.private, audit.clock)
        with pytest.raises(Unavailable):  # 503, where the whole application answers
            await desk.post(f"cases/{code.case}/events", step)
        assert json.dumps([row.id for row in await office.databases.cases.all_docs(start="ev.")]) == "[]"


@pytest.mark.anyio
async def test_nothing_is_kept_with_a_case(tmp_path: Path) -> None:
    keys, code = OfficeKeys(), new_keys()
    async with small_office(tmp_path, routes_of("keep_case_work"), {}, keys) as office:
        await office.databases.cases.bulk_docs([seal_pair(keys, code)[0]])
        desk, audit = await sit_down(office), office.app.state.office.audit
        office.app.state.office.audit = Closed(audit.staff, audit.kid, audit.private, audit.clock)
        with pytest.raises(Unavailable):
            await desk.post(f"cases/{code.case}/work", {"rev": None, "assigned": "upik", "on": None, "sealed": None})
        assert await office.databases.staff.all_docs(start="work.", end="work/") == []
