"""The chain of deeds: what was changed, dropped, moved or forged in it is found, and named by its number."""

from copy import deepcopy
from typing import Any

import pytest

from sync import hpke
from sync.audit_chain import START, ChainError, Deed, deed_of, entry_hash, sign_entry, verify_chain
from sync.key_pair import KeyPair, new_key_pair
from sync.keyring import KeyList, ListedKey

PAIR, OTHER = new_key_pair(), new_key_pair()
KEYS = KeyList(
    "office", 1, 0, 1,
    (
        ListedKey("s1", "server", "office", None, "primary", PAIR.pub),
        ListedKey("k1", "seal", "office", hpke.KEM_P256, "primary", OTHER.pub),
    ),
)  # fmt: skip


def chain(length: int = 4, *, kid: str = "s1", private: KeyPair = PAIR) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for n in range(1, length + 1):
        prev = entry_hash(entries[-1]) if entries else START
        entries.append(sign_entry(n, prev, Deed(100 + n, "upik", "login", {"n": n}), kid=kid, private=private))
    return entries


def test_a_whole_chain_holds_and_says_what_was_done() -> None:
    entries = chain()
    assert verify_chain(entries, KEYS) == (4, entry_hash(entries[-1]))
    assert deed_of(entries[1]) == Deed(102, "upik", "login", {"n": 2})


def test_it_can_be_checked_in_parts() -> None:
    entries = chain()
    n, prev = verify_chain(entries[:2], KEYS)
    assert verify_chain(entries[2:], KEYS, after=n, prev=prev) == verify_chain(entries, KEYS)


def changed(entry: dict[str, Any], place: int, value: object) -> dict[str, Any]:
    other = deepcopy(entry)
    other["signed"][place] = value
    return other


@pytest.mark.parametrize(("place", "value"), [(3, 1), (4, "siti"), (5, "logout"), (6, []), (7, "s2")])
def test_a_changed_entry_is_found(place: int, value: object) -> None:
    entries = chain()
    entries[1] = changed(entries[1], place, value)
    with pytest.raises(ChainError, match=r"^entry 2: "):
        verify_chain(entries, KEYS)


def test_a_dropped_a_moved_and_a_cut_off_entry_are_found() -> None:
    entries = chain()
    for broken, n in (
        (entries[:1] + entries[2:], 2),
        ([entries[1], entries[0], *entries[2:]], 1),
        (entries[1:], 1),
    ):
        with pytest.raises(ChainError) as caught:
            verify_chain(broken, KEYS)
        assert caught.value.n == n


def test_a_rewritten_entry_breaks_the_next_one() -> None:
    entries = chain()
    entries[1] = sign_entry(2, entry_hash(entries[0]), Deed(1, "siti", "login", {}), kid="s1", private=PAIR)
    with pytest.raises(ChainError, match=r"^entry 3: not bound"):
        verify_chain(entries, KEYS)


@pytest.mark.parametrize(("kid", "private"), [("s1", OTHER), ("k1", OTHER), ("s9", PAIR)])
def test_only_the_servers_key_signs(kid: str, private: KeyPair) -> None:
    with pytest.raises(ChainError, match=r"^entry 1: "):
        verify_chain(chain(1, kid=kid, private=private), KEYS)


def test_nothing_with_spaces_gets_into_it() -> None:
    with pytest.raises(ValueError, match="canonical"):
        sign_entry(1, START, Deed(1, "upik", "login", {"name": "UPIK ABU"}), kid="s1", private=PAIR)
