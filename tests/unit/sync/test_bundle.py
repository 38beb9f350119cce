"""The bundle's bytes: what the vectors say, cut at every byte, in pieces of any size, changed, and without end."""

import json
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.settings import ROOT
from sync.bundle import MAX_ENTRIES, MAX_HEAD, BundleReader, End, Ending, Entry, Head, Piece, entry_of, write_head
from sync.errors import BundleError

VECTORS = json.loads((ROOT / "tests/vectors/bundle.json").read_text())
SMALL = VECTORS["good"][0]
WHOLE = bytes.fromhex(SMALL["file"])


def read(data: bytes, size: int = 0) -> tuple[Head, dict[str, bytes], list[str], Ending, tuple[Entry, ...]]:
    """Read in pieces of *size*: the head, whole entries, spoilt ones, how it ended and what is missing."""
    reader, found, spoilt, parts = BundleReader(), {}, [], bytearray()
    for piece in pieces(data, size or len(data)):
        for part in reader.feed(piece):
            match part:
                case Piece(_, some):
                    parts += some
                case End(entry, is_whole):
                    if is_whole:
                        found[entry.name] = bytes(parts)
                    else:
                        spoilt.append(entry.name)
                    parts.clear()
    ending, missing = reader.finish()
    assert reader.head is not None
    return reader.head, found, spoilt, ending, missing


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), max(size, 1)))


def write(named: Sequence[tuple[str, bytes]], kind: str = "items", office: str = SMALL["office"], at: int = 1) -> bytes:
    head = write_head(kind, [entry_of(name, data) for name, data in named], office=office, at=at)  # type: ignore[arg-type]
    return head + b"".join(data + b"\n" for _, data in named)


@pytest.mark.parametrize("vector", VECTORS["good"], ids=lambda vector: vector["name"])
def test_the_vectors_are_written_and_read(vector: dict) -> None:  # type: ignore[type-arg]
    named = [(name, bytes.fromhex(data)) for name, data in vector["entries"]]
    assert write(named, vector["kind"], vector["office"], vector["at"]).hex() == vector["file"]
    head, found, spoilt, ending, missing = read(bytes.fromhex(vector["file"]))
    assert (head.kind, head.office, head.at) == (vector["kind"], vector["office"], vector["at"])
    assert (list(found.items()), spoilt, ending, missing) == (list(dict(named).items()), [], "whole", ())


@pytest.mark.parametrize("vector", VECTORS["bad"], ids=lambda vector: vector["name"])
def test_what_is_no_bundle_is_refused_by_name(vector: dict) -> None:  # type: ignore[type-arg]
    for size in (0, 1, 7):
        with pytest.raises(BundleError) as caught:
            read(bytes.fromhex(vector["file"]), size)
        assert caught.value.reason == vector["reason"]


@pytest.mark.parametrize("vector", VECTORS["spoilt"], ids=lambda vector: vector["name"])
def test_a_spoilt_entry_holds_up_no_other(vector: dict) -> None:  # type: ignore[type-arg]
    _, found, spoilt, ending, missing = read(bytes.fromhex(vector["file"]))
    names = (list(found), spoilt, ending, [entry.name for entry in missing])
    assert names == (vector["whole"], vector["damaged"], vector["ending"], vector["missing"])


def test_cut_at_every_byte_it_gives_what_is_whole_and_names_the_rest() -> None:
    _, whole, *_ = read(WHOLE)
    start = WHOLE.index(b"\n", WHOLE.index(b"\n") + 1) + 1
    for cut in range(len(WHOLE)):
        if cut < start:
            with pytest.raises(BundleError) as caught:
                read(WHOLE[:cut], 5)
            assert caught.value.reason == ("cut" if cut else "malformed")
            continue
        _, found, spoilt, ending, missing = read(WHOLE[:cut], 5)
        assert ending == "cut"
        assert spoilt == []
        assert list(found.items()) == list(whole.items())[: len(found)]
        assert [*found, *(entry.name for entry in missing)] == list(whole)
        assert sum(len(data) + 1 for data in found.values()) <= cut - start


@given(st.lists(st.tuples(st.sampled_from([name for name, _ in SMALL["entries"]]), st.binary(min_size=1))), st.data())
@settings(max_examples=60)
def test_whatever_it_holds_and_however_it_comes_it_is_the_same(
    named: list[tuple[str, bytes]], data: st.DataObject
) -> None:
    file = write(named)
    size, cut = data.draw(st.integers(1, 64)), data.draw(st.integers(0, len(file)))
    reader, parts = BundleReader(), bytearray()
    found: list[tuple[str, bytes]] = []
    try:
        for piece in pieces(file[:cut], size):
            for part in reader.feed(piece):
                if isinstance(part, Piece):
                    parts += part.data
                else:
                    assert part.is_whole
                    found.append((part.entry.name, bytes(parts)))
                    parts.clear()
        ending, missing = reader.finish()
    except BundleError:
        assert cut < file.index(b"\n") + 24
        return
    assert found == named[: len(found)]
    assert [entry.name for entry in missing] == [name for name, _ in named[len(found) :]]
    assert (ending == "whole") is (cut == len(file))


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
@settings(max_examples=200)
def test_one_changed_byte_is_always_noticed(at: int, by: int) -> None:
    changed = bytearray(WHOLE)
    changed[at] ^= by
    try:
        _, found, spoilt, _, missing = read(bytes(changed))
    except BundleError:
        return
    assert len(spoilt) == 1
    assert missing == ()
    assert found.items() < read(WHOLE)[1].items()


def test_a_head_without_end_is_not_gathered_for_ever() -> None:
    with pytest.raises(BundleError, match="too-many"):
        read(b'["rantau1",' + b"x" * MAX_HEAD, 65536)


def test_no_more_entries_than_a_reader_takes() -> None:
    entry = entry_of(SMALL["entries"][0][0], b"x")
    with pytest.raises(ValueError, match="too many"):
        write_head("items", [entry] * (MAX_ENTRIES + 1), office=SMALL["office"], at=1)
