"""Lists of watched cases whose proofs were shown, so that the next time a list's digest is enough.

They are in memory only, and bounded: a server that does not know a digest, having been started again or being another
one, asks for the list. The digest is over the proofs: who could not show the list cannot make it, and it tells two
requests to be of one device no more than the list itself does.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.watch import Hello, Watch
from sync.canonical import b64u_encode, canonical, h16

MOST = 16_384  # lists, of about 600 bytes each
_CASE = 24  # characters


@dataclass
class WatchLists:
    """The lists that one server process was shown, those asked for last at the end."""

    most: int = MOST
    _lists: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def watches_of(self, hello: Hello) -> Sequence[Watch] | None:
        """Give what *hello* watches, and keep a list that it shows; None for a digest that stands for no list here."""
        if hello.watched is None:
            self._keep(hello.watch)
            return hello.watch
        cases = self._find(hello.watched.digest)
        if len(cases) != len(hello.watched.known):
            return None
        return [Watch(case, None, known) for case, known in zip(cases, hello.watched.known, strict=True)]

    def _keep(self, watches: Sequence[Watch]) -> None:
        if not watches or not all(watch.is_proven and not watch.whole for watch in watches):
            return
        digest = digest_of(watches)
        self._lists[digest] = "".join(watch.case for watch in watches)
        self._lists.move_to_end(digest)
        if len(self._lists) > self.most:
            self._lists.popitem(last=False)

    def _find(self, digest: str) -> list[str]:
        joined = self._lists.get(digest, "")
        if joined:
            self._lists.move_to_end(digest)
        return [joined[at : at + _CASE] for at in range(0, len(joined), _CASE)]


def digest_of(watches: Sequence[Watch]) -> str:
    """Name a list of watched cases, whatever is known of them, as the device does that keeps it."""
    return b64u_encode(h16(canonical(["watch2", *([watch.case, watch.proof] for watch in watches)])))
