"""Sealed files come in by tus as far as the link carries them, only under a digest that an accepted version names."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.uploads.sealed_files import CASE_LIMIT, SealedFiles, files_of, keep_swept
from server.uploads.uploads import BLOB_LIMIT, LIFETIME, Uploads
from sync.cipher import OVERHEAD
from sync.document import Doc
from sync.padding import is_padded_length
from sync.receipt_code import CodeKeys
from sync.receipts import verify_receipt
from sync.seal import first_wrap_rev
from sync.statements import sign_code_mark, sign_gone
from sync.store import Store
from tests.asgi import Answer
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair, to_line
from tests.small_office import SmallOffice, routes_of, small_office
from tests.uploading import TUS, Phone, checksum, digest_of, metadata, receipt_in, sealed_bytes

pytestmark = pytest.mark.anyio

KEYS = OfficeKeys()
ROUTES = ("exchange", "tell_uploads", "begin_upload", "show_upload", "add_to_upload", "post_to_upload")


@dataclass
class Desk:
    """An office, and phones that have sent the texts of their applications."""

    office: SmallOffice

    async def phone(self, *sealed: bytes, code: CodeKeys | None = None) -> Phone:
        """Send an application that names these files."""
        version, wrap = seal_pair(KEYS, code or new_keys(), blobs=[digest_of(one) for one in sealed])
        client, headers = self.office.client(), {"content-type": "application/x-ndjson"}
        answer = await client.request(
            "POST", "/exchange", headers=headers, body=[b'{"v":1}\n', to_line([version, wrap])]
        )
        assert answer.lines()[1][:2] == [version["_id"], "ok"]
        return Phone(client, version["_id"])

    async def version(self, phone: Phone) -> Doc:
        return await self.office.databases.cases.get(phone.version)

    async def held(self, phone: Phone, answer: Answer) -> tuple[str, ...]:
        """Give the files that an answer's receipt names, the receipt being good."""
        return verify_receipt(receipt_in(answer), await self.version(phone), KEYS.key_list).held

    async def stored(self, sealed: bytes) -> bytes:
        return (await self.office.databases.blobs.attachment(f"blob.{digest_of(sealed)}", "body")).data

    async def nothing_is_left(self) -> bool:
        return await Uploads(self.office.databases.staff, lambda: NOW).every() == []

    @property
    def files(self) -> SealedFiles:
        return files_of(self.office.app.state.office)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with small_office(tmp_path, routes_of(*ROUTES), {}, KEYS) as office:
        yield Desk(office)


async def test_a_file_comes_in_chunks_and_its_receipt_names_it(desk: Desk) -> None:
    sealed = sealed_bytes()
    phone, digest = await desk.phone(sealed), digest_of(sealed)
    begun = await phone.begin(sealed)
    assert (begun.status, begun.headers["location"]) == (201, phone.url(digest))
    assert begun.headers["upload-offset"] == "0"
    first = await phone.add(digest, 0, sealed[:40_000], headers=checksum(sealed[:40_000]))
    assert (first.status, first.headers["upload-offset"]) == (204, "40000")
    assert "rantau-receipt" not in first.headers
    assert first.headers["upload-expires"].endswith("GMT")
    between = await phone.ask(digest)
    assert (between.status, between.headers["upload-offset"], between.headers["cache-control"]) == (
        200,
        "40000",
        "no-store",
    )
    last = await phone.add(digest, 40_000, sealed[40_000:], headers=checksum(sealed[40_000:], "sha1"))
    assert await desk.held(phone, last) == (digest,)
    assert await desk.stored(sealed) == sealed
    assert await desk.nothing_is_left()
    asked = await phone.ask(digest)
    assert asked.headers["upload-offset"] == asked.headers["upload-length"] == str(len(sealed))
    assert await desk.held(phone, asked) == (digest,)


