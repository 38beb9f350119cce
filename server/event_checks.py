"""Whether a step that somebody sends is one that this office signed with the key in use."""

from typing import Any

from server.office import Office
from sync.errors import OpenError
from sync.events import verify_event


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
