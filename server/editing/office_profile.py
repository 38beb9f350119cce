"""The office's profile as it is edited in the console: address, hours, phone, email, and its status.

An edit is JSON: `phone`, `email`, `official`, `confirmed` (by which letter), `checked` (the day on which it was looked
at), `address` and `hours` by language. What the rest of the software goes by, the name and the time zone, stays in
`content/office.toml`.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from server.faults import unread
from server.settings import OfficeProfile

PROFILE = "profile"
SPOKEN = ("address", "hours")  # in words, so in each language
LONGEST = 200  # letters
_PHONE = re.compile(r"(\+?[0-9][0-9 ().-]{3,30})?")
_EMAIL = re.compile(r"([^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?")


class ProfileError(Exception):
    """A profile is wrong; the message names the field."""


def fields_of(profile: OfficeProfile, languages: Collection[str]) -> dict[str, str]:
    """Give a profile as it is typed."""
    spoken = {f"{name}-{lang}": getattr(profile, name).get(lang, "") for name in SPOKEN for lang in languages}
    official = "1" if profile.official else ""
    return {
        **spoken,
        "phone": profile.phone,
        "email": profile.email,
        "official": official,
        "confirmed": profile.confirmed,
    }


def write_profile(fields: Mapping[str, str], languages: Collection[str], *, today: date) -> str:
    """Write what was typed as an edit.

    Raises:
        ProfileError: naming the field that is wrong.
    """
    for name in (f"{name}-{lang}" for name in SPOKEN for lang in languages):
        if not fields[name] or "\n" in fields[name]:
            raise ProfileError(name)
    if too_long := next((name for name, text in fields.items() if len(text) > LONGEST), None):
        raise ProfileError(too_long)
    if not _PHONE.fullmatch(fields["phone"]):
        raise ProfileError("phone")
    if not _EMAIL.fullmatch(fields["email"]):
        raise ProfileError("email")
    if fields["official"] and not fields["confirmed"]:
        raise ProfileError("confirmed")
    profile = {name: {lang: fields[f"{name}-{lang}"] for lang in languages} for name in SPOKEN}
    told = {name: fields[name] for name in ("phone", "email", "confirmed")}
    return _json({**profile, **told, "official": bool(fields["official"]), "checked": today.isoformat()})


def read_profile(text: str, filed: OfficeProfile) -> OfficeProfile:
    """Give the profile of the content folder with what an edit says.

    Raises:
        ProfileError: it is no edit of a profile.
    """
    try:
        found: dict[str, Any] = json.loads(text)
        return replace(
            filed,
            phone=str(found["phone"]),
            email=str(found["email"]),
            official=found["official"] is True,
            confirmed=str(found["confirmed"]),
            checked=date.fromisoformat(found["checked"]),
            # A language that was added since is spoken as in the content folder.
            address={**filed.address, **found["address"]},
            hours={**filed.hours, **found["hours"]},
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ProfileError(unread(error)) from None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
