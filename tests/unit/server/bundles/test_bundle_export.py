"""A hub without any connection gives its day on a stick, and lets go of it on the office's own word alone."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.bundles import bundle_export
from server.bundles.bundle_export import ExportError, export_waiting
from server.bundles.bundle_import import BundleImport, IncomingBundle, acknowledged
from server.exchange import intake_of
from server.hub.ack import take_acknowledgement
from sync.bundle import office_id, write_bundle
from sync.receipts import sign_receipt, verify_receipt
from sync.shape import blob_rev
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_hub import Village, village
from tests.uploading import digest_of, sealed_bytes

pytestmark = pytest.mark.anyio


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Village]:
    async with village(tmp_path) as place:
        yield place


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "kinali.rantau"


async def bring(place: Village, *images: bytes, here: int | None = None) -> Any:
    """Bring an item to the hub, with as many of its images."""
    pair = seal_pair(place.keys, new_keys(), blobs=[digest_of(image) for image in images])
    await place.at_hub(pair)
    for image in images[:here]:
        body = {"content_type": "application/octet-stream", "data": base64.b64encode(image).decode()}
        doc = {"_id": f"blob.{digest_of(image)}", "_rev": blob_rev(digest_of(image)), "_attachments": {"body": body}}
        await place.stores.blobs.bulk_docs([doc], new_edits=False)
    return pair


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), 5000):
        yield data[at : at + 5000]


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def files_on(stick: Path) -> list[str]:
    return [path.name for path in stick.parent.glob("kinali*")]


async def carry_in(place: Village, path: Path) -> tuple[list[Any], bytes]:
    """Import a file at the office; give the rows and the acknowledgement."""
    office = office_id(place.keys.root.pub)
    incoming = IncomingBundle(chunks(content_of(path)))
    await incoming.head(office=office)
    taking = BundleImport(intake_of(place.office.app.state.office))
    rows = [row async for group in taking.answers(incoming) for row in group]
    return rows, write_bundle("ack", acknowledged(rows), office=office, at=NOW)


async def left(place: Village) -> list[int]:
    stores = (place.stores.wraps, place.stores.cases, place.stores.blobs)
    return [len(await store.all_docs()) for store in stores]


async def test_a_day_goes_on_a_stick_and_leaves_the_hub_when_the_answer_is_back(place: Village, stick: Path) -> None:
    images = [sealed_bytes(9_000), sealed_bytes(30_000)]
    pairs = [await bring(place), await bring(place, *images), await bring(place)]
    [written] = await export_waiting(place.hub, stick)
    assert (written.path, written.items, written.images, written.length) == (stick, 3, 2, len(content_of(stick)))
    assert await left(place) == [3, 3, 2], "all of it stays until the office's word is there"
    for _ in range(2):
        rows, ack = await carry_in(place, stick)
        assert {row[1] for row in rows[:-1]} == {"ok", "stored"}
        assert rows[-1] == ["end", "whole"]
    for image in images:
        found = await place.office.databases.blobs.attachment(f"blob.{digest_of(image)}", "body")
        assert found.data == image

    other = write_bundle("ack", [(pair[0]["_id"], forged(pair, place)) for pair in pairs], office="a" * 16, at=NOW)
    assert await take_acknowledgement(place.hub, chunks(other)) == (0, "whole")
    assert await left(place) == [3, 3, 2]
    assert await take_acknowledgement(place.hub, chunks(ack[:-9])) == (2, "cut")
    assert await take_acknowledgement(place.hub, chunks(ack)) == (3, "whole")
    assert await left(place) == [0, 0, 0]
    [row] = await place.at_hub(ask=[pairs[1][0]["_id"]])
    assert verify_receipt(row[2], pairs[1][0], place.keys.key_list).who == "office"


def forged(pair: Any, place: Village) -> bytes:
    receipt = sign_receipt(pair[0], at=NOW, who="office", kid="s1", private=OfficeKeys().server)
    return json.dumps(receipt).encode()


async def test_images_travel_by_stick_when_the_text_went_over_a_thin_link(place: Village, stick: Path) -> None:
    image = sealed_bytes(20_000)
    version, _ = await bring(place, image)
    await bring(place, sealed_bytes(500), here=0)
    await place.relay.catch_up()
    [written] = await export_waiting(place.hub, stick)
    assert (written.items, written.images) == (1, 1)
    rows, ack = await carry_in(place, stick)
    assert [row[:2] for row in rows] == [
        [version["_id"], "ok"], [f"blob.{digest_of(image)}", "stored"], [version["_id"], "ok"], ["end", "whole"],
    ]  # fmt: skip
    assert await take_acknowledgement(place.hub, chunks(ack)) == (1, "whole")
    assert await left(place) == [0, 1, 0], "the other waits for its image still"


async def test_an_office_that_does_not_know_what_only_images_follow_of_says_so(place: Village, stick: Path) -> None:
    version, _ = await bring(place, sealed_bytes(500))
    await place.relay.catch_up()
    await export_waiting(place.hub, stick)
    cases = place.office.databases.cases
    await cases.purge({version["_id"]: [(await cases.get(version["_id"]))["_rev"]]})
    rows, _ = await carry_in(place, stick)
    assert [row[1:] for row in rows[:2]] == [["refused", "unknown"]] * 2


async def test_more_than_one_file_holds_is_several_that_come_in_any_order(
    place: Village, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_export, "MOST_ENTRIES", 3)
    pairs = [await bring(place, sealed_bytes(500), sealed_bytes(900)) for _ in range(3)]
    written = await export_waiting(place.hub, stick)
    assert [each.path.name for each in written] == ["kinali.rantau", "kinali-2.rantau", "kinali-3.rantau"]
    for each in reversed(written):
        rows, ack = await carry_in(place, each.path)
        assert not [row for row in rows if row[1] == "refused"]
        await take_acknowledgement(place.hub, chunks(ack))
    assert await left(place) == [0, 0, 0]
    assert len(await place.office.databases.cases.all_docs(start="app.", end="app/")) == len(pairs)


async def test_no_file_is_left_that_is_not_whole(place: Village, stick: Path) -> None:
    await bring(place)
    with pytest.raises(ExportError, match="No such file"):
        await export_waiting(place.hub, stick.parent / "tiada" / "kinali.rantau")
    version, _ = await bring(place, sealed_bytes(500))
    digest, blobs = version["blobs"][0], place.stores.blobs
    read = blobs.attachment_chunks

    async def confirmed_meanwhile(doc_id: str, name: str) -> AsyncIterator[bytes]:
        await blobs.purge({doc_id: [blob_rev(digest)]})
        async for chunk in read(doc_id, name):
            yield chunk

    blobs.attachment_chunks = confirmed_meanwhile  # type: ignore[method-assign, assignment]
    with pytest.raises(ExportError, match="run this again"):
        await export_waiting(place.hub, stick)
    assert files_on(stick) == []


async def test_nothing_is_written_where_nothing_waits(place: Village, stick: Path) -> None:
    assert await export_waiting(place.hub, stick) == []
    assert files_on(stick) == []
