"""Failures make the next try wait, longer each time, and only for who failed."""

from server.login_delays import FREE, LONGEST, LoginDelays


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
