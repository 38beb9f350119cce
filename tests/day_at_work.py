"""What phones and desks do on a day: send, and keep what did not get through until the office has it.

A desk does what the console's pages do in a browser: opens cases with the officer's keys, signs steps, keeps those that
could not be sent, and shows the other's step where one has the number already. tests/browser/test_console.py has the
console itself in an outage.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sync.canonical import b64u_encode
from sync.document import Doc
from sync.events import seal_note, sign_event
from sync.key_pair import new_key_pair
from sync.keyring import KeyList, seal_grant, wrap_officer_key
from sync.receipts import Receipt, verify_receipt
from sync.seal import open_version, open_wrap_as_office
from sync.shape import v_of
from tests.applicants import Applicant, exchange
from tests.clocked_office import ClockedOffice
from tests.officers import ApiOfficer
from tests.volunteers import Device

Item = tuple[Doc, dict[str, str]]
PASSWORD, PASSPHRASE = "sirih pinang di tepi jalan", "lapiak pandan di rumah gadang"


@dataclass
class Phone:
    """A phone that sends for somebody, or a volunteer's for many; it lets go of nothing without a receipt."""

    office: ClockedOffice
    keys: KeyList
    device: Device | None = None  # a volunteer's
    classes: list[list[Any]] = field(default_factory=list)
    waiting: dict[str, Item] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)

    def write(self, person: Applicant, *, prev: Iterable[str] = (), **changes: Any) -> str:
        """Seal what a person answers now, to be sent when there is a way; give its v."""
        version, wrap = person.seal(prev=tuple(prev), at=self.office.now, **changes)
        self.waiting[version["_id"]] = (version, wrap)
        return v_of(version)

    def send(self, *, is_heard: bool = True) -> bool:
        """Try to send; say whether nothing waits any more. Who does not hear the answer knows nothing of it."""
        try:
            answers = exchange(self.office.url, *self._lines())
        except OSError:
            return False
        for row in answers if is_heard else ():
            if isinstance(row, list) and row[0] in self.waiting:
                assert row[1] == "ok", row
                self.receipts[row[0]] = verify_receipt(row[2], self.waiting.pop(row[0])[0], self.keys)
        return not self.waiting

    def half_sent(self) -> bytes:
        """Write a request that stops in the middle of its last item."""
        body = "".join(json.dumps(line) + "\n" for line in self._lines()).encode()
        head = f"POST /exchange HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body[: len(body) - 200]

    def _lines(self) -> list[Any]:
        items = [list(item) for item in self.waiting.values()]
        if self.device is None:
            return [{"v": 1, "watch": []}, *items]
        auth = self.device.auth(self.office.now)
        return [{"v": 2, "auth": auth, "since": "", "classes": self.classes}, *items]


@dataclass
class Desk:
    """An officer's desk; `meant` are the steps that the officer took, `waiting` those that the office may not have."""

    office: ClockedOffice
    officer: ApiOfficer
    memory: dict[str, dict[str, Any]] = field(default_factory=dict)
    waiting: list[Doc] = field(default_factory=list)
    meant: Counter[tuple[str, str]] = field(default_factory=Counter)

    def work(self) -> list[dict[str, Any]]:
        """Read the open cases: whose turn it is, and by when."""
        told = self.officer.get("work").body
        return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]

    def open(self, case: str) -> list[Any]:
        """Open a case, or look at it again, and give the newest answers; it stays in the desk's memory."""
        documents = self.officer.get(f"cases/{case}").body
        self.memory[case] = documents
        version = self._standing(case)
        answers: list[Any] = open_version(version, self._dek(version))["personal"]
        return answers

    def record(self, case: str, step: str, note: str = "", *, is_heard: bool = True) -> None:
        """Take a step in a case that was opened, and send it if there is a way."""
        version, n = self._standing(case), len(self._events(case)) + 1
        kid, private = self.officer.office_key
        sealed = seal_note(note, self._dek(version), case, n) if note else None
        event = sign_event(
            case=case, n=n, step=step, at=self.office.now, on=[v_of(version)], note=sealed, kid=kid, private=private
        )
        self.waiting.append(event)
        self.meant[case, step] += 1
        self.send(is_heard=is_heard)

    def send(self, *, is_heard: bool = True) -> list[Doc]:
        """Send what waits, each step once more if need be; give those of which another has the number."""
        beaten = []
        for event in list(self.waiting):
            try:
                answer = self.officer.post(f"cases/{event['case']}/events", event)
            except OSError:
                break
            if not is_heard:
                continue
            assert answer.status in (201, 409), answer
            self.waiting.remove(event)
            self.memory[event["case"]]["events"].append(event if answer.status == 201 else answer.body["event"])
            if answer.status == 409:
                self.meant[event["case"], event["step"]] -= 1  # asked again, and decided anew
                beaten.append(event)
        return beaten

    def _events(self, case: str) -> list[Doc]:
        return [*self.memory[case]["events"], *(event for event in self.waiting if event["case"] == case)]

    def _standing(self, case: str) -> Doc:
        versions: list[Doc] = self.memory[case]["versions"]
        replaced = {v for version in versions for v in version["prev"]}
        [standing] = [version for version in versions if v_of(version) not in replaced]
        return standing

    def _dek(self, version: Doc) -> bytes:
        case = version["_id"].split(".")[1]
        return open_wrap_as_office(version, self.memory[case]["wraps"][version["_id"]], *self.officer.seal_key)


def hired(office: ClockedOffice, head: ApiOfficer, login: str, role: str) -> ApiOfficer:
    """Give somebody an account on the administrator's page; they choose a password and sign in."""
    page = head.post_form(
        "/staff/id/accounts", {"csrf": head.csrf, "login": login, f"role-{role}": "1", "proof-password": head.password}
    )[1].decode()
    found = re.search(r"data-code>([^<]+)<", page)
    assert found is not None, page
    somebody = ApiOfficer(office.url, login, PASSWORD, PASSPHRASE)
    fields = {"login": login, "code": found[1], "password": PASSWORD, "again": PASSWORD}
    assert somebody.post_form("/staff/setup", fields)[0] == 200
    return somebody.sign_in()


def granted(officer: ApiOfficer, by: ApiOfficer) -> ApiOfficer:
    """Make an officer's own key, and have a colleague grant it the office's."""
    own = new_key_pair()
    officer.step_up()
    assert officer.post("officer-key", wrap_officer_key(own, officer.passphrase, officer.login)).status == 201
    held = dict([by.office_key, by.seal_key])
    grants = {kid: seal_grant(kid, officer.login, pair, own.pub) for kid, pair in held.items()}
    by.step_up()
    content = {"officer": officer.login, "pub": b64u_encode(own.pub), "grants": grants}
    assert by.post("grants", content).status == 201
    return officer
