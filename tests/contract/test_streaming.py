"""What stores do with a document whose attachments are streamed into it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sync.errors import NotFound, Unavailable
from sync.store import Store
from tests.contract.revs import replicate, rev, with_history
from tests.contract.test_attachments import BYTES, TYPE, digest, inline

pytestmark = pytest.mark.anyio


def announced(data: bytes, **more: Any) -> dict[str, Any]:
    return {"content_type": TYPE, "length": len(data), "revpos": 1, "stub": True} | more


async def stream(data: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


async def cut(data: bytes) -> AsyncIterator[bytes]:
    yield data[: len(data) // 2]
    raise Unavailable("the source went away")


async def test_a_streamed_document_reads_back_with_its_attachments(store: Store) -> None:
    """put_streamed stores the document under its own rev with history, and every byte of each attachment."""
    other = b"few bytes"
    doc = with_history("a", "y", "x", n=1, _attachments={"body": announced(BYTES), "small": announced(other)})
    written = await store.put_streamed(doc, {"body": stream(BYTES), "small": stream(other)})
    assert (written.id, written.rev, written.error, written.durable) == ("a", rev(2, "y"), None, True)
    found = await store.get("a", revs=True)
    assert (found["n"], found["_revisions"]) == (1, doc["_revisions"])
    for name, data in (("body", BYTES), ("small", other)):
        attachment = await store.attachment("a", name)
        assert (attachment.data, attachment.content_type, attachment.digest) == (data, TYPE, digest(data))
        assert (found["_attachments"][name]["digest"], found["_attachments"][name]["length"]) == (
            digest(data),
            len(data),
        )


async def test_streaming_it_twice_changes_nothing(store: Store) -> None:
    """put_streamed may be repeated, and of two leaves each keeps its own bytes."""
    for name, data in (("x", b"left"), ("y", b"right"), ("x", b"left")):
        doc = with_history("a", name, _attachments={"body": announced(data)})
        assert (await store.put_streamed(doc, {"body": stream(data)})).error is None
    assert (await store.info()).doc_count == 1
    assert (await store.attachment("a", "body", rev=rev(1, "x"))).data == b"left"
    assert (await store.attachment("a", "body", rev=rev(1, "y"))).data == b"right"


async def test_an_empty_attachment_streams(store: Store) -> None:
    """An attachment of no bytes is one."""
    await store.put_streamed(with_history("a", "x", _attachments={"body": announced(b"")}), {"body": stream(b"")})
    assert (await store.attachment("a", "body")).data == b""


async def test_a_name_and_an_id_of_any_script_stream(store: Store) -> None:
    """Ids and names need not be ASCII, and may hold what a path or a header would read as more."""
    doc_id, name = "ꦗꦮ/ä b?", 'foto "ampék" ꦗ.bin'
    await store.put_streamed(with_history(doc_id, "x", _attachments={name: announced(BYTES)}), {name: stream(BYTES)})
    assert (await store.attachment(doc_id, name)).data == BYTES


async def test_inline_attachments_go_beside_streamed_ones(store: Store) -> None:
    """put_streamed takes base64 too, for what is not worth a stream."""
    doc = with_history("a", "x", _attachments={"big": announced(BYTES), "small": inline(b"few", revpos=1)})
    await store.put_streamed(doc, {"big": stream(BYTES)})
    assert (await store.attachment("a", "big")).data == BYTES
    assert (await store.attachment("a", "small")).data == b"few"


@pytest.mark.parametrize("length", [len(BYTES) + 1, len(BYTES) - 1])
async def test_a_stream_of_another_length_leaves_nothing(store: Store, length: int) -> None:
    """put_streamed raises Unavailable when a stream is not as long as announced, and nothing is stored."""
    doc = with_history("a", "x", _attachments={"body": announced(BYTES, length=length)})
    with pytest.raises(Unavailable):
        await store.put_streamed(doc, {"body": stream(BYTES)})
    with pytest.raises(NotFound):
        await store.get("a")


async def test_a_cut_leaves_nothing_and_may_be_repeated(store: Store) -> None:
    """A stream that fails in the middle leaves the store as it was; the whole one goes in after it."""
    doc = with_history("a", "x", _attachments={"body": announced(BYTES)})
    await replicate(store, with_history("b", "x"))
    with pytest.raises(Unavailable):
        await store.put_streamed(doc, {"body": cut(BYTES)})
    assert [change.id for change in (await store.changes(style="all_docs")).results] == ["b"]
    await store.put_streamed(doc, {"body": stream(BYTES)})
    assert (await store.attachment("a", "body")).data == BYTES


async def test_a_stream_without_its_length_is_refused(store: Store) -> None:
    """put_streamed answers a row with an error for an attachment that the document does not announce."""
    for attachments in ({}, {"body": {"content_type": TYPE, "stub": True}}):
        doc = with_history("a", "x", _attachments=attachments)
        assert (await store.put_streamed(doc, {"body": stream(BYTES)})).error is not None


async def test_an_attachment_goes_from_store_to_store(store: Store) -> None:
    """What bulk_get and attachment_chunks give is what put_streamed takes."""
    await store.put_streamed(with_history("a", "x", _attachments={"body": announced(BYTES)}), {"body": stream(BYTES)})
    (got,) = await store.bulk_get([("a", rev(1, "x"))], revs=True)
    (doc,) = got.docs
    await store.put_streamed(doc | {"_id": "b"}, {"body": store.attachment_chunks("a", "body", rev=rev(1, "x"))})
    assert (await store.attachment("b", "body")).data == BYTES
    assert (await store.get("b"))["_attachments"] == doc["_attachments"]
