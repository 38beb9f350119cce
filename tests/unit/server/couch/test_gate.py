"""What a peer writes is checked as what a device sends is, and what it may not write is refused row by row."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.couch.multipart import PartWriter
from server.erasure.voiding import finish_voidings
from server.exchange import intake_of
from sync.canonical import b32_encode, sha256
from sync.errors import NotFound, Unavailable
from sync.events import claimant_of, sign_event
from sync.key_pair import new_key_pair
from sync.keyring import sign_key_list
from sync.shape import blob_rev, write_once_rev
from sync.statements import sign_code_mark, sign_gone, sign_public
from tests.facing import PeerClient, faced_office, peer_of
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, deeds_of

KEYS = OfficeKeys()
CODE = new_keys()
VERSION, WRAP = seal_pair(KEYS, CODE)
V = VERSION["_id"].split(".")[2]
STORED = VERSION | {"_rev": write_once_rev(VERSION)}
IMAGE = b"sealed bytes" * 100


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with faced_office(tmp_path, KEYS) as office:
        yield office


def blob(data: bytes = IMAGE, *, named: bytes = IMAGE) -> dict[str, Any]:
    digest = b32_encode(sha256(named))
    body = {"content_type": "application/octet-stream", "data": base64.b64encode(data).decode()}
    return {"_id": f"blob.{digest}", "_rev": blob_rev(digest), "_attachments": {"body": body}}


def event(n: int = 1, *, claim: Any = ("taken", None, NOW), rev: str = "2-b", **more: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "case": CODE.case, "step": "dibayar", "at": NOW, "on": [V], "note": None, "kid": "o1", "private": KEYS.office,
    }  # fmt: skip
    signed = sign_event(n=n, **(values | more))
    state, claimant, at = claim
    return signed | {"claim": [state, claimant or claimant_of(signed), at], "_rev": rev}


def notice(text: bytes = b"Buka jam 8", *, at: int = NOW, rev: str = "1-a", **more: Any) -> dict[str, Any]:
    signed = sign_public("guide.jam", text, at=at, **({"kid": "o1", "private": KEYS.office} | more))
    body = {"content_type": "application/octet-stream", "data": base64.b64encode(text).decode()}
    return signed | {"_rev": rev, "_attachments": {"body": body}}


@pytest.mark.anyio
async def test_a_version_is_stored_under_its_only_revision_however_it_comes(office: SmallOffice) -> None:
    peer = await peer_of(office)
    assert await peer.push("cases", STORED) == []
    assert await peer.push("cases", STORED | {"_revisions": {"start": 1, "ids": [STORED["_rev"][2:]]}}) == []
    answer = await peer.ask("PUT", f"/cases/{VERSION['_id']}", VERSION)
    assert (answer.status, answer.json()["rev"]) == (201, STORED["_rev"])
    assert await office.databases.cases.open_revs(VERSION["_id"], "all") == [STORED]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "changed": (STORED | {"at": NOW + 1}, "id-mismatch"),
    "another revision": (STORED | {"_rev": "1-0000"}, "rev-mismatch"),
    "a later revision": (STORED | {"_rev": f"2-{STORED['_rev'][2:]}"}, "rev-mismatch"),
    "a history": (STORED | {"_revisions": {"start": 1, "ids": ["aa"]}}, "rev-mismatch"),
    "a clear field more": (STORED | {"nama": "Upik"}, "malformed"),
    "an attachment": (STORED | {"_attachments": {"body": {"data": ""}}}, "malformed"),
    "a deletion": ({"_id": VERSION["_id"], "_rev": "2-a", "_deleted": True}, "deletions are not taken"),
    "of no known kind": ({"_id": "note.1", "_rev": "1-a", "type": "note"}, "type-unknown"),
    "a design document": ({"_id": "_design/all", "_rev": "1-a", "validate_doc_update": "x"}, "type-unknown"),
    "a step that is only held": (event(claim=("held", "upik", NOW)), "only steps that were numbered are taken"),
    "a step without a claim": ({k: v for k, v in event().items() if k != "claim"},
                               "only steps that were numbered are taken"),
    "a step with another's claim": (event(claim=("taken", "upik", NOW)), "the number was claimed for another step"),
    "a step claimed at no time": (event(claim=("taken", None, -1)), "only steps that were numbered are taken"),
    "a step of another's key": (event(private=new_key_pair()), "signature"),
    "a step of the server's key": (event(kid="s1", private=KEYS.server), "kid-unknown"),
    "a changed step": (event() | {"step": "dicetak"}, "signature"),
    "a mark of another's key": (sign_gone(CODE.case, at=NOW, kid="o1", private=new_key_pair()) | {"_rev": "1-a"},
                                "signature"),
}  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize(("doc", "reason"), REFUSED.values(), ids=REFUSED)
async def test_what_is_no_sealed_or_signed_document_is_refused(
    office: SmallOffice, doc: dict[str, Any], reason: str
) -> None:
    peer = await peer_of(office)
    assert await peer.push("cases", doc, STORED) == [("forbidden", reason)]
    rows = await office.databases.cases.all_docs()
    assert [row.id for row in rows] == [VERSION["_id"]]


@pytest.mark.anyio
async def test_a_form_that_the_office_does_not_know_is_refused_as_intake_does(office: SmallOffice) -> None:
    peer = await peer_of(office)
    other, _ = seal_pair(KEYS, CODE, service="unheard")
    late, _ = seal_pair(KEYS, CODE, at=NOW + 400 * 86400)
    docs = [doc | {"_rev": write_once_rev(doc)} for doc in (other, late)]
    assert await peer.push("cases", *docs) == [("forbidden", "service-unknown"), ("forbidden", "time-future")]


@pytest.mark.anyio
async def test_a_step_is_taken_and_its_number_is_never_anothers(office: SmallOffice) -> None:
    peer = await peer_of(office)
    assert await peer.push("cases", event()) == []
    assert await peer.push("cases", event(), event(rev="3-c")) == []
    assert await peer.push("cases", event(step="dicetak", rev="9-z")) == [("forbidden", "the number is another step's")]
    assert (await office.databases.cases.get(f"ev.{CODE.case}.0001"))["step"] == "dibayar"


@pytest.mark.anyio
async def test_a_mark_erases_the_keys_here_too_and_nothing_of_the_case_comes_back(office: SmallOffice) -> None:
    peer, wraps = await peer_of(office), office.databases.wraps
    await peer.push("cases", STORED)
    await wraps.bulk_docs([{"_id": f"w.{VERSION['_id']}", **WRAP}])
    mark = sign_gone(CODE.case, at=NOW, kid="o1", private=KEYS.office) | {"_rev": "1-a"}
    assert await peer.push("cases", mark) == []
    with pytest.raises(NotFound):
        await wraps.get(f"w.{VERSION['_id']}")
    assert [(deed.name, deed.who) for deed in await deeds_of(office)] == [("erase", "peer:cermin")]
    correction, _ = seal_pair(KEYS, CODE, prev=[V])
    docs = [correction | {"_rev": write_once_rev(correction)}, event(2)]
    assert await peer.push("cases", *docs) == [("forbidden", "gone"), ("forbidden", "gone")]


@pytest.mark.anyio
async def test_the_mark_of_a_voided_code_shuts_the_code_out_here_too(office: SmallOffice) -> None:
    peer, wraps = await peer_of(office), office.databases.wraps
    await peer.push("cases", STORED)
    await wraps.bulk_docs([{"_id": f"w.{VERSION['_id']}", **WRAP}])
    forged, mark = (sign_code_mark(CODE.case, new_keys().case, at=NOW, kid="o1", private=key) | {"_rev": "1-a"}
                    for key in (new_key_pair(), KEYS.office))  # fmt: skip
    assert await peer.push("cases", forged, mark) == [("forbidden", "signature")]
    assert set(await wraps.get(f"w.{VERSION['_id']}")) == {"_id", "_rev", "k1"}
    assert [deed.name for deed in await deeds_of(office)] == ["void-code"]
    correction, _ = seal_pair(KEYS, CODE, prev=[V])
    refused = correction | {"_rev": write_once_rev(correction)}
    assert await peer.push("cases", refused, event()) == [("forbidden", "voided")]


@pytest.mark.anyio
async def test_nothing_comes_in_beside_the_mark_that_ends_its_case(office: SmallOffice) -> None:
    peer = await peer_of(office)
    mark = sign_gone(CODE.case, at=NOW, kid="o1", private=KEYS.office) | {"_rev": "1-a"}
    assert await peer.push("cases", STORED, event(), mark) == [("forbidden", "gone"), ("forbidden", "gone")]
    assert [row.id for row in await office.databases.cases.all_docs()] == [mark["_id"]]


@pytest.mark.anyio
async def test_a_key_that_is_no_longer_in_use_makes_no_new_mark_and_its_old_ones_go_on(office: SmallOffice) -> None:
    peer, other, to = await peer_of(office), new_keys(), new_keys()
    signed = {"at": NOW, "kid": "o1", "private": KEYS.office}
    marks = [sign_gone(CODE.case, **signed), sign_code_mark(CODE.case, to.case, **signed),
             sign_gone(other.case, **signed), sign_code_mark(other.case, to.case, **signed)]  # fmt: skip
    marks = [mark | {"_rev": "1-a"} for mark in marks]
    assert await peer.push("cases", *marks[:2]) == []
    state, keys = office.app.state.office, KEYS.key_list
    listed = tuple(replace(key, state="old") if key.use == "office" else key for key in keys.keys)
    state.key_list = replace(keys, keys=listed)
    assert await peer.push("cases", *marks) == [("forbidden", "kid-unknown")] * 2
    later = sign_gone(CODE.case, at=NOW + 1, kid="o1", private=KEYS.office) | {"_rev": "1-b"}
    assert await peer.push("cases", later) == [("forbidden", "another mark stands")]
    assert [deed.about["case"] for deed in await deeds_of(office)] == [CODE.case] * 2, "each once"


@pytest.mark.anyio
async def test_a_mark_is_recorded_and_noted_before_it_stands(office: SmallOffice) -> None:
    peer, cases = await peer_of(office), office.databases.cases
    mark = sign_code_mark(CODE.case, new_keys().case, at=NOW, kid="o1", private=KEYS.office)

    class Dying:
        def __getattr__(self, name: str) -> Any:
            return getattr(cases, name)

        async def bulk_docs(self, docs: Any, **named: Any) -> Any:
            raise Unavailable("the disk is full")

    office.databases.cases = Dying()
    answer = await peer.ask("POST", "/cases/_bulk_docs", {"docs": [mark | {"_rev": "1-a"}], "new_edits": False})
    assert answer.status == 503
    office.databases.cases = cases
    assert [deed.name for deed in await deeds_of(office)] == ["void-code"]
    assert await finish_voidings(office.app.state.office.databases, intake_of(office.app.state.office)) == 1
    assert (await cases.get(mark["_id"]))["sig"] == mark["sig"]


@pytest.mark.anyio
async def test_a_blob_is_what_its_name_says_or_nothing(office: SmallOffice) -> None:
    peer = await peer_of(office)
    assert await peer.push("blobs", blob(), blob()) == []
    other = blob(b"other", named=b"other")
    refused = [
        blob(b"something else"),
        blob() | {"_rev": "1-abc"},
        blob() | {"note": 1},
        blob() | {"_attachments": {}},
        other | {"_attachments": other["_attachments"] | {"more": other["_attachments"]["body"]}},
        {"_id": "blob.short", "_rev": "1-a", "_attachments": {}},
        {"_id": blob()["_id"], "_rev": "2-a", "_deleted": True},
    ]
    assert [error for error, _ in await peer.push("blobs", *refused)] == ["forbidden"] * len(refused)
    stored = await office.databases.blobs.attachment(blob()["_id"], "body")
    assert stored.data == IMAGE
    assert [row.id for row in await office.databases.blobs.all_docs()] == [blob()["_id"]]


@pytest.mark.anyio
async def test_a_blob_streams_in_and_is_not_kept_when_it_is_another(office: SmallOffice) -> None:
    peer, doc = await peer_of(office), blob()
    for data, status in ((IMAGE[:-1] + b"!", 403), (IMAGE, 201), (IMAGE, 201)):
        writer = PartWriter()
        body = {"content_type": "application/octet-stream", "length": len(data), "follows": True}
        first = json.dumps(doc | {"_attachments": {"body": body}}).encode()
        parts = writer.part({}, is_first=True) + first + writer.part({}) + data + writer.end
        headers = {"content-type": writer.content_type("related")}
        answer = await peer.ask("PUT", f"/blobs/{doc['_id']}?new_edits=false", headers=headers, body=parts)
        assert answer.status == status, answer.text
        stored = await office.databases.blobs.all_docs()
        assert len(stored) == int(status == 201)
    assert (await office.databases.blobs.attachment(doc["_id"], "body")).data == IMAGE


@pytest.mark.anyio
async def test_a_blob_may_come_as_an_attachment_alone(office: SmallOffice) -> None:
    peer, doc = await peer_of(office), blob()
    octets = {"content-type": "application/octet-stream"}
    answer = await peer.ask("PUT", f"/blobs/{doc['_id']}/body", headers=octets, body=IMAGE)
    assert (answer.status, answer.json()["rev"]) == (201, doc["_rev"])
    answer = await peer.ask("PUT", f"/blobs/{doc['_id']}/body?rev={doc['_rev']}", headers=octets, body=b"changed")
    assert (answer.status, answer.json()["error"]) == (403, "forbidden")
    assert (await peer.ask("DELETE", f"/blobs/{doc['_id']}?rev={doc['_rev']}")).status == 403


@pytest.mark.anyio
async def test_what_is_public_is_signed_by_the_office_and_never_older_than_before(office: SmallOffice) -> None:
    peer = await peer_of(office)
    assert await peer.push("public", notice()) == []
    assert await peer.push("public", notice(b"Buka jam 9", at=NOW + 1, rev="2-b")) == []
    older = notice(at=NOW - 1, rev="3-c")
    forged = notice(b"Bayar ke sini", at=NOW + 2, rev="3-d", private=new_key_pair())
    swapped = notice(at=NOW + 3, rev="3-e") | {"_attachments": notice(b"x")["_attachments"]}
    page = {"_id": "page", "_rev": "1-a", "html": "<script>"}
    reasons = [reason for _, reason in await peer.push("public", older, forged, swapped, page)]
    assert reasons == ["older than what is here", "signature", "signature", "malformed"]
    stored = await office.databases.public.attachment("guide.jam", "body")
    assert stored.data == b"Buka jam 9"


@pytest.mark.anyio
async def test_only_the_root_changes_the_list_of_keys(office: SmallOffice) -> None:
    peer, root = await peer_of(office), KEYS.root
    keys = list(KEYS.key_list.keys)
    newer = sign_key_list("pasbar", 2, at=NOW, until=NOW + 9, keys=keys, root=root)
    forged = sign_key_list("pasbar", 3, at=NOW, until=NOW + 9, keys=keys, root=new_key_pair())
    older = sign_key_list("pasbar", 0, at=NOW, until=NOW + 9, keys=keys, root=root)
    docs = [{"_id": "keys", "_rev": f"1-{n}", "type": "keys", "signed": one[0], "sig": one[1]}
            for n, one in enumerate((newer, forged, older))]  # fmt: skip
    assert await peer.push("public", *docs) == [("forbidden", "signature")] * 2


@pytest.mark.anyio
async def test_who_only_reads_writes_nothing_but_checkpoints(office: SmallOffice) -> None:
    peer: PeerClient = await peer_of(office, read_only=True)
    answer = await peer.ask("POST", "/cases/_bulk_docs", {"docs": [STORED], "new_edits": False})
    assert (answer.status, answer.json()["error"]) == (403, "forbidden")
    assert (await peer.ask("PUT", f"/cases/{VERSION['_id']}", VERSION)).status == 403
    assert (await peer.ask("PUT", "/cases/_local/abc", {"seq": "1"})).status == 201
    assert await office.databases.cases.all_docs() == []
