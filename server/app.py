"""Puts the server together. This is the one place where its parts meet; everything else is given what it needs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import Scope

from server.appointments.keep_rounds import keep_rounds
from server.background import keep_going
from server.databases import Databases
from server.editing.edited_content import Filed
from server.editing.taking_up import with_newest_edits
from server.erasure.unfinished import finish_all, keep_finishing
from server.exchange import intake_of
from server.failures import Failures, explain
from server.figures.month_sums import keep_months
from server.figures.refused_sends import RefusedSends, keep_refused
from server.headers import StrictHeaders
from server.intake import Intake
from server.keys.key_watch import follow_keys
from server.limits import ClientAddress, KnownHosts, SlowDown
from server.moments import local_day
from server.office import Office, now
from server.opening import open_office
from server.publishing import publish
from server.routes import build_routes
from server.settings import Settings
from server.site.prepared import Prepared, prepare
from server.turns import Turns
from server.uploads.sealed_files import files_of, keep_swept
from sync.errors import StoreError, Unavailable
from sync.keyring import names_hub
from sync.store import Store


def create_app(
    settings: Settings,
    *,
    prepared: Prepared | None = None,
    databases: Databases | None = None,
    clock: Callable[[], int] = now,
) -> Starlette:
    """Build the application; its office is opened when it starts and closed when it ends."""
    made_ready = prepared or prepare(settings, today=local_day(clock(), settings.office.time_zone))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_office(settings, made_ready, databases=databases, clock=clock) as office:
            app.state.office = office
            await finish_all(office.databases, intake_of(office))
            app.state.office = await with_newest_edits(office, app)
            await publish(app.state.office)
            files, opened = (lambda: files_of(app.state.office)), partial(_opened, app)
            rounds = partial(keep_rounds, lambda: app.state.office)
            sums = partial(keep_months, lambda: app.state.office)
            refused = partial(keep_refused, partial(_refused, app))
            swept, finished = partial(keep_swept, files), partial(keep_finishing, opened)
            work = (partial(follow_keys, app), swept, finished, rounds, refused, sums)
            tasks = [asyncio.create_task(keep_going(each)) for each in work]
            yield
            for task in tasks:
                task.cancel()
            await _write_refused(app)
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
    app.state.filed = Filed(settings, made_ready.content)
    app.state.prepared = made_ready
    app.state.templates = made_ready.environment
    return app


def _opened(app: Starlette) -> tuple[Databases, Intake]:
    return app.state.office.databases, intake_of(app.state.office)


def _refused(app: Starlette) -> tuple[RefusedSends, Store, str]:
    office: Office = app.state.office
    return office.refused, office.databases.staff, office.settings.office.time_zone


async def _write_refused(app: Starlette) -> None:
    sends, staff, zone = _refused(app)
    with suppress(StoreError):
        await sends.write(staff, zone)


def _has_hubs(scope: Scope) -> bool:
    office = getattr(scope["app"].state, "office", None)
    return office is not None and names_hub(office.keys)
