"""Who may do what: the one table of routes by roles. What is not in it, nobody may do.

`server.guard` reads it before any handler runs; no handler asks for a role by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["administrator", "head", "officer", "desk", "volunteer", "hub", "peer"]
ROLES: tuple[Role, ...] = get_args(Role)
PEER: Role = "peer"  # a program with an account of its own: no session opens what is its
STEP_UP = 10 * 60  # seconds that a proof of who sits there counts


@dataclass(frozen=True)
class Right:
    """What a route is for.

    Attributes:
        roles: who may ask, beside nobody else; None is anybody, signed in or not.
        reads, writes: the types of documents that pass, for who reads this table; code does not look at them.
        needs_step_up: the session must have proved within the last minutes who sits there.
        is_for_setting_up: also for accounts that have no second factor yet and must set one up; the first is set up
            without stepping up, because there is nothing to prove it with but the password just typed.
    """

    roles: frozenset[Role] | None
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    needs_step_up: bool = False
    is_for_setting_up: bool = False

    def allows(self, roles: frozenset[str]) -> bool:
        """Say whether somebody with *roles* may."""
        return self.roles is None or not self.roles.isdisjoint(roles)


def _anyone(*reads: str, writes: tuple[str, ...] = ()) -> Right:
    return Right(None, reads, writes)


def _only(
    *roles: Role,
    reads: tuple[str, ...] = (),
    writes: tuple[str, ...] = (),
    step_up: bool = False,
    setting_up: bool = False,
) -> Right:
    return Right(frozenset(roles), reads, writes, step_up, setting_up)


_SEALED = ("application", "complaint", "message", "survey", "wrap")
_STAFF: tuple[Role, ...] = ("administrator", "head", "officer", "desk")
_LEADERS: tuple[Role, ...] = ("administrator", "head")
_PAGE = _anyone("public")
_TAKEN = ("application", "complaint", "message", "survey", "event", "gone", "blob", "public")  # of what peers write
_COUCH = _only(PEER, reads=_TAKEN)
_COUCH_WRITE = _only(PEER, writes=_TAKEN)

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
    "volunteer": _PAGE,
    "bundle": _PAGE,
    "poster": _PAGE,
    "guide": _PAGE,
    "apply": _PAGE,
    "track": _PAGE,
    # What everybody sends; a case is read with the proof that its receipt code gives.
    # An enrolled device reads by its signature what it collected; nobody's signature is needed to send.
    "exchange": _anyone(
        "event", "wrap", "application", "gone", "device", "hub", writes=(*_SEALED, "device", "hub", "via")
    ),
    # A sealed file, under the digest that an accepted version names; it is read with the same proof as its case.
    "tell_uploads": _PAGE,
    "begin_upload": _anyone("application", writes=("upload", "blob")),
    "show_upload": _anyone("application", "upload", "blob", writes=("blob",)),
    "add_to_upload": _anyone("application", "upload", writes=("upload", "blob")),
    "post_to_upload": _anyone("application", "upload", writes=("upload", "blob")),
    "blob": _anyone("application", "blob"),
    # The same lines, carried as a file.
    "take_bundle": _anyone("gone", "code", writes=_SEALED),
    # Who has the code of an enrolment, which counts once and for minutes, makes a device a volunteer's.
    "enrol_device": _anyone("enrolment", writes=("device",)),
    "review": _anyone(),
    "send": _anyone(writes=_SEALED),
    "status": _anyone("event"),
    # Staff, signed in or about to be.
    "to_console": _PAGE,
    "login_page": _PAGE,
    "login": _anyone("user", writes=("session", "user")),
    "passkey_challenge": _anyone(),
    "logout": _only(*_STAFF, writes=("session",), setting_up=True),
    "step_up": _only(*_STAFF, reads=("user",), writes=("session", "user")),
    "console": _only(*_STAFF, reads=("user",)),
    "console_in": _only(*_STAFF, reads=("user",)),
    "setup_page": _PAGE,
    "set_up": _anyone("user", writes=("user",)),
    "accounts": _only("administrator", reads=("user",)),
    "add_account": _only("administrator", writes=("user",), step_up=True),
    "change_account": _only("administrator", writes=("user", "session"), step_up=True),
    "sessions": _only("administrator", reads=("session",)),
    "end_session": _only("administrator", writes=("session",)),
    # Everybody's own ways in.
    "security": _only(*_STAFF, reads=("user", "session"), setting_up=True),
    "set_up_app": _only(*_STAFF, writes=("user",), step_up=True, setting_up=True),
    "passkey_options": _only(*_STAFF, reads=("user",), setting_up=True),
    "add_passkey": _only(*_STAFF, writes=("user",), step_up=True, setting_up=True),
    "remove_passkey": _only(*_STAFF, writes=("user",), step_up=True),
    "recovery_codes": _only(*_STAFF, writes=("user",), step_up=True),
    "change_password": _only(*_STAFF, writes=("user", "session")),
    "end_sessions": _only(*_STAFF, writes=("session",)),
    "volunteers": _only(*_LEADERS, reads=("device",)),
    "invite_device": _only(*_LEADERS, writes=("enrolment",), step_up=True),
    "keep_device": _only(*_LEADERS, writes=("device",), step_up=True),
    # Whoever hears of a lost phone must be quick: this asks for no proof, and takes nothing that was collected.
    "end_device": _only(*_LEADERS, writes=("device",)),
    "counter": _only("desk", "officer", reads=("application", "event")),
    "keys": _only("officer", reads=("officer-key", "grant", "keys")),
    "cases": _only("officer", reads=("application", "complaint", "event")),
    "index": _only("officer", reads=_SEALED),
    "case_documents": _only("officer", reads=(*_SEALED, "event")),
    "case_blob": _only("officer", reads=("application", "blob")),
    "officers": _only("officer", "administrator", reads=("user", "officer-key", "grant")),
    "remove_officer": _only("administrator", writes=("user", "grant", "session"), step_up=True),
    "own_key": _only("officer", writes=("officer-key",), step_up=True),
    "grant": _only("officer", writes=("grant",), step_up=True),
    "unwrapped": _only("officer", reads=(*_SEALED,)),
    "rewrap": _only("officer", writes=("wrap",), step_up=True),
    "end_rotation": _only("officer", writes=("wrap",), step_up=True),
    "erase_case": _only("officer", writes=("gone", "wrap"), step_up=True),
    "void_code": _only("officer", writes=("code", "application", "complaint", "event", "wrap"), step_up=True),
    "export_case": _only("officer", reads=(*_SEALED, "event", "code", "audit", "request"), step_up=True),
    "bundle_desk": _only("desk", "officer", "head"),
    "list_requests": _only("desk", "officer", "head", reads=("request",)),
    "add_request": _only("desk", "officer", writes=("request",)),
    "finish_request": _only("officer", writes=("request",)),
    "requests": _only("desk", "officer", "head", reads=("request",)),
    "record_request": _only("desk", "officer", writes=("request",)),
    "close_request": _only("desk", "officer", writes=("request",)),
    "note_rescue": _only("officer", writes=("audit",)),
    "due": _only("officer", reads=("application", "complaint", "event")),
    "audit_page": _only("head", reads=("audit",)),
    "add_event": _only("officer", writes=("event",)),
    # The CouchDB face: an account of a peer, within its databases; wraps and staff are not among them for any.
    "couch": _COUCH,
    "couch_welcome": _COUCH,
    "couch_up": _COUCH,
    "couch_session": _COUCH,
    "couch_names": _COUCH,
    "couch_database": _COUCH,
    "couch_make": _COUCH,
    "couch_add": _COUCH_WRITE,
    "couch_all_docs": _COUCH,
    "couch_all_docs_of": _COUCH,
    "couch_changes": _COUCH,
    "couch_changes_of": _COUCH,
    "couch_revs_diff": _COUCH,
    "couch_bulk_get": _COUCH,
    "couch_bulk_docs": _COUCH_WRITE,
    "couch_commit": _COUCH,
    "couch_local": _COUCH,
    "couch_put_local": _only(PEER, writes=("checkpoint",)),
    "couch_delete_local": _only(PEER, writes=("checkpoint",)),
    "couch_document": _COUCH,
    "couch_put": _COUCH_WRITE,
    "couch_delete": _COUCH_WRITE,
}
