"""Write the vectors of the bundle that both languages read: `python tests/vectors/make_bundle.py`.

The bytes are put together here a second time, from docs/bundle.md; a second run changes nothing.
"""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

Named = list[tuple[str, bytes]]


def b32(label: str, length: int) -> str:
    return base64.b32encode(hashlib.sha512(label.encode()).digest()).decode().lower()[:length]


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def half(data: bytes) -> str:
    return b64u(hashlib.sha256(data).digest()[:16])


OFFICE = b32("office", 16)
PHOTO = b"\xff\xd8\nsealed\x00\n"
BLOB = "blob." + base64.b32encode(hashlib.sha256(PHOTO).digest()).decode().lower().rstrip("=")
FIRST, SECOND = (f"{kind}.{b32(kind, 24)}.{b32(kind + '.v', 20)}" for kind in ("app", "cmp"))
ITEMS: Named = [(FIRST, b'[{"_id":"1"},{"t":"a"}]'), (SECOND, b'[{"_id":"2"},{"t":"b"}]'), (BLOB, PHOTO)]
ACK: Named = [(FIRST, b'[["rcpt1"],"sig"]'), (f"gone.{b32('gone', 24)}", b'{"_id":"gone"}')]


def index(named: Named) -> list[list[Any]]:
    return [[name, len(data), half(data)] for name, data in named]


def with_head(line: bytes, named: Named = ITEMS) -> bytes:
    return line + b"\n" + half(line).encode() + b"\n" + b"".join(data + b"\n" for _, data in named)


def head(*values: Any) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode()


def file_of(kind: str, named: Named, at: int = 1_795_564_800) -> bytes:
    return with_head(head("rantau1", kind, OFFICE, at, index(named)), named)


def good(name: str, kind: str, named: Named, at: int = 1_795_564_800) -> dict[str, Any]:
    entries = [[entry, data.hex()] for entry, data in named]
    file = file_of(kind, named, at).hex()
    return {"name": name, "kind": kind, "office": OFFICE, "at": at, "entries": entries, "file": file}


def bad() -> list[dict[str, str]]:
    rows = index(ITEMS)
    line = head("rantau1", "items", OFFICE, 1, rows)
    spoilt = bytearray(with_head(line))
    spoilt[40] ^= 1
    malformed = {
        "nothing": b"",
        "something else": b"PK\x03\x04 and so on",
        "an exchange": b'{"v":1}\n' + ITEMS[0][1] + b"\n",
        "a mark in front": b"\xef\xbb\xbf" + with_head(line),
        "a changed head": bytes(spoilt),
        "another digest": line + b"\n" + b"A" * 22 + b"\n",
        "carriage returns": line + b"\r\n" + half(line + b"\r").encode() + b"\r\n",
        "no line feed after the digest": line + b"\n" + half(line).encode() + b" ",
        "white space": with_head(line.replace(b",", b", ")),
        "an escape": with_head(line.replace(b'"items"', b'"item\\u0073"')),
        "cut inside its array": with_head(line[:-1]),
        "no array": with_head(b'["rantau1",'),
        "a word more": with_head(head("rantau1", "items", OFFICE, 1, rows, 1)),
        "a word less": with_head(head("rantau1", "items", OFFICE, 1)),
        "an unknown kind": with_head(head("rantau1", "keys", OFFICE, 1, rows)),
        "no office": with_head(head("rantau1", "items", None, 1, rows)),
        "an office in capitals": with_head(head("rantau1", "items", OFFICE.upper(), 1, rows)),
        "a time that is true": with_head(head("rantau1", "items", OFFICE, True, rows)),
        "half a second": with_head(head("rantau1", "items", OFFICE, 1.5, rows)),
        "a time before time": with_head(head("rantau1", "items", OFFICE, -1, rows)),
        "an index that is no array": with_head(head("rantau1", "items", OFFICE, 1, "")),
        "an index of an object": with_head(head("rantau1", "items", OFFICE, 1, [{}])),
        "a deep index": with_head(b'["rantau1","items","%b",1,%b%b]' % (OFFICE.encode(), b"[" * 5000, b"]" * 5000)),
    }
    for what, row in {
        "an image in an acknowledgement": None,
        "a path for a name": ["../../etc/passwd", 3, half(b"abc")],
        "an unknown name": [f"w.{FIRST}", 3, half(b"abc")],
        "a name and a line feed": [FIRST + "\n", 3, half(b"abc")],
        "a length of nothing": [FIRST, 0, half(b"")],
        "a length beyond all": [FIRST, 1 << 32, half(b"abc")],
        "a length in words": [FIRST, "3", half(b"abc")],
        "a short digest": [FIRST, 3, half(b"abc")[:-1]],
        "a digest with padding": [FIRST, 3, half(b"abc") + "=="],
        "a row too long": [FIRST, 3, half(b"abc"), 1],
    }.items():
        kind, named = ("items", [row]) if row else ("ack", rows)
        malformed[what] = with_head(head("rantau1", kind, OFFICE, 1, named))
    others = {
        ("a newer version", "version"): with_head(head("rantau2", "items", OFFICE, 1, rows)),
        ("a newer version of another shape", "version"): b'["rantau17",{"new":true}]\nmore\nand more',
        ("cut in its first word", "cut"): b'["ran',
        ("cut in its index", "cut"): line[:-9],
        ("cut before its digest", "cut"): line + b"\n",
        ("cut in its digest", "cut"): (line + b"\n" + half(line).encode())[:-3],
    }
    rows_of = {(name, "malformed"): data for name, data in malformed.items()} | others
    return [{"name": name, "reason": reason, "file": data.hex()} for (name, reason), data in rows_of.items()]


