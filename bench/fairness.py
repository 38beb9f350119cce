"""Whether a village with one exchange in three days gets places as often as the town, by the rules of its rounds.

Simulated are weeks of an office that has fewer places than people ask for. The town sees what is left and books at
once, asks again each day, and waits in the list; the village ranks hours without a signal and its wishes arrive with
the next exchange. Everybody gives up after `PATIENCE` days. `without` is the village's success where nothing is kept.
"""

import json
import random
from dataclasses import dataclass, field
from typing import Any

from server.appointments.offers import DRAW, RELEASE, Offer
from server.appointments.rounds import Room, Waiting, give, kept_share, order_of

DAY = 24 * 3600
HOUR = 3600
WEEKS, WARM_UP = 40, 6  # of which the first are not counted: the share follows what was asked lately
AHEAD = 14  # days from publishing to the day itself
PLACES = 60  # a week, five days of three hours
DEMAND = 1.5  # people for each place
PATIENCE = 14  # days
EVERY = 3  # days between two exchanges of the village
ROUND = 17 * HOUR  # of each day
VILLAGES = (0.15, 0.35, 0.6, 0.8)  # of the people, in turn; of fewer, a week keeps too few places for any rule
WISHES = 8


@dataclass
class Person:
    """Somebody who wants one place."""

    name: str
    is_village: bool
    arrives: int
    phase: int  # seconds until the first exchange of somebody in the village
    has_tried: bool = False
    is_waiting: bool = False
    lost: int = 0
    wish: tuple[str, ...] = ()
    has_place: bool = False
    is_counted: bool = False


@dataclass
class Office:
    """What is on offer, who waits, and what was asked lately."""

    chance: random.Random
    keeps: bool
    offers: dict[str, Offer] = field(default_factory=dict)
    taken: dict[str, set[int]] = field(default_factory=dict)
    wished: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def publish(self, now: int) -> None:
        """Publish a week, keeping what the proportion of the last four weeks says."""
        lately = now - 28 * DAY
        share = kept_share(sum(at > lately for at in self.wished), sum(at > lately for at in self.asked), 100)
        each = PLACES // 15
        for n in range(15):
            begins = now + (AHEAD + n // 3) * DAY + (1 + n % 3) * HOUR
            # A share of a few places is a whole number; which hours keep one more follows from the rest.
            kept = (share * each * (n + 1)) // 100 - (share * each * n) // 100 if self.keeps else 0
            name = f"{begins}"
            self.offers[name] = Offer(
                id=name, kind="office", place="", area=None, begins=begins, ends=begins + HOUR, places=each, kept=kept,
                priority=0, at=now,
            )  # fmt: skip
            self.taken[name] = set()

    def open(self, now: int) -> list[Offer]:
        """Give what is open."""
        return [offer for offer in self.offers.values() if offer.is_open(now)]

    def book(self, person: Person, now: int) -> bool:
        """Give the first free place of any hour, in an order of the person's own."""
        offers = self.open(now)
        self.chance.shuffle(offers)
        for offer in offers:
            free = set(offer.numbers(priority=False, drawn=False, now=now)) - self.taken[offer.id]
            if free:
                self.taken[offer.id].add(min(free))
                person.has_place = True
                return True
        return False

    def hold_round(self, name: str, people: dict[str, Person], now: int) -> None:
        """Hold the round of a day."""
        drawn = {offer.id: offer for offer in self.open(now) if offer.draws_from <= now}
        waiting = {
            one.name: Waiting(one.name, one.wish, lost=one.lost, has_tried=one.has_tried)
            for one in people.values()
            if one.is_waiting and any(offer in drawn for offer in one.wish)
        }
        rooms = {
            id_: Room([n for n in offer.numbers(priority=False, drawn=True, now=now) if n not in self.taken[id_]])
            for id_, offer in drawn.items()
        }
        before = {id_: list(room.anybody) for id_, room in rooms.items()}
        given = give(order_of(name, waiting.values()), waiting, rooms)
        for id_, room in rooms.items():
            self.taken[id_] |= set(before[id_]) - set(room.anybody)
        for one in given:
            people[one.case].has_place, people[one.case].is_waiting = True, False
        for case in waiting.keys() - {one.case for one in given}:
            people[case].lost += 1


def simulate(seed: int, village: float, *, keeps: bool = True) -> tuple[float, float]:
    """Give the success of the village and of the town."""
    chance = random.Random(seed)
    office, everybody = Office(chance, keeps), _people(chance, village)
    here: dict[str, Person] = {}
    ahead = sorted(everybody, key=lambda one: -one.arrives)
    for now in range(0, WEEKS * 7 * DAY, HOUR):
        if now % (7 * DAY) == 8 * HOUR:
            office.publish(now)
        while ahead and ahead[-1].arrives <= now:
            one = ahead.pop()
            here[one.name] = one
        here = {name: one for name, one in here.items() if not one.has_place and now < one.arrives + PATIENCE * DAY}
        for one in list(here.values()):
            _act(one, office, now)
        if now % DAY == ROUND:
            office.hold_round(f"{now // DAY}", {name: one for name, one in here.items() if not one.has_place}, now)
    counted = [one for one in everybody if WARM_UP * 7 * DAY < one.arrives < (WEEKS - 3) * 7 * DAY]
    sides = [[one.has_place for one in counted if one.is_village is side] for side in (True, False)]
    return sides[0].count(True) / len(sides[0]), sides[1].count(True) / len(sides[1])


def _people(chance: random.Random, village: float) -> list[Person]:
    count = int(WEEKS * PLACES * DEMAND)
    return [
        Person(
            f"{n:06d}",
            chance.random() < village,
            chance.randrange(WEEKS * 7 * DAY) // HOUR * HOUR,
            chance.randrange(EVERY * 24) * HOUR,
        )
        for n in range(count)
    ]


def _act(one: Person, office: Office, now: int) -> None:
    since = now - one.arrives
    if one.is_village:
        if since >= one.phase and (since - one.phase) % (EVERY * DAY) == 0:
            _wish(one, office, now)
            if not one.is_counted:
                office.wished.append(now)
                one.is_counted = True
        return
    if since % DAY:
        return
    if not one.is_counted:
        office.asked.append(now)
        one.is_counted = True
    if not office.book(one, now):
        one.has_tried = True
        _wish(one, office, now)


def _wish(one: Person, office: Office, now: int) -> None:
    offers = [offer.id for offer in office.open(now)]
    office.chance.shuffle(offers)
    one.wish, one.is_waiting = tuple(offers[:WISHES]), bool(offers)


def measure() -> dict[str, Any]:
    """Simulate villages of several sizes; `ratio` is the worst of village over town, or the other way round."""
    assert DRAW == EVERY * DAY
    assert RELEASE == DAY
    rows = [(part, simulate(1, part), simulate(1, part, keeps=False)) for part in VILLAGES]
    return {
        "village_percent": [round(100 * part) for part, _, _ in rows],
        "village": [round(kept[0], 3) for _, kept, _ in rows],
        "town": [round(kept[1], 3) for _, kept, _ in rows],
        "without": [round(open_[0], 3) for _, _, open_ in rows],
        "ratio": round(min(min(kept) / max(kept) for _, kept, _ in rows), 3),
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
