"""How much goes into one batch: what the link carries, less where it drops."""

import random
import statistics
from collections.abc import Iterator
from itertools import count, repeat
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


def sent_over(link: Pace, payload: int, carries: Iterator[float]) -> tuple[float, list[int]]:
    """Send *payload* over a link that carries so many bytes before each drop; give what was sent in all, and sizes."""
    done = sent = used = 0.0
    sizes = []
    limit = next(carries)
    while done < payload:
        size = link.size
        sizes.append(size)
        if used + size + OVERHEAD > limit:
            sent += limit - used
            used, limit = 0.0, next(carries)
            link.dropped(size)
        else:
            sent += size + OVERHEAD
            used += size + OVERHEAD
            done += size
            link.passed(size, 0.001)
    return sent, sizes


def test_a_link_that_drops_anyhow_gets_the_batches_that_waste_least() -> None:
    """With a drop every 50,000 bytes on average they come to about the root of twice the overhead times that."""
    link, chance = pace(first=16_000), random.Random(1)
    sent, sizes = sent_over(link, 5_000_000, (chance.expovariate(1 / 50_000) for _ in count()))
    assert statistics.median(sizes) == pytest.approx(sqrt(2 * OVERHEAD * 50_000), rel=0.5)
    assert sent < 1.3 * 5_000_000


def test_a_link_that_drops_by_rule_is_used_up_to_there() -> None:
    sent, sizes = sent_over(pace(first=16_000), 5_000_000, repeat(50_000.0))
    assert sent < 1.1 * 5_000_000
    assert max(sizes) > 40_000


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
