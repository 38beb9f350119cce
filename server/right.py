"""What a right is: who may ask, and which types of documents the handler can read and write."""

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["administrator", "head", "officer", "desk", "volunteer", "hub", "peer", "stakeholder"]
ROLES: tuple[Role, ...] = get_args(Role)
Type = Literal[
    "public", "keys", "design",
    "application", "complaint", "message", "survey", "event", "booking", "gone", "code", "blob", "wrap",
    "user", "session", "device", "enrolment", "hub", "via", "peer", "link", "request",
    "officer-key", "former-key", "grant", "key-times", "audit", "erasing", "voiding", "upload", "tally",
    "refused-sends", "training", "class", "casework", "first-day", "stakeholder", "case-row", "checkpoint", "other",
]  # fmt: skip
TYPES: tuple[Type, ...] = get_args(Type)
PEER: Role = "peer"  # a program with an account of its own: no session opens what is its
STAKEHOLDER: Role = "stakeholder"  # another body with a token for the figures of its own groups: no session opens them
STEP_UP = 10 * 60  # seconds that a proof of who sits there counts


@dataclass(frozen=True)
class Right:
    """What a route is for.

    Attributes:
        roles: who may ask, beside nobody else; None is anybody, signed in or not.
        reads, writes: the types of documents that the handler can read and write, and no others. Beside them every
            route may leave its trace in the audit. A `case-row` is what the lists of the office say of a case, `other`
            what nobody here has written.
        needs_step_up: the session must have proved within the last minutes who sits there.
        is_for_setting_up: also for accounts that have no second factor yet and must set one up; the first is set up
            without stepping up, because there is nothing to prove it with but the password just typed.
    """

    roles: frozenset[Role] | None
    reads: tuple[Type, ...] = ()
    writes: tuple[Type, ...] = ()
    needs_step_up: bool = False
    is_for_setting_up: bool = False

    def allows(self, roles: frozenset[str]) -> bool:
        """Say whether somebody with *roles* may."""
        return self.roles is None or not self.roles.isdisjoint(roles)


# What the guard itself reads before it knows who asks, and writes when a session is used, ends or is proved anew.
DOOR = Right(None, ("user", "session"), ("user", "session"))
PEERS_DOOR = Right(None, ("peer",))
STAKEHOLDERS_DOOR = Right(None, ("stakeholder",))
