from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.keys.paper import PaperError, paper_lines, paper_text, read_paper
from sync.receipt_code import ALPHABET

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
SECRET = bytes(range(32))


@given(st.binary(min_size=1, max_size=64))
def test_what_was_printed_is_read_back(secret: bytes) -> None:
    assert read_paper(paper_lines(secret)) == secret


def test_a_key_is_four_short_lines_of_groups() -> None:
    lines = paper_lines(SECRET)
    assert len(lines) == 4
    assert all(len(group) <= 4 for line in lines for group in line.split(" "))


def test_spaces_dashes_and_capitals_do_not_count() -> None:
    typed = [line.upper().replace(" ", "-") + " " for line in paper_lines(SECRET)]
    assert read_paper(typed) == SECRET


def slips(line: str) -> Iterator[str]:
    """Every line that differs in one character, or has two neighbours changed about."""
    for at, right in enumerate(line[:-1]):
        yield from (line[:at] + wrong + line[at + 1 :] for wrong in BASE32 if wrong != right)
    yield from (line[:-1] + wrong for wrong in ALPHABET if wrong != line[-1])
    for at in range(len(line) - 2):
        if line[at] != line[at + 1]:
            yield line[:at] + line[at + 1] + line[at] + line[at + 2 :]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("secret", [SECRET, bytes(range(255, 223, -1)), bytes(32)], ids=["up", "down", "zero"])
def test_every_slip_is_found_on_its_line(secret: bytes, number: int) -> None:
    lines = [line.replace(" ", "") for line in paper_lines(secret)]
    right = lines[number - 1]
    for wrong in slips(right):
        lines[number - 1] = wrong
        with pytest.raises(PaperError, match=f"line {number}:"):
            read_paper(lines)


def test_a_line_is_what_the_formats_say() -> None:
    assert paper_lines(SECRET)[0] == "aaaq eaye auda ocav"


def test_letters_that_look_like_digits_may_be_typed_as_they_look() -> None:
    for secret in (bytes([n]) * 32 for n in range(64)):
        lines = paper_lines(secret)
        typed = [line[:-1].replace("o", "0") + line[-1].translate(str.maketrans("01", "ol")) for line in lines]
        assert read_paper(typed) == secret


def test_a_line_left_out_or_moved_is_found() -> None:
    lines = paper_lines(SECRET)
    for typed in (lines[1:], [lines[0], lines[2], lines[1], lines[3]], [*lines, ""]):
        with pytest.raises(PaperError):
            read_paper(typed)


@given(st.binary(min_size=1, max_size=64))
def test_what_a_code_holds_is_read_back(secret: bytes) -> None:
    assert read_paper([paper_text(paper_lines(secret))]) == secret


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_slip_in_what_a_code_holds_is_found_on_its_line(number: int) -> None:
    text = paper_text(paper_lines(SECRET))
    at = 16 * (number - 1)
    wrong = "B" if text[at] != "B" else "C"
    with pytest.raises(PaperError, match=f"line {number}"):
        read_paper([text[:at] + wrong + text[at + 1 :]])


def test_an_empty_line_is_no_key() -> None:
    with pytest.raises(PaperError, match="line 1"):
        read_paper([" "])
