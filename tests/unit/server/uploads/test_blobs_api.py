"""A sealed file is read by who has the case's code, from any byte on, and by officers; and it stays a sealed file."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.receipt_code import CodeKeys
from sync.shape import blob_rev
from sync.statements import sign_code_mark, sign_gone
from tests.api_desk import sit_down
from tests.asgi import Answer
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office
from tests.uploading import digest_of, sealed_bytes

pytestmark = pytest.mark.anyio

KEYS = OfficeKeys()


@dataclass
class Shelf:
    """An office with one file of one case in it."""

    office: SmallOffice
    sealed: bytes
    code: CodeKeys

    @property
    def digest(self) -> str:
        return digest_of(self.sealed)

    async def add_case(self, code: CodeKeys, *sealed: bytes) -> None:
        version, _ = seal_pair(KEYS, code, blobs=[digest_of(one) for one in sealed])
        await self.office.databases.cases.bulk_docs([version])

    async def read(self, *, code: CodeKeys | None = None, digest: str = "", range: str = "") -> Answer:
        own = code or self.code
        headers = {"authorization": f"Rantau {own.case}.{own.proof}"} | ({"range": range} if range else {})
        return await self.office.client().get(f"/blobs/{digest or self.digest}", headers=headers)


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with small_office(tmp_path, routes_of("blob", "case_blob"), {}, KEYS) as office:
        shelf = Shelf(office, sealed_bytes(), new_keys())
        await shelf.add_case(shelf.code, shelf.sealed)

        async def body() -> AsyncIterator[bytes]:
            yield shelf.sealed

        stub = {"content_type": "application/octet-stream", "length": len(shelf.sealed), "revpos": 1}
        doc = {"_id": f"blob.{shelf.digest}", "_rev": blob_rev(shelf.digest), "_attachments": {"body": stub}}
        await office.databases.blobs.put_streamed(doc, {"body": body()})
        yield shelf


async def test_who_has_the_code_reads_it_whole_and_from_any_byte_on(shelf: Shelf) -> None:
    whole = await shelf.read()
    assert (whole.status, whole.body) == (200, shelf.sealed)
    for start in (0, 1, 65_535, 65_536, len(shelf.sealed) - 1):
        rest = await shelf.read(range=f"bytes={start}-")
        assert rest.body == shelf.sealed[start:]
        assert rest.status == (206 if start else 200)
    middle = await shelf.read(range="bytes=10-19")
    assert (middle.status, middle.body) == (206, shelf.sealed[10:20])
    assert middle.headers["content-range"] == f"bytes 10-19/{len(shelf.sealed)}"
    beyond = await shelf.read(range=f"bytes={len(shelf.sealed)}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(shelf.sealed)}")


async def test_a_flood_of_ranges_costs_no_more_than_the_file(shelf: Shelf) -> None:
    flood = "bytes=" + ",".join(["0-"] * 10_000)
    assert (await shelf.read(range=flood)).body == shelf.sealed


async def test_no_browser_runs_shows_or_keeps_it(shelf: Shelf) -> None:
    headers = (await shelf.read()).headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"] == "attachment"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["content-security-policy"].endswith("; sandbox")


async def test_nobody_elses_code_reads_it(shelf: Shelf) -> None:
    stranger = new_keys()
    assert (await shelf.read(code=stranger)).status == 404
    await shelf.add_case(stranger, sealed_bytes())
    assert (await shelf.read(code=stranger)).status == 404
    forged = CodeKeys(shelf.code.case, stranger.open, stranger.read, stranger.sign, stranger.proof)
    assert (await shelf.read(code=forged)).status == 403
    client = shelf.office.client()
    for word in (
        "",
        "Basic eDp5",
        f"Rantau {shelf.code.case}",
        f"Rantau {shelf.code.case}.",
        "Rantau ..\xff",
        "Rantau",
    ):
        answer = await client.get(f"/blobs/{shelf.digest}", headers={"authorization": word} if word else {})
        assert answer.status == 403, word


async def test_only_what_the_case_names_is_there(shelf: Shelf) -> None:
    for digest in (digest_of(b"x"), "a" * 52, "b" * 52, "body", shelf.digest.upper()):
        assert (await shelf.read(digest=digest)).status == 404
    code, sealed = new_keys(), sealed_bytes()
    await shelf.add_case(code, sealed)
    awaited = await shelf.read(code=code, digest=digest_of(sealed))
    assert (awaited.status, awaited.json()["reason"]) == (404, "not-here-yet")


@pytest.mark.parametrize("reason", ["gone", "voided"])
async def test_a_closed_case_is_read_by_no_code(shelf: Shelf, reason: str) -> None:
    gone = sign_gone(shelf.code.case, at=NOW, kid="o1", private=KEYS.office)
    voided = sign_code_mark(shelf.code.case, new_keys().case, at=NOW, kid="o1", private=KEYS.office)
    await shelf.office.databases.cases.bulk_docs([gone if reason == "gone" else voided])
    answer = await shelf.read()
    assert (answer.status, answer.json()["reason"]) == (410, reason)


async def test_an_officer_reads_it_in_its_case_and_that_is_noted_as_the_opening_of_the_case_is(
    shelf: Shelf,
) -> None:
    officer = await sit_down(shelf.office)
    answer = await officer.get(f"cases/{shelf.code.case}/blobs/{shelf.digest}")
    assert (answer.status, answer.body) == (200, shelf.sealed)
    assert (await officer.get(f"cases/{new_keys().case}/blobs/{shelf.digest}")).status == 404
    assert (await officer.get(f"cases/x/blobs/{shelf.digest}")).status == 404
    desk = await sit_down(shelf.office, "meja", "desk")
    assert (await desk.get(f"cases/{shelf.code.case}/blobs/{shelf.digest}")).status == 403
    noted = [(deed.who, deed.name, deed.about) for deed in await deeds_of(shelf.office)]
    assert noted == [("upik", "file-opened", {"case": shelf.code.case})]
