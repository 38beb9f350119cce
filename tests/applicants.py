"""Applicants that seal and send from outside the server, as a phone would, for tests that need cases in an office."""

import json
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from server.forms.answers import to_answers
from server.forms.forms import Form, load_forms
from server.settings import ROOT
from sync.canonical import b32_encode, b64u_decode
from sync.document import Doc
from sync.events import open_note
from sync.keyring import verify_key_list
from sync.receipt_code import CodeKeys, spoken_number
from sync.seal import open_wrap_as_holder, seal_version, version_digest
from sync.shape import v_of
from tests.people import person
from tests.sealed_items import new_keys

SERVICE = "passport-new"
FORMS = load_forms(ROOT / "content" / "forms")


@dataclass
class Applicant:
    """Somebody with a receipt code and the office's key list; `device` is the volunteer's, where one sends for them.

    `n` is the number of their form, where it is not the newest one.
    """

    url: str
    values: dict[str, Any] = field(default_factory=lambda: person(1))
    keys: CodeKeys = field(default_factory=new_keys)
    service: str = SERVICE
    device: str | None = None
    n: int | None = None

    @property
    def case(self) -> str:
        return self.keys.case

    @property
    def number(self) -> str:
        """Give the case's number as it is shown to people."""
        return spoken_number(self.case)

    @property
    def form(self) -> Form:
        of_number = (form for form in FORMS.by_service[self.service] if form.n == self.n)
        return next(of_number, FORMS.latest(self.service))

    def seal(
        self,
        *,
        prev: tuple[str, ...] = (),
        at: int | None = None,
        to: tuple[str, bytes] | None = None,
        blobs: Sequence[str] = (),
        **changes: Any,
    ) -> tuple[Doc, dict[str, str]]:
        """Seal what is answered now, with *changes* and naming *blobs*; to the key in use unless another is given."""
        self.values |= changes
        answers = to_answers(self.form, self.values, today=date.today())
        return seal_version(
            type=self.form.type, code_keys=self.keys, service=self.service, form=self.form.name,
            at=at or int(time.time()), channel="volunteer" if self.device else "app", device=self.device,
            area=self.values.get("nagari"), wish=[], prev=list(prev), blobs=blobs, groups={"personal": answers},
            recipients=[to or recipient(self.url)],
        )  # fmt: skip

    def send(self, *, prev: tuple[str, ...] = (), at: int | None = None, **changes: Any) -> str:
        """Seal and send; give the version's v."""
        return self.post(*self.seal(prev=prev, at=at, **changes))

    def send_tampered(self, *, prev: tuple[str, ...] = ()) -> str:
        """Send a version that somebody on the way changed so well that only the key shows it."""
        version, wrap = self.seal(prev=prev)
        version["area"] = None
        head, _, _ = version["_id"].rpartition(".")
        return self.post({**version, "_id": f"{head}.{b32_encode(version_digest(version)[:12])}"}, wrap)

    def post(self, version: Doc, wrap: dict[str, str]) -> str:
        """Send one item and see that the office has it."""
        [answer] = exchange(self.url, {"v": 1, "watch": []}, [version, wrap])
        assert answer[:2] == [version["_id"], "ok"], answer
        return v_of(version)

    def news(self) -> list[Doc]:
        """Ask for the events of the own case."""
        return [row for row in self.whole_case() if isinstance(row, dict)]

    def note_of(self, event: Doc) -> str:
        """Open an event's note with the code, as the own phone would."""
        version, wrap = next(row for row in self.whole_case() if v_of(row[0]) == event["on"][0])
        dek = open_wrap_as_holder(version, wrap, self.keys.open)
        return open_note(b64u_decode(event["note"]), dek, self.case, event["n"])

    def whole_case(self) -> list[Any]:
        """Ask for every version and event that the office has of the own case."""
        rows = exchange(self.url, {"v": 1, "watch": [[self.case, self.keys.proof, 0, 1]]})
        return [row for row in rows if isinstance(row, dict) or row[0] != "came"]  # of when it came nobody asks here


def send_together(applicants: Sequence[Applicant], *, at: int) -> None:
    """Send an application of each in one exchange, as a volunteer's phone does."""
    pairs = [list(one.seal(at=at)) for one in applicants]
    answers = exchange(applicants[0].url, {"v": 1, "watch": []}, *pairs)
    assert {tuple(answer[:2]) for answer in answers} == {(version["_id"], "ok") for version, _ in pairs}, answers


def exchange(url: str, *lines: Any) -> list[Any]:
    """Give the office's answer without its first line."""
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    request = urllib.request.Request(f"{url}/exchange", body, {"Content-Type": "application/x-ndjson"})
    with urllib.request.urlopen(request) as response:
        return [json.loads(line) for line in response.read().splitlines()][1:]


@cache
def recipient(url: str) -> tuple[str, bytes]:
    """Give the key to which applications are sealed, from the office's own list."""
    with urllib.request.urlopen(f"{url}/office.json") as response:
        office = json.load(response)
    key = verify_key_list(office["keys"], b64u_decode(office["root"])).primary("seal")
    return key.kid, key.pub
