"""Secrets on paper: short lines of groups that a person can copy by hand, each line with a check character of its own.

A line is 15 base32 characters and the check character over its number and those. It finds every wrong character and
every two neighbours changed about, on the line where that was done, and nearly every line left out or moved. Spaces and
capitals do not count when it is read back.
In a QR code all lines stand as one, which a reader with a cable types; it is cut into lines again.
"""

import re
from collections.abc import Iterable

from sync.canonical import b32_decode, b32_encode
from sync.receipt_code import ALPHABET

_LINE = 15  # characters beside the check character
_ALIKE = str.maketrans("oil", "011")
_GROUP = 4  # characters between spaces
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_REDUCED = 0b100101  # x^5 + x^2 + 1, over which a check character is a remainder


class PaperError(Exception):
    """What was typed is not what was printed; the message names the line."""


def paper_lines(secret: bytes) -> list[str]:
    """Write *secret* as lines to copy by hand."""
    text = b32_encode(secret)
    parts = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
    return [_grouped(part + _check(number, part)) for number, part in enumerate(parts, 1)]


def paper_text(lines: Iterable[str]) -> str:
    """Write the lines as a QR code holds them: one run of capitals and digits, the densest that a code knows."""
    return "".join(lines).replace(" ", "").upper()


def read_paper(lines: Iterable[str]) -> bytes:
    """Read lines back, or the one line of a QR code.

    Raises:
        PaperError: a line is wrong.
    """
    text = ""
    for number, typed in enumerate(_cut([re.sub(r"[\s-]", "", line).lower() for line in lines]), 1):
        # Neither alphabet has both of a pair that looks alike: base32 has no 0, that of the check character no o, i, l.
        part, last = typed[:-1].replace("0", "o"), typed[-1:].translate(_ALIKE)
        if not typed or set(part) - set(_BASE32) or _check(number, part) != last:
            raise PaperError(f"line {number}: not as it was printed")
        text += part
    try:
        return b32_decode(text)
    except ValueError:
        raise PaperError("a line is missing at the end") from None


def _cut(typed: list[str]) -> list[str]:
    if len(typed) != 1:
        return typed
    [whole] = typed
    return [whole[start : start + _LINE + 1] for start in range(0, max(len(whole), 1), _LINE + 1)]


def _check(number: int, part: str) -> str:
    remainder = number & 31
    for char in part:
        remainder = _times_x(remainder) ^ _BASE32.index(char)
    return ALPHABET[_times_x(remainder)]


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _REDUCED if value > 31 else value


def _grouped(text: str) -> str:
    return " ".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
