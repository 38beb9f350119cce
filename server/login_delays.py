"""How long somebody who failed to sign in waits before the next try: longer each time, never for good.

Counted for a login from one address, so that nobody can keep an officer out from elsewhere. What one process counts is
lost when it ends and not shared with others: the hash itself, one at a time, is what holds guessing down.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

FREE = 3  # failures without a wait: people mistype
LONGEST = 300  # seconds
_MAX_COUNTED = 4096  # pairs remembered; the oldest go first


@dataclass
class LoginDelays:
    """The failures of each (login, address)."""

    _failed: OrderedDict[tuple[str, str], tuple[int, int]] = field(default_factory=OrderedDict)

    def wait(self, login: str, address: str, *, now: int) -> int:
        """Give the seconds until the next try may be made."""
        count, last = self._failed.get((login, address), (0, 0))
        delay = 0 if count <= FREE else min(2 ** (count - FREE), LONGEST)
        return max(0, last + delay - now)

    def failed(self, login: str, address: str, *, now: int) -> None:
        """Count a failure."""
        key = (login, address)
        count = self._failed.pop(key, (0, 0))[0]
        self._failed[key] = (min(count + 1, FREE + 9), now)
        if len(self._failed) > _MAX_COUNTED:
            self._failed.popitem(last=False)

    def succeeded(self, login: str, address: str) -> None:
        """Forget the failures."""
        self._failed.pop((login, address), None)
