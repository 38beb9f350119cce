"""Lets other bodies in at the feed of their own groups: `Authorization: Bearer` with a token, and nothing else.

A wrong token is answered late, the later the oftener it is tried from one address; a right one is answered so often a
minute and no more.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from server.figures.stakeholders import Stakeholder, Stakeholders
from server.handler import Handler
from server.ndjson import Problem
from server.office import RIGHT, office_of
from server.rights import STAKEHOLDER, STAKEHOLDERS_DOOR, Right
from server.staff.proving import door_of

log = logging.getLogger("rantau.feed")

A_MINUTE = 30  # requests with one token
LONGEST = 5.0  # seconds that a wrong token waits for its answer


class Paces:
    """Counts what each token asked in this minute, in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._minute = 0
        self._asked: dict[str, int] = {}

    def wait(self, name: str) -> int:
        """Count a request and give the seconds until another is answered; 0: this one is."""
        minute, passed = divmod(int(self._clock()), 60)
        if minute != self._minute:
            self._minute, self._asked = minute, {}
        self._asked[name] = self._asked.get(name, 0) + 1
        return 60 - passed if self._asked[name] > A_MINUTE else 0


def open_to_stakeholders(right: Right, handler: Handler) -> Handler:
    """Let only who holds a token through to *handler*."""

    @wraps(handler)
    async def checked(request: Request) -> Response:
        request.scope[RIGHT] = STAKEHOLDERS_DOOR
        office = office_of(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        is_given = scheme.lower() == "bearer" and bool(token)
        found = await Stakeholders(office.databases.staff, office.clock()).find(token.strip()) if is_given else None
        if found is None or not right.allows(frozenset({STAKEHOLDER})):
            return await _refused(request, is_given=is_given)
        if wait := _paces(request).wait(found.name):
            return Problem(429, "busy", retry_after=wait)
        request.scope[RIGHT] = right
        request.state.stakeholder = found
        return await handler(request)

    return checked


def stakeholder_of(request: Request) -> Stakeholder:
    """Give whose token it was, in a handler behind the door."""
    found: Stakeholder = request.state.stakeholder
    return found


async def _refused(request: Request, *, is_given: bool) -> Response:
    if is_given:
        door = door_of(request, "stakeholder", among="feed")
        wait = min(door.wait, LONGEST)
        door.failed()
        log.warning("refused: a wrong token at the feed")
        await asyncio.sleep(wait)
    answer = Problem(401, "no-token")
    answer.headers["WWW-Authenticate"] = 'Bearer realm="Rantau"'
    return answer


def _paces(request: Request) -> Paces:
    state = request.app.state
    if not hasattr(state, "feed_paces"):
        state.feed_paces = Paces()
    paces: Paces = state.feed_paces
    return paces
