"""An officer without a browser: signs in over HTTP, opens the own keys in Python, and asks the console's API."""

import json
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from server.keys.founding import DEMO
from sync.key_pair import KeyPair
from sync.keyring import open_grant, unwrap_officer_key


@dataclass
class Answer:
    """What the API answered."""

    status: int
    body: Any


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **named: Any) -> None:
        return None


@dataclass
class ApiOfficer:
    """Somebody with a login at the office of *url*."""

    url: str
    login: str = DEMO.login
    password: str = field(default=DEMO.password, repr=False)
    passphrase: str = field(default=DEMO.passphrase, repr=False)
    csrf: str = ""
    trusted: Path | None = None  # the certificate of an office that speaks TLS
    jar: CookieJar = field(default_factory=CookieJar)

    def sign_in(self) -> "ApiOfficer":
        """Begin a session."""
        self.post_form("/staff/login", {"login": self.login, "password": self.password})
        found = re.search(r'name="csrf" (?:content|value)="([^"]+)"', self.page("/staff/id/security"))
        assert found is not None
        self.csrf = found[1]
        return self

    def step_up(self) -> Answer:
        """Prove who sits there."""
        return self.post("step-up", {"password": self.password})

    def page(self, path: str) -> str:
        """Read a page."""
        return self._ask(path)[1].decode()

    def get(self, path: str) -> Answer:
        """Ask the API."""
        return self._json(f"/staff/api/{path}")

    def post(self, path: str, content: Any) -> Answer:
        """Send JSON to the API."""
        headers = {"Content-Type": "application/json", "X-CSRF": self.csrf}
        return self._json(f"/staff/api/{path}", json.dumps(content).encode(), headers)

    def post_form(self, path: str, fields: dict[str, str]) -> tuple[int, bytes]:
        """Post a form as our own page does."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask(path, urllib.parse.urlencode(fields).encode(), headers)

    @cached_property
    def office_key(self) -> tuple[str, KeyPair]:
        """Give the kid and the key pair that signs for the office."""
        return self.key_for("office")

    @cached_property
    def seal_key(self) -> tuple[str, KeyPair]:
        """Give the kid and the key pair that opens what is sealed to the office."""
        return self.key_for("seal")

    def key_for(self, use: str) -> tuple[str, KeyPair]:
        """Open the grant of the primary key for a use."""
        held = self.get("keys").body
        own = unwrap_officer_key(held["officer"], self.passphrase)
        kid = next(row[0] for row in held["keys"][0][5] if row[1] == use and row[4] == "primary")
        return kid, open_grant(held["grants"][kid], kid, self.login, own)

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        # Made once: it reads the certificates of the machine, which takes longer than what is asked.
        tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=self.trusted))
        return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _Stay, tls)

    def _json(self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        status, answer = self._ask(path, body, headers)
        return Answer(status, json.loads(answer))

    def _ask(self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        same_origin = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        request = urllib.request.Request(self.url + path, body, same_origin | (headers or {}))
        try:
            with self._opener.open(request, timeout=40) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
