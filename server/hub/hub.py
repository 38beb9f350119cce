"""One hub, opened: who it is, what it keeps, and the office's list of keys as far as it knows it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from server.forms.forms import Forms
from server.hub.identity import HubIdentity, HubIdentityError, read_identity
from server.hub.stores import HubStores, open_hub_stores
from server.office import KEYS, now
from server.settings import Settings
from server.watch_lists import WatchLists
from sync.errors import NotFound, OpenError
from sync.keyring import KeyList, verify_key_list

UNKNOWN = "a" * 8  # the public revision of an office that was not heard yet; phones compare it, nothing more


@dataclass
class Hub:
    """What handlers and the relay get; the list of keys, the skew and the revision are those last heard.

    Attributes:
        keys: the list of keys as the root signed it.
        skew: seconds that the office's clock is ahead of this laptop's, which may be years.
        public: the office's public revision.
        woken: called when items were taken in.
        stirred: called when an image is here whole.
    """

    settings: Settings
    own: HubIdentity
    stores: HubStores
    keys: list[Any]
    key_list: KeyList
    local_clock: Callable[[], int]
    skew: int = 0
    public: str = UNKNOWN
    watch_lists: WatchLists = field(default_factory=WatchLists)
    woken: Callable[[], None] = field(default=lambda: None, repr=False)
    stirred: Callable[[], None] = field(default=lambda: None, repr=False)

    @property
    def root(self) -> bytes:
        """Give the public half of the office's root."""
        return self.own.root

    @property
    def forms(self) -> Forms:
        """Give no forms: what a version must be, the office says."""
        return Forms({})

    @property
    def upstream(self) -> str:
        """Give the office's origin."""
        return self.settings.upstream or self.own.upstream

    @property
    def kid(self) -> str:
        """Name its key in the list."""
        return next(key.kid for key in self.key_list.keys if key.pub == self.own.pair.pub)

    def clock(self) -> int:
        """Tell the office's time as well as it is known, in seconds since 1970."""
        return self.local_clock() + self.skew

    def take_keys(self, keys: list[Any]) -> None:
        """Use a list of keys from now on.

        Raises:
            OpenError: another root signed it, or it is older than the one in use.
        """
        self.key_list = verify_key_list(keys, self.own.root, min_seq=self.key_list.seq)
        self.keys = keys


def hub_of(request: Request) -> Hub:
    """Give the hub that is asked."""
    hub: Hub = request.app.state.hub
    return hub


@asynccontextmanager
async def open_hub(settings: Settings, *, clock: Callable[[], int] = now) -> AsyncIterator[Hub]:
    """Open the hub in the data folder.

    Raises:
        HubIdentityError: it has not joined, or its files are damaged.
    """
    own = read_identity(settings.data)
    async with open_hub_stores(settings.data) as stores:
        try:
            doc = await stores.public.get(KEYS)
            keys = [doc["signed"], doc["sig"]]
            key_list = verify_key_list(keys, own.root)
        except (NotFound, OpenError):
            raise HubIdentityError("The office's list of keys is missing here or damaged; join anew.") from None
        state = await stores.state()
        yield Hub(
            settings=settings,
            own=own,
            stores=stores,
            keys=keys,
            key_list=key_list,
            local_clock=clock,
            skew=state.get("skew", 0),
            public=state.get("public", UNKNOWN),
        )
