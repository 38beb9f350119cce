"""What it costs to see where a case stands: the whole answer to a typed code, status line, headers and body.

A case that went through every step up to printing, in an office that has others to tell from what to expect, and one
that has ended, which is asked how it was; in both languages, with brotli and with gzip, over HTTP/1.1, of which HTTP/2
sends less. `bytes` is the largest.
"""

import json
import socket
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.office_behind import tell
from server.projection.pace import LEAST
from sync.events import sign_event
from sync.receipt_code import derive, new_code, show_code
from tests.applicants import Applicant
from tests.officers import ApiOfficer
from tests.people import person
from tests.serving import RunningOffice

DAY = 86400
WAY = (
    "berkas_lengkap", "menunggu_pembayaran", "dibayar", "terjadwal", "biometrik_wawancara", "adjudikasi", "dicetak",
)  # fmt: skip
ENDED = (*WAY, "siap_diambil", "diserahkan")
LANGUAGES = ("id", "en")
ENCODINGS = ("br", "gzip")


def measure() -> dict[str, Any]:
    """Ask where a case stands and count the answers."""
    with tempfile.TemporaryDirectory() as folder, RunningOffice(Path(folder)) as office:
        codes = _fill(office)
        office.stop()
        office.env["RANTAU_ORIGIN"] = f"https://localhost:{office.port}"  # as people reach it: HSTS is in the answer
        office.start()
        sizes = {
            f"{name} {lang} {encoding}": _size(office, code, lang=lang, encoding=encoding)
            for name, code in codes.items()
            for lang in LANGUAGES
            for encoding in ENCODINGS
        }
    tell(f"status: {sizes}")
    return {"bytes": max(sizes.values()), "steps": 1 + len(ENDED), **sizes}


def _fill(office: RunningOffice) -> dict[str, str]:
    officer, codes = ApiOfficer(office.url).sign_in(), {"printed": new_code(), "ended": new_code()}
    for seed in range(LEAST):
        _walk(officer, Applicant(office.url, person(seed)), (*WAY, "siap_diambil"))
    _walk(officer, Applicant(office.url, person(98), derive(codes["ended"])), ENDED)
    _walk(officer, Applicant(office.url, person(99), derive(codes["printed"])), WAY)
    return {name: show_code(code) for name, code in codes.items()}


def _walk(officer: ApiOfficer, applicant: Applicant, steps: tuple[str, ...]) -> None:
    v, (kid, key) = applicant.send(), officer.office_key
    begun = int(time.time()) - DAY * len(steps)
    for n, step in enumerate(steps, 1):
        event = sign_event(
            case=applicant.case, n=n, step=step, at=begun + DAY * n, on=[v], note=None, kid=kid, private=key
        )
        answer = officer.post(f"cases/{applicant.case}/events", event)
        if answer.status != 201:
            raise RuntimeError(f"the step is not recorded: {answer}")


def _size(office: RunningOffice, code: str, *, lang: str, encoding: str) -> int:
    body = urlencode({"code": code}).encode()
    head = (
        f"POST /{lang}/track HTTP/1.1\r\nHost: localhost:{office.port}\r\nAccept-Encoding: {encoding}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", office.port), timeout=60) as connection:
        connection.sendall(head.encode() + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    if not answer.startswith(b"HTTP/1.1 200") or f"content-encoding: {encoding}".encode() not in answer.lower():
        raise RuntimeError(answer[:200].decode("latin-1"))
    return len(answer)


if __name__ == "__main__":
    print(json.dumps(measure()))
