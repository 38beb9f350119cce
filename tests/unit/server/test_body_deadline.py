"""A body that comes slowly is waited for, and one that comes a byte a minute is not."""

from server.body_deadline import PATIENCE, SLOWEST, Deadline


def gives_up_after(*, count: int, every: float) -> float:
    """Give the seconds until a body that brings *count* bytes *every* few seconds is given up; a day at most."""
    now = 0.0
    deadline = Deadline(clock=lambda: now)
    while deadline.left() >= every and now < 86_400:
        now += every
        deadline.came(count)
    return now


def test_a_link_that_brings_twenty_bytes_a_second_has_all_day() -> None:
    assert gives_up_after(count=SLOWEST * 30, every=30) >= 86_400


def test_a_byte_just_before_each_minute_is_over_holds_no_connection() -> None:
    assert gives_up_after(count=1, every=PATIENCE - 1) < 2 * PATIENCE


def test_silence_ends_a_body_however_much_came_before() -> None:
    deadline = Deadline(clock=lambda: 0.0)
    deadline.came(1 << 20)
    assert deadline.left() == PATIENCE
