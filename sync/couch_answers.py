"""Reads CouchDB's answers into the values of the `Store` protocol. Plain functions; the wrong shape is any LookupError,
TypeError or ValueError, which `couch_http.parsed` turns into `Unavailable`.
"""

from collections.abc import Mapping
from typing import Any

from sync.document import Doc
from sync.errors import Unavailable
from sync.store import Attachment, Change, Changes, Got, Info, RevsDiff, Row


def info(body: Any, generation: str) -> Info:
    """Read `GET /{db}`."""
    return Info(
        doc_count=int(body["doc_count"]),
        doc_del_count=int(body.get("doc_del_count", 0)),
        update_seq=str(body["update_seq"]),
        generation=generation,
    )


def generation(body: Any) -> str:
    """Read the document that names the database's generation."""
    return str(body["generation"])


def document(body: Any) -> Doc:
    """Read a document."""
    if not isinstance(body, dict) or "_id" not in body:
        raise ValueError("not a document")
    return body


def rev(body: Any) -> str:
    """Read the rev that a single write was given."""
    return str(body["rev"])


def open_revs(body: Any) -> list[Doc | str]:
    """Read `?open_revs=`: documents, and the revs that are missing as text."""
    return [document(found["ok"]) if "ok" in found else str(found["missing"]) for found in body]


def rows(body: Any) -> list[Row]:
    """Read `_all_docs`."""
    return [_row(row) for row in body["rows"]]


def _row(row: Any) -> Row:
    if "error" in row:
        return Row(row["key"], None, error=row["error"])
    value = row["value"]
    return Row(row["id"], value["rev"], deleted=value.get("deleted", False), doc=row.get("doc"))


def changes(body: Any, limit: int | None) -> Changes:
    """Read `_changes`, seqs as text also where a server counts in numbers."""
    results = tuple(_change(change) for change in body["results"])
    # A server that does not tell what is left may have more when it gave as many as it was asked for.
    pending = body.get("pending", int(bool(results) and len(results) == limit))
    return Changes(results, str(body["last_seq"]), int(pending))


def _change(change: Any) -> Change:
    return Change(
        seq=str(change["seq"]),
        id=change["id"],
        revs=tuple(leaf["rev"] for leaf in change["changes"]),
        deleted=change.get("deleted", False),
        doc=change.get("doc"),
    )


def revs_diff(body: Any) -> dict[str, RevsDiff]:
    """Read `_revs_diff`."""
    return {
        doc_id: RevsDiff(tuple(diff["missing"]), tuple(diff.get("possible_ancestors", ())))
        for doc_id, diff in body.items()
        if diff["missing"]
    }


def got(body: Any) -> list[Got]:
    """Read `_bulk_get`."""
    return [_got(result) for result in body["results"]]


def _got(result: Any) -> Got:
    docs = tuple(document(found["ok"]) for found in result["docs"] if "ok" in found)
    errors = [found["error"]["error"] for found in result["docs"] if "error" in found]
    return Got(result["id"], docs, error=None if docs else (errors or ["not_found"])[0])


def purged(body: Any) -> dict[str, tuple[str, ...]]:
    """Read `_purge`."""
    return {doc_id: tuple(revs) for doc_id, revs in body["purged"].items()}


def attachment(headers: Mapping[str, str], data: bytes) -> Attachment:
    """Read an attachment; CouchDB's ETag is the digest of what it stored."""
    return Attachment(headers["Content-Type"], f"md5-{headers['ETag'].strip(chr(34))}", data)


def bytes_before(start: int, status: int, headers: Mapping[str, str]) -> int:
    """Say how many bytes of a stream come before *start*: all, where the server does not know ranges.

    Raises:
        Unavailable: it is a part, but another one.
    """
    if status != 206:
        return start
    if not headers.get("Content-Range", "").startswith(f"bytes {start}-"):
        raise Unavailable("another range than the one that was asked for")
    return 0
