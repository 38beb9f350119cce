"""Answers as bytes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.answers import decode_answers, encode_answers
from sync.canonical import MAX_INT
from sync.errors import OpenError

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "canonical.json").read_text())["answers"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
ANSWERS = st.lists(st.recursive(st.none() | st.integers(-MAX_INT, MAX_INT) | TEXTS, st.lists))


@pytest.mark.parametrize(("value", "data"), VECTORS["good"])
def test_answers_go_both_ways(value: Any, data: str) -> None:
    assert (encode_answers(value).hex(), decode_answers(bytes.fromhex(data))) == (data, value)


@given(ANSWERS)
def test_whatever_can_be_answered_comes_back(value: list[Any]) -> None:
    assert decode_answers(encode_answers(value)) == value


@pytest.mark.parametrize("value", [*VECTORS["bad"], [1.0], [b"x"]], ids=repr)
def test_what_is_no_answer_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError, match=r"answers|surrogates"):
        encode_answers(value)


@pytest.mark.parametrize("data", [*VECTORS["bad_bytes"], (b"[" * 100_000).hex()], ids=lambda data: data[:20])
def test_bytes_that_would_not_be_written_are_not_read(data: str) -> None:
    with pytest.raises(OpenError):
        decode_answers(bytes.fromhex(data))
