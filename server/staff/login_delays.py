"""How long somebody who failed to sign in waits before the next try: longer each time, never for good.

Counted for a login from one address, so that nobody can keep an officer out from elsewhere; and for an address over all
logins, so that nobody tries one guess on each. The second wait is short, and does not hold who has signed in from there
before. What one process counts is lost when it ends and not shared with others: the hash itself, one at a time, is what
holds guessing down.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TypeVar

V = TypeVar("V")

FREE = 3  # failures of a login from one address without a wait: people mistype
LONGEST = 300  # seconds
FREE_OF_ADDRESS = 30  # a whole office may be behind one address
LONGEST_OF_ADDRESS = 60  # seconds
FORGOTTEN = 3600  # seconds without another failure
ANYWHERE = ""  # an address for failures that are counted together, wherever they come from
EACH = 4  # failures a day that are recorded one by one; after that every doubling
_DAY = 86_400  # seconds
_MOST = 4096  # remembered of each kind; the oldest go first


@dataclass
class _Failures:
    """A bounded table of counts, with when each was last raised."""

    free: int
    longest: int
    _counted: OrderedDict[Hashable, tuple[int, int]] = field(default_factory=OrderedDict)

    def wait(self, key: Hashable, *, now: int) -> int:
        count, last = self._counted.get(key, (0, 0))
        delay = 0 if count <= self.free else min(2 ** (count - self.free), self.longest)
        return max(0, last + delay - now)

    def failed(self, key: Hashable, *, now: int) -> None:
        count, last = self._counted.pop(key, (0, 0))
        count = 0 if now - last > FORGOTTEN else count
        _keep(self._counted, key, (min(count + 1, self.free + 9), now))

    def forget(self, key: Hashable) -> None:
        self._counted.pop(key, None)


@dataclass
class LoginDelays:
    """The failures of each (login, address), of each address and of each account."""

    _of_login: _Failures = field(default_factory=lambda: _Failures(FREE, LONGEST))
    _of_address: _Failures = field(default_factory=lambda: _Failures(FREE_OF_ADDRESS, LONGEST_OF_ADDRESS))
    _at_home: OrderedDict[Hashable, bool] = field(default_factory=OrderedDict)
    _recorded: OrderedDict[Hashable, tuple[int, int]] = field(default_factory=OrderedDict)

    def wait(self, login: str, address: str, *, now: int) -> int:
        """Give the seconds until the next try may be made."""
        own = self._of_login.wait((login, address), now=now)
        return own if (login, address) in self._at_home else max(own, self._of_address.wait(address, now=now))

    def failed(self, login: str, address: str, *, now: int) -> None:
        """Count a failure."""
        self._of_login.failed((login, address), now=now)
        if address != ANYWHERE:
            self._of_address.failed(address, now=now)

    def succeeded(self, login: str, address: str) -> None:
        """Forget the failures of this login; the address goes on counting those of others."""
        self._of_login.forget((login, address))
        _keep(self._at_home, (login, address), True)

    def to_record(self, who: str, *, now: int) -> int | None:
        """Count a failure of the account *who*; give how many there were today if this one is to be recorded.

        So nobody fills the record by failing: a thousand failures are a dozen entries.
        """
        day, count = self._recorded.pop(who, (0, 0))
        count = count + 1 if day == now // _DAY else 1
        _keep(self._recorded, who, (now // _DAY, count))
        return count if count <= EACH or count & (count - 1) == 0 else None


def _keep(table: OrderedDict[Hashable, V], key: Hashable, value: V) -> None:
    table.pop(key, None)
    table[key] = value
    if len(table) > _MOST:
        table.popitem(last=False)
