"""A data key gets the key in use beside the old one before the old one goes, and the holder's own entry never goes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sync.audit_chain import Deed
from sync.errors import Unavailable
from sync.key_pair import new_key_pair
from tests.api_desk import ApiDesk, sit_down
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()
CODE = new_keys()
OLD = new_key_pair()
VERSION, WRAP = seal_pair(KEYS, CODE, recipients=[("k9", OLD.pub)])
_, OTHER_WRAP = seal_pair(KEYS, CODE)
DONE = seal_pair(KEYS, new_keys())
ID = VERSION["_id"]
NEW = OTHER_WRAP["k1"]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("unwrapped", "rewrap", "end_rotation"), {}, KEYS) as office:
        for version, wrap in ((VERSION, WRAP), DONE):
            await office.databases.cases.bulk_docs([version])
            await office.databases.wraps.bulk_docs([{"_id": f"w.{version['_id']}", **wrap}])
        yield office


async def due(desk: ApiDesk) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get("rotation")).json()
    return found


async def take(desk: ApiDesk, rev: str, wrap: Any) -> list[Any]:
    [row] = (await desk.post("rotation", [[ID, rev, wrap]])).json()["rows"]
    return list(row)


@pytest.mark.anyio
async def test_what_the_key_in_use_does_not_open_is_listed_and_nothing_else(office: SmallOffice) -> None:
    desk = await sit_down(office)
    found = await due(desk)
    [row] = found["rows"]
    assert (row["version"]["_id"], row["wrap"], found["left"], found["next"]) == (ID, WRAP, 1, None)
    assert await deeds_of(office) == [Deed(NOW, "upik", "rewrap", {"versions": ID})]


@pytest.mark.anyio
async def test_the_record_names_every_version_that_is_handed_out(office: SmallOffice) -> None:
    version, wrap = seal_pair(KEYS, new_keys(), recipients=[("k9", OLD.pub)])
    await office.databases.cases.bulk_docs([version])
    await office.databases.wraps.bulk_docs([{"_id": f"w.{version['_id']}", **wrap}])
    assert len((await due(await sit_down(office)))["rows"]) == 2
    [deed] = await deeds_of(office)
    assert deed.about == {"versions": ",".join(sorted([ID, version["_id"]]))}


@pytest.mark.anyio
async def test_the_new_entry_comes_first_and_then_the_old_one_goes(office: SmallOffice) -> None:
    desk = await sit_down(office)
    [row] = (await due(desk))["rows"]
    id_, said, rev = await take(desk, row["rev"], WRAP | {"k1": NEW})
    assert (id_, said) == (ID, "ok")
    [row] = (await due(desk))["rows"]
    assert (row["rev"], set(row["wrap"])) == (rev, {"k1", "k9", "t"})
    assert (await take(desk, rev, {"k1": NEW, "t": WRAP["t"]}))[1] == "ok"
    assert (await due(desk))["rows"] == []
    assert (await desk.post("rotation/end", {})).status == 200
    deeds = [(deed.name, deed.about) for deed in await deeds_of(office) if deed.name != "rewrap"]
    written = ("rewrapped", {"kid": "k1", "versions": ID})
    assert deeds == [written, written, ("rewrap-ended", {"kid": "k1", "left": 0})]
    stored = await office.databases.wraps.get(f"w.{ID}")
    assert {name: entry for name, entry in stored.items() if name != "_rev"} == {
        "_id": f"w.{ID}", "k1": NEW, "t": WRAP["t"],
    }  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("wrap", "reason"),
    [
        ({"k1": NEW, "t": WRAP["t"]}, "too-early"),
        ({"t": WRAP["t"]}, "malformed"),
        ({"k1": NEW, "k9": WRAP["k9"]}, "malformed"),
        (WRAP | {"k2": NEW}, "not-allowed"),
        (WRAP | {"k9": NEW}, "changed-entry"),
        (WRAP | {"k1": "AAAA"}, "malformed"),
        ({}, "malformed"),
    ],
)
async def test_nothing_that_could_lose_a_case_is_taken(office: SmallOffice, wrap: Any, reason: str) -> None:
    desk = await sit_down(office)
    [row] = (await due(desk))["rows"]
    assert await take(desk, row["rev"], wrap) == [ID, reason]
    assert (await due(desk))["rows"][0]["wrap"] == WRAP


@pytest.mark.anyio
async def test_who_comes_second_is_told_and_one_bad_row_does_not_stop_the_rest(office: SmallOffice) -> None:
    desk = await sit_down(office)
    [row] = (await due(desk))["rows"]
    both = WRAP | {"k1": NEW}
    answer = await desk.post("rotation", [[ID, "1-abc", both], "odd", [ID, row["rev"], both], ["app.x.y", "1-a", both]])
    rows = answer.json()["rows"]
    assert [said[1] if said[0] else said for said in rows] == ["changed", ["", "malformed"], "ok", "changed"]
    assert [deed.about["versions"] for deed in await deeds_of(office) if deed.name == "rewrapped"] == [ID]


@pytest.mark.anyio
async def test_what_the_record_cannot_name_is_not_written(office: SmallOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await sit_down(office)
    [row] = (await due(desk))["rows"]

    async def refuse(*_: Any, **__: Any) -> None:
        raise Unavailable("the audit is too busy")

    with monkeypatch.context() as patched:
        patched.setattr(office.app.state.office.audit, "write", refuse)
        with pytest.raises(Unavailable):
            await take(desk, row["rev"], WRAP | {"k1": NEW})
    assert (await due(desk))["rows"][0]["wrap"] == WRAP


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["rotation", "rotation/end"])
async def test_writing_wraps_asks_who_sits_there(office: SmallOffice, path: str) -> None:
    desk = await sit_down(office, proved=False)
    [row] = (await due(desk))["rows"]
    answer = await desk.post(path, [[ID, row["rev"], WRAP | {"k1": NEW}]])
    assert (answer.status, answer.json()["error"]) == (403, "step-up")
    assert (await due(desk))["rows"][0]["wrap"] == WRAP


@pytest.mark.anyio
@pytest.mark.parametrize("body", [{}, "x", [[ID]] * 101])
async def test_what_is_no_list_of_wraps_is_refused(office: SmallOffice, body: Any) -> None:
    answer = await (await sit_down(office)).post("rotation", body)
    assert (answer.status, answer.json()["error"]) == (422, "bad-wraps")
