"""What an embedded store reads: documents, lists and the changes feed, each on a connection of its own."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sync.document import Doc, Rev
from sync.errors import NotFound
from sync.revtree import RevTree, load
from sync.sqlite_attachments import inline, stubs_of, whole
from sync.sqlite_documents import last_seq, read_body, tree_of
from sync.store import Attachment, Change, Changes, Got, OpenRevs, RevsDiff, Row


def get(
    connection: sqlite3.Connection,
    doc_id: str,
    rev: str | None,
    *,
    revs: bool,
    conflicts: bool,
    latest: bool,
    attachments: bool,
) -> Doc:
    """Give one document.

    Raises:
        NotFound: `missing` or `deleted`.
    """
    tree = tree_of(connection, doc_id)
    if not tree.nodes:
        raise NotFound("missing")
    if rev is None and tree.is_deleted:
        raise NotFound("deleted")
    wanted = Rev.parse(rev) if rev is not None else tree.winner
    if latest and wanted in tree:
        wanted = tree.leaves_from(wanted)[0]
    doc = _read(connection, doc_id, tree, wanted, history=revs, attachments=attachments)
    if doc is None:
        raise NotFound("missing")
    return doc | ({"_conflicts": [str(c) for c in tree.conflicts]} if conflicts and tree.conflicts else {})


def open_revs(
    connection: sqlite3.Connection, doc_id: str, revs: OpenRevs, *, latest: bool, history: bool, attachments: bool
) -> list[Doc | str]:
    """Give the leaves or the asked revs; what is not there stands as its text."""
    tree = tree_of(connection, doc_id)
    if not tree.nodes and revs == "all":
        raise NotFound("missing")
    found: dict[Rev, None] = {}
    for rev in tree.leaves if revs == "all" else map(Rev.parse, revs):
        found |= dict.fromkeys(tree.leaves_from(rev) if latest and rev in tree else [rev])
    read = ((rev, _read(connection, doc_id, tree, rev, history=history, attachments=attachments)) for rev in found)
    return [doc if doc is not None else str(rev) for rev, doc in read]


def _read(
    connection: sqlite3.Connection, doc_id: str, tree: RevTree, rev: Rev, *, history: bool, attachments: bool
) -> Doc | None:
    doc = read_body(connection, doc_id, rev, tree.nodes[rev]) if rev in tree else None
    if doc is None:
        return None
    if history:
        doc["_revisions"] = {"start": rev.generation, "ids": [past.sig for past in tree.history(rev)]}
    return inline(connection, doc) if attachments else doc


def bulk_get(
    connection: sqlite3.Connection,
    docs: Sequence[tuple[str, str | None]],
    *,
    revs: bool,
    attachments: bool,
    latest: bool,
) -> list[Got]:
    """Give many documents, each by id and rev."""
    return [
        _got(connection, doc_id, "all" if rev is None else [rev], revs=revs, attachments=attachments, latest=latest)
        for doc_id, rev in docs
    ]


def _got(
    connection: sqlite3.Connection, doc_id: str, wanted: OpenRevs, *, revs: bool, attachments: bool, latest: bool
) -> Got:
    try:
        found = open_revs(connection, doc_id, wanted, latest=latest, history=revs, attachments=attachments)
    except NotFound as error:
        return Got(doc_id, error=error.error)
    docs = tuple(doc for doc in found if isinstance(doc, dict))
    return Got(doc_id, docs, None if docs else NotFound.error)


def all_docs(
    connection: sqlite3.Connection,
    start: str | None,
    end: str | None,
    *,
    include_docs: bool,
    limit: int | None,
    descending: bool,
) -> list[Row]:
    """List the documents that are not deleted, in the order of their ids' bytes."""
    low, high = (end, start) if descending else (start, end)
    conditions = ["deleted = 0", *(["id >= ?"] if low is not None else []), *(["id <= ?"] if high is not None else [])]
    query = (
        f"SELECT id, rev, deleted, body FROM docs WHERE {' AND '.join(conditions)} "  # noqa: S608 - our own words only
        f"ORDER BY id {'DESC' if descending else 'ASC'} LIMIT ?"
    )
    bounds = [bound for bound in (low, high) if bound is not None]
    rows = connection.execute(query, [*bounds, -1 if limit is None else limit])
    return [_row(connection, row, include_docs=include_docs) for row in rows.fetchall()]


