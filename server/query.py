"""Reads what stands in the query of a URL; what a store or a page can't hold is refused here."""

import re

_WHOLE = re.compile(r"[0-9]{1,15}")


def whole_number(text: str | None) -> int | None:
    """Read a whole number, or nothing.

    Raises:
        ValueError: it is none, or has more than 15 digits.
    """
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        raise ValueError("not a whole number")
    return int(text)
