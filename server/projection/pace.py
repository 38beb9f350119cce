"""How fast the office has been of late: from each step until the document was ready, by service; and what to expect.

Medians over the cases that were ready in the last half year, from the projection. It is an estimate and no promise, and
of fewer cases than `LEAST` nothing is said: one case is no measure, and would tell of somebody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from sync.events import SENT

LEAST = 5  # cases
RECENT = 180 * 86400  # seconds that count as of late
ENDS = ("diserahkan", "ditolak", "dibatalkan")
READY = ("siap_diambil", "diserahkan")  # what an applicant waits for; where the first was not recorded, the second
# Where it is the office's turn. How long an applicant takes to pay or to correct foretells nothing.
_OFFICES_TURN = frozenset(
    {SENT, "berkas_lengkap", "dibayar", "terjadwal", "biometrik_wawancara", "adjudikasi", "dicetak"}
)

DAY = 86400

Passed = tuple[str, str, int]  # service, step, seconds from it until the document was ready


@dataclass(frozen=True)
class Expected:
    """When a document should be ready (Unix time), by the median of so many cases; `is_late` when that has passed."""

    at: int
    count: int
    is_late: bool


@dataclass(frozen=True)
class Pace:
    """By service and step: the median seconds until ready, and of how many cases."""

    medians: Mapping[tuple[str, str], tuple[int, int]]

    def expected(self, service: str, step: str, since: int, *, now: int) -> Expected | None:
        """Say when a case that stands at *step* *since* then should be ready, if the past tells."""
        found = self.medians.get((service, step))
        if found is None:
            return None
        seconds, count = found
        return Expected(since + seconds, count, since + seconds < now)

    def to_json(self) -> dict[str, dict[str, list[int]]]:
        """Write it for phones: by service and step, the seconds and of how many cases."""
        told: dict[str, dict[str, list[int]]] = {}
        for (service, step), found in sorted(self.medians.items()):
            told.setdefault(service, {})[step] = list(found)
        return told


def pace_of(passed: Iterable[Passed]) -> Pace:
    """Sum up what single cases took."""
    by_step: dict[tuple[str, str], list[int]] = {}
    for service, step, seconds in passed:
        if step in _OFFICES_TURN:
            by_step.setdefault((service, step), []).append(seconds)
    return Pace({key: (round(median(all_)), len(all_)) for key, all_ in by_step.items() if len(all_) >= LEAST})


@dataclass(frozen=True)
class Flow:
    """What went through the office in some time: applications received and ended, and days from arrival until ready."""

    received: int = 0
    ended: int = 0
    days: tuple[float, ...] = ()

    @property
    def median_days(self) -> float | None:
        """Give the middle of the days, rounded to one tenth; None without any."""
        return round(median(self.days), 1) if self.days else None

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(self.received + other.received, self.ended + other.ended, (*self.days, *other.days))


@dataclass(frozen=True)
class Complaint:
    """When a complaint came, and what the office did about it, when."""

    service: str
    received: int
    steps: tuple[tuple[str, int], ...]
