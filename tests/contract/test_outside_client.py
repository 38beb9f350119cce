"""What we write into a CouchDB is read by a client that knows nothing of us: couchdb-python, in its own process."""

import asyncio
import json
import secrets
import subprocess
import sys
from functools import partial

import pytest

from sync.couch_store import CouchServer

READER = """
import json, sys, warnings
warnings.simplefilter("ignore")  # the package is from 2018
import couchdb
database = couchdb.Server(sys.argv[1])[sys.argv[2]]
rows = database.view("_all_docs", include_docs=True, conflicts=True)
body = database.get_attachment("with.body", "body").read().decode()
print(json.dumps({"docs": {row.id: dict(row.doc) for row in rows}, "body": body}))
"""


@pytest.mark.anyio
async def test_couchdb_python_reads_what_we_wrote(pouchdb_url: str) -> None:
    """Documents, a conflict and an attachment are there as CouchDB has them."""
    name = f"outside-{secrets.token_hex(8)}"
    inline = {"body": {"content_type": "application/octet-stream", "data": "aGFsbG8="}}
    async with CouchServer(pouchdb_url) as server:
        store = await server.database(name)
        await store.bulk_docs([{"_id": "plain", "n": 1}, {"_id": "with.body", "_attachments": inline}])
        twins = [{"_id": "twice", "_rev": f"1-{sig}", "n": n} for n, sig in enumerate("ab")]
        await store.bulk_docs(twins, new_edits=False)

    command = [sys.executable, "-c", READER, pouchdb_url, name]
    reader = partial(subprocess.run, command, capture_output=True, check=True, timeout=30)
    read = json.loads((await asyncio.to_thread(reader)).stdout)

    assert read["docs"]["plain"]["n"] == 1
    assert read["docs"]["twice"]["_rev"] == "1-b"
    assert read["docs"]["twice"]["_conflicts"] == ["1-a"]
    assert read["body"] == "hallo"
