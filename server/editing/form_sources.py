"""Where the questions of each form come from and when somebody last compared them: `content/forms.toml`."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from server.forms.choices import Words

_NEEDED = ("services", "source", "checked")
_KEYS = frozenset({*_NEEDED, "law", "unverified"})


class FormSourcesError(Exception):
    """The file is wrong; the message names it, the place and the reason."""


@dataclass(frozen=True, kw_only=True)
class FormSource:
    """Of which paper the forms of some services are, or one version that was published in the console."""

    services: tuple[str, ...]
    law: str
    source: str
    checked: date
    unverified: Words | None


def load_form_sources(path: Path, *, services: Collection[str], languages: Collection[str]) -> Mapping[str, FormSource]:
    """Read the file, by service; a folder without it has forms of which nobody says where they come from.

    Raises:
        FormSourcesError: a row has no source or no day, or names a form that is not there or is named already.
    """
    if not path.exists():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FormSourcesError(f"{path.name}: {error}") from None
    found: dict[str, FormSource] = {}
    for at, raw in enumerate(data.get("form", []), 1):
        try:
            row = _row(raw, services, languages)
            if twice := [name for name in row.services if name in found]:
                raise ValueError(f"{twice[0]!r} stands in an earlier row")
        except ValueError as error:
            raise FormSourcesError(f"{path.name}: form {at}: {error}") from None
        found |= dict.fromkeys(row.services, row)
    return found


def _row(raw: Mapping[str, Any], services: Collection[str], languages: Collection[str]) -> FormSource:
    missing = [name for name in _NEEDED if not raw.get(name)]
    odd = [name for name in raw if name not in _KEYS]
    unknown = [name for name in raw.get("services", ()) if name not in services]
    if missing or odd or unknown:
        raise ValueError(
            f"{missing[0]!r} is missing" if missing
            else f"{odd[0]!r} is unknown" if odd
            else f"there is no form {unknown[0]!r}"
        )  # fmt: skip
    if type(raw["checked"]) is not date:
        raise ValueError("checked must be a day, written 2026-11-25")
    unverified = raw.get("unverified")
    if unverified is not None and [lang for lang in languages if not unverified.get(lang)]:
        raise ValueError("unverified needs words in every language")
    return FormSource(
        services=tuple(raw["services"]),
        law=raw.get("law", ""),
        source=raw["source"],
        checked=raw["checked"],
        unverified=unverified,
    )
