"""Writes today's exchange down, in each version that this server speaks, into folders named by the day."""

import asyncio
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.watch import VERSION, Watch
from server.watch_lists import digest_of
from sync.canonical import b64u_encode
from sync.events import sign_event
from sync.packed_item import pack_item
from sync.receipt_code import CodeKeys
from tests.sealed_items import FORM, NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import routes_of, small_office

HERE = Path(__file__).parent
NDJSON = {"content-type": "application/x-ndjson"}


def freeze(folder: Path, version: int) -> None:
    """Send one item and ask after another case, which the office took a step in, and keep all that was said."""
    keys, known, fresh = OfficeKeys(), new_keys(), new_keys()
    watch = [[known.case, known.proof, 0, 0]]
    item = seal_pair(keys, fresh)
    request = _request(version, watch, known, item)
    answer = asyncio.run(_ask(keys, known, [_lines({"v": version, "watch": watch}, seal_pair(keys, known)), request]))
    folder.mkdir()
    (folder / "request.ndjson").write_bytes(request)
    (folder / "answer.ndjson").write_bytes(answer)
    pairs = {name: b64u_encode(getattr(keys, name).to_bytes()) for name in ("root", "seal", "office", "server")}
    told = {"pairs": pairs, "list": keys.signed_list, "watch": watch, "form": FORM.raw.decode(), "sent": item[0]}
    (folder / "keys.json").write_text(json.dumps(told, indent=1) + "\n")


async def _ask(keys: OfficeKeys, known: CodeKeys, requests: list[bytes]) -> bytes:
    """Send them in turn to an office that took a step in a case meanwhile, and give the last answer."""
    step = sign_event(case=known.case, n=1, step="dibayar", at=NOW, on=[], note=None, kid="o1", private=keys.office)
    with tempfile.TemporaryDirectory() as data:
        async with small_office(Path(data), routes_of("exchange"), {}, keys) as office:
            client = office.client()
            for request in requests:
                answer = await client.request("POST", "/exchange", headers=NDJSON, body=[request])
                await office.databases.cases.bulk_docs([step | {"claim": ["taken", "x", NOW]}])
    return answer.body


def _request(version: int, watch: list[Any], known: CodeKeys, item: Any) -> bytes:
    if version == 1:
        return _lines({"v": 1, "watch": watch}, item)
    digest = digest_of([Watch(known.case, known.proof, 0)])
    return _lines({"v": version, "watched": [digest, 0]}, pack_item(*item))


def _lines(*lines: Any) -> bytes:
    return b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)


if __name__ == "__main__":
    for number in range(1, VERSION + 1):
        freeze(HERE / f"{datetime.now(UTC):%Y-%m-%d}-v{number}", number)
