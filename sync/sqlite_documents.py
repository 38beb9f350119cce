"""What an embedded store does to documents inside a transaction: read a rev, write an edit, purge, compact."""

import hashlib
import json
import sqlite3
import uuid
from typing import Any

from sync.document import Doc, Rev
from sync.errors import BadRequest, Conflict
from sync.revtree import Node, RevTree, dump, load, merge, purge
from sync.sqlite_attachments import Stubs, drop_unused, note_uses, stubs_of, take_in
from sync.store import Written

# Members that CouchDB itself puts into documents and takes back without storing them.
_READ_ONLY = {"_revisions", "_revs_info", "_conflicts", "_deleted_conflicts", "_local_seq"}
_OWN = {"_id", "_rev", "_deleted", "_attachments", *_READ_ONLY}


def tree_of(connection: sqlite3.Connection, doc_id: str) -> RevTree:
    """Give a document's tree; an unknown document has an empty one."""
    row = connection.execute("SELECT tree FROM docs WHERE id = ?", [doc_id]).fetchone()
    return load(row["tree"]) if row else RevTree()


def read_body(connection: sqlite3.Connection, doc_id: str, rev: Rev, node: Node) -> Doc | None:
    """Give the document at *rev* with stubs, or None when only its rev is known."""
    row = connection.execute("SELECT json FROM bodies WHERE key = ?", [node.body]).fetchone()
    if row is None:
        return None
    deleted = {"_deleted": True} if node.deleted else {}
    return {"_id": doc_id, "_rev": str(rev), **deleted, **json.loads(row["json"])}


def write(connection: sqlite3.Connection, doc: Doc, *, new_edits: bool) -> Written:
    """Write one document of a batch.

    Raises:
        StoreError: this document cannot be written.
    """
    doc_id = _checked_id(doc, new_edits=new_edits)
    tree = tree_of(connection, doc_id)
    if new_edits:
        return _edit(connection, doc_id, doc, tree)
    return _replicate(connection, doc_id, doc, tree)


def _checked_id(doc: Doc, *, new_edits: bool) -> str:
    unknown = [key for key in doc if key.startswith("_") and key not in _OWN]
    if unknown:
        raise BadRequest(f"Bad special document member: {unknown[0]}", error="doc_validation")
    doc_id = doc.get("_id", uuid.uuid4().hex if new_edits else None)
    if not isinstance(doc_id, str) or not doc_id:
        raise BadRequest("Document id must be a non-empty string", error="illegal_docid")
    if doc_id.startswith("_") and not doc_id.startswith("_design/"):
        raise BadRequest("Only reserved document ids may start with underscore.", error="illegal_docid")
    return doc_id


def _edit(connection: sqlite3.Connection, doc_id: str, doc: Doc, tree: RevTree) -> Written:
    parent = _parent(doc, tree)
    known = stubs_of(connection, tree.nodes[parent].body) if parent else {}
    generation = parent.generation + 1 if parent else 1
    stubs = take_in(connection, doc.get("_attachments", {}), known, generation)
    rev = Rev(generation, _signature(doc, parent, stubs))
    return _store(connection, doc_id, doc, tree, [rev, *([parent] if parent else [])], stubs)


def _parent(doc: Doc, tree: RevTree) -> Rev | None:
    """Choose what the edit builds on; without a `_rev` that is nothing, or the tombstone of a deleted document."""
    if doc.get("_rev") is None:
        if tree.nodes and not tree.is_deleted:
            raise Conflict("Document update conflict.")
        return tree.winner if tree.nodes else None
    rev = Rev.parse(doc["_rev"])
    if rev not in tree.leaves:
        raise Conflict("Document update conflict.")
    return rev


def _signature(doc: Doc, parent: Rev | None, stubs: Stubs) -> str:
    """Make the same signature for the same edit on every machine, so that two that made it are not in conflict."""
    names = [[name, stub["content_type"], stub["digest"]] for name, stub in sorted(stubs.items())]
    content = [bool(doc.get("_deleted")), parent and str(parent), _bare(doc), names]
    return hashlib.md5(json.dumps(content, sort_keys=True).encode(), usedforsecurity=False).hexdigest()


