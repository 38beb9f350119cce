"""An office with a real store, real keys and real texts behind small templates that show only what they are given."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from starlette.applications import Starlette
from starlette.routing import Route

from server.casework.audit import Audit, read_entries
from server.deadlines import Deadlines
from server.figures.refused_sends import RefusedSends
from server.forms.fees import Fees
from server.forms.forms import Forms, load_forms
from server.gathering import Gathering
from server.guides.guides import Guides
from server.i18n import Catalogue, Catalogues, load_catalogues
from server.projection.projection import Projection
from server.regions import Regions, load_regions
from server.rehearsal.first_day import Ticks
from server.routes import ROWS, build_routes
from server.watch_lists import WatchLists
from server.working_days import WorkingDays
from sync.audit_chain import Deed, deed_of
from sync.sqlite_store import SqliteStore, open_sqlite
from tests.asgi import Client
from tests.bundled import Bundle
from tests.sealed_items import FORM, NOW, OfficeKeys

CONTENT = Path(__file__).parents[1] / "content"
ORIGIN = "http://localhost"
NAMES = ("public", "cases", "blobs", "wraps", "staff")


@dataclass
class SmallOffice:
    """What tests reach into beside the application itself."""

    app: Starlette
    databases: SimpleNamespace
    keys: OfficeKeys
    now: int = NOW
    clients: list[Client] = field(default_factory=list)

    def client(self) -> Client:
        return Client(self.app, origin=ORIGIN)

    async def texts_in(self, *names: str) -> str:
        """Give everything that the named databases hold, as text."""
        rows = [row for name in names for row in await self.stores[name].all_docs(include_docs=True)]
        return repr(rows)

    @property
    def stores(self) -> Mapping[str, SqliteStore]:
        return vars(self.databases)


def with_small_texts(catalogues: Catalogues) -> Catalogues:
    """Give the texts with those of the small form, each being its own name."""
    small = {key: key for key in FORM.text_keys()}
    return Catalogues({lang: Catalogue(lang, {**catalogues[lang].texts, **small}) for lang in catalogues.languages})


@cache
def _content() -> tuple[Forms, Catalogues, Regions]:
    forms = load_forms(CONTENT / "forms")
    catalogues = with_small_texts(load_catalogues(CONTENT / "locale").with_texts(forms.texts()))
    return forms, catalogues, load_regions(CONTENT / "regions.csv")


def routes_of(*names: str) -> list[Route]:
    """Give the named routes as the server has them, guard and limits included."""
    return build_routes([row for row in ROWS if row.name in names])


async def deeds_of(office: SmallOffice) -> list[Deed]:
    """Read what was audited, the oldest first."""
    return [deed_of(entry) async for entry in read_entries(office.databases.staff)]


@asynccontextmanager
async def small_office(
    folder: Path, routes: list[Route], templates: Mapping[str, str], keys: OfficeKeys
) -> AsyncIterator[SmallOffice]:
    """Open an office with the passport form and the small one."""
    stores = {name: open_sqlite(folder, name) for name in NAMES}
    app = Starlette(routes=routes)
    office = SmallOffice(app, SimpleNamespace(**stores), keys)
    clock: Callable[[], int] = lambda: office.now  # noqa: E731 - it looks at the office each time
    forms, catalogues, regions = _content()
    settings = SimpleNamespace(
        origin=ORIGIN,
        second_factor="optional",
        data=folder,
        couchdb="",
        office=SimpleNamespace(time_zone="Asia/Jakarta", name="Kantor Kecil", checked=None),
        retention=SimpleNamespace(rules={}),
    )
    guides = Guides({lang: {} for lang in catalogues.languages})
    deadlines = Deadlines((), WorkingDays({}))
    content = SimpleNamespace(
        fees=Fees(), deadlines=deadlines, working_days=deadlines.working_days, guides=guides, forms=forms,
        papers=SimpleNamespace(orders=(), to_json=list), survey=SimpleNamespace(law="", campaigns=()),
        form_sources={},
    )  # fmt: skip
    bundle: dict[str, Any] = {
        "settings": settings, "databases": office.databases, "clock": clock,
        "forms": Forms({**forms.by_service, "small": (FORM,)}), "fees": Fees(),
        "deadlines": deadlines, "catalogues": catalogues, "guides": guides, "content": content,
        "regions": regions, "key_list": keys.key_list, "server_key": keys.server,
        "server_kid": "s1",
        "is_demo": False,
        "left_out": {},
        "gathering": Gathering(),
        "refused": RefusedSends(),
        "watch_lists": WatchLists(),
        "ticks": Ticks(),
        "deciding": asyncio.Lock(),
        "audit": Audit(stores["staff"], "s1", keys.server, clock),
        "root": keys.root.pub, "keys": keys.signed_list, "public": "abcdefgh", "site": SimpleNamespace(resources={}),
        "projection": Projection(folder / "projection.sqlite", stores["cases"], clock, time_zone="Asia/Jakarta"),
    }  # fmt: skip
    app.state.office = Bundle(**bundle)
    app.state.templates = Environment(loader=DictLoader(templates), undefined=StrictUndefined, autoescape=True)
    app.state.templates.globals["catalogues"] = catalogues
    yield office
    await bundle["projection"].stop()
    for store in stores.values():
        await store.close()
