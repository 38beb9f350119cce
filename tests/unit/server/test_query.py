import pytest

from server.query import whole_number


@pytest.mark.parametrize(("text", "number"), [(None, None), ("", None), ("0", 0), ("50", 50), ("9" * 15, 10**15 - 1)])
def test_whole_numbers_are_read(text: str | None, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["-1", "1.0", "1e3", " 1", "9" * 16, "9" * 5000, "\u0661", "a"])
def test_what_no_store_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole number"):
        whole_number(text)
