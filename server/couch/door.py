"""Lets programs in at the CouchDB face: HTTP Basic with an account of a peer, and nothing else; no cookie, no session.

A wrong secret is answered late, the later the oftener it is tried from one address. The right one is let in at once,
whatever others tried before: a secret of 256 bits needs no lock, and a lock would be a way to keep peers out.
"""

import asyncio
import base64
import binascii
import hashlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial, wraps

from starlette.requests import Request
from starlette.responses import Response

from server.couch.body import turn
from server.couch.face import Face
from server.couch.gate import OfficeGate
from server.couch.peers import Peer, Peers, is_name
from server.couch.words import in_couchdbs_words, refusal
from server.handler import Handler
from server.office import RIGHT, Office, office_of
from server.origin import is_foreign
from server.rights import PEER, PEERS_DOOR, Right
from server.staff.proving import door_of

log = logging.getLogger("rantau.face")

LONGEST = 5.0  # seconds that a wrong secret waits for its answer
_REALM = 'Basic realm="Rantau"'


def open_to_peers(right: Right, handler: Handler) -> Handler:
    """Let only accounts of peers through to *handler*."""
    answering = in_couchdbs_words(handler)

    @wraps(handler)
    async def checked(request: Request) -> Response:
        request.scope[RIGHT] = PEERS_DOOR
        office = office_of(request)
        # A browser that was once told a secret would send it along with what a page elsewhere makes it ask.
        if is_foreign(request, office.settings.origin):
            return refusal(403, reason="requests from pages elsewhere are refused")
        given = _given(request)
        peer = None if given is None else await Peers(office.databases.staff, office.clock()).find(*given)
        if given is None or peer is None or not right.allows(frozenset({PEER})):
            return await _refused(request, given)
        request.scope[RIGHT] = right
        request.state.face = _face(office_of(request), peer, is_welcome=partial(_is_welcome, office, peer, given))
        if request.headers.get("content-type", "").startswith("multipart/"):
            return await answering(request)  # streamed, or waits for its turn itself
        async with turn(request):
            return await answering(request)

    return checked


async def _is_welcome(office: Office, peer: Peer, given: tuple[str, str]) -> bool:
    return await Peers(office.databases.staff, office.clock()).find(*given) == peer


def _face(office: Office, peer: Peer, *, is_welcome: Callable[[], Awaitable[bool]]) -> Face:
    return Face(
        who=peer.name,
        server=hashlib.sha256(office.root).hexdigest()[:32],
        databases={name: getattr(office.databases, name) for name in peer.databases},
        gate=None if peer.is_read_only else OfficeGate(office, peer.name),
        notes=f"peer:{peer.name}:",  # a name has no colon, so that no name with more behind it is another's
        is_welcome=is_welcome,
    )


async def _refused(request: Request, given: tuple[str, str] | None) -> Response:
    if given is not None:
        name = given[0] if is_name(given[0]) else "?"
        door = door_of(request, f"peer {name}", among="face")
        wait = min(door.wait, LONGEST)
        door.failed()
        log.warning("refused: a wrong secret for the peer %s", name)
        await asyncio.sleep(wait)
    return refusal(401, headers={"WWW-Authenticate": _REALM})


def _given(request: Request) -> tuple[str, str] | None:
    """Read name and secret of `Authorization: Basic`."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, secret) if colon else None
