"""Who may do what: the one table of routes by roles and types of documents. What is not in it, nobody may do.

`server.guard` reads the roles before any handler runs; no handler asks for a role by itself. The types are all that a
handler finds in the databases: `server.confined` stands between.
"""

from collections.abc import Mapping

from server.right import (
    DOOR,
    PEER,
    PEERS_DOOR,
    ROLES,
    STAKEHOLDER,
    STAKEHOLDERS_DOOR,
    STEP_UP,
    TYPES,
    Right,
    Role,
    Type,
)

__all__ = [
    "DOOR", "PEER", "PEERS_DOOR", "RIGHTS", "ROLES", "STAKEHOLDER", "STAKEHOLDERS_DOOR", "STEP_UP", "TYPES", "Right",
    "Role", "Type",
]  # fmt: skip


def _anyone(*reads: Type, writes: tuple[Type, ...] = ()) -> Right:
    return Right(None, reads, writes)


def _only(
    *roles: Role,
    reads: tuple[Type, ...] = (),
    writes: tuple[Type, ...] = (),
    step_up: bool = False,
    setting_up: bool = False,
) -> Right:
    return Right(frozenset(roles), reads, writes, step_up, setting_up)


_STAFF: tuple[Role, ...] = ("administrator", "head", "officer", "desk")
_LEADERS: tuple[Role, ...] = ("administrator", "head")
_PAGE = _anyone()  # made from what is public when the server starts: no document is read for it

_VERSIONS: tuple[Type, ...] = ("application", "complaint", "message", "survey")
_CASE: tuple[Type, ...] = ("application", "complaint", "message")  # what can be under one code
_ENDS: tuple[Type, ...] = ("gone", "code")
# What intake looks at and keeps; a receipt is given by writing once more what it is for.
_CHECKED: tuple[Type, ...] = (*_ENDS, "wrap", "blob")
_KEPT: tuple[Type, ...] = (*_VERSIONS, "wrap")
_TAKEN: tuple[Type, ...] = (*_VERSIONS, *_CHECKED)
_UPLOAD = _anyone(*_TAKEN, "upload", writes=(*_KEPT, "blob", "upload"))

_REPORT: tuple[Type, ...] = ("public", "booking", "case-row", "device", "hub", "via", "upload", "refused-sends")
_GROUPS = _only(STAKEHOLDER, reads=("public", "booking", "case-row"))
_ASKED = _only(STAKEHOLDER, reads=("case-row",))
_BOOKING = _anyone(*_CASE, *_ENDS, "public", "booking", writes=("booking",))

