"""What a case's applicant may know by its code alone: where it stands and since when. No personal data."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.watch import case_versions, taken_events
from sync.document import Doc
from sync.events import MESSAGE, SENT
from sync.receipt_code import spoken_number
from sync.shape import v_of
from sync.store import Store


@dataclass(frozen=True)
class CaseStatus:
    """Where a case stands; `dates` are the steps so far, the first being that the office got it."""

    number: str
    service: str
    state: str
    dates: tuple[tuple[str, int], ...]
    versions: int
    wrote: int | None = None  # when the office's last message came

    @property
    def since(self) -> int:
        """Tell since when it stands there."""
        return self.dates[-1][1]


async def status_of(cases: Store, case: str, *, received: int | None, now: int) -> CaseStatus | None:
    """Give the status of a case, or None when the office has nothing of it.

    Args:
        received: when the office got it, as its lists say; what a device says of the time counts only without them.
    """
    versions = await case_versions(cases, case)
    if not versions:
        return None
    events = await taken_events(cases, case)
    wrote = max((event["at"] for event in events if event["step"] == MESSAGE), default=None)
    count = sum(version["type"] != "message" for version in versions)
    steps = [(event["step"], event["at"]) for event in events if event["step"] != MESSAGE]
    first = min(version["at"] for version in versions)
    sent = (SENT, min(first, now) if received is None else received)
    state = steps[-1][0] if steps else SENT
    return CaseStatus(spoken_number(case), versions[0]["service"], state, (sent, *steps), count, wrote)


def standing(versions: Sequence[Doc], kind: str) -> list[str]:
    """Give the v of each version of this type that none replaces: what a correction has to name."""
    own = [version for version in versions if version["type"] == kind]
    replaced = {v for version in own for v in version["prev"]}
    return [v_of(version) for version in own if v_of(version) not in replaced]
