"""The readers and what each may raise. Whatever else comes out of one is a fault, and its input a test from then on."""

import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.exceptions import HTTPException

from fuzz import signed
from fuzz.signed import CASE, CODE, NOW, PAIR, VERSION, WRAP, made_by_a_browser, signed_again, to_json
from server.body_lines import BodyLimits, BodyLines, BodyMalformed, BodyTooLarge
from server.forms.form import FormError
from server.forms.form_reader import read_form
from server.forms.forms import read_groups
from server.forms.rules import check, to_answers
from server.items import ItemRefused, parse_line, read_item
from server.posted import parse_posted
from server.staff.passkeys import PasskeyError
from server.watch import read_hello
from sync.answers import decode_answers
from sync.audit_chain import ChainError, verify_chain
from sync.bundle import BundleReader, Piece, write_bundle
from sync.canonical import b64u_encode, canonical, h16
from sync.cipher import aes_open
from sync.errors import BadRequest, BundleError, CodeError, OpenError, ShapeError
from sync.events import open_note, verify_event
from sync.hpke import open_
from sync.incoming import checked_id, given_attachments, history_of, to_text
from sync.key_pair import KeyPair, public_key, verify_bytes
from sync.keyring import open_grant, unwrap_officer_key, verify_key_list
from sync.padding import pad, unpad
from sync.receipt_code import parse_code, proof_matches
from sync.receipts import verify_receipt
from sync.rescue import open_draft, open_rescue
from sync.seal import check_pair, open_version, open_wrap_as_holder, open_wrap_as_office
from sync.statements import (
    read_auth,
    verify_auth,
    verify_code_mark,
    verify_enrolment,
    verify_gone,
    verify_public,
    verify_voided_code,
)

TODAY = date(2026, 11, 25)
FORMS = signed.ROOT / "content" / "forms"
GROUPS = read_groups(FORMS)


@dataclass(frozen=True)
class Reader:
    """A reader, the errors that it may raise, and inputs to begin with."""

    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...] = ()

    def try_(self, data: bytes) -> None:
        """Read *data*; raises what the reader should not have raised."""
        with suppress(*self.errors):
            self.read(data)


