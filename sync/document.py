"""Documents, ids and revisions as CouchDB writes them: plain dicts at the border, checked here."""

import re
from dataclasses import dataclass
from typing import Any, Self

from sync.errors import BadRequest

Doc = dict[str, Any]  # a document as JSON has it: "_id", "_rev", and the rest

_ID = re.compile(r"[a-z][a-z0-9._-]{0,63}")
_REV = re.compile(r"([1-9][0-9]{0,9})-([A-Za-z0-9_.~-]{1,64})")  # CouchDB makes hex, and takes what others make


def is_id(text: object) -> bool:
    """Say whether *text* may be the id of a document of ours: no upper case, nothing that a URL escapes."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


@dataclass(frozen=True, order=True)
class Rev:
    """A revision `generation-sig`; ordered as the winning rev is chosen: generation first, then sig as text."""

    generation: int
    sig: str

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read `N-sig`.

        Raises:
            BadRequest: *text* is not a revision.
        """
        found = _REV.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise BadRequest("invalid rev format")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.generation}-{self.sig}"
