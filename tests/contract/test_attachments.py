"""What stores do with attachments: bytes in, stubs out, bytes back."""

import base64
import hashlib
from typing import Any

import pytest

from sync.document import Doc
from sync.errors import NotFound
from sync.store import Store
from tests.contract.revs import edit, replicate, rev, with_history

pytestmark = pytest.mark.anyio

BYTES = bytes(range(256)) * 700  # 179,200 bytes: several chunks of everybody's
TYPE = "application/octet-stream"


def digest(data: bytes) -> str:
    return f"md5-{base64.b64encode(hashlib.md5(data).digest()).decode()}"


def inline(data: bytes, **more: Any) -> dict[str, Any]:
    return {"content_type": TYPE, "data": base64.b64encode(data).decode(), **more}


def stub(data: bytes, revpos: int = 1) -> dict[str, Any]:
    return {"content_type": TYPE, "digest": digest(data), "length": len(data), "revpos": revpos, "stub": True}


async def with_body(store: Store, doc_id: str = "a", data: bytes = BYTES) -> str:
    return await edit(store, doc_id, _attachments={"body": inline(data)})


async def chunks(store: Store, start: int = 0, **options: Any) -> bytes:
    return b"".join([chunk async for chunk in store.attachment_chunks("a", "body", start=start, **options)])


async def test_an_attachment_is_a_stub_in_its_document(store: Store) -> None:
    """get gives digest, length, type and revpos of an attachment, not its bytes."""
    first = await with_body(store)
    assert await store.get("a") == {"_id": "a", "_rev": first, "_attachments": {"body": stub(BYTES)}}


async def test_an_attachment_comes_back(store: Store) -> None:
    """attachment gives the bytes that went in, with type and digest."""
    first = await with_body(store)
    for found in (await store.attachment("a", "body"), await store.attachment("a", "body", rev=first)):
        assert (found.data, found.content_type, found.digest) == (BYTES, TYPE, digest(BYTES))


async def test_an_empty_attachment_is_one(store: Store) -> None:
    """An attachment may have no bytes."""
    await with_body(store, data=b"")
    assert (await store.attachment("a", "body")).data == b""
    assert await chunks(store) == b""


async def test_text_comes_back_as_it_was(store: Store) -> None:
    """An attachment of a type that a store may compress comes back uncompressed."""
    text = b"ampo limo anam tujuah\n" * 500
    data = {"content_type": "text/plain", "data": base64.b64encode(text).decode()}
    await edit(store, "a", _attachments={"body": data})
    found = await store.attachment("a", "body")
    assert (found.data, found.content_type) == (text, "text/plain")
    assert await chunks(store, start=1000) == text[1000:]


async def test_the_data_is_given_inline_when_asked(store: Store) -> None:
    """get with attachments gives base64 instead of the stub."""
    await with_body(store, data=b"few bytes")
    (found,) = (await store.get("a", attachments=True))["_attachments"].values()
    assert found == {"content_type": TYPE, "revpos": 1, "digest": digest(b"few bytes"), "data": "ZmV3IGJ5dGVz"}


async def test_open_revs_and_bulk_get_give_the_data_when_asked(store: Store) -> None:
    """open_revs and bulk_get with attachments give base64 like get, and stubs without."""
    first = await with_body(store, data=b"few bytes")
    whole = await store.get("a", attachments=True)
    assert await store.open_revs("a", "all", attachments=True) == [whole]
    assert [got.docs for got in await store.bulk_get([("a", first)], attachments=True)] == [(whole,)]
    stubs = await store.get("a")
    assert await store.open_revs("a", [first]) == [stubs]
    assert [got.docs for got in await store.bulk_get([("a", None)])] == [(stubs,)]


async def test_an_attachment_streams(store: Store) -> None:
    """attachment_chunks gives the bytes in pieces."""
    await with_body(store)
    pieces = [chunk async for chunk in store.attachment_chunks("a", "body")]
    assert b"".join(pieces) == BYTES
    assert max(map(len, pieces)) < len(BYTES)