async def test_a_file_that_is_here_costs_nothing_for_whoever_names_it_again(desk: Desk) -> None:
    sealed, code = sealed_bytes(), new_keys()
    await (await desk.phone(sealed, code=code)).send(sealed)
    correction = await desk.phone(sealed, code=code)
    begun = await correction.begin(sealed)
    assert begun.status == 201
    assert begun.headers["upload-offset"] == str(len(sealed))
    assert await desk.held(correction, begun) == (digest_of(sealed),)
    assert (await correction.add(digest_of(sealed), 0, sealed)).status == 409
    assert await desk.held(correction, await correction.add(digest_of(sealed), len(sealed), b"")) == (
        digest_of(sealed),
    )


async def test_bytes_may_come_with_the_creation(desk: Desk) -> None:
    sealed = sealed_bytes()
    phone = await desk.phone(sealed)
    headers = {"upload-length": str(len(sealed)), "content-type": "application/offset+octet-stream"}
    named = metadata(filename="Kartu Keluarga Séfrina.jpg", version=phone.version, digest=digest_of(sealed))
    headers |= {"upload-metadata": f"is_scan,{named}"}  # what a client says beside it is no fault
    answer = await phone.client.request("POST", "/blobs/", headers=TUS | headers, body=[sealed])
    assert answer.status == 201
    assert await desk.held(phone, answer) == (digest_of(sealed),)


async def test_only_what_an_accepted_version_names_is_taken(desk: Desk) -> None:
    sealed, other = sealed_bytes(), sealed_bytes()
    phone, elsewhere = await desk.phone(sealed), await desk.phone(other)
    for named in (
        {"digest": digest_of(other)},  # of another case
        {"digest": digest_of(b"nobody's")},
        {"digest": "../" + "a" * 49},
        {"digest": digest_of(sealed).upper()},
        {"version": elsewhere.version},
        {"version": "app." + "a" * 24 + "." + "a" * 20},
        {"version": "w." + phone.version},
        {"version": ""},
    ):
        assert (await phone.begin(sealed, **named)).status == 404, named
    headers = TUS | {"upload-length": str(len(sealed))}
    for text in ("", "version", f"digest {'=' * 9}", metadata(digest=digest_of(sealed))):
        answer = await phone.client.request("POST", "/blobs/", headers=headers | {"upload-metadata": text})
        assert (answer.status, answer.json()["reason"]) == (400, "metadata")
    assert (await phone.add(digest_of(sealed), 0, sealed)).status == 404, "it was not begun"
    assert await desk.nothing_is_left()


@pytest.mark.parametrize(
    ("length", "status"),
    [(BLOB_LIMIT + 1, 413), (0, 400), (91, 400), (1000, 400), ("", 400), ("-1", 400), ("1e3", 400)],
)
async def test_a_length_that_nothing_sealed_has_is_refused(desk: Desk, length: Any, status: int) -> None:
    sealed = sealed_bytes()
    answer = await (await desk.phone(sealed)).begin(sealed, length=length)
    assert (answer.status, answer.json()["reason"]) == (status, "length")


async def test_more_than_was_announced_is_not_taken(desk: Desk) -> None:
    sealed = sealed_bytes()
    phone, digest = await desk.phone(sealed), digest_of(sealed)
    await phone.begin(sealed)
    said = await phone.add(digest, 0, sealed, headers={"content-length": str(len(sealed) + 1)})
    unsaid = await phone.add(digest, 0, [sealed, b"x"])
    assert (said.status, unsaid.status) == (413, 413)
    assert int((await phone.ask(digest)).headers["upload-offset"]) <= len(sealed)


async def test_a_wrong_place_and_a_wrong_type_change_nothing(desk: Desk) -> None:
    sealed = sealed_bytes()
    phone, digest = await desk.phone(sealed), digest_of(sealed)
    await phone.begin(sealed)
    await phone.add(digest, 0, sealed[:500])
    assert (await phone.add(digest, 0, sealed)).status == 409
    assert (await phone.add(digest, 501, sealed[501:])).status == 409
    assert (await phone.add(digest, 500, b"x", headers={"content-type": "text/html"})).status == 415
    assert (await phone.add(digest, 500, b"x", headers={"upload-offset": "+500"})).status == 400
    assert (await phone.add(digest, 500, b"x", headers={"tus-resumable": "0.2.2"})).status == 412
    assert (await phone.ask(digest)).headers["upload-offset"] == "500"


