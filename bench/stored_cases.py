"""Sealed applications put into an office's databases as it has them after years, before it is served."""

import asyncio
import os
import time
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TypeVar

from server.forms.answers import to_answers
from sync.canonical import b64u_decode, b64u_encode, h16
from sync.document import Doc
from sync.receipt_code import CodeKeys, case_of
from sync.seal import seal_version
from sync.shape import v_of
from sync.sqlite_store import open_sqlite
from tests.applicants import FORMS, SERVICE
from tests.papers import PaperOffice
from tests.people import person

BATCH = 500  # cases written at a time
FORM = FORMS.latest(SERVICE)
T = TypeVar("T")

Pair = tuple[Doc, dict[str, str]]


async def store_cases(papers: PaperOffice, cases: int, *, ended: int = 0, keyless: bool = False) -> None:
    """Store so many cases, each of another person; the first *ended* of them were handed over.

    Args:
        keyless: their data keys are destroyed, so that there is nothing to open in any.
    """
    data = papers.office.folder / "data"
    public, stored, wraps = (open_sqlite(data, name) for name in ("public", "cases", "wraps"))
    keys = (await public.get("keys"))["signed"][5]
    kid, pub = next((row[0], row[5]) for row in keys if row[1] == "seal")
    for start in range(0, cases, BATCH):
        seeds = range(start, min(start + BATCH, cases))
        pairs = [_sealed(seed, kid, pub) for seed in seeds]
        steps = [_handed_over(version) for seed, (version, _) in zip(seeds, pairs, strict=True) if seed < ended]
        await stored.bulk_docs([*(version for version, _ in pairs), *steps])
        if not keyless:
            await wraps.bulk_docs([{"_id": f"w.{version['_id']}", **wrap} for version, wrap in pairs])
    for store in (public, stored, wraps):
        await store.close()


def apart(work: Awaitable[T]) -> T:
    """Run in a thread with a loop of its own, because the browser's has this one."""

    async def run() -> T:
        return await work

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


def _sealed(seed: int, kid: str, pub: str) -> Pair:
    values = person(seed)
    return seal_version(
        type="application", code_keys=_invented(), service=SERVICE, form=FORM.name, at=int(time.time()), channel="app",
        device=None, area=str(values["nagari"]), wish=[], prev=[],
        groups={"personal": to_answers(FORM, values, today=date.today())}, recipients=[(kid, b64u_decode(pub))],
    )  # fmt: skip


def _handed_over(version: Doc) -> Doc:
    """Make the last step of a case; nobody looks at its signature, because nobody opens the case."""
    case, at = version["_id"].split(".")[1], int(time.time())
    return {
        "_id": f"ev.{case}.0001", "type": "event", "case": case, "n": 1, "step": "diserahkan", "at": at,
        "on": [v_of(version)], "note": None, "kid": "o1", "sig": "A" * 86, "claim": ["taken", "A" * 22, at],
    }  # fmt: skip


def _invented() -> CodeKeys:
    """Invent what a receipt code would give; deriving ten thousand, slow on purpose, would take the longest."""
    read, sign = os.urandom(16), os.urandom(16)
    case = case_of(h16(read), h16(sign))
    return CodeKeys(case, os.urandom(32), read, sign, b64u_encode(read + h16(sign)))