@pytest.mark.parametrize("start", [1, 65536, 100_000, len(BYTES) - 1, len(BYTES), len(BYTES) + 5])
async def test_a_stream_begins_where_it_is_told(store: Store, start: int) -> None:
    """attachment_chunks gives the bytes from start on, none past the end."""
    await with_body(store)
    assert await chunks(store, start=start) == BYTES[start:]


async def test_a_stub_keeps_the_attachment(store: Store) -> None:
    """An edit that carries the stub keeps the attachment and its revpos."""
    first = await with_body(store)
    attachments = (await store.get("a"))["_attachments"]
    await edit(store, "a", first, n=2, _attachments=attachments)
    assert (await store.get("a"))["_attachments"] == {"body": stub(BYTES, revpos=1)}
    assert (await store.attachment("a", "body")).data == BYTES


async def test_a_short_stub_keeps_the_attachment(store: Store) -> None:
    """A stub needs no more than to say that it is one."""
    first = await with_body(store, data=b"kept")
    await edit(store, "a", first, _attachments={"body": {"stub": True}})
    assert (await store.attachment("a", "body")).data == b"kept"


async def test_new_data_takes_the_place_of_the_old(store: Store) -> None:
    """An edit with other data under the same name replaces it from that rev on."""
    first = await with_body(store, data=b"old")
    await edit(store, "a", first, _attachments={"body": inline(b"new")})
    assert (await store.get("a"))["_attachments"] == {"body": stub(b"new", revpos=2)}
    assert (await store.attachment("a", "body", rev=first)).data == b"old"


async def test_leaving_it_out_drops_the_attachment(store: Store) -> None:
    """An edit without the stub has no attachment."""
    first = await with_body(store)
    await edit(store, "a", first, n=2)
    assert "_attachments" not in await store.get("a")
    with pytest.raises(NotFound):
        await store.attachment("a", "body")


async def test_what_is_not_there_is_not_found(store: Store) -> None:
    """attachment and attachment_chunks raise NotFound for an unknown document, rev or name."""
    await with_body(store)
    for doc_id, name, of in [("b", "body", None), ("a", "other", None), ("a", "body", rev(1, "nowhere"))]:
        with pytest.raises(NotFound):
            await store.attachment(doc_id, name, rev=of)
        with pytest.raises(NotFound):
            [chunk async for chunk in store.attachment_chunks(doc_id, name, rev=of)]


async def test_a_stub_of_another_rev_is_missing(store: Store) -> None:
    """A stub under a name that the parent does not have is a `missing_stub` row."""
    first = await with_body(store)
    doc = {"_id": "a", "_rev": first, "_attachments": {"other": stub(BYTES)}}
    written = await store.bulk_docs([{"_id": "b"}, doc])
    assert [row.error for row in written] == [None, "missing_stub"]
    assert (await store.get("a"))["_rev"] == first


async def test_a_replicated_document_brings_its_attachment(store: Store) -> None:
    """Without new_edits the attachment comes with its revpos, and repeating is harmless."""
    doc: Doc = with_history("a", "y", "x", _attachments={"body": inline(BYTES, revpos=1)})
    await replicate(store, doc)
    await replicate(store, doc)
    assert (await store.get("a"))["_attachments"] == {"body": stub(BYTES, revpos=1)}
    assert (await store.attachment("a", "body")).data == BYTES


async def test_a_document_from_one_store_goes_into_another(store: Store) -> None:
    """What bulk_get gives with revs and attachments is what bulk_docs takes."""
    first = await with_body(store, data=b"few bytes")
    second = await edit(store, "a", first, _attachments={"body": {"stub": True}}, n=2)
    (got,) = await store.bulk_get([("a", second)], revs=True, attachments=True)
    (doc,) = got.docs
    await replicate(store, doc | {"_id": "b"})
    assert (await store.get("b", revs=True, attachments=True)) == doc | {"_id": "b"}


async def test_each_leaf_has_its_own_attachments(store: Store) -> None:
    """Conflicting leaves may have different bytes under one name."""
    await replicate(
        store,
        with_history("a", "x", _attachments={"body": inline(b"left", revpos=1)}),
        with_history("a", "y", _attachments={"body": inline(b"right", revpos=1)}),
    )
    assert (await store.attachment("a", "body")).data == b"right"
    assert (await store.attachment("a", "body", rev=rev(1, "x"))).data == b"left"
