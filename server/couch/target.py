"""Reads what a request to the CouchDB face is about from its path, and its options from its query. No store."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from sync.document import Rev
from sync.errors import BadRequest

_NAMED = ("_design", "_local")
_FLAGS = ("attachments", "conflicts", "descending", "include_docs", "latest", "revs")
_WHOLE = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True)
class Target:
    """A database, with a document and an attachment where the path goes on."""

    database: str
    document: str = ""
    attachment: str = ""

    @property
    def local_id(self) -> str:
        """Give the id of a `_local` document without that word."""
        return self.document.removeprefix("_local/")


def target_of(request: Request) -> Target:
    """Read the path as it was sent: a slash in an id comes as `%2F`.

    Raises:
        BadRequest: it is not UTF-8.
    """
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    try:
        _, _, database, *rest = [unquote_to_bytes(part).decode() for part in raw.split(b"/")]
    except UnicodeDecodeError:
        raise BadRequest("the path is not UTF-8") from None
    length = 2 if len(rest) > 1 and rest[0] in _NAMED else 1
    return Target(database, "/".join(rest[:length]), "/".join(rest[length:]))


@dataclass(frozen=True)
class Options:
    """The options of a request: of its query, where values are text, and of a posted body, where they are JSON."""

    query: Mapping[str, str]
    body: Mapping[str, Any]

    def has(self, *names: str) -> bool:
        """Say whether one of these options is there."""
        return any(name in self.body or name in self.query for name in names)

    def word(self, name: str) -> str | None:
        """Give an option as it stands; a number of a body as text."""
        value = self._value(name)
        return None if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Give `true` or `false`.

        Raises:
            BadRequest: it is neither.
        """
        value = self._value(name)
        if value in (None, ""):
            return default
        if value not in (True, False, "true", "false"):
            raise BadRequest(f"Invalid boolean parameter: {name}", error="query_parse_error")
        return value in (True, "true")

    def number(self, name: str) -> int | None:
        """Give a whole number.

        Raises:
            BadRequest: it is none.
        """
        value = self._value(name)
        if value in (None, "", "null"):
            return None
        if isinstance(value, bool) or not _WHOLE.fullmatch(str(value)):
            raise BadRequest(f"Invalid value for integer: {name}", error="query_parse_error")
        return int(str(value))

    def json(self, *names: str) -> Any:
        """Give the first of these options that is there; None where none is.

        Raises:
            BadRequest: it is no JSON.
        """
        for name in names:
            if name in self.body:
                return self.body[name]
            if name in self.query:
                return _parsed(name, self.query[name])
        return None

    def revs(self, name: str) -> list[str] | None:
        """Give a list of revs.

        Raises:
            BadRequest: it is no such list.
        """
        value = self.json(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(rev, str) for rev in value)):
            raise BadRequest(f"{name}: a list of revs")
        return value

    def _value(self, name: str) -> Any:
        return self.body.get(name, self.query.get(name))


def options_of(request: Request, body: Mapping[str, Any] | None = None) -> Options:
    """Give the options of a request; those of *body* count before those of the query.

    Raises:
        BadRequest: one that is read while an answer is being sent is none: it is refused before.
    """
    options = Options(request.query_params, body or {})
    for name in _FLAGS:
        options.flag(name)
    for rev in options.revs("atts_since") or ():
        Rev.parse(rev)
    return options


def _parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadRequest(f"invalid UTF-8 JSON: {name}") from None
