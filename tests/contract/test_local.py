"""What `_local` documents are: the store's own, not replicated, not listed, written over."""

import pytest

from sync.errors import NotFound
from sync.store import Store

pytestmark = pytest.mark.anyio


async def test_a_local_document_comes_back(store: Store) -> None:
    """put_local keeps a document, get_local gives it with its `_local/` id and a rev of generation 0."""
    given = await store.put_local("checkpoint", {"since": "12", "history": [{"n": 1}]})
    assert given == "0-1"
    assert await store.get_local("checkpoint") == {
        "_id": "_local/checkpoint",
        "_rev": "0-1",
        "since": "12",
        "history": [{"n": 1}],
    }


async def test_an_unknown_local_document_is_missing(store: Store) -> None:
    """get_local raises NotFound for what was never put."""
    with pytest.raises(NotFound) as raised:
        await store.get_local("nowhere")
    assert raised.value.reason == "missing"


async def test_a_local_document_is_written_over(store: Store) -> None:
    """put_local needs no rev and does not mind which one it is given."""
    first = await store.put_local("a", {"n": 1, "old": True})
    await store.put_local("a", {"n": 2})
    got = await store.get_local("a")
    assert {name: value for name, value in got.items() if name != "_rev"} == {"_id": "_local/a", "n": 2}
    await store.put_local("a", got | {"n": 3})
    await store.put_local("a", {"_rev": first, "n": 4})
    assert (await store.get_local("a"))["n"] == 4


async def test_the_rev_given_is_the_rev_read(store: Store) -> None:
    """put_local gives the `0-N` that get_local then shows."""
    for n in range(3):
        given = await store.put_local("a", {"n": n})
        assert given.startswith("0-")
        assert (await store.get_local("a"))["_rev"] == given


async def test_a_local_document_is_nowhere_listed(store: Store) -> None:
    """A `_local` document is in neither all_docs nor changes nor the counts, and moves no seq."""
    before = await store.info()
    await store.put_local("a", {"n": 1})
    assert await store.info() == before
    assert await store.all_docs() == []
    assert (await store.changes()).results == ()


async def test_an_id_with_strange_characters_is_one(store: Store) -> None:
    """The id of a `_local` document is any text of one part."""
    local_id = "r+a%20b=?&#ü"
    await store.put_local(local_id, {"n": 1})
    assert (await store.get_local(local_id))["n"] == 1
