"""Write the vectors that both languages read: `python tests/vectors/make.py`, then `node tests/vectors/make.js`.

Everything here is fixed, so a second run changes nothing; entries made by JavaScript are kept as they are.
"""

import hashlib
import hmac
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cryptography_vectors
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync.answers import encode_answers
from sync.canonical import b32_encode, b64u_encode, canonical
from sync.cipher import aes_seal
from sync.events import seal_note, sign_event
from sync.key_pair import KeyPair, key_pair_from, public_key, sign
from sync.keyring import Kdf, ListedKey, sign_key_list, wrap_officer_key
from sync.padding import pad, padded_length
from sync.receipt_code import check_char, derive, new_code, show_code, spoken_number
from sync.receipts import sign_receipt
from sync.seal import first_wrap_rev, open_wrap_as_holder, seal_version, version_hash, write_once_rev
from sync.speakable import fingerprint, speakable
from sync.statements import sign_gone, sign_public, sign_voided_code

HERE = Path(__file__).parent
CODES = [new_code(lambda n, i=i: hashlib.sha256(b"code %d" % i).digest()[:n]) for i in range(3)]


class Chance:
    """Bytes that look random and are the same every time; remembers what it gave."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.given: list[bytes] = []

    def __call__(self, length: int) -> bytes:
        seed = f"{self.label} {len(self.given)}".encode()
        self.given.append(hashlib.shake_256(seed).digest(length))
        return self.given[-1]


def pair(label: str) -> KeyPair:
    return key_pair_from(hashlib.sha256(f"key {label}".encode()).digest())


ROOT, EPOCH, NEXT, OFFICE, SERVER, HUB, OFFICER = map(
    pair, ["root", "epoch", "next", "office", "server", "hub", "officer"]
)


def hpke_with(ephemeral: KeyPair) -> Callable[[bytes, bytes, bytes], bytes]:
    """HPKE written a second time, from RFC 9180, with the ephemeral key as an argument."""

    def extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.digest(salt, b"HPKE-v1" + suite + label + ikm, "sha256")

    def expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
        labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info + b"\1"
        return hmac.digest(prk, labeled, "sha256")[:length]

    def seal(plain: bytes, public: bytes, info: bytes) -> bytes:
        kem, suite = b"KEM\0\x10", b"HPKE\0\x10\0\1\0\2"
        shared_point = ephemeral.private_key().exchange(ec.ECDH(), public_key(public))
        eae_prk = extract(kem, b"", b"eae_prk", shared_point)
        shared = expand(kem, eae_prk, b"shared_secret", ephemeral.pub + public, 32)
        context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
        secret = extract(suite, shared, b"secret", b"")
        key, nonce = expand(suite, secret, b"key", context, 32), expand(suite, secret, b"base_nonce", context, 12)
        return ephemeral.pub + AESGCM(key).encrypt(nonce, plain, b"")

    return seal


def hpke_vectors() -> dict[str, Any]:
    path = Path(cryptography_vectors.__file__).parent / "HPKE" / "test-vectors.json"
    for vector in json.loads(path.read_text()):
        if (vector["mode"], vector["kem_id"], vector["kdf_id"], vector["aead_id"]) == (0, 16, 1, 2):
            first = vector["encryptions"][0]
            names = ["info", "skRm", "pkRm", "skEm", "pkEm", "enc", "shared_secret", "key", "base_nonce"]
            return {
                "source": "RFC 9180, test-vectors.json: mode 0, kem 16, kdf 1, aead 2; the first encryption",
                **{name: vector[name] for name in names},
                **{name: first[name] for name in ("aad", "pt", "ct")},
            }
    raise LookupError("the published vectors lack our suite")


def canonical_vectors() -> dict[str, Any]:
    good: list[Any] = [
        [],
        [None, 0, 9007199254740991, "", "a-Z_~!#[]/:{}"],
        ["sl1", ["nested", [[], [1]]]],
    ]
    answers: list[Any] = [
        [],
        [None, "", "Siti Aminah", 1, 0, -5, ["a", ["b", None]]],
        ['"\\/\b\f\n\r\t\x00\x1f\x7f\u2028\u2029\ufeff', "Jalan é 😀 漢字"],
        [9007199254740991, -9007199254740991],
    ]
    values = [b"", b"\0", b"\xff", b"f", b"fo", b"foo", b"foob", b"fooba", b"foobar", bytes(range(256))]
    return {
        "canonical": {
            "good": [[value, canonical(value).decode()] for value in good],
            "bad": [
                *([1.5], [True], [False], [-1], [9007199254740992], ["a b"], ['"'], ["\\"], ["é"], ["\x7f"], ["\n"]),
                *(["\ud800"], [{}], [["x", {"a": 1}]], None, "text", 7, {}),
            ],
        },
        "answers": {
            "good": [[value, encode_answers(value).hex()] for value in answers],
            "bad": [
                *([1.5], [True], [[False]], [9007199254740992], [-9007199254740992], ["\ud800"], ["a\udc00b"], [{}]),
                *(None, "text", 7, {}),
            ],
            "bad_bytes": [
                bad.hex()
                for bad in (
                    *(
                        b"",
                        b"[",
                        b"[1,]",
                        b"[ 1]",
                        b"[1] ",
                        b"[1.0]",
                        b"[1e2]",
                        b"[-0]",
                        b"[true]",
                        b"{}",
                        b'"a"',
                        b"1",
                    ),
                    *(b'["\\u0061"]', b'["\\/"]', b'["\\ud800"]', b'["\xff"]', b'["\xed\xa0\x80"]', b"\xef\xbb\xbf[]"),
                    *(b"[NaN]", b"[9007199254740993]", b'["a\nb"]', b"null", b"1"),
                )
            ],
        },
        "base64url": {
            "good": [[value.hex(), b64u_encode(value)] for value in values],
            "bad": ["A", "AA==", "AA=", "AB", "AAB", "A A", "AA\n", " AA", "A+", "A/", "AAAAA", "é", "AA.A"],
        },
        "base32": {
            "good": [[value.hex(), b32_encode(value)] for value in values],
            "bad": ["a", "aaa", "aaaaaa", "AA", "ab", "aaab", "a1", "a8", "aa======", "aa\n", " aa", "é"],
        },
    }


def padding_vectors() -> dict[str, Any]:
    lengths = [0, 1, 61, 62, 63, 126, 127, 254, 255, 256, 262, 263, 500, 1000, 1022, 1023, 5000, 65536, 300000, 1048576]
    long = "Nama lengkap sesuai akta kelahiran. " * 40
    plain = pad(b"abc", compress=False)
    packed = pad(long.encode())
    stored = packed[1:].rstrip(b"\0")[:-1]

    def remade(flag: bytes, body: bytes) -> str:
        return (flag + body + b"\x80").ljust(padded_length(len(body)), b"\0").hex()

    bomb = zlib.compress(bytes((1 << 20) + 1), 9)
    return {
        "lengths": [[length, padded_length(length)] for length in lengths],
        "as_is": [[text, pad(text.encode(), compress=False).hex()] for text in ("", "abc", "x" * 62, "x" * 63)],
        "compressed": [{"by": "python", "text": long, "padded": packed.hex()}],
        "bad": {
            "empty": "",
            "zeros": bytes(64).hex(),
            "no mark": (b"\0abc" + bytes(60)).hex(),
            "mark alone": (b"\x80" + bytes(63)).hex(),
            "too long a class": (plain + bytes(64)).hex(),
            "too short": plain[:-1].hex(),
            "unknown flag": remade(b"\2", b"abc"),
            "not zlib": remade(b"\1", b"abc"),
            "trailing byte": remade(b"\1", stored + b"x"),
            "second stream": remade(b"\1", stored + stored),
            "cut": remade(b"\1", stored[:-1]),
            "wrong checksum": remade(b"\1", stored[:-1] + bytes([stored[-1] ^ 1])),
            "more than 1 MiB inside": remade(b"\1", bomb),
            "nothing compressed": remade(b"\1", b""),
        },
    }


def code_vectors() -> dict[str, Any]:
    code = CODES[0]
    check = check_char(code)
    wrong = "0" if check != "0" else "1"
    return {
        "random": [[hashlib.sha256(b"code %d" % i).digest()[:10].hex(), CODES[i]] for i in range(3)]
        + [["00" * 10, "0" * 16], ["ff" * 10, "z" * 16]],
        "codes": [code_entry(code) for code in CODES],
        "typed": [
            *([code, code], [code + check, code], [show_code(code), code], [show_code(code).upper(), code]),
            [" " + "-".join(code) + "\t\u2013\u00a0", code],
            ["O0oI1iLl" * 2, "00011111" * 2],
        ],
        "refused": [
            *(["", "length"], [code[:-1], "length"], [code + check + "0", "length"], [code + wrong, "check"]),
            *([code[:-1] + "u", "alphabet"], [code[:-1] + "é", "alphabet"], ["u", "alphabet"]),
            *([code[:-1] + "\u212a", "alphabet"], [code[:-1] + "\u0661", "alphabet"], [code + "😀", "alphabet"]),
            [code.replace(code[0], "_", 1), "alphabet"],
        ],
        "proofs": {
            "good": [[derive(c).case, derive(c).proof] for c in CODES],
            "bad": [
                [derive(CODES[0]).case, derive(CODES[1]).proof],
                [derive(CODES[0]).case, derive(CODES[0]).proof + "="],
                [derive(CODES[0]).case, derive(CODES[0]).proof[:-1]],
                [derive(CODES[0]).case, ""],
            ],
        },
    }


def code_entry(code: str) -> dict[str, str]:
    keys = derive(code)
    return {
        "code": code,
        "check": check_char(code),
        "shown": show_code(code),
        "case": keys.case,
        "open": keys.open.hex(),
        "read": keys.read.hex(),
        "sign": keys.sign.hex(),
        "proof": keys.proof,
        "spoken": spoken_number(keys.case),
    }


def key(pair: KeyPair) -> dict[str, str]:
    return {"d": b64u_encode(pair.d), "pub": b64u_encode(pair.pub)}


def seal_entry(name: str, code: str, *, exact: bool = True, **changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "type": "application",
        "service": "passport-new",
        "form": "3.k2x7q4ma",
        "at": 1795564800,
        "channel": "volunteer",
        "device": "d-9f2c01ab",
        "area": "13.12.03.2004",
        "wish": [],
        "prev": [],
        "groups": {"personal": ["SITI AMINAH", None, 1, "é 😀"]},
        "blobs": [],
        **changes,
    }
    chance, ephemeral = Chance(name), pair(f"ephemeral {name}")
    version, wrap = seal_version(
        **content,
        code_keys=derive(code),
        recipients=[("k26a", EPOCH.pub), ("k27a", NEXT.pub)],
        random=chance,
        wrap_key=hpke_with(ephemeral),
    )
    return {
        "name": name,
        "by": "python",
        "exact": exact,
        "code": code,
        "content": content,
        "random": [given.hex() for given in chance.given],
        "ephemeral": key(ephemeral),
        "dek": open_wrap_as_holder(version, wrap, derive(code).open).hex(),
        "version": version,
        "wrap": wrap,
        "h": version_hash(version).decode(),
        "rev": write_once_rev(version),
        "wrap_rev": first_wrap_rev(wrap),
    }


def seal_vectors() -> dict[str, Any]:
    first = seal_entry("an application", CODES[0])
    blobs = [b32_encode(hashlib.sha256(b"blob %d" % i).digest()) for i in range(2)]
    groups = {"personal": ["SITI AMINAH"], "family": [["AMAT", 41], ["UPIK", None]], "a-b_c": []}
    full = {
        "prev": [first["version"]["_id"].split(".")[2]],
        "blobs": blobs,
        "wish": ["of.2026-12-01", "of.2026-12-02"],
        "groups": groups,
    }
    nulls = {"type": "survey", "device": None, "area": None, "channel": "web", "at": 0}
    return {
        "recipients": {"k26a": key(EPOCH), "k27a": key(NEXT)},
        "entries": [
            first,
            seal_entry("a correction with everything", CODES[0], **full),
            seal_entry("a survey with nothing", CODES[1], **nulls),
            seal_entry("a long text", CODES[2], exact=False, type="complaint", groups={"text": ["Antre lama. " * 99]}),
        ],
    }


def event_entry(name: str, code: str, **changes: Any) -> dict[str, Any]:
    case, note = derive(code).case, changes.pop("text", None)
    dek, chance = hashlib.sha256(b"dek").digest(), Chance(name)
    content = {"case": case, "n": 1, "step": "berkas_lengkap", "at": 1795564900, "on": ["a" * 19 + "a"], **changes}
    sealed = None if note is None else seal_note(note, dek, case, content["n"], chance)
    return {
        "name": name,
        "by": "python",
        "content": {**content, "kid": "o26a"},
        "text": note,
        "dek": dek.hex(),
        "random": [given.hex() for given in chance.given],
        "event": sign_event(**content, note=sealed, kid="o26a", private=OFFICE),
    }


def event_vectors() -> dict[str, Any]:
    return {
        "key": key(OFFICE),
        "entries": [
            event_entry("a step", CODES[0]),
            event_entry(
                "a message", CODES[0], n=12, step="pesan", text="Bawa akta asli é 😀", on=["a" * 20, "b" * 19 + "a"]
            ),
            event_entry("the last number, on nothing", CODES[1], n=9999, step="dibatalkan", on=[]),
        ],
        "statements": {
            "gone": sign_gone(derive(CODES[0]).case, at=1795565000, kid="o26a", private=OFFICE),
            "voided": sign_voided_code(derive(CODES[0]).case, derive(CODES[1]).case, at=1795565000, private=OFFICE),
            "public": sign_public("guide.passport", b"bytes", at=1795565000, kid="o26a", private=OFFICE),
        },
    }


def key_list() -> list[ListedKey]:
    return [
        ListedKey("k26a", "seal", "office", 16, "primary", EPOCH.pub),
        ListedKey("k27a", "seal", "office", 16, "next", NEXT.pub),
        ListedKey("o26a", "office", "office", None, "primary", OFFICE.pub),
        ListedKey("s26a", "server", "office", None, "primary", SERVER.pub),
        ListedKey("h1", "hub", "hub:kinali", None, "primary", HUB.pub),
    ]


def bad_key_lists() -> dict[str, Any]:
    """Lists that the root did sign and that must be refused all the same."""
    good = sign_key_list("pasaman-barat", 7, at=1, until=2, keys=key_list(), root=ROOT)[0]
    row = good[5][0]

    def signed(array: list[Any]) -> list[Any]:
        return [array, sign(array, ROOT)]

    def with_row(*changed: Any) -> list[Any]:
        return signed([*good[:5], [list(changed)]])

    return {
        "another tag": signed(["keys2", *good[1:]]),
        "one element more": signed([*good, 1]),
        "one element less": signed(good[:5]),
        "a number as text": signed([*good[:2], "7", *good[3:]]),
        "no rows": signed([*good[:5], None]),
        "the same kid twice": signed([*good[:5], [row, row]]),
        "two primaries": signed([*good[:5], [row, ["k28a", *row[1:]]]]),
        "kid t": with_row("t", *row[1:]),
        "unknown use": with_row(row[0], "sign", *row[2:]),
        "unknown kem": with_row(*row[:3], 25722, *row[4:]),
        "no kem to seal": with_row(*row[:3], None, *row[4:]),
        "kem to sign": with_row("o1", "office", "office", 16, *row[4:]),
        "unknown state": with_row(*row[:4], "retired", row[5]),
        "short key": with_row(*row[:5], row[5][:-4]),
        "a hub as office": with_row("h1", "hub", "office", None, *row[4:]),
        "an office as hub": with_row("o1", "office", "hub:kinali", None, *row[4:]),
        "row too long": with_row(*row, 1),
    }


def keyring_vectors() -> dict[str, Any]:
    kdf = Kdf(salt=bytes(range(16)), m=64, t=1, p=1)
    version = json.loads((HERE / "seal.json").read_text())["entries"][1]["version"]
    held = version["blobs"][:1]
    grant = hpke_with(pair("grant"))(EPOCH.to_bytes(), OFFICER.pub, canonical(["sl1-grant", "k26a", "petugas"]))
    return {
        "root": key(ROOT),
        "list": sign_key_list("pasaman-barat", 7, at=1795000000, until=1811000000, keys=key_list(), root=ROOT),
        "bad_lists": bad_key_lists(),
        "grants": [
            {"by": "python", "kid": "k26a", "officer": "petugas", "to": key(OFFICER), "holds": key(EPOCH)}
            | {"sealed": b64u_encode(grant)}
        ],
        "officers": [
            {"by": "python", "passphrase": "kunci contoh e\u0301", "key": kdf.derive("kunci contoh \u00e9").hex()}
            | {"holds": key(OFFICER)}
            | {"record": wrap_officer_key(OFFICER, "kunci contoh \u00e9", "petugas", kdf, random=Chance("officer"))}
        ],
        "receipts": {
            "version": version,
            "office": sign_receipt(version, at=1795565000, who="office", kid="s26a", private=SERVER, held=held),
            "hub": sign_receipt(version, at=1795565000, who="hub:kinali", kid="h1", private=HUB),
            "bad": {
                "a hub as office": sign_receipt(version, at=1, who="office", kid="h1", private=HUB),
                "another hub": sign_receipt(version, at=1, who="hub:lain", kid="h1", private=HUB),
                "a key for other things": sign_receipt(version, at=1, who="office", kid="o26a", private=OFFICE),
                "a key to seal": sign_receipt(version, at=1, who="office", kid="k26a", private=EPOCH),
                "unknown key": sign_receipt(version, at=1, who="office", kid="s99", private=SERVER),
                "another's signature": sign_receipt(version, at=1, who="office", kid="s26a", private=HUB),
                "another wrap": sign_receipt(version, at=1, who="office", kid="s26a", private=SERVER, wrap_w="A" * 22),
                "a foreign blob": sign_receipt(
                    version, at=1, who="office", kid="s26a", private=SERVER, held=["a" * 52]
                ),
            },
        },
    }


def rescue_vectors() -> dict[str, Any]:
    """Give a draft of a volunteer as it is handed over, with the way back to its data key."""
    profile, draft, content = "p7k2m4x3q", "dq3m5x2k7a4b6c", {"values": {"nama_lengkap": "UPIK é 😀"}, "title": "UPIK"}
    data_key, plain = hashlib.sha256(b"draft").digest(), json.dumps(content, ensure_ascii=False).encode()
    sealed = aes_seal(data_key, plain, canonical(["dr1", profile, draft, 3]), Chance("draft"))
    rescue = hpke_with(pair("rescue"))(data_key, EPOCH.pub, canonical(["dr1-rescue", profile, draft, "k26a"]))
    record = {"id": draft, "v": 1, "p": profile, "n": 3, "at": 1795564800000, "iv": b64u_encode(sealed[:12])}
    record |= {"ct": b64u_encode(sealed[12:]), "rescue": {"k26a": b64u_encode(rescue)}}
    return {
        "entries": [
            {"by": "python", "kid": "k26a", "key": data_key.hex(), "ephemeral": key(pair("rescue")), "to": key(EPOCH)}
            | {"draft": record, "content": content}
        ]
    }


def speakable_vectors() -> dict[str, Any]:
    """Give bytes as words, and a fingerprint."""
    samples = [bytes(12), b"\xff" * 12, *(hashlib.sha256(b"words %d" % i).digest() for i in range(6))]
    return {
        "words": [[data.hex(), count, speakable(data, count)] for data in samples for count in (1, 4, 7, 8)],
        "fingerprints": [[b64u_encode(pair.pub), fingerprint(pair.pub)] for pair in (OFFICE, SERVER, HUB)],
    }


def write(name: str, vectors: dict[str, Any]) -> None:
    """Write a file, keeping what JavaScript made."""
    path = HERE / f"{name}.json"
    old = json.loads(path.read_text()) if path.exists() else {}
    for part, entries in vectors.items():
        if isinstance(entries, list) and isinstance(entries[0], dict) and "by" in entries[0]:
            entries.extend(entry for entry in old.get(part, []) if entry["by"] == "js")
    path.write_text(json.dumps(vectors, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    write("hpke", hpke_vectors())
    write("canonical", canonical_vectors())
    write("padding", padding_vectors())
    write("receipt-code", code_vectors())
    write("seal", seal_vectors())
    write("events", event_vectors())
    write("keyring", keyring_vectors())
    write("speakable", speakable_vectors())
    write("rescue", rescue_vectors())
