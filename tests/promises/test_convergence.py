"""Promises 2 and 3 under whatever may happen, in any order: written, corrected, cut, repeated, restored, erased.

Phones, an office, its hub, a peer and files in schedules that Hypothesis makes up and shortens. After each step nothing
that was accepted is lost, nothing is there twice, no receipt is untrue, no phone has forgotten what the office lacks,
and no erased case is back; and when all links run at the end, everything is everywhere it belongs. `make chaos` tries
more.
"""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Coroutine
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sync.bundle import office_id
from sync.receipt_code import CodeKeys, derive, new_code
from sync.sqlite_store import open_sqlite
from tests.asgi import Answer
from tests.chaotic_hub import ChaoticHub
from tests.chaotic_office import GZIP, NEVER, ChaoticOffice
from tests.modelled_device import DAY, Device
from tests.sealed_items import NOW
from tests.small_hub import HubOfficeKeys

SCHEDULES = int(os.environ.get("RANTAU_CHAOS", "60"))
STEPS = int(os.environ.get("RANTAU_CHAOS_STEPS", "20"))
DEVICES = 3
YEAR = 365 * DAY
FOLDER = "/dev/shm" if os.path.isdir("/dev/shm") else None  # a commit there waits for no disk

T = TypeVar("T")
KEYS = HubOfficeKeys()

devices = st.integers(0, DEVICES - 1)
places = st.integers(0, 30)
faults = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"up": st.integers(0, 6000)}),
    st.fixed_dictionaries({"down": st.integers(0, 1500)}),
    st.fixed_dictionaries({"moments": st.integers(1, 24)}),
)


@cache
def pool() -> list[CodeKeys]:
    """Receipt codes are slow to derive on purpose: every schedule uses the same ones."""
    return [derive(new_code()) for _ in range(8)]


