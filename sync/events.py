"""Events: the office's signed steps of a case, in the order of their numbers, with notes only the case's keys open."""

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sync.answers import decode_answers, encode_answers
from sync.canonical import Canonical, b64u_decode, b64u_encode, canonical, sha256
from sync.cipher import Random, aes_open, aes_seal, hkdf
from sync.document import Doc
from sync.errors import OpenError
from sync.key_pair import KeyPair, sign, verify
from sync.padding import pad, unpad
from sync.shape import is_case, is_kid, is_v, is_whole

STEPS = (
    "perlu_perbaikan",
    "berkas_lengkap",
    "menunggu_pembayaran",
    "dibayar",
    "kedaluwarsa",
    "terjadwal",
    "biometrik_wawancara",
    "adjudikasi",
    "dicetak",
    "siap_diambil",
    "diserahkan",
    "ditolak",
    "ditangguhkan",
    "dibatalkan",
    "bap",
    "pesan",
)
SENT = "terkirim"  # the status of a case without events
MESSAGE = "pesan"  # the step that leaves the status as it was
MAX_N = 9999
STEP = re.compile(r"[a-z][a-z_]{1,31}")  # a complaint's form has steps of its own

_KEYS = {"_id", "type", "case", "n", "step", "at", "on", "note", "kid", "sig"}
_UNSIGNED = {"claim", "_rev"}  # what the store and the numbering add


def event_id(case: str, n: int) -> str:
    """Name the event number *n* of a case."""
    return f"ev.{case}.{n:04d}"


def claimant_of(event: Mapping[str, Any]) -> str:
    """Name who claims the number of an event: the event itself, so that its repeat is the same claim."""
    return str(event["sig"])[:22]


def sign_event(
    *,
    case: str,
    n: int,
    step: str,
    at: int,
    on: Sequence[str],
    note: bytes | None,
    kid: str,
    private: KeyPair,
) -> Doc:
    """Sign an event; the claim on its number is not part of it.

    Args:
        on: the versions (v) that the event is about.
        note: what `seal_note` made.

    Raises:
        ValueError: a value is not one that the formats can hold.
    """
    event: Doc = {
        "_id": event_id(case, n),
        "type": "event",
        "case": case,
        "n": n,
        "step": step,
        "at": at,
        "on": list(on),
        "note": None if note is None else b64u_encode(note),
        "kid": kid,
    }
    if not _is_event(event | {"sig": ""}):
        raise ValueError("not an event that can be signed")
    event["sig"] = sign(_signed(event), private)
    return event


def verify_event(event: Mapping[str, Any], pub: bytes) -> None:
    """Check an event against the public key of its `kid`; `claim` and `_rev` are not looked at.

    Raises:
        OpenError: it is not an event signed by this key.
    """
    bare = {key: value for key, value in event.items() if key not in _UNSIGNED}
    if not _is_event(bare):
        raise OpenError
    verify(_signed(bare), bare["sig"], pub)


def seal_note(text: str, dek: bytes, case: str, n: int, random: Random = os.urandom) -> bytes:
    """Seal a note to the data key of the first version that event *n* is about."""
    context = _note_context(case, n)
    return aes_seal(hkdf(dek, context), pad(encode_answers([text])), context, random)


def open_note(note: bytes, dek: bytes, case: str, n: int) -> str:
    """Open a note.

    Raises:
        OpenError: another version's key, another event, or not a note.
    """
    context = _note_context(case, n)
    match decode_answers(unpad(aes_open(hkdf(dek, context), note, context))):
        case [str(text)]:
            return text
    raise OpenError


def _note_context(case: str, n: int) -> bytes:
    return canonical(["sl1-note", case, n])


def _signed(event: Mapping[str, Any]) -> list[Canonical]:
    note = event["note"]
    digest = None if note is None else b64u_encode(sha256(b64u_decode(note)))
    return ["ev1", event["case"], event["n"], event["step"], event["at"], event["on"], digest, event["kid"]]


def _is_event(event: Mapping[str, Any]) -> bool:
    if set(event) != _KEYS or event["type"] != "event" or not is_case(event["case"]):
        return False
    n, on = event["n"], event["on"]
    if not (is_whole(n) and 1 <= n <= MAX_N and event["_id"] == event_id(event["case"], n)):
        return False
    if not (isinstance(on, list) and all(map(is_v, on)) and len(set(on)) == len(on)):
        return False
    step = event["step"]
    if not (isinstance(step, str) and STEP.fullmatch(step) and is_whole(event["at"]) and is_kid(event["kid"])):
        return False
    return isinstance(event["sig"], str) and (event["note"] is None or (_is_b64u(event["note"]) and bool(on)))


def _is_b64u(text: object) -> bool:
    try:
        return isinstance(text, str) and len(b64u_decode(text)) > 0
    except ValueError:
        return False
