"""An embedded store's `_local` documents: its own notes, not replicated, not listed, without history."""

import json
import sqlite3

from sync.document import Doc
from sync.errors import NotFound
from sync.incoming import bare, to_text


def get(connection: sqlite3.Connection, local_id: str) -> Doc:
    """Give a local document.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute("SELECT n, json FROM local WHERE id = ?", [local_id]).fetchone()
    if row is None:
        raise NotFound("missing")
    return {"_id": f"_local/{local_id}", "_rev": f"0-{row['n']}", **json.loads(row["json"])}


def put(connection: sqlite3.Connection, local_id: str, doc: Doc) -> str:
    """Write a local document over whatever is there, or remove it when *doc* is a deletion; give its new rev.

    Raises:
        BadRequest: it is not JSON.
    """
    if doc.get("_deleted"):
        connection.execute("DELETE FROM local WHERE id = ?", [local_id])
        return "0-0"
    connection.execute(
        "INSERT INTO local VALUES (?, 1, ?) ON CONFLICT (id) DO UPDATE SET n = n + 1, json = excluded.json",
        [local_id, to_text(bare(doc))],
    )
    (n,) = connection.execute("SELECT n FROM local WHERE id = ?", [local_id]).fetchone()
    return f"0-{n}"
