"""An office for freezing: what stands between phones and it is kept, and what it does is written down beside it."""

import json
import re
import time
from pathlib import Path
from typing import Any

from server.keys.server_key import read_server_key
from sync.canonical import b64u_encode
from sync.document import Doc
from sync.events import seal_note, sign_event
from sync.receipt_code import derive, new_code
from sync.seal import open_version, open_wrap_as_office, seal_version
from sync.shape import v_of
from sync.sqlite_store import open_sqlite
from sync.statements import sign_code_mark, sign_gone
from tests.frozen.wire import Exchange, heard, items_in
from tests.officers import ApiOfficer
from tests.own_loop import OwnLoop
from tests.recording_proxy import RecordingProxy
from tests.serving import RunningOffice

SPOKEN = re.compile(rb"(POST|PATCH|HEAD) (/exchange|/blobs/\S*|/bookings|/devices) ")


class Freezing:
    """The office, the wire before it, and what was kept of it so far."""

    def __init__(self, work: Path, folder: Path, wire: RecordingProxy) -> None:
        self.folder, self.wire, self.seen = folder, wire, 0
        self.url = f"http://localhost:{wire.port}"
        self.office = RunningOffice(work / "office", env={"RANTAU_ORIGIN": self.url}, port=wire.target)
        self.steps: list[dict[str, Any]] = []
        self.loop = OwnLoop()  # beside that of the browser
        folder.mkdir()

    def begin(self) -> None:
        """Write down the office's keys, all of them: it is nobody's."""
        self.officer = ApiOfficer(self.office.url).sign_in()
        self.officer.step_up()
        self.data = self.office.folder / "data"
        pairs = {
            "seal": self.officer.seal_key[1], "office": self.officer.office_key[1],
            "server": read_server_key(self.data).pair,
        }  # fmt: skip
        told = {"pairs": {name: b64u_encode(pair.to_bytes()) for name, pair in pairs.items()}}
        told["office"] = self.office.ask("GET", "/office.json").json()
        (self.folder / "office.json").write_text(json.dumps(told, indent=1) + "\n")

    def keep(self, name: str, *, code: str | None = None, **laid: list[Doc]) -> None:
        """Keep what went over the wire since the last time.

        Args:
            code: that was typed.
            laid: what the office had done before it, by database.
        """
        pieces, self.seen = self.wire.pieces[self.seen :], len(self.wire.pieces)
        spoken = heard(pieces, SPOKEN)
        told = [one for one in spoken if not _is_idle(one)] or spoken[-1:]
        assert told, f"nothing went over the wire: {name}"
        assert all(laid.values()), f"the office did nothing: {name}"
        for number, exchange in enumerate(told, 1):
            file = f"{len(self.steps) + 1:02}-{name}" + (f"-{number}" if len(told) > 1 else "")
            exchange.write(self.folder / file)
            step = {"file": file, "at": int(time.time())} | ({"code": code} if code else {}) | self.opened(exchange)
            self.steps.append(step | ({"laid": laid} if laid and number == 1 else {}))
        (self.folder / "steps.json").write_text(json.dumps(self.steps, indent=1, ensure_ascii=False) + "\n")

    def forget(self) -> None:
        """Keep nothing of it: the office has lost it, too."""
        self.seen = len(self.wire.pieces)

    def opened(self, exchange: Exchange) -> dict[str, Any]:
        """Give what was sent and taken, and its letters as an officer reads them."""
        if exchange.path != "/exchange":
            return {}
        taken = {row[0] for row in exchange.answer.lines[1:] if isinstance(row, list) and row[1] == "ok"}
        pairs = {id_: pair for id_, pair in items_in(exchange).items() if id_ in taken}
        letters = {id_: open_version(version, self.key_of(version, wrap)) for id_, (version, wrap) in pairs.items()}
        return {"sent": [version for version, _ in pairs.values()], "letters": letters} if pairs else {}

    def key_of(self, version: Doc, wrap: Doc) -> bytes:
        return open_wrap_as_office(version, wrap, *self.officer.seal_key)

    def docs(self, database: str, *starts: str) -> list[Doc]:
        """Read from the office's store what has an id that begins so."""

        async def read() -> list[Doc]:
            store = open_sqlite(self.data, database)
            try:
                rows = [await store.all_docs(start=start, end=f"{start}\uffff") for start in starts]
                return [await store.get(row.id, attachments=True) for found in rows for row in found]
            finally:
                await store.close()

        return [{key: value for key, value in doc.items() if key != "_rev"} for doc in self.loop.do(read())]

    def step(self, case: str, n: int, step: str, note: str | None = None) -> list[Doc]:
        """Take a step in a case; the event as it is stored."""
        [version] = self.docs("cases", f"app.{case}.")[:1]
        sealed = None
        if note:
            [wrap] = self.docs("wraps", f"w.{version['_id']}")
            sealed = seal_note(note, self.key_of(version, _entries(wrap)), case, n)
        kid, private = self.officer.office_key
        at, on = int(time.time()), [v_of(version)]
        event = sign_event(case=case, n=n, step=step, at=at, on=on, note=sealed, kid=kid, private=private)
        assert self.officer.post(f"cases/{case}/events", event).status == 201
        return self.docs("cases", event["_id"])

    def void(self, case: str) -> list[Doc]:
        """Replace the code of a case; the mark."""
        [version] = self.docs("cases", f"app.{case}.")
        [wrap] = self.docs("wraps", f"w.{version['_id']}")
        groups = open_version(version, self.key_of(version, _entries(wrap)))
        kid, private = self.officer.office_key
        new, now = derive(new_code()), int(time.time())
        seal_kid, seal = self.officer.seal_key
        again = seal_version(
            type="application", code_keys=new, service=version["service"], form=version["form"], at=now,
            channel="counter", device=None, area=version["area"], wish=[], prev=[], blobs=[], groups=groups,
            recipients=[(seal_kid, seal.pub)],
        )  # fmt: skip
        mark = sign_code_mark(case, new.case, at=now, kid=kid, private=private)
        answer = self.officer.post(
            f"cases/{case}/void", {"identity": True, "mark": mark, "items": [again], "events": []}
        )
        assert answer.status == 200, answer
        return self.docs("cases", f"code.{case}")

    def erase(self, case: str) -> list[Doc]:
        """Erase a case; the mark."""
        kid, private = self.officer.office_key
        mark = sign_gone(case, at=int(time.time()), kid=kid, private=private)
        assert self.officer.post(f"cases/{case}/erase", mark).status == 200
        return self.docs("cases", f"gone.{case}")


def _entries(wrap: Doc) -> Doc:
    return {key: value for key, value in wrap.items() if not key.startswith("_") and isinstance(value, str)}


def _is_idle(exchange: Exchange) -> bool:
    """Say whether a phone asked for what it asked before, and heard nothing new."""
    if exchange.path != "/exchange":
        return False
    [hello, *items] = exchange.request.lines
    return not items and set(hello) <= {"v", "watched"} and len(exchange.answer.lines) == 1
