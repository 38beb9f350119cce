"""`POST /bundle`: a bundle that somebody carried here, answered entry by entry like an exchange. docs/bundle.md."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from server.body_deadline import Deadline
from server.bundles.bundle_import import BundleImport, IncomingBundle
from server.exchange import epoch, intake_of
from server.ndjson import NdjsonResponse, Problem, begun, later
from server.office import office_of
from sync.bundle import TYPE, office_id
from sync.errors import BundleError, Unavailable

log = logging.getLogger("rantau.bundle")

BUNDLE_LIMIT = 256 << 20  # bytes; a day of fifty applications with three photographs each has 4 MB


async def take_bundle(request: Request) -> Response:
    """Answer `POST /bundle`."""
    office = office_of(request)
    about = {"time": office.clock(), "public": office.public}
    taking = BundleImport(intake_of(office))
    return await answer_bundle(request, taking, office=office_id(office.root), about=about)


async def answer_bundle(
    request: Request,
    taking: BundleImport,
    *,
    office: str,
    about: dict[str, Any],
    done: Callable[[], None] = lambda: None,
) -> Response:
    """Take a bundle for *office* in and send the answers, then call *done*; *about* stands in their first row."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != TYPE:
        return Problem(415, "unsupported", "content-type")
    if "content-encoding" in request.headers:
        return Problem(415, "unsupported", "content-encoding")
    incoming = IncomingBundle(body_chunks(request))
    try:
        head = await incoming.head(office=office)
        stores = [taking.intake.cases, taking.intake.wraps, taking.intake.blobs]
        first = {"epoch": await epoch(stores), **about, "entries": len(head.entries)}
        _, batches = await begun(_answers(taking, incoming, first, done))
        return NdjsonResponse(batches)
    except BundleError as error:
        return Problem(400, "bad-bundle", error.reason)
    except Unavailable as error:
        return later(error)


async def _answers(
    taking: BundleImport, incoming: IncomingBundle, first: dict[str, Any], done: Callable[[], None]
) -> AsyncIterator[list[Any]]:
    before: list[Any] = [first]
    try:
        async for rows in taking.answers(incoming):
            yield [*before, *rows]
            before = []
    except Unavailable:
        if before:
            raise
        log.warning("the store went away while a bundle came in; the sender repeats it")
    done()


async def body_chunks(request: Request) -> AsyncIterator[bytes]:
    """Give the body as it comes; one that is cut, stands still or grows too large ends early."""
    stream, deadline = request.stream(), Deadline()
    while True:
        try:
            async with asyncio.timeout(deadline.left()):
                data = await anext(stream, None)
        except (ClientDisconnect, TimeoutError):
            return
        except HTTPException as error:  # the body limit of the route, met while reading
            log.warning("a bundle was not read to its end: %d", error.status_code)
            return
        if data is None:
            return
        deadline.came(len(data))
        yield data
