"""Reads one item of an exchange, a line `[version, wrap]` or a packed one, as far as that goes without a store: shape,
form, key, time.

Every refusal has a typed reason, which the device shows as the text `refused.<reason>` and keeps the item.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.forms.form_grammar import CONSENT
from server.forms.forms import Forms
from sync.document import Doc, is_id
from sync.errors import ShapeError
from sync.keyring import KeyList
from sync.packed_item import is_packed, unpack_item
from sync.seal import check_pair
from sync.shape import case_of_version, wrap_hash

LINE_LIMIT = 64 * 1024  # bytes; a form with every answer filled in is 3 KB sealed

# An item has eight; counting them bounds the depth before the parser sees the line.
MAX_BRACKETS = 64

# A clock is often wrong, and what it says is only shown: an item is never refused for being old, and for being new
# only when no clock set by a person says so. The queue goes by arrival.
MAX_AHEAD = 366 * 86400  # seconds


class ItemRefused(Exception):
    """An item that will never be accepted as it is; `id` is None when none could be read."""

    def __init__(self, reason: str, id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.id = id


class _DuplicateKey(ValueError):
    """Two readers may take different ones of the same key twice, so nobody takes either (CVE-2017-12635)."""


@dataclass(frozen=True)
class Item:
    """A version with the wrap it was sealed with."""

    version: Doc = field(repr=False)
    wrap: dict[str, str] = field(repr=False)

    @property
    def id(self) -> str:
        """The id of the version."""
        return str(self.version["_id"])

    @property
    def case(self) -> str:
        """C of the version."""
        return case_of_version(self.version)

    @property
    def is_as_sealed(self) -> bool:
        """Say whether the wrap is the one that the version names."""
        return bool(wrap_hash(self.wrap) == self.version["seal"]["w"])


def parse_line(line: bytes, *, limit: int = LINE_LIMIT, brackets: int = MAX_BRACKETS) -> Any:
    """Parse a line of JSON as strictly as something from outside should be.

    Raises:
        ItemRefused: `too-large`, `duplicate-key` or `malformed`.
    """
    if len(line) > limit:
        raise ItemRefused("too-large")
    if line.count(b"[") + line.count(b"{") > brackets:
        raise ItemRefused("malformed")
    try:
        value = json.loads(line.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
        _refuse_half_characters(line, value)
        return value
    except _DuplicateKey:
        raise ItemRefused("duplicate-key") from None
    except (ValueError, RecursionError):
        raise ItemRefused("malformed") from None


def read_item(line: bytes, *, forms: Forms, key_list: KeyList, now: int, limit: int = LINE_LIMIT) -> Item:
    """Read an item and check everything that needs no store.

    Raises:
        ItemRefused: with the reason to tell the sender.
    """
    item = read_well_made(line, limit=limit)
    reason = _reason_against(item.version, item.wrap, forms=forms, key_list=key_list, now=now)
    if reason:
        raise ItemRefused(reason, item.id)
    return item


def read_well_made(line: bytes, *, limit: int = LINE_LIMIT) -> Item:
    """Read an item, packed or not, and check only that it is well made.

    Raises:
        ItemRefused: with the reason to tell the sender.
    """
    pair = parse_line(line, limit=limit)
    try:
        version, wrap = unpack_item(pair) if is_packed(pair) else pair
    except ShapeError as error:
        raise ItemRefused(error.reason) from None
    except (TypeError, ValueError):
        raise ItemRefused("malformed") from None
    try:
        check_pair(version, wrap)
    except ShapeError as error:
        raise ItemRefused(error.reason, readable_id(version)) from None
    return Item(version, wrap)


def reason_against_version(version: Doc, *, forms: Forms, now: int) -> str | None:
    """Say why a version of the right shape is not one of this office's, if it is not."""
    if version["service"] not in forms.services:
        return "service-unknown"
    form = forms.by_name(version["service"], version["form"])
    if form is None:
        return "form-unknown"
    extra = {CONSENT} if version["channel"] == "volunteer" else set()
    if version["type"] != form.type or set(version["seal"]["g"]) - extra != set(form.groups):
        return "malformed"
    if form.type == "survey" and not _is_nobodys(version):
        return "malformed"
    return "time-future" if version["at"] > now + MAX_AHEAD else None


def _is_nobodys(version: Doc) -> bool:
    """Say whether nothing in the clear fields tells of who sent it; of the time it is the day, on a whole hour."""
    told = [version[key] for key in ("device", "area", "wish", "prev", "blobs")]
    return not any(told) and version["at"] % 3600 == 0


def _reason_against(version: Doc, wrap: Doc, *, forms: Forms, key_list: KeyList, now: int) -> str | None:
    reason = reason_against_version(version, forms=forms, now=now)
    if reason in (None, "time-future"):
        return _reason_against_keys(wrap, key_list) or reason
    return reason


def _reason_against_keys(wrap: Doc, key_list: KeyList) -> str | None:
    """Say why nobody at this office could open it; with a key that is destroyed, nobody ever will again."""
    keys = [key for kid in wrap if (key := key_list.find(kid)) is not None and key.use == "seal"]
    if any(key.state != "destroyed" for key in keys):
        return None
    return "kid-destroyed" if keys else "kid-unknown"


def readable_id(version: object) -> str | None:
    """Give the id of a version that was refused, if it has one."""
    found = version.get("_id") if isinstance(version, Mapping) else None
    return str(found) if is_id(found) else None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _DuplicateKey
    return found


def _refuse_half_characters(line: bytes, value: Any) -> None:
    # A lone surrogate is no text: nothing can hash, store or send it. Only an escape can bring one in.
    if b"\\u" in line:
        json.dumps(value, ensure_ascii=False).encode()


def _no_constant(text: str) -> None:
    raise ValueError(text)
