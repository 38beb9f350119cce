"""How many bytes to ask or send at once: as many as the link carries in a moment, fewer where it keeps dropping.

Theory. What is under way when a link drops is lost. A batch of `b` bytes costs `overhead` bytes of headers; a drop
costs half a batch on average. With `n` bytes between two drops the waste of sending one byte is overhead/b + b/(2n),
least at b = sqrt(2 * overhead * n): the optimal interval between checkpoints of J. W. Young (CACM 17:9, 1974), in
bytes. Until a link has dropped for the first time, batches double up to what it carries in the time given.

Some links drop by rule, after so many bytes: a quota, a proxy. Each drop tells that the limit lies between what had
passed and what was under way. While those ranges have something in common, one large batch goes up to there.
"""

from math import sqrt

OVERHEAD = 600  # bytes of one request and its answer beside what it carries
SURE = 0.99  # of the bytes that passed before a drop: headers are not counted exactly


class Pace:
    """The pace of one side."""

    def __init__(self, *, first: int, largest: int, seconds: float) -> None:
        self._grown = first
        self._largest = largest
        self._seconds = seconds
        self._rate = 0.0  # bytes a second
        self._carried = 0.0  # bytes since the last drop
        self._between: float | None = None  # bytes between two drops
        self._limit = (0.0, 0.0)  # between these a drop is to be expected, where there is a rule
        self._is_by_rule = False

    @property
    def size(self) -> int:
        """Give the bytes of the next batch; a single document may be larger."""
        size: float = min(self._grown, self._largest)
        if self._is_by_rule and self._carried < self._limit[1]:
            sure = self._limit[0] * SURE - self._carried
            # Past what is sure, half of what may be: so the limit is found more and more exactly.
            size = min(size, sure if sure > OVERHEAD else (self._limit[1] - self._carried) / 2)
        elif self._between is not None:
            size = min(size, sqrt(2 * OVERHEAD * max(self._between, self._carried)))
        return max(1, int(size))

    def passed(self, size: int, seconds: float) -> None:
        """Note that *size* bytes went through."""
        self._carried += size + OVERHEAD / 2
        rate = size / max(seconds, 1e-6)
        self._rate = (self._rate + rate) / 2 if self._rate else rate
        carries = self._rate * self._seconds
        if self._grown > carries:
            self._grown = max(1, int(carries))
        elif size * 2 > self._grown:  # what was not tried is not known
            self._grown = max(1, int(min(self._grown * 2, self._largest, carries)))

    def dropped(self, size: int) -> None:
        """Note that a batch of *size* bytes did not go through."""
        between = self._carried + size / 2
        self._between = between if self._between is None else (self._between + between) / 2
        seen = (self._carried, self._carried + size + OVERHEAD / 2)
        common = (max(self._limit[0], seen[0]), min(self._limit[1], seen[1]))
        # What was to go through and did not contradicts the rule.
        self._is_by_rule = common[0] < common[1] and self._carried + size > self._limit[0]
        self._limit = common if self._is_by_rule else seen
        self._carried = 0.0
