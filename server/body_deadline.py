"""When the rest of a body is given up, so that nobody holds a connection for days with a byte a minute."""

import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds without a byte
SLOWEST = 20  # bytes a second that a body must bring on the whole, after those seconds: fifty times less than 2G


class Deadline:
    """The deadline of one body, later with every byte."""

    def __init__(self, *, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._until = clock() + patience

    def left(self) -> float:
        """Give the seconds in which the next byte has to come; none are left from 0 on."""
        return min(self._patience, self._until - self._clock())

    def came(self, count: int) -> None:
        """Note that so many bytes came."""
        self._until += count / SLOWEST
