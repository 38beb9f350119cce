"""A hub's page for bundles that somebody brings on a stick or a phone: a plain form, because a hub serves no scripts.

Nothing in such a file can be read here; the page says how many of its items are at the hub now, and why others are not.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from server.bundles.bundle_api import body_chunks
from server.bundles.bundle_import import BundleImport, IncomingBundle, Row
from server.couch.multipart import PartBegins, PartData, PartEnds, PartReader, boundary_of
from server.hub.hub import hub_of
from server.hub.intake import hub_intake_of
from server.hub.pages import page, words_of
from server.ndjson import Problem
from sync.bundle import office_id
from sync.errors import BadRequest, BundleError, Unavailable
from sync.receipts import OFFICE

FILE = "file"  # the name of the form's one field
_OURS = ("same-origin", "none")  # what a browser says of a page of ours, and of one that is typed


@dataclass
class Told:
    """What became of a file: the items at the hub, at the office already, not surely stored, and refused by reason."""

    hub: set[str] = field(default_factory=set)
    office: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    images: int = 0
    problem: str | None = None

    def hear(self, rows: list[Row]) -> None:
        """Count answers."""
        for name, word, *rest in rows:
            if word == "ok":
                (self.office if rest[0][0][-1] == OFFICE else self.hub).add(name)
            elif word == "kept":
                self.kept.add(name)
            elif word == "stored":
                self.images += 1
            elif word == "refused":
                self.refused[rest[0]] += 1

    def reasons(self, texts: Mapping[str, str]) -> list[tuple[int, str]]:
        """Give how many were refused, and the key of the words for it."""
        found = []
        for reason, count in sorted(self.refused.items()):
            keys = [f"bundle.refused.{reason}", f"refused.{reason}", "refused.malformed"]
            found.append((count, next(key for key in keys if key in texts)))
        return found


async def show_carry(request: Request) -> Response:
    """Answer `GET /<lang>/bundle`."""
    return await page(request, "hub/carry.html", told=None, reasons=[])


async def take_carried(request: Request) -> Response:
    """Answer `POST /<lang>/bundle` with the file of the form."""
    if request.headers.get("sec-fetch-site", "none") not in _OURS:
        return Problem(403, "forbidden", "origin")
    told = Told()
    try:
        await _take(request, told)
    except (BundleError, BadRequest) as error:
        told.problem = error.reason if isinstance(error, BundleError) else "malformed"
    except Unavailable:
        told.problem = "busy"
    reasons = told.reasons(words_of(request).texts)
    status_code = 200 if told.problem is None else 400
    return await page(request, "hub/carry.html", status_code=status_code, told=told, reasons=reasons)


async def _take(request: Request, told: Told) -> None:
    hub = hub_of(request)
    incoming = IncomingBundle(_file_of(request))
    await incoming.head(office=office_id(hub.own.root))
    async for rows in BundleImport(hub_intake_of(hub)).answers(incoming):
        told.hear(rows)
    hub.woken()


async def _file_of(request: Request) -> AsyncIterator[bytes]:
    """Give the bytes of the form's file as they come.

    Raises:
        BadRequest: it is no form with a file.
    """
    reader, is_file = PartReader(boundary_of(request.headers.get("content-type", ""))), False
    async for chunk in body_chunks(request):
        for event in reader.feed(chunk):
            if isinstance(event, PartBegins):
                is_file = f'name="{FILE}"' in event.headers.get("content-disposition", "")
            elif isinstance(event, PartData) and is_file:
                yield event.data
            elif isinstance(event, PartEnds):
                is_file = False
