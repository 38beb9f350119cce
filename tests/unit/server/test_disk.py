"""On a disk that is nearly full what comes is sent away whole, with a word and a time; what the office does goes on."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from server import disk
from server.commands import status as cli_status
from server.doctor import disk_findings
from sync.bundle import TYPE, office_id, write_bundle
from sync.shape import write_once_rev
from sync.statements import HubAuth, sign_auth, sign_gone
from tests.asgi import Answer, Client
from tests.facing import FACE, peer_of
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair, to_line
from tests.small_hub import HUB, NDJSON, village
from tests.small_office import SmallOffice, routes_of, small_office
from tests.uploading import Phone, sealed_bytes

KEYS = OfficeKeys()
NO_DISK = 1 << 62  # bytes that no disk has
FULL = (503, "600", {"error": "unavailable", "reason": "disk-full"})

Fill = Callable[[str], None]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of(*FACE, "exchange", "take_bundle", "begin_upload"), {}, KEYS) as office:
        yield office


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Let the disk, which is real, have too little left for `TEXT` or for `FILES`."""
    return lambda what: monkeypatch.setattr(disk, f"{what}_RESERVE", NO_DISK)


def said(answer: Answer) -> tuple[int, str, Any]:
    return answer.status, answer.headers.get("retry-after", ""), answer.json()


async def exchanged(client: Client, *pairs: Any, **hello: Any) -> Answer:
    body = [b"\n".join([json.dumps({"v": 1} | hello).encode(), *map(to_line, pairs)])]
    return await client.request("POST", "/exchange", headers=NDJSON, body=body)


async def everything(office: SmallOffice) -> list[str]:
    return [row.id for name in ("cases", "wraps", "blobs") for row in await office.stores[name].all_docs()]


@pytest.mark.anyio
async def test_text_is_sent_away_whole_and_taken_when_there_is_room(office: SmallOffice) -> None:
    known, new = seal_pair(KEYS, new_keys()), seal_pair(KEYS, new_keys())
    assert (await exchanged(office.client(), known)).lines()[1][1] == "ok"
    before = await everything(office)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(disk, "TEXT_RESERVE", NO_DISK)
        assert said(await exchanged(office.client(), new)) == FULL
        file = write_bundle("items", [(new[0]["_id"], to_line(new))], office=office_id(KEYS.root.pub), at=NOW)
        carried = await office.client().request("POST", "/bundle", headers={"content-type": TYPE}, body=[file])
        assert said(carried) == FULL
        peer = await peer_of(office)
        docs = [new[0] | {"_rev": write_once_rev(new[0])}]
        pushed = await peer.ask("POST", "/cases/_bulk_docs", {"docs": docs, "new_edits": False})
        assert (pushed.status, pushed.headers.get("retry-after")) == (503, "600")
        assert await everything(office) == before
        # Who only asks is answered, and what ends a case is done.
        [receipt] = (await exchanged(office.client(), ask=[known[0]["_id"]])).lines()[1:]
        assert receipt[:2] == [known[0]["_id"], "ok"]
        gone = sign_gone(known[0]["_id"].split(".")[1], at=NOW, kid="o1", private=KEYS.office)
        assert await peer.push("cases", gone | {"_rev": "1-a"}) == []
        assert f"w.{known[0]['_id']}" not in await everything(office)
    assert (await exchanged(office.client(), new)).lines()[1][:2] == [new[0]["_id"], "ok"]


@pytest.mark.anyio
async def test_photographs_end_before_text(office: SmallOffice, fill: Fill) -> None:
    fill("FILES")
    version, wrap = seal_pair(KEYS, new_keys(), blobs=["a" * 52])
    assert (await exchanged(office.client(), [version, wrap])).lines()[1][1] == "ok"
    begun = await Phone(office.client(), version["_id"]).begin(sealed_bytes(500), digest="a" * 52)
    assert said(begun) == FULL


@pytest.mark.anyio
async def test_a_hub_sends_away_what_it_cannot_keep_and_an_office_notes_nothing_of_it(
    tmp_path: Path, fill: Fill
) -> None:
    async with village(tmp_path) as place:
        own, kept, new = place.hub.own, seal_pair(place.keys, new_keys()), seal_pair(place.keys, new_keys())
        await place.at_hub(kept)
        fill("TEXT")
        assert said(await exchanged(place.hub_client(), new)) == FULL
        assert await place.held() == {kept[0]["_id"]}
        auth = sign_auth(HubAuth(HUB, own.install, NOW * 1000), private=own.pair)
        assert said(await exchanged(place.office.client(), kept, auth=auth, since="")) == FULL
        assert await place.office.databases.staff.all_docs(start="via.", end="via/") == []


@pytest.mark.parametrize(("what", "not_taken"), [("FILES", "no photograph is"), ("TEXT", "nothing is")])
def test_doctor_and_status_say_so(
    tmp_path: Path, fill: Fill, what: str, not_taken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings: Any = SimpleNamespace(couchdb="", data=tmp_path)
    [before] = disk_findings(settings)
    assert before.is_right
    fill(what)
    [finding] = disk_findings(settings)
    assert not finding.is_right
    assert f"{not_taken} taken in until" in finding.sentence
    assert not cli_status.has_room(settings)
    assert f"{not_taken} taken in until" in capsys.readouterr().out
