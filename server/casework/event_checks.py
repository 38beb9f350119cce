"""Whether a step that somebody sends is one that this office signed with the key in use, and one that its case has."""

from collections.abc import Collection, Sequence
from typing import Any

from server.office import Office
from sync.document import Doc
from sync.errors import OpenError
from sync.events import MESSAGE, STEPS, verify_event


def signature_problem(office: Office, event: Any) -> str | None:
    """Name what is wrong with an event's form, key or signature; None when it is the office's."""
    if not isinstance(event, dict) or "claim" in event or "_rev" in event:
        return "malformed"
    key = office.key_list.find(str(event.get("kid")))
    if key is None or key.use != "office" or key.state != "primary":
        return "kid-unknown"
    try:
        verify_event(event, key.pub)
    except OpenError:
        return "signature"
    return None


def steps_of(office: Office, versions: Sequence[Doc]) -> Collection[str]:
    """Name the steps that there are in a case: those of its form where that has its own."""
    named = [(version["service"], version["form"]) for version in versions if version["type"] != "message"]
    forms = [form for one in named if (form := office.forms.by_name(*one)) is not None]
    return next(({*form.steps, MESSAGE} for form in forms if form.steps), STEPS)
