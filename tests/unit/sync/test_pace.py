"""How much goes into one batch: what the link carries, less where it drops."""

from math import sqrt

import pytest

from sync.pace import OVERHEAD, Pace


def pace(first: int = 1000, largest: int = 100_000) -> Pace:
    return Pace(first=first, largest=largest, seconds=2.0)


def test_batches_double_on_a_fast_link_up_to_the_largest() -> None:
    link = pace()
    sizes = []
    for _ in range(10):
        sizes.append(link.size)
        link.passed(link.size, 0.001)
    assert sizes[:4] == [1000, 2000, 4000, 8000]
    assert sizes[-1] == 100_000


def test_a_slow_link_gets_what_it_carries_in_the_time() -> None:
    link = pace(first=10_000)
    for _ in range(20):
        link.passed(link.size, link.size / 500)
    assert link.size == pytest.approx(1000, rel=0.1)


def test_small_batches_do_not_tell_that_larger_ones_pass() -> None:
    link = pace()
    for _ in range(10):
        link.passed(10, 0.001)
    assert link.size == 1000


def test_a_link_that_drops_gets_the_batches_that_waste_least() -> None:
    """With a drop every 50,000 bytes they come to the root of twice the overhead times that."""
    link = pace(first=16_000)
    sent = 0
    for _ in range(500):
        size = link.size
        if sent + size > 50_000:
            link.dropped(size)
            sent = 0
        else:
            link.passed(size, 0.001)
            sent += size
    assert link.size == pytest.approx(sqrt(2 * OVERHEAD * 50_000), rel=0.1)


def test_a_link_that_never_carries_anything_is_asked_for_a_single_byte_at_least() -> None:
    link = pace()
    for _ in range(100):
        link.dropped(link.size)
    assert link.size >= 1


def test_a_link_that_has_become_good_gets_larger_batches_again() -> None:
    link = pace(first=50_000)
    link.dropped(50_000)
    small = link.size
    for _ in range(1000):
        link.passed(link.size, 0.001)
    assert link.size > 10 * small
