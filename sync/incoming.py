"""What a document must be before it is stored, in CouchDB's rules and words. Pure; knows no store.

What is refused here is refused in one row of a batch; what slipped through could be stored and never read again.
"""

import json
import re
import uuid
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from sync.document import Doc, Rev
from sync.errors import BadRequest

# Members that CouchDB itself puts into documents and takes back without storing them.
_READ_ONLY = {"_revisions", "_revs_info", "_conflicts", "_deleted_conflicts", "_local_seq"}
# Members that CouchDB's replicator notes in its own documents, and that are stored as they come in any.
_NOTES = {f"_replication_{word}" for word in ("id", "state", "state_time", "state_reason", "stats")}
_OWN = {"_id", "_rev", "_deleted", "_attachments", *_READ_ONLY, *_NOTES}
_NAMED = ("_design/", "_local/")  # the ids that may begin with an underscore
_LONE = re.compile("[\ud800-\udfff]")  # surrogates, which no UTF-8 has
MAX_DEPTH = 400  # of arrays and objects in each other: what every reader of Python's can follow, whoever called it


def checked_id(doc: Any, *, new_edits: bool) -> str:
    """Give the id under which a document is to be stored; a new one without any gets one.

    Raises:
        BadRequest: it is no document, or has an id or a member that documents cannot have.
    """
    if not isinstance(doc, dict):
        raise BadRequest("Document must be a JSON object")
    unknown = [key for key in doc if not isinstance(key, str) or (key.startswith("_") and key not in _OWN)]
    if unknown or not isinstance(doc.get("_deleted", False), bool):
        raise _special(unknown[0] if unknown else "_deleted")
    doc_id = doc.get("_id", uuid.uuid4().hex if new_edits else None)
    if not isinstance(doc_id, str):
        raise BadRequest("Document id must be a string", error="illegal_docid")
    if not doc_id or doc_id in _NAMED:
        raise BadRequest("Document id must not be empty", error="illegal_docid")
    if doc_id.startswith("_") and not doc_id.startswith(_NAMED):
        raise BadRequest("Only reserved document ids may start with underscore.", error="illegal_docid")
    if _LONE.search(doc_id):
        raise BadRequest("Document id must be UTF-8", error="illegal_docid")
    return doc_id


def given_attachments(doc: Doc) -> dict[str, dict[str, Any]]:
    """Give a document's attachments by name, as they came.

    Raises:
        BadRequest: they are none, or one has a name that it cannot have.
    """
    given = doc.get("_attachments", {})
    if not isinstance(given, dict) or not all(isinstance(value, dict) for value in given.values()):
        raise _special("_attachments")
    for name in given:
        if name.startswith("_"):
            raise BadRequest(f"Attachment name '{name}' starts with prohibited character '_'")
    return given


def history_of(doc: Doc) -> list[Rev]:
    """Give the revs that a replicated document brings, its own first.

    Raises:
        BadRequest: it has no rev, or a history that is not its own.
    """
    rev = Rev.parse(doc.get("_rev"))
    history = doc.get("_revisions")
    if history is None:
        return [rev]
    match history:
        case {"start": int(start), "ids": [*ids]} if 0 < len(ids) <= start:
            path = [_rev(start - age, sig) for age, sig in enumerate(ids)]
        case _:
            raise BadRequest("_revisions is not a history", error="doc_validation")
    if path[0] != rev:
        raise BadRequest("_revisions does not begin with _rev", error="doc_validation")
    return path


def _rev(generation: int, sig: object) -> Rev:
    with suppress(BadRequest):
        if isinstance(sig, str):
            return Rev.parse(f"{generation}-{sig}")
    raise BadRequest("_revisions is not a history", error="doc_validation")


def bare(doc: Doc) -> dict[str, Any]:
    """Give the members that are the document's own and not the store's."""
    return {key: value for key, value in doc.items() if not key.startswith("_") or key in _NOTES}


def to_text(content: dict[str, Any]) -> str:
    """Write a document's content as JSON.

    Raises:
        BadRequest: it is not JSON: a lone surrogate, a number that is none, values too deep in each other.
    """
    try:
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRequest(f"Document is not JSON: {type(error).__name__}") from None
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_deeper([content], MAX_DEPTH):
        raise BadRequest("Document is nested too deeply")
    return text


def _is_deeper(values: Iterable[Any], depth: int) -> bool:
    """Go down level by level, not by recursion: the question is whether recursion would come to an end."""
    level = [value for value in values if isinstance(value, dict | list | tuple)]
    while level and depth:
        inside = [value.values() if isinstance(value, dict) else value for value in level]
        level = [item for items in inside for item in items if isinstance(item, dict | list | tuple)]
        depth -= 1
    return bool(level)


def _special(member: object) -> BadRequest:
    return BadRequest(f"Bad special document member: {member}", error="doc_validation")
