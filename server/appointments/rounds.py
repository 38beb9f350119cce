"""How a round gives places to those who wait: the same list in, the same places out, each with its reason.

Everybody in a round is put in one order. First come those who could not be online, then those who asked online and
found no place. Within each, whoever went away empty from more rounds goes before. Among equals a draw decides, and
nobody can aim at a good draw, because it is made of everybody who is in the round. Then each in turn gets the first of
their wishes that has a place: so it never pays to name another wish first than the true one. docs/queue.md tells it in
plain words.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MARGIN = 0.01  # of the places


@dataclass(frozen=True)
class Waiting:
    """A case that waits.

    Attributes:
        wish: offers, the best first.
        has_priority: it declares to need a place of those.
        lost: rounds from which it went away empty.
        has_tried: it asked online and found no place.
    """

    case: str
    wish: tuple[str, ...]
    has_priority: bool = False
    lost: int = 0
    has_tried: bool = False


@dataclass
class Room:
    """The free places of an offer: those for anybody in a round, and those for who declares priority."""

    anybody: list[int]
    reserved: list[int] = field(default_factory=list)

    def take(self, *, has_priority: bool) -> int | None:
        """Take the first place that one may have, the reserved ones last, so that others are not the fewer."""
        if self.anybody:
            return self.anybody.pop(0)
        return self.reserved.pop(0) if has_priority and self.reserved else None


@dataclass(frozen=True)
class Given:
    """A place that the round gives; `draw` is the case's turn, `rank` which of its wishes this is, from 1."""

    case: str
    offer: str
    draw: int
    rank: int


def order_of(name: str, waiting: Iterable[Waiting]) -> list[str]:
    """Put everybody in a round into their order; *name* is the round's."""
    everybody = {one.case: one for one in waiting}
    lots = lots_of(name, everybody)
    order = sorted(everybody.values(), key=lambda one: (one.has_tried, -one.lost, lots[one.case]))
    return [one.case for one in order]


def lots_of(name: str, cases: Iterable[str]) -> dict[str, str]:
    """Draw a lot for each of *cases*, everybody in the round; among equals the lower one comes first."""
    everybody = sorted(cases)
    seed = ",".join([name, *everybody])
    return {case: hashlib.sha256(f"{seed}/{case}".encode()).hexdigest() for case in everybody}


def give(order: Sequence[str], waiting: Mapping[str, Waiting], rooms: Mapping[str, Room]) -> list[Given]:
    """Give each in turn the first wish that has a place; the rooms are the emptier for it."""
    given = []
    for draw, case in enumerate(order, 1):
        one = waiting.get(case)
        for rank, offer in enumerate(one.wish if one else (), 1):
            room = rooms.get(offer)
            if one and room and room.take(has_priority=one.has_priority) is not None:
                given.append(Given(case, offer, draw, rank))
                break
    return given


def kept_share(wishes: int, online: int, places: int) -> int:
    """Give how many of *places* to keep, so that both ways are as likely to succeed: in the proportion of who asked.

    A little more, because a wish is on its way for days in which the others ask; what is too much is released.

    Args:
        wishes: cases that lately asked by a wish.
        online: cases that lately asked online, those that found no place too.
    """
    if not wishes:
        return 0
    return min(places, math.floor(places * (wishes / (wishes + online) + MARGIN)) if online else places)
