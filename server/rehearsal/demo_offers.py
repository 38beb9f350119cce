"""The days to come of a demo office: hours at its counter, an event in a nagari, and one for a group.

Made anew at each start for the days that have none yet, so that whoever tries it out finds some whatever the date is;
its counter is closed on holidays, as an officer who publishes hours is told.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.appointments.offers import Kind, Offer, Offers, hours_of, offer_id
from server.databases import Databases
from server.editing.edited_content import newest_texts, with_holidays
from server.keys.server_key import ServerKey
from server.settings import Settings
from server.working_days import WorkingDays, load_working_days

AHEAD = 14  # days
AT_THE_COUNTER = ((time(8), time(12)), (time(13), time(15)))
IN_THE_NAGARI = (time(9), time(13))
NAGARI = "Balai Nagari Aua Kuniang (contoh)"
_NAGARI_CODE = "13.12.03.2004"
_SATURDAY = 5


async def offer_days(settings: Settings, databases: Databases, key: ServerKey, *, now: int) -> int:
    """Publish hours for today, as far as they have not begun, and the coming days that have none; give how many.

    Raises:
        HolidaysError: the list of holidays is wrong.
        Unavailable: the store did not answer.
    """
    zone = settings.office.time_zone
    languages = tuple(settings.office.address)
    working_days = load_working_days(settings.content / "holidays.toml", languages=languages)
    working_days = with_holidays(working_days, await newest_texts(databases.public), languages, {})
    today = datetime.fromtimestamp(now, ZoneInfo(zone)).date()
    offers = Offers(databases.public, key.kid, key.pair)
    # The id begins with the day in the office's own zone.
    known = {offer.id.partition("-")[0] for offer in await offers.since(today)}
    days = [today + timedelta(n) for n in range(AHEAD + 1)]
    free = [day for day in days if f"{day:%y%m%d}" not in known]
    missing = [offer for day in free for offer in _of_day(day, settings, now, working_days)]
    new = [offer for offer in missing if offer.is_open(now)]
    if new:
        await offers.publish(new)
    return len(new)


def _of_day(day: date, settings: Settings, now: int, working_days: WorkingDays) -> Iterator[Offer]:
    zone, own = settings.office.time_zone, settings.office.name
    if working_days.is_working(day):
        for span in AT_THE_COUNTER:
            yield from _hours("office", own, day, zone, now, span=span, minutes=120, places=10)
    elif day.weekday() == _SATURDAY:
        yield from _hours("outreach", NAGARI, day, zone, now, span=IN_THE_NAGARI, minutes=120, places=15)
        yield from _hours("group", NAGARI, day, zone, now, span=IN_THE_NAGARI, minutes=240, places=1)


def _hours(
    kind: Kind, place: str, day: date, zone: str, now: int, *, span: tuple[time, time], minutes: int, places: int
) -> Iterator[Offer]:
    area = None if kind == "office" else _NAGARI_CODE
    kept, priority = places // 4, places // 5
    for begins, ends in hours_of(day, zone, begins=span[0], ends=span[1], minutes=minutes):
        yield Offer(
            id=offer_id(day, kind, place, begins), kind=kind, place=place, area=area, begins=begins, ends=ends,
            places=places, kept=kept, priority=priority, at=now,
        )  # fmt: skip