def any_json(data: bytes) -> Any:
    """Read JSON as a store or a file may hold it: deeper and odder than what comes over the wire.

    Raises:
        OpenError: it is none; such bytes are of no interest to whoever reads values.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise OpenError from None


def _lines(data: bytes) -> None:
    if not data:
        return
    limits = BodyLimits(sent=1 << 16, inflated=1 << 17, line=1 << 10)
    lines, step = BodyLines(gzip=data[0] & 1 == 1, limits=limits), 1 + (data[0] >> 1) * 7
    for start in range(1, len(data), step):
        for line in lines.feed(data[start : start + step]):
            assert len(line) <= limits.line + 1, "a line without end"
    lines.finish()


def _bundle(data: bytes) -> None:
    """Read the bytes as they are; then with the right digest under their first line, so that the index is looked at."""
    step, file = 1 + (data[0] if data else 0), data[1:]
    line, _, more = file.partition(b"\n")
    _, _, rest = more.partition(b"\n")
    with suppress(BundleError):
        _read_bundle(file, step)
    _read_bundle(line + b"\n" + b64u_encode(h16(line)).encode() + b"\n" + rest, step)


def _read_bundle(file: bytes, step: int) -> None:
    reader, given, ended = BundleReader(), 0, 0
    for start in range(0, len(file), step):
        for part in reader.feed(file[start : start + step]):
            given += len(part.data) if isinstance(part, Piece) else 0
            ended += not isinstance(part, Piece)
    _, missing = reader.finish()
    assert given <= len(file), "bytes out of nothing"
    assert reader.head is not None
    assert ended + len(missing) == len(reader.head.entries), "an entry that is neither there nor missing"


def _form_file(data: bytes) -> None:
    """Name the file after what it says itself, so that the rest of it is looked at."""
    written: Any = None
    with suppress(OpenError):
        written = any_json(data)
    told = written if isinstance(written, dict) else {}
    read_form(f"{told.get('service')}.v{told.get('n')}.json", data, GROUPS)


def _posted_form(data: bytes) -> None:
    fields = parse_posted(data)
    findings = check(signed.FORM, fields, today=TODAY, regions=frozenset({"13.12", "13.12.01"}))
    if not findings.hard:
        to_answers(signed.FORM, fields, today=TODAY)


def _pair(data: bytes) -> None:
    """Overwrite parts of a good pair with what the bytes say, then open it as everybody does."""
    version, wrap = VERSION, WRAP
    match any_json(data):
        case [dict(changed), dict(changed_wrap), dict(changed_seal)]:
            version = VERSION | changed
            if isinstance(version.get("seal"), dict):
                version = version | {"seal": version["seal"] | changed_seal}
            wrap = WRAP | changed_wrap
        case [version, wrap]:
            pass
    for opened in (
        lambda: open_version(version, bytes(32)),
        lambda: open_version(version, open_wrap_as_office(version, wrap, "k1", PAIR)),
        lambda: open_version(version, open_wrap_as_holder(version, wrap, CODE.open)),
    ):
        with suppress(OpenError):
            opened()
    check_pair(version, wrap)


def _statement(data: bytes) -> None:
    value = signed_again(any_json(data))
    for read in (verify_voided_code, verify_auth):
        with suppress(OpenError):
            read(value, PAIR.pub)
    read_auth(value)


def _documents(data: bytes) -> None:
    doc = any_json(data)
    if not isinstance(doc, dict):
        return
    for read in (
        lambda: verify_gone(doc, PAIR.pub),
        lambda: verify_public(doc, b"", PAIR.pub),
        lambda: verify_public(doc | dict(zip(("signed", "sig"), signed_again([doc.get("signed"), 0]))), b"", PAIR.pub),  # noqa: B905
        lambda: verify_code_mark(doc, PAIR.pub),
        lambda: verify_event(doc, PAIR.pub),
        lambda: open_draft(doc, bytes(32)),
        lambda: unwrap_officer_key({**doc, "kdf": _cheap(doc.get("kdf"))}, "x"),
    ):
        with suppress(OpenError):
            read()


def _cheap(kdf: Any) -> Any:
    # What Argon2id is to compute is bounded by the reader; here it only must not take all the time there is.
    is_dear = isinstance(kdf, dict) and isinstance(kdf.get("m"), int) and kdf["m"] > 64
    return kdf | {"m": 8, "t": 1, "p": 1} if is_dear else kdf


def _receipt(data: bytes) -> None:
    value = any_json(data)
    for receipt in (value, signed_again(value)):
        with suppress(OpenError):
            verify_receipt(receipt, VERSION, signed.KEY_LIST)


def _chain(data: bytes) -> None:
    entries = any_json(data)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return
    verify_chain(entries, signed.KEY_LIST)
    again = [dict(zip(("signed", "sig"), signed_again([entry.get("signed"), 0]))) for entry in entries]  # noqa: B905
    verify_chain([entry | new for entry, new in zip(entries, again, strict=True)], signed.KEY_LIST)


def _passkey(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    key = {"id": "aWQ", "key": b64u_encode(PAIR.pub), "count": 0, "answered": []}
    for read in (
        lambda: signed.PASSKEYS.register({"login": "upik", "passkeys": []}, text, "name"),
        lambda: signed.PASSKEYS.answer([{"login": "upik", "passkeys": [key]}], text),
    ):
        with suppress(PasskeyError):
            read()


def _document(data: bytes) -> None:
    doc = any_json(data)
    checked_id(doc, new_edits=False)
    given_attachments(doc)
    history_of(doc)
    to_text(doc)


def _key_pair(data: bytes) -> None:
    for read in (
        lambda: KeyPair.from_bytes(data),
        lambda: public_key(data),
        lambda: verify_bytes(b"", data[:64], data[64:]),
        lambda: aes_open(data[:32], data[32:], b""),
        lambda: open_(data, PAIR, b""),
        lambda: open_rescue(data.decode("latin-1"), "p", "d", kid="k1", private=PAIR),
        lambda: open_grant(data.decode("latin-1"), "k1", "upik", PAIR),
        lambda: open_note(data, bytes(32), CASE, 1),
        lambda: verify_enrolment(data.decode("latin-1"), "", PAIR.pub),
        lambda: proof_matches(CASE, data.decode("latin-1")),
    ):
        with suppress(OpenError):
            read()


READERS = {
    "item": Reader(
        lambda data: read_item(data, forms=signed.FORMS, key_list=signed.KEY_LIST, now=NOW), (ItemRefused,),
        (to_json([VERSION, WRAP]),),
    ),
    "line": Reader(parse_line, (ItemRefused,), (b'{"a":[1,2e3,"\\ud83d\\ude00",null,true]}', b'{"a":1,"a":2}')),
    "hello": Reader(
        read_hello, (ItemRefused,), (to_json({"v": 1, "watch": [[CASE, CODE.proof, 0, 1]], "have": [VERSION["_id"]]}),)
    ),
    "body-lines": Reader(
        _lines, (BodyTooLarge, BodyMalformed), (b"\x02a\nb\r\nc", b"\x01" + gzip.compress(b"a\nb" * 400, mtime=0)),
    ),
    "bundle": Reader(
        _bundle, (BundleError,),
        (b"\x07" + write_bundle("items", [(VERSION["_id"], b"[1]"), ("blob." + "a" * 52, b"x")], office="a" * 16, at=1),
         b"\x00" + write_bundle("ack", [(VERSION["_id"], b"[]")], office="a" * 16, at=1)),
    ),
    "posted-form": Reader(
        _posted_form, (HTTPException,), (b"nama=a&nik=1312014504900001&lahir=1990-04-05&x=%E2%80%8E%F0%9F%98%80",)
    ),
    "form-file": Reader(
        _form_file, (FormError,), tuple(path.read_bytes() for path in sorted(FORMS.glob("*.json"))[:2]),
    ),
    "pair": Reader(_pair, (ShapeError, OpenError), (to_json([{}, {}, {}]), to_json([VERSION, WRAP]))),
    "padding": Reader(
        lambda data: decode_answers(unpad(data)), (OpenError,),
        (pad(b'["a",1,null]'), pad(b'["' + b"a" * 300 + b'"]'), b'["a",["b"]]'),
    ),
    "answers": Reader(decode_answers, (OpenError,), (b'["a",1,null,["b"]]', "[\"\u2028é\"]".encode())),
    "key-list": Reader(
        lambda data: verify_key_list(signed_again(any_json(data)), PAIR.pub), (OpenError,),
        (to_json(signed.SIGNED_LIST),),
    ),
    "statement": Reader(
        _statement, (OpenError,), tuple(map(to_json, (signed.VOIDED_CODE, signed.AUTH)))
    ),
    "documents": Reader(
        _documents, (OpenError,), tuple(map(to_json, signed.DOCUMENTS))
    ),
    "receipt": Reader(_receipt, (OpenError,), (to_json(signed.RECEIPT),)),
    "chain": Reader(_chain, (ChainError, OpenError), (to_json([signed.ENTRY]),)),
    "passkey": Reader(
        _passkey, (),
        (made_by_a_browser("webauthn.get", "sign-in"), made_by_a_browser("webauthn.create", "register upik")),
    ),
    "document": Reader(
        _document, (BadRequest, OpenError),
        (to_json({"_id": "a", "_rev": "2-b", "_revisions": {"start": 2, "ids": ["b", "a"]}, "_attachments": {}}),),
    ),
    "key-pair": Reader(_key_pair, (), (PAIR.to_bytes(), PAIR.pub, PAIR.pub + bytes(100))),
    "code": Reader(
        lambda data: parse_code(data.decode("utf-8", "surrogatepass" if b"\xed" in data else "replace")),
        (CodeError, UnicodeDecodeError), (b"0123 4567-89ab CDEF", "01\u2013oO".encode()),
    ),
    "canonical": Reader(lambda data: canonical(any_json(data)), (ValueError, OpenError), (b'["a",[1,null]]',)),
}  # fmt: skip
