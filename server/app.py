"""Puts the server together. This is the one place where its parts meet; everything else is given what it needs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import Scope

from server.background import keep_going
from server.databases import Databases
from server.exchange import intake_of
from server.failures import Failures, explain
from server.guide_edits import with_newest_guides
from server.headers import StrictHeaders
from server.intake import Intake
from server.keep_rounds import keep_rounds
from server.key_watch import follow_keys
from server.limits import ClientAddress, KnownHosts, SlowDown
from server.office import now
from server.opening import open_office
from server.prepared import Prepared, prepare
from server.publishing import publish
from server.routes import build_routes
from server.sealed_files import files_of, keep_swept
from server.settings import Settings
from server.turns import Turns
from server.unfinished import finish_all, keep_finishing
from sync.errors import Unavailable
from sync.keyring import names_hub


def create_app(
    settings: Settings,
    *,
    prepared: Prepared | None = None,
    databases: Databases | None = None,
    clock: Callable[[], int] = now,
) -> Starlette:
    """Build the application; its office is opened when it starts and closed when it ends."""
    made_ready = prepared or prepare(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_office(settings, made_ready, databases=databases, clock=clock) as office:
            app.state.office = office
            await finish_all(office.databases, intake_of(office))
            await publish(office)
            app.state.office = await with_newest_guides(office, app)
            files, opened = (lambda: files_of(app.state.office)), partial(_opened, app)
            rounds = partial(keep_rounds, lambda: app.state.office)
            work = (partial(follow_keys, app), partial(keep_swept, files), partial(keep_finishing, opened), rounds)
            tasks = [asyncio.create_task(keep_going(each)) for each in work]
            yield
            for task in tasks:
                task.cancel()
            for lane in getattr(app.state, "lanes", {}).values():
                lane.close()

    app = Starlette(
        routes=build_routes(),
        lifespan=lifespan,
        middleware=[
            Middleware(StrictHeaders, origin=settings.origin, has_hubs=_has_hubs),
            Middleware(Failures),
            Middleware(KnownHosts, hosts=settings.hosts),
            Middleware(ClientAddress, proxies=settings.proxies),
            Middleware(SlowDown, per_second=settings.posts_per_second),
            Middleware(Turns),
        ],
        exception_handlers={HTTPException: explain, Unavailable: explain},
    )
    app.router.redirect_slashes = False  # it would name the scheme that the proxy speaks to us
    app.state.prepared = made_ready
    app.state.templates = made_ready.environment
    return app


def _opened(app: Starlette) -> tuple[Databases, Intake]:
    return app.state.office.databases, intake_of(app.state.office)


def _has_hubs(scope: Scope) -> bool:
    office = getattr(scope["app"].state, "office", None)
    return office is not None and names_hub(office.keys)
