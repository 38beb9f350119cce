"""How an embedded store forgets: purges that leave no byte behind, compaction that gives the room back.

SQLite writes zeros over what it deletes (`secure_delete`), but not over the copies that stay in a page when rows move
to its neighbours; and deleting is what makes them move. So a purged body is first written over where it lies, in its
own length: nothing moves. (Bodies are only ever added at the end, which moves none either.) The row itself goes with
the next compaction, whose VACUUM writes every page anew; so do the last copies of attachments, which move.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from sync.document import Rev
from sync.errors import Unavailable
from sync.revtree import Node, RevTree, dump, load, purge
from sync.sqlite_documents import next_seq, put_tree, tree_of
from sync.sqlite_schema import transaction


def purge_docs(connection: sqlite3.Connection, revs: Mapping[str, Sequence[Rev]]) -> dict[str, tuple[str, ...]]:
    """Forget leaves, here and in the file, and give those that went.

    Raises:
        Unavailable: they are forgotten, but somebody who reads holds the log in which they still stand; ask again.
    """
    with transaction(connection):
        gone = {doc_id: _purge_doc(connection, doc_id, wanted) for doc_id, wanted in revs.items()}
        next_seq(connection)
    _empty_log(connection)
    return gone


def _purge_doc(connection: sqlite3.Connection, doc_id: str, revs: Sequence[Rev]) -> tuple[str, ...]:
    tree = tree_of(connection, doc_id)
    left, gone = purge(tree, revs)
    if gone:
        _write_over(connection, [node.body for rev, node in tree.nodes.items() if rev not in left])
        put_tree(connection, doc_id, left)
    return tuple(str(rev) for rev in gone)


def _write_over(connection: sqlite3.Connection, bodies: Iterable[int | None]) -> None:
    for body in bodies:
        digests = connection.execute("DELETE FROM uses WHERE body = ? RETURNING digest", [body]).fetchall()
        connection.execute("UPDATE bodies SET json = zeroblob(length(CAST(json AS BLOB))) WHERE key = ?", [body])
        connection.executemany(
            "DELETE FROM attachments WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM uses WHERE digest = ?1)",
            [[row["digest"]] for row in digests],
        )


def compact(connection: sqlite3.Connection) -> None:
    """Drop the bodies of all revs that are not leaves and all that was purged, and give the room back.

    Raises:
        Unavailable: somebody who reads holds the log; ask again.
    """
    with transaction(connection):
        _drop_old_bodies(connection)
        connection.execute("DELETE FROM bodies WHERE typeof(json) = 'blob'")
        connection.execute("DELETE FROM attachments WHERE digest NOT IN (SELECT digest FROM uses)")
    connection.execute("VACUUM")
    _empty_log(connection)


def _drop_old_bodies(connection: sqlite3.Connection) -> None:
    # A tree of one rev has nothing old in it: most documents are written once and never read here.
    for row in connection.execute("SELECT id, tree FROM docs WHERE tree LIKE '%],[%'").fetchall():
        tree = load(row["tree"])
        old = {rev for rev in tree.nodes.keys() - set(tree.leaves) if tree.nodes[rev].body is not None}
        if old:
            connection.executemany("DELETE FROM bodies WHERE key = ?", [[tree.nodes[rev].body] for rev in old])
            kept = {rev: Node(node.parent, node.deleted) if rev in old else node for rev, node in tree.nodes.items()}
            connection.execute("UPDATE docs SET tree = ? WHERE id = ?", [dump(RevTree(kept)), row["id"]])


def _empty_log(connection: sqlite3.Connection) -> None:
    (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise Unavailable("forgotten, but a reader holds the log: ask again")
