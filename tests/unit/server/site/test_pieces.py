"""A text said by the pieces of an earlier one is that text to the letter, and costs little where little changed."""

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from server.site.pieces import pieces_of

LINES = "".join(f"{hashlib.sha256(b'%d' % n).hexdigest()}\n" for n in range(200))
PARTS = st.lists(st.sampled_from([LINES[at : at + 50] for at in range(0, 600, 30)] + list("aäx")), max_size=12)


def together(pieces: list[str | tuple[int, int]], old: str) -> str:
    return "".join(piece if isinstance(piece, str) else old[piece[0] : piece[1]] for piece in pieces)


@given(PARTS.map("".join), PARTS.map("".join))
def test_the_pieces_together_are_the_new_text(new: str, old: str) -> None:
    pieces = pieces_of(new, old)
    assert pieces is None or together(pieces, old) == new


def test_what_is_put_in_taken_out_or_moved_costs_itself() -> None:
    first, second, third = LINES[:4000], LINES[4000:8000], LINES[8000:]
    for new in (f"{first}a new line\n{second}{third}", first + third, third + first + second, LINES * 2):
        pieces = pieces_of(new, LINES)
        assert pieces is not None
        assert together(pieces, LINES) == new
        assert len(json.dumps(pieces)) < 100


def test_what_is_another_text_is_not_said_by_pieces() -> None:
    assert pieces_of(LINES[:4000], LINES[4000:]) is None
    assert pieces_of("", LINES) is None
    # A browser counts such a character as two.
    assert pieces_of(f"{LINES}\U0001f600", LINES) is None
