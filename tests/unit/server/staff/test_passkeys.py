"""A passkey counts for its account, for our challenge, once, soon, and only when the device saw its holder."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.staff.passkeys import CHALLENGE, MOST, PasskeyError, Passkeys, challenge_secret, without_passkey
from sync.canonical import b64u_encode
from sync.key_pair import new_key_pair
from tests.authenticator import PRESENT, Authenticator
from tests.sealed_items import NOW

ORIGIN = "https://rantau.example"
PASSKEYS = Passkeys(ORIGIN, challenge_secret(new_key_pair()), NOW)
ACCOUNT: dict[str, Any] = {"_id": "user.upik", "login": "upik"}


def device(**more: Any) -> Authenticator:
    return Authenticator(ORIGIN, "rantau.example", **more)


@dataclass
class Held:
    """An account with a passkey, and the device that has it."""

    device: Authenticator = field(default_factory=device)
    account: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = self.device.make(PASSKEYS.creating_options(ACCOUNT, "Kantor"))
        self.account = ACCOUNT | PASSKEYS.register(ACCOUNT, made, " my  phone ")


def refusal(work: Any, *arguments: Any) -> str:
    with pytest.raises(PasskeyError) as caught:
        work(*arguments)
    return caught.value.reason


def test_a_passkey_that_was_made_here_signs_in_again_and_again() -> None:
    held, others = Held(), [{"login": "siti", "passkeys": []}, {"login": "lama"}]
    assert held.account["passkeys"][0]["name"] == "my phone"
    for times in (1, 2):
        signed = held.device.sign(PASSKEYS.signing_options())
        account, changes = PASSKEYS.answer([*others, held.account], signed)
        assert account is held.account
        held.account |= changes
        assert held.account["passkeys"][0]["count"] == times


def test_a_signature_counts_once_even_from_a_device_that_does_not_count() -> None:
    held = Held()
    signed = held.device.sign(PASSKEYS.signing_options())
    held.account |= PASSKEYS.answer([held.account], signed)[1]
    held.account["passkeys"][0]["count"] = 0
    assert refusal(PASSKEYS.answer, [held.account], signed) == "wrong"
    later = replace(PASSKEYS, now=NOW + CHALLENGE + 1)
    assert refusal(later.answer, [held.account], signed) == "stale"
    again = later.answer([held.account], held.device.sign(later.signing_options()))[1]
    assert len(again["passkeys"][0]["answered"]) == 1, "what has ended is forgotten"


def test_only_our_challenge_for_this_purpose_counts() -> None:
    held = Held()
    other_office = replace(PASSKEYS, secret=bytes(32))
    for options in (other_office.signing_options(), PASSKEYS.creating_options(ACCOUNT, "K"), {"challenge": "AAAA"}):
        assert refusal(PASSKEYS.answer, [held.account], held.device.sign(options)) == "wrong"
    for_siti = PASSKEYS.creating_options({"login": "siti"}, "K")
    assert refusal(PASSKEYS.register, ACCOUNT, device().make(for_siti), "x") == "wrong"
    stale = replace(PASSKEYS, now=NOW - CHALLENGE - 1).creating_options(ACCOUNT, "K")
    assert refusal(PASSKEYS.register, ACCOUNT, device().make(stale), "x") == "stale"


@pytest.mark.parametrize(
    "change",
    [{"flags": PRESENT}, {"flags": 0}, {"origin": "https://rantau.example.evil"}, {"host": "evil.example"},
     {"key": device().key}, {"name": b"somebody else's!"}],
    ids=["unverified", "absent", "phished", "for another", "forged", "unknown"],
)  # fmt: skip
def test_what_an_honest_device_would_not_sign_is_refused(change: dict[str, Any]) -> None:
    held = Held()
    bad = replace(held.device, **change)
    assert refusal(PASSKEYS.answer, [held.account], bad.sign(PASSKEYS.signing_options())) == "wrong"


@pytest.mark.parametrize("change", [{"flags": PRESENT}, {"origin": "https://evil.example"}, {"host": "evil.example"}])
def test_what_was_made_elsewhere_or_for_nobody_is_not_registered(change: dict[str, Any]) -> None:
    made = replace(device(), **change).make(PASSKEYS.creating_options(ACCOUNT, "K"))
    assert refusal(PASSKEYS.register, ACCOUNT, made, "x") == "wrong"


def test_a_copy_of_a_device_that_counts_is_noticed() -> None:
    held = Held()
    copy = replace(held.device)
    held.account |= PASSKEYS.answer([held.account], held.device.sign(PASSKEYS.signing_options()))[1]
    assert refusal(PASSKEYS.answer, [held.account], copy.sign(PASSKEYS.signing_options())) == "wrong"


def test_an_account_has_several_each_once_and_not_too_many() -> None:
    held = Held()
    again = held.device.make(PASSKEYS.creating_options(held.account, "K"))
    assert refusal(PASSKEYS.register, held.account, again, "x") == "twice"
    for number in range(1, MOST):
        made = device().make(PASSKEYS.creating_options(held.account, "K"))
        held.account |= PASSKEYS.register(held.account, made, f"device {number}")
    made = device().make(PASSKEYS.creating_options(held.account, "K"))
    assert refusal(PASSKEYS.register, held.account, made, "x") == "many"
    first = held.account["passkeys"][0]["id"]
    held.account |= without_passkey(held.account, first)
    assert len(held.account["passkeys"]) == MOST - 1
    assert refusal(PASSKEYS.answer, [held.account], held.device.sign(PASSKEYS.signing_options())) == "wrong"


def test_a_device_is_told_nothing_but_the_login_and_what_it_holds_already() -> None:
    held = Held()
    options = PASSKEYS.creating_options(held.account, "Kantor")
    assert options["user"]["id"] == PASSKEYS.creating_options(ACCOUNT, "Kantor")["user"]["id"]
    assert options["user"]["id"] != PASSKEYS.creating_options({"login": "siti"}, "Kantor")["user"]["id"]
    assert [known["id"] for known in options["excludeCredentials"]] == [held.account["passkeys"][0]["id"]]
    assert "user" not in PASSKEYS.signing_options()


@pytest.mark.parametrize(
    ("origin", "possible"),
    [
        (ORIGIN, True),
        ("http://localhost:8000", True),
        ("https://192.0.2.7", False),
        ("https://[2001:db8::1]:8000", False),
    ],
)
def test_passkeys_need_an_address_with_a_name(origin: str, possible: bool) -> None:
    assert replace(PASSKEYS, origin=origin).are_possible is possible


@given(st.data())
def test_whatever_comes_is_accepted_or_refused_and_nothing_else(data: st.DataObject) -> None:
    held = Held()
    genuine = data.draw(st.sampled_from([held.device.sign(PASSKEYS.signing_options()),
                                         device().make(PASSKEYS.creating_options(held.account, "K"))]))  # fmt: skip
    content = json.loads(genuine)
    where = data.draw(st.sampled_from([content, content["response"]]))
    field = data.draw(st.sampled_from(sorted(where)))
    where[field] = data.draw(st.one_of(st.none(), st.integers(), st.text(), st.binary().map(b64u_encode)))
    bad = data.draw(st.sampled_from([json.dumps(content), genuine[:-9], "", "[]", "null", "[" * 50_000]))
    for work in (lambda: PASSKEYS.answer([held.account], bad), lambda: PASSKEYS.register(held.account, bad, "x")):
        assert refusal(work) in ("wrong", "stale", "twice")
