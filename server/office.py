"""One office, opened: its databases, keys, content and site in one frozen bundle, which every handler is given."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from server.casework.audit import Audit
from server.confined import confined, confined_projection
from server.databases import Databases
from server.figures.refused_sends import RefusedSends
from server.gathering import Gathering
from server.projection.projection import Projection
from server.rehearsal.first_day import Ticks
from server.rights import Right
from server.settings import Settings
from server.told import Told
from server.watch_lists import WatchLists
from sync.errors import NotFound
from sync.key_pair import KeyPair
from sync.keyring import KeyList

if TYPE_CHECKING:  # commands that need the keys alone are spared what reads the content and makes the site
    from server.content import Content
    from server.deadlines import Deadlines
    from server.forms.fees import Fees
    from server.forms.forms import Forms
    from server.guides.guides import Guides
    from server.i18n import Catalogues
    from server.regions import Regions
    from server.site.site import Site
    from server.survey.survey_plan import Campaign

RIGHT = "rantau.right"  # what the guard puts into the scope of a request
KEYS = "keys"  # the document of the key list, in `public`


class NoOffice(Told):
    """Nothing has been set up here; the message says what to run."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """What handlers get.

    Attributes:
        keys: the list of keys as the root signed it.
        clock: seconds since 1970.
        gathering: where exchanges leave their items to be taken with those of others.
        watch_lists: what devices need not say again.
        refused: counts what is sent and not taken.
        ticks: what officers have done of their first day.
        edits: the edits of content that were taken up, by the names of their documents.
        left_out: those of them that are not in use, each with the reason.
        figures: the published figures that are shown, by the revision of their document.
        asking: the campaign of the survey that the pages tell of.
        deciding: whoever has it looks whether something is done already, writes down who does it and does it, so that
            what comes twice at once is one deed. It is held for that long only, and nobody asks for it who has it.
    """

    settings: Settings
    databases: Databases
    content: Content
    root: bytes
    keys: list[Any]
    key_list: KeyList
    server_key: KeyPair = field(repr=False)
    server_kid: str
    audit: Audit
    is_demo: bool
    projection: Projection
    site: Site
    clock: Callable[[], int]
    gathering: Gathering = field(default_factory=Gathering)
    watch_lists: WatchLists = field(default_factory=WatchLists)
    ticks: Ticks = field(default_factory=Ticks)
    refused: RefusedSends = field(default_factory=RefusedSends)
    edits: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    figures: str | None = None
    asking: Campaign | None = None
    deciding: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)
    _within: dict[Right, Office] = field(default_factory=dict, init=False, repr=False, compare=False)

    def within(self, right: Right) -> Office:
        """Give the same office as far as *right* goes: of its documents only the types that are listed there."""
        if right not in self._within:
            databases = confined(self.databases, right)
            self._within[right] = replace(
                self, databases=databases, projection=confined_projection(self.projection, right)
            )
        return self._within[right]

    @property
    def deadlines(self) -> Deadlines:
        """Give by when the office has done what comes next."""
        return self.content.deadlines

    @property
    def fees(self) -> Fees:
        """Give what applications cost and how long they take."""
        return self.content.fees

    @property
    def forms(self) -> Forms:
        """Give the forms."""
        return self.content.forms

    @property
    def guides(self) -> Guides:
        """Give the guides."""
        return self.content.guides

    @property
    def regions(self) -> Regions:
        """Give the regions."""
        return self.content.regions

    @property
    def catalogues(self) -> Catalogues:
        """Give the texts."""
        return self.content.catalogues

    @property
    def public(self) -> str:
        """Name the state of everything public in 8 characters."""
        return self.site.revision


def office_of(request: Request) -> Office:
    """Give the office that is asked, as far as the right goes under which it is asked.

    Raises:
        KeyError: no guard stands before who asks, so nothing is given.
    """
    office: Office = request.app.state.office
    return office.within(request.scope[RIGHT])


def now() -> int:
    """Tell the time in seconds since 1970."""
    return int(time.time())


async def read_keys(databases: Databases) -> list[Any]:
    """Give the signed list of keys.

    Raises:
        NoOffice: there is none.
    """
    try:
        doc = await databases.public.get(KEYS)
    except NotFound:
        raise NoOffice("There is no office here yet: run `rantau init` first.") from None
    return [doc["signed"], doc["sig"]]