async def test_a_chunk_with_another_checksum_is_thrown_away(desk: Desk) -> None:
    sealed = sealed_bytes(300_000)
    phone, digest = await desk.phone(sealed), digest_of(sealed)
    await phone.begin(sealed)
    wrong = await phone.add(digest, 0, sealed, headers=checksum(sealed[1:]))
    assert (wrong.status, wrong.json()["reason"]) == (460, "checksum")
    assert (await phone.add(digest, 0, sealed, headers={"upload-checksum": "crc32 AAAA"})).status == 400
    assert (await phone.ask(digest)).headers["upload-offset"] == "0"
    assert (await phone.add(digest, 0, sealed, headers=checksum(sealed))).headers["rantau-receipt"]


async def test_a_forged_file_is_never_stored_and_the_true_one_still_is(desk: Desk) -> None:
    sealed = sealed_bytes()
    phone, digest = await desk.phone(sealed), digest_of(sealed)
    await phone.begin(sealed)
    forged = await phone.add(digest, 0, bytes(len(sealed)))
    assert (forged.status, forged.json()["reason"]) == (460, "digest")
    assert await desk.office.databases.blobs.all_docs() == []
    assert (await phone.ask(digest)).status == 404
    assert await desk.held(phone, await phone.send(sealed)) == (digest,)


async def test_a_cut_costs_nothing_that_had_come(desk: Desk) -> None:
    sealed = sealed_bytes(200_000)
    phone, digest = await desk.phone(sealed), digest_of(sealed)
    await phone.begin(sealed)
    await phone.add(digest, 0, [sealed[:100_001]], cut=True)
    assert (await phone.ask(digest)).headers["upload-offset"] == "100001"
    # Of what was to be checked nobody knows whether the part is right.
    rest = sealed[100_001:]
    await phone.add(digest, 100_001, [rest[:-1]], headers=checksum(rest), cut=True)
    assert (await phone.ask(digest)).headers["upload-offset"] == "100001"
    assert await desk.held(phone, await phone.add(digest, 100_001, rest)) == (digest,)


async def test_crumbs_become_few_pieces(desk: Desk) -> None:
    sealed = sealed_bytes(20_000)
    phone, digest = await desk.phone(sealed), digest_of(sealed)
    await phone.begin(sealed)
    for offset in range(0, 5_000, 100):
        assert (await phone.add(digest, offset, sealed[offset : offset + 100])).status == 204
    [upload] = await desk.files.uploads.every()
    assert (upload.offset, len(upload.pieces)) == (5_000, 1)
    assert await desk.held(phone, await phone.add(digest, 5_000, sealed[5_000:])) == (digest,)
    assert await desk.stored(sealed) == sealed


