"""A form that makes something names it beforehand: sent twice, as by a double click, it makes it once.

What a page gives its form is a hidden field, `once`; with what the form says it makes the name of what is stored, once,
whoever is first. So a form that was corrected and is sent again makes another thing and is not taken for a repetition.
"""

import hmac
import json
import os
import re
from collections.abc import Mapping

from sync.canonical import b32_encode

_NAME = re.compile(r"[a-z2-7]{16}")


def new_name() -> str:
    """Make what a page gives its form."""
    return b32_encode(os.urandom(10))


def name_in(fields: Mapping[str, str], *said: str | int) -> str:
    """Name what a form makes that says this; a form without `once` makes another thing each time."""
    return b32_encode(tied(once_in(fields), *said)[:10])


def once_in(fields: Mapping[str, str]) -> str:
    """Give what a form was given by its page; for a form without it another each time."""
    once = fields.get("once", "")
    return once if _NAME.fullmatch(once) else new_name()


def own_once(fields: Mapping[str, str], csrf: str) -> str:
    """Give what the secrets follow from that a form makes: what its page gave it, with the token of the session.

    Whatever a form says that it was given, it makes in another session others, and nobody chooses them.
    """
    return once_in(fields) + csrf


def tied(once: str, *said: str | int) -> bytes:
    """Give 32 bytes that are the same again only for the same form that says the same."""
    return hmac.digest(once.encode(), json.dumps(said).encode(), "sha256")