def all_docs_by_key(connection: sqlite3.Connection, keys: Sequence[str], *, include_docs: bool) -> list[Row]:
    """Give a row for each key, in their order, tombstones and missing ones too."""
    rows = []
    for key in keys:
        row = connection.execute("SELECT id, rev, deleted, body FROM docs WHERE id = ?", [key]).fetchone()
        rows.append(_row(connection, row, include_docs=include_docs) if row else Row(key, None, error="not_found"))
    return rows


def _row(connection: sqlite3.Connection, row: sqlite3.Row, *, include_docs: bool) -> Row:
    doc = None if row["deleted"] or not include_docs else _winner(connection, row)
    return Row(row["id"], row["rev"], deleted=bool(row["deleted"]), doc=doc)


def _winner(connection: sqlite3.Connection, row: sqlite3.Row) -> Doc | None:
    body = connection.execute("SELECT json FROM bodies WHERE key = ?", [row["body"]]).fetchone()
    deleted = {"_deleted": True} if row["deleted"] else {}
    return {"_id": row["id"], "_rev": row["rev"], **deleted, **json.loads(body["json"])} if body else None


def changes(
    connection: sqlite3.Connection, since: int, *, limit: int | None, include_docs: bool, style: str, generation: str
) -> Changes:
    """Give a page of the changes after seq *since*."""
    query = "SELECT id, seq, tree, rev, deleted, body FROM docs WHERE seq > ? ORDER BY seq LIMIT ?"
    rows = connection.execute(query, [since, -1 if limit is None else limit]).fetchall()
    last = rows[-1]["seq"] if rows else since
    pending = int(connection.execute("SELECT COUNT(*) FROM docs WHERE seq > ?", [last]).fetchone()[0])
    # The end of the feed may be a purge, which has a number and no row.
    end = last if pending else max(since, last_seq(connection))
    results = tuple(_change(connection, row, include_docs, style, generation) for row in rows)
    return Changes(results, f"{end}-{generation}", pending)


def _change(
    connection: sqlite3.Connection, row: sqlite3.Row, include_docs: bool, style: str, generation: str
) -> Change:
    revs = [str(leaf) for leaf in load(row["tree"]).leaves] if style == "all_docs" else [row["rev"]]
    doc = _winner(connection, row) if include_docs else None
    return Change(f"{row['seq']}-{generation}", row["id"], tuple(revs), deleted=bool(row["deleted"]), doc=doc)


def revs_diff(connection: sqlite3.Connection, revs: Mapping[str, Sequence[str]]) -> dict[str, RevsDiff]:
    """Say which revs are missing."""
    found: dict[str, RevsDiff] = {}
    for doc_id, wanted in revs.items():
        tree = tree_of(connection, doc_id)
        missing = tree.missing(map(Rev.parse, wanted))
        if missing:
            ancestors = tuple(str(rev) for rev in tree.possible_ancestors(missing))
            found[doc_id] = RevsDiff(tuple(str(rev) for rev in missing), ancestors)
    return found


def counts(connection: sqlite3.Connection) -> tuple[int, int]:
    """Count the documents that are there and those that are deleted."""
    row: Any = connection.execute("SELECT COUNT(*) - COALESCE(SUM(deleted), 0), COALESCE(SUM(deleted), 0) FROM docs")
    live, deleted = row.fetchone()
    return int(live), int(deleted)


def attachment_stub(connection: sqlite3.Connection, doc_id: str, name: str, rev: str | None) -> dict[str, Any]:
    """Give what a document says of its attachment.

    Raises:
        NotFound: no such document, rev or attachment.
    """
    tree = tree_of(connection, doc_id)
    wanted = Rev.parse(rev) if rev is not None else tree.winner if tree.nodes else None
    stub = stubs_of(connection, tree.nodes[wanted].body).get(name) if wanted and wanted in tree else None
    if stub is None:
        raise NotFound("Document is missing attachment")
    return stub


def attachment(connection: sqlite3.Connection, doc_id: str, name: str, rev: str | None) -> Attachment:
    """Give an attachment whole.

    Raises:
        NotFound: no such document, rev or attachment.
    """
    stub = attachment_stub(connection, doc_id, name, rev)
    return Attachment(stub["content_type"], stub["digest"], whole(connection, stub["digest"]))
