"""An office's keys and sealed items for it, for tests that need no server."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from server.forms.forms import Forms
from sync.key_pair import KeyPair, new_key_pair
from sync.keyring import KeyList, ListedKey, sign_key_list, verify_key_list
from sync.receipt_code import CodeKeys, keys_of
from sync.seal import seal_version
from tests.small_forms import raw_field, small_form

NOW = 1_795_564_800
FORM = small_form(raw_field("nama", "text"), raw_field("asal", "text"))
FORMS = Forms({"small": (FORM,)})


@dataclass(frozen=True)
class OfficeKeys:
    """The keys of an office, private halves too."""

    root: KeyPair = field(default_factory=new_key_pair)
    seal: KeyPair = field(default_factory=new_key_pair)
    office: KeyPair = field(default_factory=new_key_pair)
    server: KeyPair = field(default_factory=new_key_pair)

    @property
    def key_list(self) -> KeyList:
        return verify_key_list(self.signed_list, self.root.pub)

    @property
    def signed_list(self) -> list[Any]:
        keys = [
            ListedKey("k1", "seal", "office", 16, "primary", self.seal.pub),
            ListedKey("k0", "seal", "office", 16, "destroyed", new_key_pair().pub),
            ListedKey("o1", "office", "office", None, "primary", self.office.pub),
            ListedKey("s1", "server", "office", None, "primary", self.server.pub),
        ]
        return sign_key_list("pasbar", 1, at=NOW, until=NOW + 86400, keys=keys, root=self.root)


def new_keys() -> CodeKeys:
    """Give the keys of a fresh receipt code that nobody types: to stretch one is slow on purpose."""
    return keys_of(os.urandom(32))


def seal_pair(keys: OfficeKeys, code_keys: CodeKeys, **more: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Seal a version of the small form."""
    recipients: Sequence[tuple[str, bytes]] = [("k1", keys.seal.pub)]
    values: dict[str, Any] = {
        "type": "application", "service": "small", "form": FORM.name, "at": NOW, "channel": "app", "device": None,
        "area": None, "wish": [], "prev": [], "groups": {"personal": ["Upik", "Talu"]}, "recipients": recipients,
    }  # fmt: skip
    return seal_version(code_keys=code_keys, **(values | more))


def to_line(pair: Any) -> bytes:
    """Write an item as its line."""
    return json.dumps(pair, separators=(",", ":")).encode()
