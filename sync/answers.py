"""Answers as bytes: a JSON array exactly as `JSON.stringify` writes it, of texts, whole numbers, null and arrays.

A reader writes again what it read and compares, so that no two texts mean the same answers.
"""

import json
from collections.abc import Sequence
from typing import Union

from sync.canonical import MAX_INT
from sync.errors import OpenError

Answer = Union[None, int, str, Sequence["Answer"]]  # noqa: UP007 - the alias refers to itself


def encode_answers(answers: Sequence[Answer]) -> bytes:
    """Write answers.

    Raises:
        ValueError: a float, a boolean, an object, a lone surrogate, an integer that JavaScript does not keep.
    """
    if not isinstance(answers, list | tuple):
        raise ValueError("answers: not an array")
    try:
        _check(answers)
    except RecursionError:
        raise ValueError("answers: nested too deeply") from None
    return json.dumps(answers, ensure_ascii=False, separators=(",", ":")).encode()


def decode_answers(data: bytes) -> list[Answer]:
    """Read answers.

    Raises:
        OpenError: they are not what `encode_answers` writes.
    """
    try:
        answers = json.loads(data.decode())
        if isinstance(answers, list) and encode_answers(answers) == data:
            return answers
    except (ValueError, RecursionError):
        pass
    raise OpenError


def _check(value: object) -> None:
    if isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, str):
        value.encode()  # refuses lone surrogates
    elif not (value is None or (isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INT)):
        raise ValueError("answers: neither text, whole number, null nor array")
