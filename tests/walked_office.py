"""A real application with one account a role, of which every route is asked."""

import base64
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette

from server.app import create_app
from server.databases import Databases, open_databases
from server.guard import API
from server.keys.founding import NewOfficer
from server.rights import PEER, RIGHTS, ROLES, STAKEHOLDER
from server.routes import ROWS, Row
from server.settings import load_settings
from server.staff.sessions import Sessions
from sync.store import Store
from tests.asgi import Answer, Client
from tests.founded_office import found, prepared_for
from tests.made_before import started

OFFICER = NewOfficer("upik", "sandi untuk masuk", "kunci untuk membuka")
ORIGIN = "https://rantau.example"
SAMPLE = {
    "version": f"app.{'a' * 24}.{'a' * 20}", "digest": "a" * 52,
    "lang": "id", "service": "passport-new", "slug": "passport", "guide": "officer-data", "tongue": "id",
    "kind": "profile", "thing": "office", "first": "2026-03",
    "case": "a" * 24, "name": "id", "form": "1.x",
    "pack": "0-x", "path": "rules.js", "login": "nobody", "id": "none",
    "device": "d-aaaaaaaa", "db": "public", "doc": "keys",
    "offer": "261125-aaaa", "file": "arrivals.csv", "table": "schedule.json",
}  # fmt: skip
OPEN = [row for row in ROWS if RIGHTS[row.name].roles is None]
FACE = [row for row in ROWS if PEER in (RIGHTS[row.name].roles or ())]
FEED = [row for row in ROWS if STAKEHOLDER in (RIGHTS[row.name].roles or ())]
CLOSED = [row for row in ROWS if RIGHTS[row.name].roles is not None and row not in [*FACE, *FEED]]


@dataclass
class Office:
    """A real application with one account a role."""

    app: Starlette
    databases: Databases
    clock: list[int] = field(default_factory=lambda: [1_795_564_800])
    sample: Mapping[str, str] = field(default_factory=lambda: SAMPLE)
    signed_in: dict[str, str] | None = None  # tokens by role, where one session does for all that a role asks

    @property
    def staff(self) -> Store:
        return self.databases.staff

    def now(self) -> int:
        return self.clock[0]

    async def ask(
        self, row: Row, role: str | None, *, genuine: bool = True, stepped_up: bool = True, posted: str = ""
    ) -> Answer:
        """Ask for a route in a session of somebody with *role*, a new one unless they are kept, or of nobody."""
        client, csrf = Client(self.app, origin=ORIGIN), ""
        if role is not None:
            sessions = Sessions(self.staff, self.now)
            token = client.cookies["__Host-s"] = await self._token(sessions, role, stepped_up=stepped_up)
            user = await sessions.find(token)
            assert user is not None
            csrf = user.csrf if genuine else "guessed"
        path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: self.sample[name[1]], row.path)
        headers = {"sec-fetch-site": "same-origin", "x-csrf": csrf}
        if row.method == "GET":
            return await client.request("GET", path, headers=headers)
        if path.startswith((API, "/couch", "/blobs")) or path == "/exchange":
            return await client.request(row.method, path, headers=headers, body=[b"{}"])
        form = {"content-type": "application/x-www-form-urlencoded"}
        return await client.request("POST", path, headers=headers | form, body=[f"csrf={csrf}{posted}".encode()])

    async def _token(self, sessions: Sessions, role: str, *, stepped_up: bool) -> str:
        if self.signed_in is not None and role in self.signed_in:
            return self.signed_in[role]
        token = await sessions.open(f"with-{role}")
        if stepped_up:
            await sessions.step_up(token)
        if self.signed_in is not None:
            self.signed_in[role] = token
        return token

    async def ask_as_stakeholder(self, row: Row, token: str) -> Answer:
        """Ask for a route of the feed as who holds a token does."""
        headers = {"authorization": f"Bearer {token}"}
        return await Client(self.app, origin=ORIGIN).request(row.method, row.path, headers=headers)

    async def ask_by(self, row: Row, role: str | None, secrets: Mapping[str, str]) -> Answer:
        """Ask for a route in the way of *role*: programs with their secret where a route is theirs."""
        if role == PEER and row in FACE:
            return await self.ask_as_peer(row, secrets[PEER])
        if role == STAKEHOLDER and row in FEED:
            return await self.ask_as_stakeholder(row, secrets[STAKEHOLDER])
        return await self.ask(row, role)

    async def ask_as_peer(self, row: Row, secret: str) -> Answer:
        """Ask for a route of the CouchDB face as the program "cermin" does."""
        basic = base64.b64encode(f"cermin:{secret}".encode()).decode()
        path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: self.sample[name[1]], row.path)
        headers = {"authorization": f"Basic {basic}", "content-type": "application/json"}
        return await Client(self.app, origin=ORIGIN).request(row.method, path, headers=headers, body=[b'{"docs":[]}'])


@asynccontextmanager
async def walked_office(
    folder: Path, second_factor: str = "optional", *, seen_by: Callable[[Databases], Databases] = lambda all_: all_
) -> AsyncIterator[Office]:
    """Open it; what its handlers are given goes through *seen_by*."""
    environ = {"RANTAU_DATA": str(folder / "d"), "RANTAU_ORIGIN": ORIGIN, "RANTAU_SECOND_FACTOR": second_factor}
    settings = load_settings(environ)
    clock = [1_795_564_800]
    await found(settings, OFFICER, now=clock[0])
    async with open_databases(settings) as databases:
        app = create_app(
            settings, prepared=prepared_for(settings), databases=seen_by(databases), clock=lambda: clock[0]
        )
        accounts = [{"_id": f"user.with-{role}", "type": "user", "login": f"with-{role}", "roles": [role],
                     "password": None} for role in ROLES]  # fmt: skip
        await databases.staff.bulk_docs(accounts)
        async with started(app, settings.data):
            yield Office(app, databases, clock)


def is_shut(answer: Answer) -> bool:
    """Say whether nothing was given: refused, or sent to the door."""
    return answer.status in (401, 403) or answer.headers.get("location") == "/staff/login"
