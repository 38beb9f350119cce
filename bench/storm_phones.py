"""The phones of bench.storm: each posts a sealed application and tries again, as a phone does, until it has a receipt.

They are prepared before the clock starts. The connections are plain sockets: what is measured is the server.
"""

import asyncio
import gzip
import json
import os
import random
import sys
import time
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.office_behind import tell
from server.open_files import raise_limit
from sync.canonical import b64u_decode, b64u_encode, h16
from sync.keyring import KeyList, verify_key_list
from sync.receipt_code import CodeKeys, case_of
from sync.seal import seal_version
from tests.applicants import FORMS, SERVICE
from tests.people import person

DEVICES = int(os.environ.get("STORM_DEVICES", "8000"))
SLOW = DEVICES * 3 // 16  # 1,500 of 8,000
VILLAGE = 20  # phones behind one address
SLOWEST = 40.0  # bytes a second
PIECE = 100  # bytes of a slow upload that go out together
PATIENCE = 120.0  # seconds that a phone waits for an answer, as its transport does
FIRST, LONGEST = 1.0, 20.0  # seconds of backoff
GIVEN_UP = 600.0  # seconds after which a phone is said to be refused for good


@dataclass
class Phone:
    """One application on its way."""

    request: bytes
    is_slow: bool
    tries: int = 0
    has_receipt: bool = False

    async def come_back(self, host: str, port: int, until: float) -> None:
        while not self.has_receipt and time.monotonic() < until:
            self.tries += 1
            wait = await self._try(host, port)
            if not self.has_receipt:
                await asyncio.sleep(wait + random.random() * min(FIRST * 2**self.tries, LONGEST))

    async def _try(self, host: str, port: int) -> float:
        """Post once; give the seconds that the office asks to wait for."""
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await asyncio.open_connection(host, port)
                try:
                    await self._send(writer)
                    answer = await reader.read(-1)
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return 0.0
        head, _, body = answer.partition(b"\r\n\r\n")
        self.has_receipt = head.startswith(b"HTTP/1.1 200") and b'"ok"' in body
        after = [line for line in head.split(b"\r\n") if line.lower().startswith(b"retry-after:")]
        return float(after[0].split(b":")[1]) if after else 0.0

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        if not self.is_slow:
            writer.write(self.request)
            return await writer.drain()
        for at in range(0, len(self.request), PIECE):
            writer.write(self.request[at : at + PIECE])
            await writer.drain()
            await asyncio.sleep(PIECE / SLOWEST * random.uniform(0.5, 1.0))


def prepared(url: str) -> list[Phone]:
    """Seal an application for each phone."""
    with urllib.request.urlopen(f"{url}/office.json") as answer:
        office = json.load(answer)
    keys = verify_key_list(office["keys"], b64u_decode(office["root"]))
    phones = [Phone(_request(n, urlsplit(url).netloc, keys), n < SLOW) for n in range(DEVICES)]
    random.shuffle(phones)
    tell(f"storm: {DEVICES} applications are sealed")
    return phones


async def storm(phones: list[Phone], port: int) -> dict[str, float]:
    """Let them all come at once; say how many have a receipt, after how many tries and seconds."""
    print("begun", flush=True)
    started = time.monotonic()
    await asyncio.gather(*(phone.come_back("127.0.0.1", port, started + GIVEN_UP) for phone in phones))
    seconds = time.monotonic() - started
    receipts, tries = sum(phone.has_receipt for phone in phones), sum(phone.tries for phone in phones)
    return {"receipts": receipts, "tries": tries, "seconds": seconds}


def _request(n: int, netloc: str, keys: KeyList) -> bytes:
    village = n // VILLAGE
    body = gzip.compress(b'{"v":1}\n' + _item(keys), mtime=0)
    head = (
        f"POST /exchange HTTP/1.1\r\nHost: {netloc}\r\nX-Forwarded-For: 10.9.{village >> 8}.{village & 255}\r\n"
        "Content-Type: application/x-ndjson\r\nContent-Encoding: gzip\r\nAccept: application/x-ndjson\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def _item(keys: KeyList) -> bytes:
    # What a code derives is drawn: its slowness, which is the phone's, would take an hour for all of them.
    read, secret = os.urandom(16), os.urandom(16)
    case = case_of(h16(read), h16(secret))
    code = CodeKeys(case, os.urandom(32), read, secret, b64u_encode(read + h16(secret)))
    form, key = FORMS.latest(SERVICE), keys.primary("seal")
    values = person(1)
    pair = seal_version(
        type="application", code_keys=code, service=SERVICE, form=form.name, at=int(time.time()), channel="app",
        device=None, area=values.get("nagari"), wish=[], prev=[],
        groups={"personal": [str(values.get(field.key, "")) for field in form.fields]}, recipients=[(key.kid, key.pub)],
    )  # fmt: skip
    return json.dumps(pair, separators=(",", ":")).encode()


if __name__ == "__main__":
    raise_limit()
    print(json.dumps(asyncio.run(storm(prepared(sys.argv[1]), urlsplit(sys.argv[1]).port or 80))))