def _replicate(connection: sqlite3.Connection, doc_id: str, doc: Doc, tree: RevTree) -> Written:
    path = _path(doc)
    if path[0] in tree and tree.nodes[path[0]].body is not None:
        return _store_known(connection, doc_id, tree, path)
    known: Stubs = {}
    for ancestor in filter(tree.__contains__, reversed(path)):
        known |= stubs_of(connection, tree.nodes[ancestor].body)
    stubs = take_in(connection, doc.get("_attachments", {}), known, path[0].generation)
    return _store(connection, doc_id, doc, tree, path, stubs)


def _path(doc: Doc) -> list[Rev]:
    rev = Rev.parse(doc.get("_rev"))
    history = doc.get("_revisions")
    if history is None:
        return [rev]
    try:
        path = [Rev.parse(f"{history['start'] - age}-{sig}") for age, sig in enumerate(history["ids"])]
    except (TypeError, KeyError, BadRequest):
        raise BadRequest("_revisions is not a history", error="doc_validation") from None
    if not path or path[0] != rev:
        raise BadRequest("_revisions does not begin with _rev", error="doc_validation")
    return path


def _store_known(connection: sqlite3.Connection, doc_id: str, tree: RevTree, path: list[Rev]) -> Written:
    """Take only the longer history of a rev that is here already; with nothing new, nothing is written."""
    merged = merge(tree, path, Node(None))
    if merged != tree:
        _put_tree(connection, doc_id, merged)
    return Written(doc_id, rev=str(path[0]), durable=True)


def _store(
    connection: sqlite3.Connection, doc_id: str, doc: Doc, tree: RevTree, path: list[Rev], stubs: Stubs
) -> Written:
    content = _bare(doc) | ({"_attachments": stubs} if stubs else {})
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    try:
        body = connection.execute("INSERT INTO bodies (json) VALUES (?)", [text]).lastrowid
    except UnicodeEncodeError:
        raise BadRequest("a lone surrogate is no text") from None
    note_uses(connection, int(body or 0), stubs)
    _put_tree(connection, doc_id, merge(tree, path, Node(None, bool(doc.get("_deleted")), body)))
    return Written(doc_id, rev=str(path[0]), durable=True)


def _put_tree(connection: sqlite3.Connection, doc_id: str, tree: RevTree) -> None:
    seq = next_seq(connection)
    if not tree.nodes:
        connection.execute("DELETE FROM docs WHERE id = ?", [doc_id])
        return
    winner = tree.winner
    connection.execute(
        "INSERT OR REPLACE INTO docs VALUES (?, ?, ?, ?, ?, ?)",
        [doc_id, seq, dump(tree), str(winner), int(tree.is_deleted), tree.nodes[winner].body],
    )


def next_seq(connection: sqlite3.Connection) -> int:
    """Take the next number of the changes feed."""
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'seq'")
    return last_seq(connection)


def last_seq(connection: sqlite3.Connection) -> int:
    """Give the newest number of the changes feed."""
    return int(connection.execute("SELECT value FROM meta WHERE key = 'seq'").fetchone()[0])


def purge_revs(connection: sqlite3.Connection, doc_id: str, revs: list[Rev]) -> tuple[str, ...]:
    """Forget leaves of a document with their bodies, and give the ones that went."""
    tree = tree_of(connection, doc_id)
    left, gone = purge(tree, revs)
    if gone:
        _drop_bodies(connection, [node.body for rev, node in tree.nodes.items() if rev not in left.nodes])
        _put_tree(connection, doc_id, left)
    return tuple(str(rev) for rev in gone)


def drop_old_bodies(connection: sqlite3.Connection) -> None:
    """Forget the bodies of all revs that are not leaves."""
    for row in connection.execute("SELECT id, tree FROM docs").fetchall():
        tree = load(row["tree"])
        leaves = set(tree.leaves)
        old = {rev for rev, node in tree.nodes.items() if rev not in leaves and node.body is not None}
        if old:
            _drop_bodies(connection, [tree.nodes[rev].body for rev in old])
            kept = {rev: Node(node.parent, node.deleted) if rev in old else node for rev, node in tree.nodes.items()}
            connection.execute("UPDATE docs SET tree = ? WHERE id = ?", [dump(RevTree(kept)), row["id"]])
    drop_unused(connection)


def _drop_bodies(connection: sqlite3.Connection, keys: list[int | None]) -> None:
    connection.executemany("DELETE FROM bodies WHERE key = ?", [[key] for key in keys if key is not None])
    drop_unused(connection)


def _bare(doc: Doc) -> dict[str, Any]:
    return {key: value for key, value in doc.items() if not key.startswith("_")}
