"""What the console asks to have a lost receipt code voided and the case go on under a new one, in person."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.casework.event_checks import signature_problem, steps_of
from server.erasure.voiding import NotVoided, VoidedBefore, Voiding, void_code
from server.exchange import intake_of
from server.guard import user_of
from server.items import Item, ItemRefused, parse_line, read_item
from server.ndjson import JsonAnswer, Problem
from server.office import Office, office_of
from server.posted import read_body
from server.watch import case_versions, marks_of
from sync.document import Doc
from sync.errors import OpenError
from sync.receipt_code import spoken_number
from sync.shape import is_case, v_of
from sync.statements import verify_code_mark

VOID_LIMIT = 512 * 1024  # bytes: a few standing versions, and what was said
_MOST = 8  # standing versions
_MOST_SAID = 40  # messages from either side; pwa/staff/void-code.js takes no more along
_BRACKETS = 64 * (_MOST + 2 * _MOST_SAID + 1)
COUNTER = "counter"
_TYPES = ("application", "complaint", "message")


async def void_case_code(request: Request) -> Response:
    """Answer `POST /staff/api/cases/{case}/void` with `{"identity":true,"mark","items":[[version,wrap]…],"events"}`."""
    office, old = office_of(request), request.path_params["case"]
    try:
        body = parse_line(await read_body(request, limit=VOID_LIMIT), limit=VOID_LIMIT, brackets=_BRACKETS)
    except ItemRefused as refused:
        return Problem(400, "bad-voiding", refused.reason)
    if not is_case(old) or not await case_versions(office.databases.cases, old):
        return Problem(404, "not-found")
    match body:
        case {"identity": True, "mark": dict(mark), "items": [_, *_] as items, "events": [*events]}:
            reason = await _reason_against(office, old, mark, items=items, events=events)
        case {"identity": False}:
            reason = "identity"
        case _:
            reason = "malformed"
    if reason == "voided":
        return await _voided(office, old)
    if reason:
        return Problem(409 if reason == "gone" else 422, "bad-voiding", reason)
    about = {"case": old, "new": mark["to"], "identity": "seen"}
    await office.audit.write("void-code", who=user_of(request).login, about=about)
    voiding = Voiding(old=old, mark=mark, items=items, events=events)
    try:
        keys = await void_code(office.databases, intake_of(office), voiding)
    except VoidedBefore:
        return await _voided(office, old)
    except NotVoided as refused:
        return Problem(409 if str(refused) == "gone" else 422, "bad-voiding", str(refused))
    return JsonAnswer({"keys": keys})


async def _voided(office: Office, old: str) -> Response:
    """Say that somebody was first, and the number under which the case goes on."""
    to = dict(await marks_of(office.databases.cases, old))["voided"]["to"]
    content = {"error": "bad-voiding", "reason": "voided", "case": to, "number": spoken_number(to)}
    return JsonAnswer(content, status_code=409)


async def _reason_against(office: Office, old: str, mark: Doc, *, items: list[Any], events: list[Any]) -> str | None:
    new = _signed_for(office, old, mark)
    if new is None:
        return "signature"
    cases = office.databases.cases
    for name, standing in await marks_of(cases, old):
        if name == "erase" or standing != mark:
            return {"erase": "gone"}.get(name, name)
    try:
        versions = [_read(office, item).version for item in items]
    except ItemRefused as refused:
        return refused.reason
    if not _are_counters(versions, new):
        return "items"
    before = {version["_id"] for version in await case_versions(cases, new)}
    if not before <= {version["_id"] for version in versions}:
        return "new-case"
    return _reason_against_events(office, events, new, versions)


def _read(office: Office, item: Any) -> Item:
    line = json.dumps(item, separators=(",", ":")).encode()
    return read_item(line, forms=office.forms, key_list=office.key_list, now=office.clock())


def _are_counters(versions: Sequence[Doc], case: str) -> bool:
    said = sum(version["type"] == "message" for version in versions)
    return 0 < len(versions) - said <= _MOST and said <= _MOST_SAID and all(_is_counters(one, case) for one in versions)


def _is_counters(version: Doc, case: str) -> bool:
    of = version["_id"].split(".")[1]
    return of == case and version["channel"] == COUNTER and version["type"] in _TYPES


def _reason_against_events(office: Office, events: Sequence[Any], case: str, versions: Sequence[Doc]) -> str | None:
    if len(events) > _MOST_SAID + 1:
        return "event"
    steps, known = steps_of(office, versions), {v_of(version) for version in versions}
    for n, event in enumerate(events, 1):
        if problem := signature_problem(office, event):
            return problem
        if (event["case"], event["n"]) != (case, n) or event["step"] not in steps or not known.issuperset(event["on"]):
            return "event"
    return None


def _signed_for(office: Office, old: str, mark: Doc) -> str | None:
    key = office.key_list.find(str(mark.get("kid")))
    if key is None or key.use != "office" or key.state != "primary" or "_rev" in mark:
        return None
    try:
        of, new = verify_code_mark(mark, key.pub)
    except OpenError:
        return None
    return new if of == old else None
