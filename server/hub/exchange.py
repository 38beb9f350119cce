"""What a hub answers: the exchange as the office has it, a sign of life, and the office's list of keys.

A device is told what the office itself signed wherever the hub has that, and otherwise gets the hub's own receipt.
"""

import logging
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from server.bundles.bundle_api import answer_bundle
from server.bundles.bundle_import import BundleImport
from server.exchange import Body, answer_exchange, epoch, rows_of, words_of_version
from server.hub.hub import Hub, hub_of
from server.hub.intake import HubIntake, hub_intake_of
from server.watch import Hello, News
from sync.bundle import office_id
from sync.canonical import b64u_encode
from sync.errors import Unavailable

log = logging.getLogger("rantau.hub")


async def hub_exchange(request: Request) -> Response:
    """Answer `POST /exchange`."""
    hub = hub_of(request)
    return await answer_exchange(request, lambda hello, body: _answers(hub, hello, body))


async def hub_bundle(request: Request) -> Response:
    """Answer `POST /bundle` as the office does."""
    hub = hub_of(request)
    taking = BundleImport(hub_intake_of(hub))
    about = {"time": hub.clock(), "public": hub.public, "hub": hub.own.name}
    return await answer_bundle(request, taking, office=office_id(hub.own.root), about=about, done=hub.woken)


async def hub_ping(request: Request) -> Response:
    """Answer `GET /ping` as the office does, with its public revision as last heard."""
    return PlainTextResponse(f"rantau {hub_of(request).public}\n", headers={"Cache-Control": "no-store"})


async def hub_keys(request: Request) -> Response:
    """Answer `GET /keys.json`: the office's list of keys as its root signed it."""
    hub = hub_of(request)
    content = {"hub": hub.own.name, "root": b64u_encode(hub.own.root), "keys": hub.keys}
    return JSONResponse(content, headers={"Cache-Control": "no-cache"})


async def _answers(hub: Hub, hello: Hello, body: Body) -> AsyncIterator[list[Any]]:
    stores, intake = hub.stores, hub_intake_of(hub)
    watches = hub.watch_lists.watches_of(hello)
    rows, more = await News(stores.cases, stores.wraps).of(watches or ())
    head = {
        "epoch": await epoch([stores.cases, stores.wraps, stores.blobs]),
        "time": hub.clock(),
        "public": hub.public,
        "more": more,
        "hub": hub.own.name,
        **words_of_version(hello, watches),
        **await _office_as_heard(hub),
    }
    taken = await _take(intake, body)
    lacking = [row for row in await _known(hub, hello.have) if row[1] == "missing"]
    yield [head, *await _known(hub, hello.ask), *lacking, *rows, *taken]
    try:
        while not body.is_empty:
            yield await _take(intake, body)
    except Unavailable:
        log.warning("the store went away during an exchange; the sender repeats the rest")
        return
    finally:
        hub.woken()  # whoever sent may be gone already
    yield body.last_row()


async def _office_as_heard(hub: Hub) -> dict[str, str]:
    """Give the office's epoch as this hub heard it: a phone that never heard it offers again what it gave before."""
    heard = (await hub.stores.state()).get("epoch")
    return {"office": heard} if heard else {}


async def _take(intake: HubIntake, body: Body) -> list[Any]:
    group = await body.group()
    return rows_of(await intake.take([line for _, line in group]), group)


async def _known(hub: Hub, ids: tuple[str, ...]) -> list[Any]:
    """Say of each of *ids* what the office said of it, or that it is not here."""
    said = await hub.stores.said(ids)
    held = await hub.stores.wraps.all_docs(keys=[f"w.{id_}" for id_ in ids]) if ids else []
    missing = [row.id.removeprefix("w.") for row in held if row.error is not None or row.deleted]
    return [*said.values(), *([id_, "missing"] for id_ in missing if id_ not in said)]
