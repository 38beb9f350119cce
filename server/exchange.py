"""The one request by which devices send sealed items and hear of their cases: JSON lines in, JSON lines out.

Lines are committed in groups as they arrive and answered one by one. The first line is checked before the answer
begins; after that a body that is cut or spoilt keeps what came whole, and the sender repeats the rest.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from server.body_deadline import PATIENCE, Deadline
from server.body_lines import BodyLimits, BodyLines, BodyMalformed, BodyTooLarge
from server.disk import check_text
from server.guides.class_notes import keep_brought
from server.guides.classes import read_brought
from server.hub_news import hub_news, note_relayed
from server.hubs import HOLDS
from server.intake import Intake, Ok, Outcome
from server.items import ItemRefused
from server.moments import day_start
from server.ndjson import NDJSON, NdjsonResponse, Problem, begun, later
from server.office import Office, office_of
from server.packing import choose_live_encoding
from server.reading import Reading, judge
from server.staff.device_news import device_news, with_bare_steps
from server.watch import VERSION, Hello, News, Watch, marks_of, read_hello
from sync.canonical import b32_encode
from sync.errors import StoreError, Unavailable
from sync.shape import case_of_id
from sync.store import Store

log = logging.getLogger("rantau.exchange")

GROUP = 64  # items committed together: fifty forms of a volunteer's day are one group
GROUP_AGE = 0.2  # seconds that an item waits for company while more is coming in


async def exchange(request: Request) -> Response:
    """Answer `POST /exchange`."""
    return await answer_exchange(request, lambda hello, body: _answers(request, hello, body))


async def answer_exchange(request: Request, answers: Callable[[Hello, "Body"], AsyncIterator[list[Any]]]) -> Response:
    """Read the first line of an exchange and send what *answers* gives to it and to the rest, its head first."""
    refusal = _refusal_by_headers(request, BodyLimits())
    if refusal is not None:
        return refusal
    body = Body(request, BodyLines(gzip=bool(request.headers.get("content-encoding"))))
    try:
        hello = read_hello(await body.first())
        first, batches = await begun(answers(hello, body))
        return NdjsonResponse(batches, encoding=_encoding(request, hello, body, first))
    except ItemRefused as refused:
        return Problem(413 if refused.reason == "too-large" else 400, "bad-first-line", refused.reason)
    except Unavailable as error:
        return later(error)


def intake_of(office: Office) -> Intake:
    """Give the intake of an office."""
    return Intake(
        cases=office.databases.cases,
        wraps=office.databases.wraps,
        blobs=office.databases.blobs,
        forms=office.forms,
        key_list=office.key_list,
        server_key=office.server_key,
        server_kid=office.server_kid,
        clock=office.clock,
        disk=None if office.settings.couchdb else office.settings.data,
        refused=office.refused,
    )


async def epoch(stores: list[Store]) -> str:
    """Name the age of what is stored: another one after a restore, and devices then offer again what they have."""
    generations = "/".join([await store.generation() for store in stores])
    return b32_encode(hashlib.sha256(generations.encode()).digest()[:5])


class Body:
    """The lines of a request's body with their numbers, and how it ended."""

    def __init__(self, request: Request, lines: BodyLines, *, patience: float = PATIENCE) -> None:
        self._chunks = request.stream()
        self._deadline = Deadline(patience=patience)
        self._lines = lines
        self._count = 0
        self._waiting: list[tuple[int, bytes]] = []
        self.ended: str | None = None  # "whole", "cut", "too-large" or "malformed"

    @property
    def is_empty(self) -> bool:
        """Say whether the body ended and every line was taken."""
        return self.ended is not None and not self._waiting

    async def first(self) -> bytes:
        """Wait for the first line.

        Raises:
            ItemRefused: there is none.
        """
        while not self._waiting and self.ended is None:
            await self._read()
        if not self._waiting:
            raise ItemRefused("too-large" if self.ended == "too-large" else "malformed")
        return self._waiting.pop(0)[1]

    async def group(self) -> list[tuple[int, bytes]]:
        """Give the next lines to be committed together; none at the end."""
        started = time.monotonic()
        while self.ended is None and len(self._waiting) < GROUP and not self._is_due(started):
            await self._read()
        group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
        return group

    def _is_due(self, started: float) -> bool:
        return bool(self._waiting) and time.monotonic() - started > GROUP_AGE

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(self._deadline.left()):
                data = await anext(self._chunks, None)
            self._deadline.came(len(data or b""))
            self._keep(self._lines.finish() if data is None else self._lines.feed(data))
            self.ended = "whole" if data is None else None
        except (ClientDisconnect, TimeoutError):
            self.ended = "cut"
        except BodyMalformed:
            self.ended = "malformed"
        except BodyTooLarge:
            self.ended = "too-large"
        except HTTPException as error:  # the body limit of the route, met while reading
            self.ended = "too-large" if error.status_code == 413 else "cut"

    def _keep(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self._count += 1
            if line.strip():
                self._waiting.append((self._count, line))

    def last_row(self) -> list[Any]:
        """Give the row that says why the rest of the body was not read, if it was not."""
        return [[None, "refused", self.ended, self._count + 1]] if self.ended in ("malformed", "too-large") else []


async def _answers(request: Request, hello: Hello, body: Body) -> AsyncIterator[list[Any]]:
    office = office_of(request)
    cases = office.databases.cases
    news = News(cases, office.databases.wraps, office.projection.received)
    watches = office.watch_lists.watches_of(hello)
    rows, more = await news.of(watches or ())
    reader = None
    if hello.auth is not None:
        holds = request.headers.get(HOLDS, "")
        reader = await judge(office.databases.staff, hello.auth, now=office.clock(), holds=holds)
    head = {
        "epoch": await epoch([cases, office.databases.wraps, office.databases.blobs]),
        "time": office.clock(),
        "public": office.public,
        "more": more,
        **words_of_version(hello, watches),
    } | ({"reading": reader.word} if reader else {})
    if reader and reader.device and (brought := read_brought(hello.classes)):
        with suppress(StoreError):  # they hold up nobody's application, and the phone brings them again
            head["classes"] = await keep_brought(office, brought, by=reader.device)
    # The first group is taken before the answer begins, so that a store that is away is a 503 and no broken answer.
    taken = await _take(request, body, reader)
    answered = _answered(taken)
    intake = intake_of(office_of(request))
    known = [*await _lacking(intake, news, hello.have), *await _asked(intake, news, hello.ask)]
    yield [head, *known, *rows, *taken]
    try:
        while not body.is_empty:
            taken = await _take(request, body, reader)
            answered |= _answered(taken)
            yield taken
        if reader and hello.since is not None and body.ended != "cut":
            yield await _news(office_of(request), reader, hello, answered)
    except Unavailable:
        log.warning("the store went away during an exchange; the sender repeats the rest")
        return
    yield body.last_row()


def words_of_version(hello: Hello, watches: Sequence[Watch] | None) -> dict[str, Any]:
    """Give what the head says of the version to speak: that another may be spoken, or that a digest is not known."""
    newer = {"v": VERSION} if hello.version < VERSION else {}
    return newer | ({"watch": "again"} if watches is None else {})


async def _lacking(intake: Intake, news: News, ids: tuple[str, ...]) -> list[Any]:
    """Name what is not here (any more); of what is here without its files, give a receipt that names those it has."""
    without = await intake.again(await intake.without_files(ids))
    return [*await news.missing(ids), *(outcome.row(0) for outcome in without if isinstance(outcome, Ok))]


async def _asked(intake: Intake, news: News, ids: tuple[str, ...]) -> list[Any]:
    """Give the receipts of what came by another way, as from a hub, and name what did not."""
    return [*(outcome.row(0) for outcome in await intake.again(ids)), *await news.missing(ids)]


async def _news(office: Office, reader: Reading, hello: Hello, answered: set[str]) -> list[Any]:
    intake, since = intake_of(office), hello.since or ""
    if reader.device:
        rows = await device_news(office, intake, reader.device, since, answered=answered)
        return rows if hello.version < VERSION else with_bare_steps(rows, office.server_kid, office.server_key)
    if reader.hub:
        return await hub_news(office.databases.staff, intake, reader.hub, since, answered=answered)
    return []


def _answered(rows: list[Any]) -> set[str]:
    return {row[0] for row in rows if row[1] == "ok"}


async def _take(request: Request, body: Body, reader: Reading | None) -> list[Any]:
    group = await body.group()
    # The office with the keys as they are now: a key may have been given up while the group was waited for.
    office = office_of(request)
    intake = intake_of(office)
    lines = [line for _, line in group]
    if reader and reader.hub and lines:
        check_text(intake.disk)  # or the note would be there of what is not
        databases = office.databases
        named = {case for line in lines if (case := intake.case_in(line)) is not None}
        day = day_start(office.clock(), office.settings.office.time_zone)
        await note_relayed(databases.staff, databases.cases, reader.hub, named, day=day)
    rows = rows_of(await office.gathering.take(intake, lines), group)
    return [*rows, *await ends_of(intake, rows)] if reader and reader.hub else rows


async def ends_of(intake: Intake, rows: list[Any]) -> list[Any]:
    """Give the signed marks for which items were refused, or a hub or phone that carried them would keep them."""
    cases = {case_of_id(row[0]) for row in rows if row[1:] in (["refused", "gone"], ["refused", "voided"])}
    return [list(mark) for case in sorted(filter(None, cases)) for mark in await marks_of(intake.cases, case)]


def rows_of(outcomes: list[Outcome], group: list[tuple[int, bytes]]) -> list[Any]:
    """Write the outcomes of a group of lines as the rows that answer them."""
    return [outcome.row(number) for outcome, (number, _) in zip(outcomes, group, strict=True)]


def _refusal_by_headers(request: Request, limits: BodyLimits) -> Problem | None:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != NDJSON:
        return Problem(415, "unsupported", "content-type")
    if request.headers.get("content-encoding", "gzip").lower() != "gzip":
        return Problem(415, "unsupported", "content-encoding")
    length = request.headers.get("content-length", "0")
    if not length.isdecimal():
        return Problem(400, "bad-request", "content-length")
    return Problem(413, "too-large") if int(length) > limits.sent else None


def _encoding(request: Request, hello: Hello, body: Body, first: list[Any]) -> str | None:
    if body.is_empty and len(first) == 1 and hello.auth is None:
        return None  # a compressed head alone would be longer
    return choose_live_encoding(request.headers.get("accept-encoding", ""))
