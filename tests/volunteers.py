"""A volunteer's device for tests that need no browser: its key, its enrolment, and what it says of itself."""

import json
import re
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sync.canonical import b64u_encode
from sync.key_pair import KeyPair, new_key_pair
from sync.statements import DeviceAuth, sign_auth, sign_enrolment
from tests.asgi import Answer, Client

JSON = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
_numbers = count(1)


def code_on(page: str) -> str:
    """Read the words of an enrolment code that a page shows."""
    found = re.search(r"data-code>([a-z ]+)<", page)
    assert found is not None, page
    return found[1]


@dataclass
class Device:
    """One phone; `name` is what the office calls it."""

    key: KeyPair = field(default_factory=new_key_pair)
    name: str = ""

    @property
    def pub(self) -> str:
        return b64u_encode(self.key.pub)

    def request(self, code: str, **changes: Any) -> dict[str, Any]:
        """Write what it posts to be enrolled."""
        return {"code": code, "pub": self.pub, "sig": sign_enrolment(code, private=self.key)} | changes

    async def enrol(self, client: Client, code: str, **changes: Any) -> Answer:
        """Post a code that was read from the QR."""
        body = json.dumps(self.request(code, **changes)).encode()
        answer = await client.request("POST", "/devices", headers=JSON, body=[body])
        if answer.status == 200:
            self.name = answer.json()["device"]
        return answer

    def auth(self, at: int, *, nonce: bytes | None = None) -> list[Any]:
        """Sign who it is, with a number that it never used."""
        number = nonce or next(_numbers).to_bytes(16)
        return sign_auth(DeviceAuth(self.name, at, b64u_encode(number)), private=self.key)
