"""Writes today's exchange, in each version that this server speaks, and a photo's way into folders named by the day."""

import asyncio
import base64
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
from tests.uploading import TUS, checksum, metadata, sealed_bytes
from tests.uploading import digest_of as name_of

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
    told = _office(keys) | {"watch": watch, "sent": item[0]}
    (folder / "keys.json").write_text(json.dumps(told, indent=1) + "\n")


def freeze_photo(folder: Path) -> None:
    """Keep what a phone says to send a photo whose last piece was cut in the middle and then goes with a checksum."""
    keys = OfficeKeys()
    sealed = sealed_bytes(2_000)
    name, half = name_of(sealed), len(sealed) // 2
    pair = seal_pair(keys, new_keys(), blobs=[name])
    path = f"/blobs/{pair[0]['_id']}/{name}"
    begin = {"upload-length": str(len(sealed)), "upload-metadata": metadata(version=pair[0]["_id"], digest=name)}
    piece = {"content-type": "application/offset+octet-stream"}
    requests: list[tuple[str, str, dict[str, str], bytes]] = [
        ("POST", "/blobs/", begin, b""),
        ("PATCH", path, piece | {"upload-offset": "0"}, sealed[:half]),
        ("HEAD", path, {}, b""),
        ("PATCH", path, piece | {"upload-offset": str(half)} | checksum(sealed[half:]), sealed[half:]),
    ]
    told = _office(keys) | {
        "pair": pair,
        "requests": [[way, path, TUS | own, base64.b64encode(body).decode()] for way, path, own, body in requests],
    }
    folder.mkdir()
    (folder / "upload.json").write_text(json.dumps(told, indent=1) + "\n")


def _office(keys: OfficeKeys) -> dict[str, Any]:
    pairs = {name: b64u_encode(getattr(keys, name).to_bytes()) for name in ("root", "seal", "office", "server")}
    return {"pairs": pairs, "list": keys.signed_list, "form": FORM.raw.decode()}


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
    freeze_photo(HERE / f"photo-{datetime.now(UTC):%Y-%m-%d}")
    for number in range(1, VERSION + 1):
        freeze(HERE / f"{datetime.now(UTC):%Y-%m-%d}-v{number}", number)
