"""Somebody of the staff who asks the console's API of a small office, in the same process."""

import json
from dataclasses import dataclass
from typing import Any

from server.staff.sessions import Sessions
from tests.asgi import Answer, Client
from tests.small_office import SmallOffice


@dataclass
class ApiDesk:
    """A session at the console."""

    client: Client
    csrf: str

    async def get(self, path: str) -> Answer:
        """Ask."""
        return await self.client.get(f"/staff/api/{path}")

    async def post(self, path: str, content: Any) -> Answer:
        """Send JSON."""
        headers = {"x-csrf": self.csrf, "sec-fetch-site": "same-origin", "content-type": "application/json"}
        body = [json.dumps(content).encode()]
        return await self.client.request("POST", f"/staff/api/{path}", headers=headers, body=body)


async def sit_down(office: SmallOffice, login: str = "upik", *roles: str, proved: bool = True) -> ApiDesk:
    """Make an account, an officer's unless said otherwise, and sign it in; *proved*: having stepped up just now."""
    staff = office.databases.staff
    user = {"_id": f"user.{login}", "type": "user", "login": login, "roles": list(roles or ("officer",))}
    await staff.bulk_docs([user | {"password": "-"}])
    sessions, client = Sessions(staff, lambda: office.now), office.client()
    client.cookies["s"] = token = await sessions.open(login)
    if proved:
        await sessions.step_up(token)
    signed_in = await sessions.find(token)
    assert signed_in is not None
    return ApiDesk(client, signed_in.csrf)
