"""Finds the edits that can be used: an update of the software may no longer read one, or show a page with it.

Such an edit is left out as if it had never been published: in its place is the one before it, else what the content
folder says, and all others stay in use. Which edit it is that no page can be shown with is found by halving: the first
of them are tried, fewer or more of them, until one more makes the difference.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from server.content import ContentError
from server.editing.edited_content import Edited, Filed, Texts, edited, newest_texts
from server.editing.edits import Edit
from server.faults import fault_of
from server.site.prepared import Prepared
from sync.store import Store

Show = Callable[[Edited], Prepared]  # renders every page, or raises one of _WRONG
_WRONG = (ContentError, LookupError)


@dataclass(frozen=True)
class Usable:
    """What is edited, with its pages; `left_out` are the edits that are not in it, each with the reason."""

    edited: Edited
    prepared: Prepared
    count: int
    left_out: Mapping[Edit, str] = field(default_factory=dict)


async def find_usable(public: Store, filed: Filed, show: Show) -> Usable:
    """Read every edit and show the pages with those with which that can be done.

    Raises:
        ContentError: the pages cannot be shown without any edit either.
        LookupError: the same.
    """
    left_out: dict[Edit, str] = {}
    while True:
        texts = await newest_texts(public, but=left_out)
        found = await asyncio.to_thread(_try, filed, texts, show)
        if not isinstance(found, dict):
            return Usable(*found, len(texts), left_out)
        left_out |= found


def _try(filed: Filed, texts: Texts, show: Show) -> tuple[Edited, Prepared] | dict[Edit, str]:
    """Show the pages, or give the edits that have to be left out."""
    try:
        whole = edited(filed, texts)
        return whole.unread or (whole, show(whole))
    except _WRONG as error:
        return _first_wrong(filed, texts, show, fault_of(error))


def _first_wrong(filed: Filed, texts: Texts, show: Show, reason: str) -> dict[Edit, str]:
    show(edited(filed, {}))  # what is wrong without any edit is none's fault
    right, wrong = 0, len(texts)  # so many of the first can be shown, so many cannot
    while wrong - right > 1:
        middle = (right + wrong) // 2
        try:
            show(edited(filed, dict(islice(texts.items(), middle))))
            right = middle
        except _WRONG as error:
            wrong, reason = middle, fault_of(error)
    return {list(texts)[wrong - 1]: reason}
