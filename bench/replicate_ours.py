"""Ours, in a process of its own so that its memory can be told: from the embedded store in a folder to a URL, once."""

import asyncio
import json
import resource
import sys
from pathlib import Path
from urllib.parse import urlsplit

from sync.couch_store import CouchServer
from sync.replication import LINK, ONCE
from sync.replicator import replicate
from sync.sqlite_store import open_sqlite


async def run(folder: Path, name: str, url: str) -> dict[str, float]:
    """Replicate and tell what it cost."""
    parts = urlsplit(url)
    source = open_sqlite(folder, name)
    async with CouchServer(parts._replace(path="").geturl(), limits=LINK, backoff=ONCE) as server:
        summary = await replicate(source, await server.database(parts.path.strip("/"), make=False))
    await source.close()
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"written": summary.tally.written, "seconds": summary.seconds, "rss_mb": rss}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))))
