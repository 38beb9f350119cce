"""Puts a hub together. It answers the exchange and what is public, and nothing of the app: no page of it, no script.

Whoever served the app's JavaScript could read what is typed; so the app comes from the office's origin alone, and only
pages from there may ask here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.background import keep_going
from server.body_lines import BodyLimits
from server.bundles.bundle_api import BUNDLE_LIMIT
from server.failures import Failures, explain
from server.handler import Handler
from server.headers import StrictHeaders
from server.hub import carry_page, pages
from server.hub.exchange import hub_bundle, hub_exchange, hub_keys, hub_ping
from server.hub.files import hub_files_of
from server.hub.hub import hub_of, open_hub
from server.hub.offers import hub_offers
from server.hub.office_origin import OfficeOrigin
from server.hub.public import follow_public
from server.hub.relay import Relay
from server.hub.relay_link import RelayLink
from server.limits import BodyLimit, ClientAddress, KnownHosts, SlowDown
from server.office import now
from server.settings import Settings
from server.uploads import tus
from server.uploads.sealed_files import keep_swept
from server.uploads.uploads import BLOB_LIMIT
from sync.blob_sender import BlobSender
from sync.errors import Unavailable

_NOTHING = Middleware(BodyLimit, limit=0)
_BUNDLE = Middleware(BodyLimit, limit=BUNDLE_LIMIT)
_BLOB = Middleware(BodyLimit, limit=BLOB_LIMIT)


def _by_method(**handlers: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        return await handlers[request.method](request)

    return answer


ROUTES = (
    *(
        Route(path, handler, methods=["GET"], middleware=[_NOTHING])
        for path, handler in (
            ("/", pages.to_home),
            ("/ping", hub_ping),
            ("/keys.json", hub_keys),
            ("/offers.json", hub_offers),
            ("/forms/{service}.json", pages.form),
            ("/pwa/app.css", pages.sheet),
            ("/{lang}/", pages.home),
            ("/{lang}/guides/{slug}", pages.guide),
            ("/{lang}/bundle", carry_page.show_carry),
        )
    ),
    Route("/blobs/", _by_method(OPTIONS=tus.tell, POST=tus.create), methods=["OPTIONS", "POST"], middleware=[_BLOB]),
    Route(
        "/blobs/{version}/{digest}",
        _by_method(HEAD=tus.show, PATCH=tus.add, POST=tus.add),
        methods=["HEAD", "PATCH", "POST"],
        middleware=[_BLOB],
    ),
    Route("/{lang}/bundle", carry_page.take_carried, methods=["POST"], middleware=[_BUNDLE]),
    Route("/bundle", hub_bundle, methods=["POST"], middleware=[_BUNDLE]),
    Route("/exchange", hub_exchange, methods=["POST"], middleware=[Middleware(BodyLimit, limit=BodyLimits().sent)]),
)


def create_hub_app(settings: Settings, *, clock: Callable[[], int] = now, relays: bool = True) -> Starlette:
    """Build the application; its hub is opened when it starts, and relays until it ends.

    Args:
        relays: False where somebody else drives the relay.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with (
            open_hub(settings, clock=clock) as hub,
            RelayLink(hub.upstream) as link,
            BlobSender(hub.stores.blobs, hub.upstream) as sender,
        ):
            app.state.hub = hub
            app.state.files = lambda: hub_files_of(hub)
            app.state.relay = Relay(hub, link, sender)
            work = (app.state.relay.run, partial(follow_public, hub), partial(keep_swept, app.state.files))
            tasks = [asyncio.create_task(keep_going(each)) for each in work if relays]
            yield
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    app = Starlette(
        routes=ROUTES,
        lifespan=lifespan,
        middleware=[
            Middleware(StrictHeaders, origin=settings.origin),
            Middleware(Failures),
            Middleware(KnownHosts, hosts=settings.hosts),
            Middleware(OfficeOrigin, office_of=lambda request: hub_of(request).upstream),
            Middleware(ClientAddress, proxies=settings.proxies),
            Middleware(SlowDown, per_second=settings.posts_per_second),
        ],
        exception_handlers={HTTPException: explain, Unavailable: explain},
    )
    app.router.redirect_slashes = False  # it would name the scheme that a proxy speaks to us
    app.state.environment = pages.make_hub_environment(settings)
    return app
