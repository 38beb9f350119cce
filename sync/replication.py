"""The values of a replication: its limits, how far it is, what it left aside, and what it says at its end."""

from dataclasses import dataclass, field
from typing import NamedTuple

from sync.couch_http import Backoff, HttpLimits
from sync.document import Doc

# How a CouchDB is opened for a replication over a thin link: what is repeated is decided here, anew and in a smaller
# size, and a link that drops a connection after so many bytes is understood only where there is one connection.
LINK = HttpLimits(connections=1)
ONCE = Backoff(attempts=1)


@dataclass(frozen=True, kw_only=True)
class ReplicationLimits:
    """How much at once, and how long to try.

    Attributes:
        first: bytes of the first batch; those after it follow the measured speed.
        largest: bytes that a batch never exceeds, but for a single document; a few of them are in memory.
        seconds: what a batch may take on the link.
        rows: rows of the changes feed at most in one page.
        inline: bytes of attachments in one document up to which they travel in it; more is streamed.
        checkpoint: seconds between two checkpoints.
        attempts: failures in a row after which a side counts as away.
        alone: failures of one document, while the target answers, after which it is set aside.
        wait: seconds of one longpoll.
        again: seconds after which one that goes on for ever tries again what it set aside.
        set_aside: documents set aside at most; with more of them the checkpoint stands still.
    """

    first: int = 16 * 1024
    largest: int = 1024 * 1024
    seconds: float = 2.0
    rows: int = 1000
    inline: int = 4096
    checkpoint: float = 10.0
    attempts: int = 8
    alone: int = 3
    wait: float = 25.0
    again: float = 600.0
    set_aside: int = 1000
    backoff: Backoff = field(default_factory=lambda: Backoff(base=0.2, cap=30.0))


class SetAside(NamedTuple):
    """One rev that the target did not take, or the source did not give; tried again at the next start."""

    id: str
    rev: str
    error: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What was done since the start, in the numbers that CouchDB's checkpoints have."""

    checked: int = 0  # rows of the changes feed
    missing: int = 0  # revs that the target lacked
    read: int = 0
    written: int = 0
    size: int = 0  # bytes of documents and attachments written


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a replication is; `pending` rows of the feed are left, as far as the source tells."""

    tally: Tally
    pending: int
    seconds: float

    @property
    def rate(self) -> float:
        """Give the bytes written in a second."""
        return self.tally.size / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Give the seconds that are left at the pace so far, None where nothing is known yet."""
        return self.pending * self.seconds / self.tally.checked if self.tally.checked else None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How a replication ended.

    Attributes:
        since: where in the source's feed it began.
        last_seq: up to there the target has everything but what was set aside.
        checkpointed: False when a side does not let us write that down; the next time begins from zero.
    """

    since: str
    last_seq: str
    tally: Tally
    set_aside: tuple[SetAside, ...]
    seconds: float
    checkpointed: bool


class Fetched(NamedTuple):
    """A document on its way, with its size in bytes as JSON, attachments not counted."""

    doc: Doc
    size: int


class Mark(NamedTuple):
    """A place in the source's feed: what came before it is all handled when it comes by."""

    seq: str
    rows: int
    pending: int
