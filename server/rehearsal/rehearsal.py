"""A rehearsal office: made-up people's applications at every step for new officers to practise on, and the way back.

It goes through what real ones go through: sealed to the office's key, taken in by the intake, steps signed by the
office. Only an office whose passwords everybody knows has it (`rantau serve --demo`); in any other nothing is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time

from server.appointments.bookings import ONLINE, Bookings
from server.appointments.offers import Offer, Offers, hours_of, offer_id
from server.casework.audit import Audit
from server.content import Content, load_content
from server.databases import Databases
from server.erasure.deletion import delete
from server.erasure.erasure import forget_keys
from server.intake import Intake, Ok
from server.keys.founding import DEMO
from server.keys.server_key import ServerKey, read_listed_key, read_server_key
from server.moments import local_day
from server.office import read_keys
from server.rehearsal.made_up_people import FILE, RehearsalError, load_cast
from server.rehearsal.rehearsal_items import Maker, Rehearsed
from server.settings import Settings
from sync.errors import NotFound, OpenError, Unavailable
from sync.key_pair import KeyPair
from sync.keyring import KeyList, open_grant, unwrap_officer_key, verify_key_list
from sync.statements import sign_gone

PLACE = "Loket latihan"  # where those who come today have their appointments
_HOURS = (time(8), time(16))
_MINUTES = 120  # of each
_BEFORE = 3600  # seconds before it begins at which an appointment of today was made


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What an office is rehearsed with; `now` is Unix seconds."""

    settings: Settings
    databases: Databases
    content: Content
    key_list: KeyList
    server_key: ServerKey = field(repr=False)
    now: int

    @classmethod
    async def of(cls, settings: Settings, databases: Databases, *, now: int) -> "Rehearsal":
        """Read what it takes.

        Raises:
            NoOffice, ServerKeyError, ContentError, OpenError: the office cannot be read.
        """
        key_list = verify_key_list(await read_keys(databases), read_server_key(settings.data).root)
        key = read_listed_key(settings.data, key_list)
        content = load_content(settings.content)
        return cls(settings=settings, databases=databases, content=content, key_list=key_list, server_key=key, now=now)

    async def begin(self) -> int:
        """Fill an office that never had a case; give how many there are now. Any other stays as it is.

        Raises:
            RehearsalError: it is a real office, its demo officer has another passphrase, or the plan is wrong.
            Unavailable: the store did not answer.
        """
        self._refuse_real()
        if await self._cases():
            return 0
        return await self._fill(0, *await self._office_key())

    async def reset(self, *, who: str) -> int:
        """Erase every case, also what came while somebody practised, and fill it anew with other people; give how many.

        Raises:
            RehearsalError: as `begin`.
            Unavailable: the store did not answer; asking again is harmless.
        """
        self._refuse_real()
        kid, pair = await self._office_key()
        cases = await self._cases()
        audit = Audit(self.databases.staff, self.server_key.kid, self.server_key.pair, lambda: self.now)
        await audit.write("rehearsal-reset", who=who, about={"cases": len(cases)})
        await self._erase(cases, kid, pair)
        return await self._fill(len(cases), kid, pair)

    def _refuse_real(self) -> None:
        if not self.server_key.is_demo:
            raise RehearsalError(f"{self.settings.data} holds a real office: nobody rehearses in it.")

    async def _office_key(self) -> tuple[str, KeyPair]:
        """Open the key that signs steps with the passphrase that everybody knows."""
        kid, staff = self.key_list.primary("office").kid, self.databases.staff
        try:
            own = unwrap_officer_key(await staff.get(f"officer.{DEMO.login}"), DEMO.passphrase)
            grant = await staff.get(f"grant.{kid}.{DEMO.login}")
            return kid, open_grant(grant["sealed"], kid, DEMO.login, own)
        except (NotFound, OpenError):
            raise RehearsalError(
                f"The key of {DEMO.login} does not open with the demo passphrase: found a new demo office."
            ) from None

    async def _cases(self) -> list[str]:
        """Name every case that there ever was, erased ones too."""
        found: set[str] = set()
        for prefix in ("app", "cmp"):
            rows = await self.databases.cases.all_docs(start=f"{prefix}.", end=f"{prefix}/")
            found |= {row.id.split(".")[1] for row in rows}
        return sorted(found)

    async def _erase(self, cases: Sequence[str], kid: str, pair: KeyPair) -> None:
        bookings = Bookings(self.databases.cases, self.now)
        for case in cases:
            await bookings.forget(case)
        marks = [sign_gone(case, at=self.now, kid=kid, private=pair) for case in cases]
        rows = await self.databases.cases.bulk_docs(marks)
        if any(row.error not in (None, "conflict") for row in rows):
            raise Unavailable("some cases are not erased")
        await forget_keys(self.databases.wraps, cases)
        await delete(self.databases.staff, [{"_id": f"work.{case}"} for case in cases])

    async def _fill(self, seed: int, kid: str, pair: KeyPair) -> int:
        today = local_day(self.now, self.settings.office.time_zone)
        cast = load_cast(self.settings.content, self.content.regions, today=today, seed=str(seed))
        maker = Maker(cast=cast, content=self.content, key_list=self.key_list, kid=kid, office_key=pair, now=self.now)
        try:
            made = list(maker.cases())
        except (KeyError, TypeError, ValueError) as error:  # a form, a word or a step that is not there
            raise RehearsalError(f"{FILE}: not a plan that can be rehearsed: {error!r}") from None
        await self._take(made)
        await self._book([one.case for one in made if one.comes_today], today)
        return len(made)

    async def _take(self, made: Sequence[Rehearsed]) -> None:
        intake = Intake(
            cases=self.databases.cases, wraps=self.databases.wraps, blobs=self.databases.blobs,
            forms=self.content.forms, key_list=self.key_list, server_key=self.server_key.pair,
            server_kid=self.server_key.kid, clock=lambda: self.now,
        )  # fmt: skip
        outcomes = await intake.take([line for one in made for line in one.lines])
        rows = await self.databases.cases.bulk_docs([step for one in made for step in one.steps])
        if not all(isinstance(one, Ok) for one in outcomes) or any(row.error for row in rows):
            raise Unavailable("some of the rehearsal is not stored")

    async def _book(self, cases: Sequence[str], today: date) -> None:
        """Give each an appointment today, the hours that are over too."""
        offers = await self._hours_of(today)
        for at, case in enumerate(cases):
            offer = offers[at % len(offers)]
            await Bookings(self.databases.cases, offer.begins - _BEFORE).take(case, offer, why=ONLINE)

    async def _hours_of(self, today: date) -> list[Offer]:
        zone = self.settings.office.time_zone
        own = Offers(self.databases.public, self.server_key.kid, self.server_key.pair)
        known = [one for one in await own.since(today) if one.place == PLACE and local_day(one.begins, zone) == today]
        if known:
            return known
        hours = hours_of(today, zone, begins=_HOURS[0], ends=_HOURS[1], minutes=_MINUTES)
        new = [
            Offer(
                id=offer_id(today, "office", PLACE, begins), kind="office", place=PLACE, area=None, begins=begins,
                ends=ends, places=10, kept=0, priority=0, at=min(self.now, begins - _BEFORE),
            )
            for begins, ends in hours
        ]  # fmt: skip
        await own.publish(new)
        return new
