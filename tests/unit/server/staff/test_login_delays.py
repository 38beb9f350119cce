"""Failures make the next try wait, longer each time, and only for who failed."""

from server.staff.login_delays import (
    ANYWHERE,
    FORGOTTEN,
    FREE,
    FREE_OF_ADDRESS,
    LONGEST,
    LONGEST_OF_ADDRESS,
    LoginDelays,
)


def test_a_few_failures_cost_nothing() -> None:
    delays = LoginDelays()
    for _ in range(FREE):
        delays.failed("upik", "192.0.2.1", now=100)
    assert delays.wait("upik", "192.0.2.1", now=100) == 0


def test_the_wait_doubles_and_has_an_end() -> None:
    delays, waits = LoginDelays(), []
    for _ in range(20):
        delays.failed("upik", "192.0.2.1", now=100)
        waits.append(delays.wait("upik", "192.0.2.1", now=100))
    assert waits[FREE : FREE + 4] == [2, 4, 8, 16]
    assert max(waits) == waits[-1] == LONGEST
    assert delays.wait("upik", "192.0.2.1", now=100 + LONGEST) == 0


def test_nobody_is_kept_out_from_elsewhere() -> None:
    delays = LoginDelays()
    for _ in range(20):
        delays.failed("upik", "192.0.2.1", now=100)
    assert delays.wait("upik", "192.0.2.2", now=100) == 0
    assert delays.wait("buyung", "192.0.2.1", now=100) == 0


def test_success_forgets_the_failures() -> None:
    delays = LoginDelays()
    for _ in range(20):
        delays.failed("upik", "192.0.2.1", now=100)
    delays.succeeded("upik", "192.0.2.1")
    assert delays.wait("upik", "192.0.2.1", now=100) == 0


def test_who_tries_one_guess_on_many_logins_waits_and_who_signed_in_from_there_does_not() -> None:
    delays = LoginDelays()
    delays.succeeded("upik", "192.0.2.1")
    for n in range(200):
        delays.failed(f"guess-{n}", "192.0.2.1", now=100)
        assert (delays.wait("buyung", "192.0.2.1", now=100) > 0) == (n >= FREE_OF_ADDRESS)
    assert delays.wait("buyung", "192.0.2.1", now=100) == LONGEST_OF_ADDRESS
    assert delays.wait("upik", "192.0.2.1", now=100) == 0
    assert delays.wait("buyung", "192.0.2.2", now=100) == 0
    assert delays.wait("buyung", "192.0.2.1", now=100 + LONGEST_OF_ADDRESS) == 0
    delays.failed("guess", "192.0.2.1", now=101 + FORGOTTEN)
    assert delays.wait("buyung", "192.0.2.1", now=101 + FORGOTTEN) == 0


def test_what_is_counted_anywhere_is_of_one_login_only() -> None:
    delays = LoginDelays()
    for n in range(200):
        delays.failed(f"guess-{n}", ANYWHERE, now=100)
    assert delays.wait("upik", ANYWHERE, now=100) == 0


def test_failures_are_recorded_ever_more_seldom_and_each_day_anew() -> None:
    delays = LoginDelays()
    recorded = [delays.to_record("?", now=100) for _ in range(10_000)]
    assert [count for count in recorded if count] == [1, 2, 3, 4, *(2**n for n in range(3, 14))]
    assert delays.to_record("upik", now=100) == 1
    assert delays.to_record("?", now=100 + 86_400) == 1


def test_junk_does_not_grow_what_is_remembered() -> None:
    delays = LoginDelays()
    for n in range(5000):
        delays.failed(f"guess-{n}", f"address {n}", now=100)
        delays.succeeded(f"guess-{n}", f"address {n}")
        delays.failed(f"guess-{n}", f"address {n}", now=100)
        delays.to_record(f"guess-{n}", now=100)
    kept = (delays._of_login._counted, delays._of_address._counted, delays._at_home, delays._recorded)
    assert {len(table) for table in kept} == {4096}