async def test_of_two_who_add_at_the_same_place_one_is_told_so(desk: Desk) -> None:
    sealed = sealed_bytes()
    phone = await desk.phone(sealed)
    await phone.begin(sealed)
    answers = await asyncio.gather(*(phone.add(digest_of(sealed), 0, sealed[:20_000]) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [204, 409, 409, 409]
    assert (await phone.add(digest_of(sealed), 20_000, sealed[20_000:])).headers["rantau-receipt"]


async def test_who_comes_again_is_told_all_that_had_come(desk: Desk) -> None:
    sealed = sealed_bytes()
    phone, digest = await desk.phone(sealed), digest_of(sealed)
    await phone.begin(sealed)
    # The old connection is neither ended nor cut: it is silent, as one that a proxy dropped.
    read = asyncio.Event()
    silent = asyncio.create_task(phone.add(digest, 0, [sealed[:30_000]], silent=read))
    await read.wait()
    assert (await phone.ask(digest)).headers["upload-offset"] == "30000"
    assert (await silent).headers["upload-offset"] == "30000"


async def test_an_upload_that_nobody_goes_on_with_expires_and_one_that_somebody_does_stays(desk: Desk) -> None:
    left, carried_on = sealed_bytes(), sealed_bytes()
    phone = await desk.phone(left, carried_on)
    for sealed in (left, carried_on):
        await phone.begin(sealed)
    desk.office.now += LIFETIME - 1
    assert await desk.files.sweep() == 0
    await phone.add(digest_of(carried_on), 0, carried_on[:1000])
    desk.office.now += 1
    assert await desk.files.sweep() == 1
    assert (await phone.ask(digest_of(left))).status == 404
    assert (await phone.ask(digest_of(carried_on))).headers["upload-offset"] == "1000"


async def test_a_running_office_forgets_them_by_itself(desk: Desk) -> None:
    sealed = sealed_bytes()
    await (await desk.phone(sealed)).begin(sealed)
    desk.office.now += LIFETIME
    sweeping = asyncio.create_task(keep_swept(lambda: files_of(desk.office.app.state.office)))
    while not await desk.nothing_is_left():
        assert not sweeping.done()
    sweeping.cancel()


@pytest.mark.parametrize("reason", ["gone", "voided"])
async def test_a_closed_case_takes_no_file_and_what_had_come_of_it_is_forgotten(desk: Desk, reason: str) -> None:
    sealed, code = sealed_bytes(), new_keys()
    phone, digest = await desk.phone(sealed, code=code), digest_of(sealed)
    await phone.begin(sealed)
    await phone.add(digest, 0, sealed[:-1])
    gone = sign_gone(code.case, at=NOW, kid="o1", private=KEYS.office)
    voided = sign_code_mark(code.case, new_keys().case, at=NOW, kid="o1", private=KEYS.office)
    await desk.office.databases.cases.bulk_docs([gone if reason == "gone" else voided])
    for answer in (await phone.begin(sealed), await phone.add(digest, len(sealed) - 1, sealed[-1:])):
        assert (answer.status, answer.json()["reason"]) == (410, reason)
    assert (await phone.ask(digest)).status == 410
    assert await desk.files.sweep() == 1
    assert await desk.nothing_is_left()
    assert await desk.office.databases.blobs.all_docs() == []


async def test_a_case_has_room_for_so_much(desk: Desk) -> None:
    sealed = [sealed_bytes(64) for _ in range(CASE_LIMIT // BLOB_LIMIT + 1)]
    phone = await desk.phone(*sealed)
    answers = [await phone.begin(one, length=_longest()) for one in sealed]
    assert [answer.status for answer in answers] == [*[201] * (len(sealed) - 1), 413]
    assert answers[-1].json()["reason"] == "case-full"
    # Beginning anew the one that fitted takes no more room.
    assert (await phone.begin(sealed[0], length=_longest())).status == 201


def _longest() -> int:
    return next(length for length in range(BLOB_LIMIT, 0, -1) if is_padded_length(length - OVERHEAD))


async def test_a_version_whose_keys_were_changed_meanwhile_still_gets_its_receipt(desk: Desk) -> None:
    sealed = sealed_bytes()
    phone = await desk.phone(sealed)
    wraps: Store = desk.office.databases.wraps
    wrap = await wraps.get(f"w.{phone.version}")
    await wraps.bulk_docs([wrap | {"k2": wrap["k1"]}])
    assert first_wrap_rev({"t": wrap["t"], "k1": wrap["k1"]}) == wrap["_rev"]
    assert await desk.held(phone, await phone.send(sealed)) == (digest_of(sealed),)


async def test_who_cannot_patch_posts(desk: Desk) -> None:
    sealed = sealed_bytes()
    phone = await desk.phone(sealed)
    await phone.begin(sealed)
    headers = TUS | {"content-type": "application/offset+octet-stream", "upload-offset": "0"}
    url = phone.url(digest_of(sealed))
    assert (await phone.client.request("POST", url, headers=headers, body=[sealed])).status == 405
    over = headers | {"x-http-method-override": "PATCH"}
    answer = await phone.client.request("POST", url, headers=over, body=[sealed])
    assert await desk.held(phone, answer) == (digest_of(sealed),)


async def test_what_is_spoken_is_told(desk: Desk) -> None:
    answer = await desk.office.client().request("OPTIONS", "/blobs/")
    assert answer.status == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,creation-with-upload,checksum,expiration"
    assert answer.headers["tus-max-size"] == str(BLOB_LIMIT)
    assert answer.headers["tus-checksum-algorithm"] == "sha256,sha1"
    assert not [name for name in answer.headers if name.startswith("access-control")], "no other site may"
