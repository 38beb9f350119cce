"""Who may do what: the one table of routes by roles by types of documents. What is not in it, nobody may do.

`server.guard` reads it before any handler runs; no handler asks for a role by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["administrator", "head", "officer", "desk", "volunteer", "hub"]
ROLES: tuple[Role, ...] = get_args(Role)
STEP_UP = 10 * 60  # seconds that a proof of who sits there counts


@dataclass(frozen=True)
class Right:
    """What a route is for.

    Attributes:
        roles: who may ask, beside nobody else; None is anybody, signed in or not.
        reads, writes: the types of documents that pass.
        needs_step_up: the session must have proved within the last minutes who sits there.
    """

    roles: frozenset[Role] | None
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    needs_step_up: bool = False

    def allows(self, roles: frozenset[str]) -> bool:
        """Say whether somebody with *roles* may."""
        return self.roles is None or not self.roles.isdisjoint(roles)


def _anyone(*reads: str, writes: tuple[str, ...] = ()) -> Right:
    return Right(None, reads, writes)


def _only(*roles: Role, reads: tuple[str, ...] = (), writes: tuple[str, ...] = (), step_up: bool = False) -> Right:
    return Right(frozenset(roles), reads, writes, step_up)


_SEALED = ("application", "complaint", "message", "survey", "wrap")
_STAFF: tuple[Role, ...] = ("administrator", "head", "officer", "desk")
_PAGE = _anyone("public")

RIGHTS: Mapping[str, Right] = {
    # What everybody reads.
    "root": _PAGE,
    "code": _PAGE,
    "ping": _PAGE,
    "office": _PAGE,
    "service_worker": _PAGE,
    "manifest": _PAGE,
    "asset": _PAGE,
    "texts": _PAGE,
    "form": _PAGE,
    "published_form": _PAGE,
    "packs": _PAGE,
    "packs_at_once": _PAGE,
    "pack": _PAGE,
    "to_home": _PAGE,
    "home": _PAGE,
    "mine": _PAGE,
    "case": _PAGE,
    "guide": _PAGE,
    "apply": _PAGE,
    "track": _PAGE,
    # What everybody sends; a case is read with the proof that its receipt code gives.
    "exchange": _anyone("event", "wrap", "application", writes=_SEALED),
    "review": _anyone(),
    "send": _anyone(writes=_SEALED),
    "status": _anyone("event"),
    # Staff, signed in or about to be.
    "to_console": _PAGE,
    "login_page": _PAGE,
    "login": _anyone("user", writes=("session",)),
    "logout": _only(*_STAFF, writes=("session",)),
    "step_up": _only(*_STAFF, reads=("user",), writes=("session",)),
    "console": _only("officer", reads=("user",)),
    "console_in": _only("officer", reads=("user",)),
    "keys": _only("officer", reads=("officer-key", "grant", "keys")),
    "cases": _only("officer", reads=("application", "complaint", "event")),
    "case_documents": _only("officer", reads=(*_SEALED, "event")),
    "erase_case": _only("officer", writes=("gone", "wrap"), step_up=True),
    "audit_page": _only("head", reads=("audit",)),
    "add_event": _only("officer", writes=("event",)),
}
