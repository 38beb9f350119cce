"""The receipt code: what a person types, and what is derived from it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import CodeError
from sync.receipt_code import ALPHABET, derive, new_code, parse_code, proof_matches, show_code, spoken_number

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "receipt-code.json").read_text())


@pytest.mark.parametrize(("random", "code"), VECTORS["random"])
def test_eighty_bits_make_a_code_most_significant_first(random: str, code: str) -> None:
    assert new_code(lambda n: bytes.fromhex(random)[:n]) == code


def test_two_codes_differ() -> None:
    assert new_code() != new_code()


@pytest.mark.parametrize("entry", VECTORS["codes"], ids=lambda entry: entry["code"])
def test_everything_is_derived_from_the_code(entry: dict[str, str]) -> None:
    keys = derive(entry["code"])
    assert (keys.case, keys.proof) == (entry["case"], entry["proof"])
    assert (keys.open.hex(), keys.read.hex(), keys.sign.hex()) == (entry["open"], entry["read"], entry["sign"])
    assert show_code(entry["code"]) == entry["shown"]
    assert spoken_number(keys.case) == entry["spoken"]


@pytest.mark.parametrize(("typed", "code"), VECTORS["typed"])
def test_a_code_is_read_as_people_type_it(typed: str, code: str) -> None:
    assert parse_code(typed) == code


@given(st.binary(min_size=10, max_size=10))
def test_a_shown_code_is_read_again(random: bytes) -> None:
    code = new_code(lambda _: random)
    assert parse_code(show_code(code)) == parse_code(code) == code


@pytest.mark.parametrize(("typed", "reason"), VECTORS["refused"])
def test_what_is_no_code_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(CodeError) as caught:
        parse_code(typed)
    assert caught.value.reason == reason


def test_a_mistyped_character_is_caught_thirty_one_times_in_thirty_two() -> None:
    shown = show_code(VECTORS["codes"][0]["code"]).replace(" ", "")
    caught = 0
    for place in range(16):
        for other in set(ALPHABET) - {shown[place]}:
            try:
                parse_code(shown[:place] + other + shown[place + 1 :])
            except CodeError:
                caught += 1
    assert caught > 16 * 31 * 0.93


@pytest.mark.parametrize("code", ["", "0" * 15, "0" * 17, "O" * 16, "i" * 16])
def test_only_a_parsed_code_is_derived_from(code: str) -> None:
    with pytest.raises(ValueError, match="receipt code"):
        derive(code)


def test_the_keys_do_not_show_themselves() -> None:
    assert repr(derive(VECTORS["codes"][0]["code"])) == f"CodeKeys(case='{VECTORS['codes'][0]['case']}')"


@pytest.mark.parametrize(("case", "proof"), VECTORS["proofs"]["good"])
def test_a_proof_matches_its_case(case: str, proof: str) -> None:
    assert proof_matches(case, proof)


@pytest.mark.parametrize(("case", "proof"), [*VECTORS["proofs"]["bad"], ("a" * 24, None), ("é", "A" * 43)])
def test_another_proof_does_not(case: str, proof: Any) -> None:
    assert not proof_matches(case, proof)