class Convergence(RuleBasedStateMachine):
    """The world: what was written, what was accepted and what was erased, whoever knows of it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(dir=FOLDER, prefix="rantau-chaos-"))
        self.office = ChaoticOffice(self.folder, KEYS, NOW)
        self.do(self.office.found())
        self.hub = ChaoticHub(self.folder / "hub", self.office, KEYS)
        self.do(self.hub.join())
        self.peer = open_sqlite(self.folder / "peer", "cases")
        self.devices = [Device(str(n), self.office.key_list, lambda: self.office.now) for n in range(DEVICES)]
        self.written: dict[str, str] = {}  # the case by version
        self.accepted: set[str] = set()  # a phone holds the office's receipt
        self.erased: set[str] = set()
        self.owing: set[str] = set()  # phones that have not exchanged since the last restore
        self.bodies: list[bytes] = []  # what was once on the way
        self.files: list[bytes] = []
        self.is_sound = True

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    @initialize()
    def begin(self) -> None:
        """An ordinary morning: a backup, and phones of which some have sent."""
        self.do(self.office.back_up())
        for device in range(DEVICES):
            self.write(device, device)
        self.exchange(0, {})

    @rule(device=devices, code=places)
    def write(self, device: int, code: int) -> None:
        """Somebody sends an application, or a correction of one: also of a case that another phone began."""
        keys = pool()[code % len(pool())]
        one = self.devices[device]
        if keys.case in one.cases and one.cases[keys.case].is_erased:
            return
        id_ = one.write(keys, recipient=("k1", KEYS.seal.pub), random=len(self.written))
        self.written[id_] = keys.case

    @rule(device=devices, fault=faults)
    def exchange(self, device: int, fault: dict[str, int]) -> None:
        self.office.now += 1
        one = self.devices[device]
        is_whole = self.do(one.exchange(lambda body: self.post(body, **fault)))
        self.accepted |= {item.id for item in one.outbox.values() if item.state == "done"}
        if is_whole:
            self.owing.discard(one.name)

    async def post(self, body: bytes, *, up: int = NEVER, down: int = NEVER, moments: int = NEVER) -> Any:
        """Carry a body, cut at a byte on the way up or down, to a process that may die."""
        self.bodies.append(body)
        is_cut = up < len(body)
        answer = await self.office.post(body[:up], cut=is_cut, moments=moments)
        return heard(answer, is_cut=is_cut, down=down)

    @rule(device=devices, fault=faults)
    def exchange_at_hub(self, device: int, fault: dict[str, int]) -> None:
        """A phone that meets the hub of its village gives it what waits, and hears what the hub has of the office."""
        up, down = fault.get("up", NEVER), fault.get("down", NEVER)

        async def post(body: bytes) -> Any:
            return heard(await self.hub.post(body[:up], cut=up < len(body)), is_cut=up < len(body), down=down)

        self.do(self.devices[device].exchange(post, at_hub=True))

    @rule(fault=faults)
    def relay(self, fault: dict[str, int]) -> None:
        self.office.now += 1
        self.do(self.hub.catch_up(**fault))
        self.bodies += self.hub.bodies[-1:]

    @precondition(lambda self: self.bodies)
    @rule(place=places, moments=st.one_of(st.just(NEVER), st.integers(1, 24)))
    def duplicate(self, place: int, moments: int) -> None:
        """What was on the way once arrives once more, long after."""
        self.do(self.office.post(self.bodies[place % len(self.bodies)], moments=moments))

    @precondition(lambda self: self.bodies)
    @rule(random=st.randoms(use_true_random=False))
    def reorder(self, random: Any) -> None:
        """Items of several requests arrive in another order, in one."""
        lines = [line for body in self.bodies if not body.startswith(GZIP) for line in body.splitlines()[1:]]
        random.shuffle(lines)
        self.do(self.office.post(b"\n".join([b'{"v":1}', *lines[:20]])))

    @rule(device=devices)
    def export(self, device: int) -> None:
        self.files.append(self.devices[device].export(office=office_id(KEYS.root.pub)))

    @precondition(lambda self: self.files)
    @rule(place=places, cut=st.one_of(st.just(NEVER), st.integers(5, 4000)))
    def import_(self, place: int, cut: int) -> None:
        """Somebody brings a file, whole or cut short."""
        answer = self.do(self.office.post(self.files[place % len(self.files)][:cut]))
        assert answer.status == 200 or cut < NEVER

    @rule(moments=st.one_of(st.just(NEVER), st.integers(1, 30)))
    def replicate(self, moments: int) -> None:
        self.do(self.office.replicate(self.peer, moments=moments))

    @rule()
    def back_up(self) -> None:
        self.office.now += 1
        self.do(self.office.back_up())

    @rule(place=places)
    def restore(self, place: int) -> None:
        backups = self.office.backups
        self.do(self.office.restore(backups[place % len(backups)][1]))
        self.owing = {device.name for device in self.devices}

    @precondition(lambda self: self.written)
    @rule(place=places, moments=st.one_of(st.just(NEVER), st.integers(1, 24)))
    def erase(self, place: int, moments: int) -> None:
        """The office erases a case that it has."""
        case = self.written[sorted(self.written)[place % len(self.written)]]
        if case not in {self.written.get(id_) for id_ in self.do(self.held())}:
            return
        self.do(self.office.erase(case, moments=moments))
        if f"gone.{case}" in self.do(ids(self.office.stores["cases"])):
            self.erased.add(case)

    @rule(device=devices, years=st.sampled_from([-1, 0, 1]))
    def jump(self, device: int, years: int) -> None:
        """A phone's clock loses its time, or finds it."""
        self.devices[device].offset = years * YEAR

    @rule(days=st.sampled_from([2, 16, 40]))
    def wait(self, days: int) -> None:
        """Time passes; an office makes its backups, and keeps none longer than phones keep their copies."""
        self.office.now += days * DAY
        self.do(self.office.back_up())

    @invariant()
    def nothing_is_lost_doubled_or_back(self) -> None:
        self.is_sound = False
        self.do(self.check())
        self.is_sound = True

    async def check(self) -> None:
        changes = [(await self.office.stores[name].changes(style="all_docs")).results for name in ("cases", "wraps")]
        assert [row.id for rows in changes for row in rows if len(row.revs) != 1] == [], "there is something twice"
        cases, wraps = [{row.id for row in rows if not row.deleted} for rows in changes]
        held = with_key(cases, wraps)
        known = {id_ for id_ in cases if id_.startswith("app.")}
        assert known <= set(self.written), "the office has what nobody wrote"
        assert {id_ for id_ in wraps if id_.split(".")[2] in self.erased} == set(), "an erased case is back"
        living = {id_ for id_, case in self.written.items() if case not in self.erased}
        on_phones = {id_ for device in self.devices for id_ in device.outbox}
        assert living - held - on_phones == set(), "forgotten by phone and office"
        for device in self.devices:
            receipts = {item.id for item in device.outbox.values() if item.state == "done"} & living
            if device.name not in self.owing:
                assert receipts <= held, "a receipt for what the office does not have"

    async def held(self) -> set[str]:
        """Give what the office holds with its key."""
        return with_key(*[await ids(self.office.stores[name]) for name in ("cases", "wraps")])

    def kept(self, found: set[Any]) -> set[Any]:
        """Leave out what nobody can open: a restored office takes no version of an erased case back."""
        return {leaf for leaf in found if leaf[0].startswith("gone.") or leaf[0].split(".")[1] not in self.erased}

    def teardown(self) -> None:
        try:
            if self.is_sound:
                self.settle()
        finally:
            self.do(self.office.stop())
            self.do(self.peer.close())
            self.do(self.hub.close())
            self.loop.close()
            shutil.rmtree(self.folder)

    def settle(self) -> None:
        """Let all links run, and see that everything is everywhere it belongs."""
        for device in self.devices:
            device.offset = 0
        self.office.now += 2 * YEAR  # what a wrong clock dated into the future has come
        for device in self.devices:
            device.retry()
        for _ in range(2):
            self.replicate(moments=NEVER)
            for _ in range(2):  # the first hears what became of a request that was cut
                self.relay({})
            for n in range(DEVICES):
                self.exchange(n, {})
        self.relay({})
        self.replicate(moments=NEVER)
        self.do(self.check())
        living = {id_ for id_, case in self.written.items() if case not in self.erased}
        assert self.do(self.held()) == living
        states = {item.state for device in self.devices for item in device.outbox.values() if item.id in living}
        assert states <= {"done"}
        assert self.do(self.hub.held()) == set(), "the hub keeps what the office has"
        here, there = [self.kept(self.do(leaves(store))) for store in (self.office.stores["cases"], self.peer)]
        assert here == there
        assert not any(item.case in self.erased for device in self.devices for item in device.outbox.values())


def heard(answer: Answer, *, is_cut: bool, down: int) -> tuple[list[Any], bool]:
    """Give the whole lines that a phone gets, and whether the answer came to its end."""
    *lines, _ = (b"" if is_cut else answer.body[:down]).split(b"\n")
    return [json.loads(line) for line in lines], answer.is_whole and not is_cut and down >= len(answer.body)


def with_key(cases: set[str], wraps: set[str]) -> set[str]:
    return {id_ for id_ in cases if f"w.{id_}" in wraps}


async def ids(store: Any) -> set[str]:
    return {row.id for row in await store.all_docs()}


async def leaves(store: Any) -> set[tuple[str, tuple[str, ...]]]:
    return {(row.id, row.revs) for row in (await store.changes(style="all_docs")).results}


@pytest.mark.timeout(3600)
class TestConvergence(Convergence.TestCase):
    settings = settings(
        max_examples=SCHEDULES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
