"""What the lists of the office say of one case, and how that follows from its versions and steps; plain values only."""

from dataclasses import asdict, dataclass
from typing import Any

from sync.events import MESSAGE, SENT
from sync.receipt_code import spoken_number

Event = tuple[int, str, int, str]  # n, step, at, and the v of each version that it is about
Version = tuple[Any, ...]  # kind, arrived, service, form, at, received, channel, area, id


@dataclass(frozen=True)
class CaseRow:
    """One case in a list.

    Attributes:
        received: when the office got the first version; where the lists were lost, by the device's clock.
        last_at: the time of the last event or version.
        number: to say aloud.
        kind: `app`, an application, or `cmp`, a complaint.
        waiting: how many messages of the applicant no step of the office is about.
        formers: the cases under codes that were voided, of which this one is the continuation, the first one first.
    """

    case: str
    service: str
    form: str
    first_at: int
    last_at: int
    received: int
    state: str
    n: int
    versions: int
    area: str | None
    channel: str
    number: str
    kind: str
    waiting: int = 0
    formers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """Cases in the order of their arrival, where the next page begins, and how many cases each state has."""

    rows: tuple[CaseRow, ...]
    next: str | None
    counts: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """Write it for the console."""
        return asdict(self)


def summary(case: str, versions: list[Version], before: list[Event], own: list[Event]) -> list[Any]:
    """Give the columns of a case but the last ones, from its versions (messages last) and steps (former ones first)."""
    kind, _, service, _, first_at, received, *_ = versions[0]
    *_, form, _, _, channel, area, _ = next((row for row in reversed(versions) if row[0] != "msg"), versions[-1])
    # A clock that is ahead must not keep a case out of the list of those that wait.
    last_at = max([min(version[4:6]) for version in versions] + [at for _, _, at, _ in (*before, *own)])
    steps = [step for _, step, _, _ in (*before, *own) if step != MESSAGE]
    state, n = steps[-1] if steps else SENT, own[-1][0] if own else 0
    number, waiting = spoken_number(case), _waiting(case, versions, own)
    count = sum(version[0] != "msg" for version in versions)
    return [case, service, form, first_at, last_at, received, state, n, count, area, channel, number, kind, waiting]


def _waiting(case: str, versions: list[Version], events: list[Event]) -> int:
    """Count the messages that no step names: by what steps are about and not by the time, which clocks tell wrongly."""
    seen = {v for *_, about in events for v in about.split()}
    return sum(id_.startswith(f"msg.{case}.") and id_.rpartition(".")[2] not in seen for *_, id_ in versions)
