"""What the readers are given to begin with: good, and signed with keys of our own.

So that what stands behind a signature is met too, `signed_again` signs what was changed once more.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from server.forms.forms import load_forms
from server.staff.passkeys import Passkeys
from sync.audit_chain import START, Deed, sign_entry
from sync.canonical import b64u_encode
from sync.events import sign_event
from sync.key_pair import key_pair_from, sign
from sync.keyring import KeyList, ListedKey, sign_key_list, verify_key_list
from sync.receipt_code import derive
from sync.receipts import sign_receipt
from sync.seal import seal_version
from sync.statements import DeviceAuth, sign_auth, sign_code_mark, sign_gone, sign_public, sign_voided_code

ROOT = Path(__file__).parents[1]
FORMS = load_forms(ROOT / "content" / "forms")
FORM = FORMS.latest(FORMS.services[0])
NOW = 1_795_564_800
PAIR = key_pair_from(bytes([7]) * 32)
CODE = derive("0123456789abcdef")
CASE = CODE.case
PASSKEYS = Passkeys("https://rantau.example", bytes(32), NOW)


def _signed_list() -> list[Any]:
    rows = [("k1", "seal", 16), ("o1", "office", None), ("s1", "server", None)]
    keys = [ListedKey(kid, use, "office", kem, "primary", PAIR.pub) for kid, use, kem in rows]
    return sign_key_list("kantor", 1, at=NOW, until=NOW + 86400, keys=keys, root=PAIR)


SIGNED_LIST = _signed_list()
KEY_LIST: KeyList = verify_key_list(SIGNED_LIST, PAIR.pub)
VERSION, WRAP = seal_version(
    type="application", code_keys=CODE, service=FORM.service, form=FORM.name, at=NOW, channel="app", device=None,
    area=None, wish=[], prev=[], groups={name: ["x"] for name in FORM.groups}, recipients=[("k1", PAIR.pub)],
)  # fmt: skip
RECEIPT = sign_receipt(VERSION, at=NOW, who="office", kid="s1", private=PAIR)
EVENT = sign_event(case=CASE, n=1, step="ditolak", at=NOW, on=[], note=None, kid="o1", private=PAIR)
PUBLISHED = sign_public("pub.a", b"", at=NOW, kid="o1", private=PAIR)
GONE = sign_gone(CASE, at=NOW, kid="o1", private=PAIR)
VOIDED = sign_code_mark(CASE, "a" * 24, at=NOW, kid="o1", private=PAIR)
AUTH = sign_auth(DeviceAuth("d-abcdefgh", NOW, "A" * 22), private=PAIR)
KDF = {"name": "argon2id", "m": 8, "t": 1, "p": 1, "salt": b64u_encode(bytes(16))}
RECORD = {"officer": "upik", "pub": b64u_encode(PAIR.pub), "kdf": KDF, "sealed": b64u_encode(bytes(125))}
DRAFT = {"id": "d", "p": "p", "n": 1, "iv": b64u_encode(bytes(12)), "ct": b64u_encode(bytes(20))}
DOCUMENTS = (GONE, VOIDED, PUBLISHED, EVENT, RECORD, DRAFT)
VOIDED_CODE = sign_voided_code(CASE, CASE, at=NOW, private=PAIR)
ENTRY = sign_entry(1, START, Deed(NOW, "upik", "login", {"case": CASE}), kid="s1", private=PAIR)


def signed_again(value: Any) -> Any:
    """Give a signed pair with a signature that fits, where its array can be signed at all."""
    match value:
        case [list(array), _]:
            with suppress(ValueError):
                return [array, sign(array, PAIR)]
    return value


def to_json(value: Any) -> bytes:
    """Write a value as bytes."""
    return json.dumps(value, separators=(",", ":")).encode()


def made_by_a_browser(kind: str, purpose: str) -> bytes:
    """Give what a browser would answer, but for the signature."""
    challenge = b64u_encode(PASSKEYS.new_challenge(purpose))
    client_data = to_json({"type": kind, "challenge": challenge, "origin": PASSKEYS.origin})
    response = {"clientDataJSON": b64u_encode(client_data), "authenticatorData": b64u_encode(bytes(37))}
    response |= {"signature": "", "attestationObject": b64u_encode(b"\xa3cfmtdnonegattStmt\xa0hauthData\x41\0")}
    return to_json({"id": "aWQ", "rawId": "aWQ", "type": "public-key", "response": response})