def spoilt() -> list[dict[str, Any]]:
    file, body = file_of("items", ITEMS), b"".join(data + b"\n" for _, data in ITEMS)
    start, names = len(file) - len(body), [name for name, _ in ITEMS]

    def changed(at: int, to: bytes) -> bytes:
        return file[: start + at] + to + file[start + at + len(to) :]

    second = len(ITEMS[0][1]) + 1
    cases: list[tuple[str, bytes, list[int], list[int], str, list[int]]] = [
        ("a changed line", changed(5, b"X"), [1, 2], [0], "whole", []),
        ("a changed image", changed(len(body) - 3, b"X"), [0, 1], [2], "whole", []),
        ("another byte between two", changed(second - 1, b" "), [1, 2], [0], "whole", []),
        ("two in each other's place", changed(0, ITEMS[1][1] + b"\n" + ITEMS[0][1]), [2], [0, 1], "whole", []),
        ("more than the index says", file + b"x", [0, 1, 2], [], "long", []),
        ("cut in the second", file[: start + second + 3], [0], [], "cut", [1, 2]),
        ("cut before the last line feed", file[:-1], [0, 1], [], "cut", [2]),
        ("cut after its head", file[:start], [], [], "cut", [0, 1, 2]),
        ("changed and cut", changed(5, b"X")[: start + second + 3], [], [0], "cut", [1, 2]),
    ]
    return [
        {
            "name": name, "file": data.hex(), "ending": ending, "whole": [names[i] for i in whole],
            "damaged": [names[i] for i in damaged], "missing": [names[i] for i in missing],
        }
        for name, data, whole, damaged, ending, missing in cases
    ]  # fmt: skip


if __name__ == "__main__":
    vectors = {
        "good": [
            good("items and an image", "items", ITEMS),
            good("an acknowledgement", "ack", ACK),
            good("nothing in it", "items", [], 0),
            good("the same twice", "items", [ITEMS[0], ITEMS[0]]),
        ],
        "bad": bad(),
        "spoilt": spoilt(),
    }
    path = Path(__file__).with_name("bundle.json")
    path.write_text(json.dumps(vectors, indent=1) + "\n", encoding="ascii")