# What programs may have in their databases: everything there, also what is not ours in the office's CouchDB.
_FACE: tuple[Type, ...] = (*_VERSIONS, *_ENDS, "event", "booking", "blob", "public", "keys", "design", "other")
_PEER = _only(PEER)
_COUCH = _only(PEER, reads=_FACE)
_NOTES = _only(PEER, reads=("checkpoint",), writes=("checkpoint",))
# A mark that ends a case or a code is heeded at once: the data keys go.
_HEEDED: tuple[Type, ...] = ("wrap", "erasing", "voiding", "casework")
_COUCH_WRITE = _only(
    PEER, reads=(*_FACE, *_HEEDED), writes=(*_VERSIONS, *_ENDS, "event", "blob", "public", "keys", *_HEEDED)
)

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
    "office_page": _PAGE,
    "office_period": _anyone("public"),
    "survey": _PAGE,
    "survey_thanks": _PAGE,
    "survey_poster": _PAGE,
    "guides": _PAGE,
    "search_guides": _PAGE,
    "guide": _PAGE,
    "answer_quiz": _PAGE,
    "fees": _PAGE,
    "promises": _PAGE,
    "choose": _PAGE,
    "choose_next": _PAGE,
    "apply": _PAGE,
    "track": _PAGE,
    # What everybody sends; a case is read with the proof that its receipt code gives.
    # An enrolled device reads by its signature what it collected; nobody's signature is needed to send.
    # A volunteer's phone brings the classes that it noted along, by count.
    "exchange": _anyone(
        *_TAKEN, "event", "device", "hub", "via", "class", "case-row", writes=(*_KEPT, "device", "hub", "via", "class")
    ),
    # A sealed file, under the digest that an accepted version names; it is read with the same proof as its case.
    "tell_uploads": _PAGE,
    "begin_upload": _UPLOAD,
    "show_upload": _UPLOAD,
    "add_to_upload": _UPLOAD,
    "post_to_upload": _UPLOAD,
    "blob": _anyone(*_CASE, *_ENDS, "blob"),
    # The same lines, carried as a file.
    "take_bundle": _anyone(*_TAKEN, writes=(*_KEPT, "blob")),
    # Who has the code of an enrolment, which counts once and for minutes, makes a device a volunteer's.
    "enrol_device": _anyone("enrolment", "device", writes=("enrolment", "device")),
    "review": _anyone(*_CASE),
    "send": _anyone(*_CHECKED, writes=_KEPT),
    "take_survey": _anyone(*_CHECKED, writes=_KEPT),
    "status": _anyone(*_CASE, *_ENDS, "event", "case-row"),
    "pace": _anyone("case-row"),
    # Hours on offer, and a place of one for who proves to hold a case's code.
    "booking": _PAGE,
    "offers": _anyone("public", "booking"),
    "bookings": _BOOKING,
    # What programs read: of figures what was published, of groups what is told to who holds their token.
    "open_package": _PAGE,
    "open_table": _anyone("public", "booking"),
    "groups": _GROUPS,
    "groups_table": _GROUPS,
    "send_event_request": _only(STAKEHOLDER, reads=(*_TAKEN, "stakeholder"), writes=(*_KEPT, "stakeholder")),
    "event_requests": _ASKED,
    "event_requests_table": _ASKED,
    "offers_page": _anyone("public", "booking"),
    "offer_calendar": _anyone("public"),
    "book": _BOOKING,
    # Staff, signed in or about to be.
    "to_console": _PAGE,
    "login_page": _PAGE,
    "login": _anyone("user", "session", writes=("session", "user")),
    "passkey_challenge": _anyone(),
    "logout": _only(*_STAFF, reads=("session",), writes=("session",), setting_up=True),
    "step_up": _only(*_STAFF, reads=("user", "session"), writes=("session", "user")),
    # The list of the first day is ticked off by what the audit has.
    "console": _only(*_STAFF, reads=("audit", "first-day")),
    "console_in": _only(*_STAFF, reads=("audit", "first-day")),
    "show_first_day": _only("officer", reads=("first-day",), writes=("first-day",)),
    "setup_page": _PAGE,
    "set_up": _anyone("user", "session", writes=("user", "session")),
    "accounts": _only("administrator", reads=("user",)),
    "add_account": _only("administrator", reads=("user",), writes=("user",), step_up=True),
    "change_account": _only("administrator", reads=("user", "session"), writes=("user", "session"), step_up=True),
    "sessions": _only("administrator", reads=("session",)),
    "end_session": _only("administrator", reads=("session",), writes=("session",)),
    # Everybody's own ways in.
    "security": _only(*_STAFF, reads=("user", "session"), setting_up=True),
    "set_up_app": _only(*_STAFF, reads=("user", "session"), writes=("user",), step_up=True, setting_up=True),
    "passkey_options": _only(*_STAFF, reads=("user",), setting_up=True),
    "add_passkey": _only(*_STAFF, reads=("user", "session"), writes=("user",), step_up=True, setting_up=True),
    "remove_passkey": _only(*_STAFF, reads=("user", "session"), writes=("user",), step_up=True),
    "recovery_codes": _only(*_STAFF, reads=("user", "session"), writes=("user",), step_up=True),
    "change_password": _only(*_STAFF, reads=("user", "session"), writes=("user", "session")),
    "end_sessions": _only(*_STAFF, reads=("session",), writes=("session",)),
    "volunteers": _only(*_LEADERS, reads=("device",)),
    "invite_device": _only(*_LEADERS, reads=("enrolment", "device"), writes=("enrolment",), step_up=True),
    "keep_device": _only(*_LEADERS, reads=("device",), writes=("device",), step_up=True),
    # Whoever hears of a lost phone must be quick: this asks for no proof, and takes nothing that was collected.
    "end_device": _only(*_LEADERS, reads=("device",), writes=("device",)),
    "stakeholders": _only("head", reads=("stakeholder",)),
    "add_stakeholder": _only("head", reads=("stakeholder",), writes=("stakeholder",), step_up=True),
    "add_group": _only("head", reads=("stakeholder", "case-row"), writes=("stakeholder",), step_up=True),
    # Whoever hears that a token is in wrong hands must be quick.
    "end_stakeholder": _only("head", reads=("stakeholder",), writes=("stakeholder",)),
    "staff_offers": _only("officer", "head", reads=("public", "booking")),
    "publish_offers": _only("officer", "head", reads=("public", "booking"), writes=("public",)),
    "close_offer": _only("officer", "head", reads=("public",), writes=("public",)),
    "calendar": _only("desk", "officer", "head", reads=("public", "booking", "code")),
    "arrivals": _only("desk", "officer", "head", reads=("public", "booking")),
    "note_arrival": _only("desk", "officer", reads=("public", "booking"), writes=("booking",)),
    "counter": _only("desk", "officer", reads=("case-row",)),
    "keys": _only("officer", reads=("officer-key", "grant")),
    "cases": _only("officer", reads=("case-row",)),
    "work": _only("officer", reads=("case-row", "casework")),
    "keep_case_work": _only("officer", reads=(*_CASE, *_ENDS, "user", "casework"), writes=("casework",)),
    "index": _only("officer", reads=(*_CASE, "wrap", "case-row")),
    "case_documents": _only("officer", reads=(*_CASE, *_ENDS, "event", "wrap", "casework", "case-row")),
    "case_blob": _only("officer", reads=(*_CASE, "blob")),
    "officers": _only("officer", "administrator", reads=("user", "officer-key", "grant")),
    "remove_officer": _only(
        "administrator", reads=("user", "grant", "session"), writes=("user", "grant", "session"), step_up=True
    ),
    "own_key": _only("officer", reads=("officer-key",), writes=("officer-key", "former-key"), step_up=True),
    "grant": _only("officer", reads=("user", "officer-key", "grant"), writes=("grant",), step_up=True),
    "unwrapped": _only("officer", reads=(*_VERSIONS, "wrap")),
    "rewrap": _only("officer", reads=("wrap",), writes=("wrap",), step_up=True),
    "end_rotation": _only("officer", reads=("wrap",), writes=("wrap",), step_up=True),
    "erase_case": _only(
        "officer",
        reads=(*_CASE, "wrap", "erasing", "casework", "case-row"),
        writes=("gone", "wrap", "erasing", "casework"),
        step_up=True,
    ),
    "void_code": _only(
        "officer",
        reads=(*_CASE, *_CHECKED, "event", "voiding"),
        writes=(*_CASE, "wrap", "code", "event", "voiding"),
        step_up=True,
    ),
    "export_case": _only(
        "officer",
        reads=(*_CASE, *_ENDS, "event", "booking", "blob", "wrap", "audit", "request", "case-row"),
        step_up=True,
    ),
    # A list as a file is made in the browser, of what it may read anyhow: this asks who sits there and keeps the deed.
    "note_list_export": _only("officer", step_up=True),
    # Who has the keys opens the answers to the survey, in the browser, and leaves their sums.
    "survey_answers": _only("officer", reads=("survey", "wrap")),
    "survey_sums": _only("officer", reads=("tally",), writes=("tally",)),
    "survey_report": _only("officer", "head", reads=("public", "tally", "case-row")),
    "survey_table": _only("officer", "head", reads=("tally", "case-row")),
    "figures": _only("officer", "head", reads=("public", "tally", "case-row")),
    "publish_figures": _only(
        "officer", "head", reads=("public", "tally", "case-row"), writes=("public",), step_up=True
    ),
    # Of what happens in the office; the second is the same as a file.
    "report": _only("officer", "head", reads=_REPORT),
    "report_table": _only("officer", "head", reads=_REPORT),
    "bundle_desk": _only("desk", "officer", "head"),
    "list_requests": _only("desk", "officer", "head", reads=("request",)),
    "add_request": _only("desk", "officer", reads=(*_CASE, "request"), writes=("request",)),
    "finish_request": _only("officer", reads=("request",), writes=("request",)),
    "requests": _only("desk", "officer", "head", reads=("request",)),
    "record_request": _only("desk", "officer", reads=("request", "case-row"), writes=("request",)),
    "close_request": _only("desk", "officer", reads=("request",), writes=("request",)),
    # What they publish everybody reads, so it asks who sits there.
    "guides_desk": _only("officer", "head", reads=("public",)),
    "new_guide": _only("officer", "head", reads=("public",)),
    "edit_guide": _only("officer", "head", reads=("public",)),
    "preview_guide": _only("officer", "head", reads=("public",)),
    "publish_guide": _only("officer", "head", reads=("public",), writes=("public",), step_up=True),
    "content": _only("officer", "head", reads=("public",)),
    "confirm_value": _only("officer", "head", reads=("public",), writes=("public",)),
    "edit_content": _only("officer", "head", reads=("public",)),
    "preview_content": _only("officer", "head", reads=("public",)),
    "publish_content": _only("officer", "head", reads=("public",), writes=("public",), step_up=True),
    "forms_desk": _only("officer", "head", reads=("public",)),
    "form_version": _only("officer", "head"),
    "classes": _only("desk", "officer", "head", reads=("class",)),
    "record_class": _only("desk", "officer", "head", reads=("class",), writes=("class",)),
    "training": _only(*_STAFF, reads=("training",)),
    "quiz": _only(*_STAFF),
    "finish_quiz": _only(*_STAFF, reads=("training",), writes=("training",)),
    "trained": _only(*_LEADERS, reads=("user", "device", "training")),
    "record_trained": _only(*_LEADERS, reads=("user", "device", "training"), writes=("training",)),
    "note_rescue": _only("officer"),
    "due": _only("officer", reads=("case-row",)),
    "tickets": _only("officer", reads=("public", "booking")),
    "audit_page": _only("head", reads=("audit",)),
    "add_event": _only("officer", reads=(*_CASE, *_ENDS, "event"), writes=("event",)),
    # The CouchDB face: an account of a peer, within its databases; wraps and staff are not among them for any.
    "couch": _PEER,
    "couch_welcome": _PEER,
    "couch_up": _PEER,
    "couch_session": _PEER,
    "couch_names": _PEER,
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
    "couch_local": _only(PEER, reads=("checkpoint",)),
    "couch_put_local": _NOTES,
    "couch_delete_local": _NOTES,
    "couch_document": _COUCH,
    "couch_put": _COUCH_WRITE,
    "couch_delete": _COUCH_WRITE,
}
