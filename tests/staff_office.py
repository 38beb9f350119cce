"""A real application of a real office, in the same process, in which staff sign in and look after their accounts."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from server.app import create_app
from server.casework.audit import read_entries
from server.databases import open_databases
from server.editing.edited_content import edited, newest_texts
from server.editing.edits import edit_ids
from server.editing.taking_up import with_newest_edits
from server.keys.founding import NewOfficer
from server.office import Office
from server.settings import load_settings
from server.staff import totp
from server.staff.accounts import Accounts
from server.staff.passwords import hash_password
from sync.audit_chain import Deed, deed_of
from sync.canonical import b64u_decode
from tests.asgi import Answer, Client
from tests.founded_office import found, prepared_for
from tests.made_before import started

OFFICER = NewOfficer("upik", "sandi untuk masuk", "kunci untuk membuka")
ORIGIN = "https://rantau.example"
PASSWORD = "bukit awan kursi lampu"
PHC = hash_password(PASSWORD)
START = 1_795_564_800


@dataclass
class StaffOffice:
    """The application and its clock."""

    app: Starlette
    times: list[int] = field(default_factory=lambda: [START])

    @property
    def office(self) -> Office:
        office: Office = self.app.state.office
        return office

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.office.databases.staff, self.times[0])

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.times[0] += seconds

    async def hire(self, login: str, *roles: str) -> None:
        """Make an account with the password of these tests."""
        await self.accounts.add(login, roles)
        await self.accounts.keep_password(await self.accounts.get(login), PHC)

    async def sit_down(self, login: str, *roles: str) -> "StaffDesk":
        """Hire somebody, who signs in."""
        await self.hire(login, *roles)
        desk = self.desk(login)
        await desk.sign_in()
        return desk

    async def deeds(self) -> list[Deed]:
        """Read what was audited, the oldest first."""
        return [deed_of(entry) async for entry in read_entries(self.office.databases.staff)]

    async def take_up(self) -> None:
        """Do what the running server does every two seconds."""
        self.app.state.office = await with_newest_edits(self.office, self.app)

    async def read_edits(self) -> None:
        """Put the edits into the content without making a page anew, which takes seconds."""
        public = self.office.databases.public
        found, ids = edited(self.app.state.filed, await newest_texts(public)), await edit_ids(public)
        self.app.state.office = replace(self.office, settings=found.settings, content=found.content, edits=ids)

    def desk(self, login: str, *, password: str = PASSWORD, address: str = "192.0.2.7") -> "StaffDesk":
        """Give somebody a browser."""
        return StaffDesk(self, Client(self.app, origin=ORIGIN, address=address), login, password)


@dataclass
class StaffDesk:
    """Somebody of the staff at a browser without scripts."""

    office: StaffOffice
    client: Client
    login: str
    password: str = field(repr=False)

    async def sign_in(self, **given: str) -> Answer:
        """Knock with the password, or with what is given instead."""
        fields = given if "assertion" in given else {"login": self.login, "password": self.password} | given
        return await self.client.post_form("/staff/login", fields)

    async def get(self, page: str) -> Answer:
        """Read a page."""
        return await self.client.get(f"/staff/id/{page}")

    async def post(self, page: str, **fields: str) -> Answer:
        """Post a form of ours."""
        csrf = re.search(r'name="csrf" value="([^"]+)"', (await self.get("security")).text)
        return await self.client.post_form(f"/staff/id/{page}", {"csrf": csrf[1] if csrf else ""} | fields)

    async def post_proved(self, page: str, **fields: str) -> Answer:
        """Post a form of ours, with the password for whoever asks again."""
        return await self.post(page, **{"proof-password": self.password}, **fields)

    async def options(self) -> Any:
        """Ask what a device needs to make a passkey."""
        return (await self.client.get("/staff/api/passkey")).json()

    async def challenge(self) -> Any:
        """Ask what a passkey has to sign."""
        return (await self.client.get("/staff/login/passkey")).json()

    async def is_in(self) -> bool:
        """Say whether the session goes on."""
        return (await self.get("security")).status == 200


def codes_on(answer: Answer) -> list[str]:
    """Read the recovery codes that a page shows."""
    return re.findall(r'<li class="words">([a-z ]+)</li>', answer.text)


def secret_on(answer: Answer) -> tuple[str, bytes]:
    """Read the secret for an app that a page shows: as it is posted, and as the app has it."""
    found = re.search(r'name="secret" value="([^"]+)"', answer.text)
    assert found is not None
    return found[1], b64u_decode(found[1])


def code_of(secret: bytes, now: int) -> str:
    """Read the app's code."""
    return totp.code_at(secret, now // totp.STEP)


@asynccontextmanager
async def staff_office(folder: Path, **settings: str) -> AsyncIterator[StaffOffice]:
    """Open a founded office; *settings* are those of the environment, without their prefix."""
    environ = {"RANTAU_DATA": str(folder / "data"), "RANTAU_ORIGIN": ORIGIN, "RANTAU_SECOND_FACTOR": "optional"}
    loaded = load_settings(environ | {f"RANTAU_{name.upper()}": value for name, value in settings.items()})
    times = [START]
    await found(loaded, OFFICER, now=START)
    async with open_databases(loaded) as databases:
        app = create_app(loaded, prepared=prepared_for(loaded), databases=databases, clock=lambda: times[0])
        async with started(app, loaded.data):
            yield StaffOffice(app, times)
