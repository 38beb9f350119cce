"""What an embedded store does to documents inside a transaction: read a rev, write an edit."""

import hashlib
import json
import sqlite3

from sync import sqlite_local as local
from sync.document import Doc, Rev
from sync.errors import Conflict
from sync.incoming import bare, checked_id, given_attachments, history_of, to_text
from sync.revtree import Node, RevTree, dump, load, merge
from sync.sqlite_attachments import Stubs, note_uses, stubs_of, take_in
from sync.store import Written


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
    doc_id = checked_id(doc, new_edits=new_edits)
    if doc_id.startswith("_local/"):
        return Written(doc_id, rev=local.put(connection, doc_id.removeprefix("_local/"), doc), durable=True)
    tree = tree_of(connection, doc_id)
    if new_edits:
        return _edit(connection, doc_id, doc, tree)
    return _replicate(connection, doc_id, doc, tree)


def _edit(connection: sqlite3.Connection, doc_id: str, doc: Doc, tree: RevTree) -> Written:
    parent = _parent(doc, tree)
    known = stubs_of(connection, tree.nodes[parent].body) if parent else {}
    generation = parent.generation + 1 if parent else 1
    # Data that comes with an edit is new in it, whatever it says of itself.
    given = {name: value | {"revpos": generation} for name, value in given_attachments(doc).items()}
    stubs = take_in(connection, given, known)
    rev = Rev(generation, _signature(doc, parent, stubs))
    return _store(connection, doc_id, doc, tree, [rev, *([parent] if parent else [])], stubs)


def _parent(doc: Doc, tree: RevTree) -> Rev | None:
    """Choose what the edit builds on; without a `_rev` that is nothing, or the tombstone of a deleted document."""
    if "_rev" not in doc:
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
    content = [bool(doc.get("_deleted")), parent and str(parent), bare(doc), names]
    return hashlib.md5(json.dumps(content, sort_keys=True).encode(), usedforsecurity=False).hexdigest()


def _replicate(connection: sqlite3.Connection, doc_id: str, doc: Doc, tree: RevTree) -> Written:
    path = history_of(doc)
    if path[0] in tree and tree.nodes[path[0]].body is not None:
        return _store_known(connection, doc_id, tree, path)
    given, known = given_attachments(doc), Stubs()
    for ancestor in reversed(path) if given else ():
        known |= stubs_of(connection, tree.nodes[ancestor].body) if ancestor in tree else {}
    return _store(connection, doc_id, doc, tree, path, take_in(connection, given, known))


def _store_known(connection: sqlite3.Connection, doc_id: str, tree: RevTree, path: list[Rev]) -> Written:
    """Take only the longer history of a rev that is here already; with nothing new, nothing is written."""
    merged = merge(tree, path, Node(None))
    if merged != tree:
        put_tree(connection, doc_id, merged)
    return Written(doc_id, rev=str(path[0]), durable=True)


def _store(
    connection: sqlite3.Connection, doc_id: str, doc: Doc, tree: RevTree, path: list[Rev], stubs: Stubs
) -> Written:
    text = to_text(bare(doc) | ({"_attachments": stubs} if stubs else {}))
    body = connection.execute("INSERT INTO bodies (json) VALUES (?)", [text]).lastrowid
    note_uses(connection, int(body or 0), stubs)
    put_tree(connection, doc_id, merge(tree, path, Node(None, doc.get("_deleted", False), body)))
    return Written(doc_id, rev=str(path[0]), durable=True)


def put_tree(connection: sqlite3.Connection, doc_id: str, tree: RevTree) -> None:
    """Store a document's tree at the end of the changes feed; an empty one is no document any more."""
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
