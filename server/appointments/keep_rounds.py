"""Holds the daily round while an office runs: takes in the wishes that arrived, draws, and frees what was left over."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from server.appointments.booking_desk import ROUNDS, BookingDesk
from server.office import Office
from sync.errors import StoreError

log = logging.getLogger("rantau.queue")

EVERY = 60.0  # seconds
HOUR = 17  # at the office: when whoever exchanges in the evening can hear of it the same day


async def keep_rounds(opened: Callable[[], Office], *, every: float = EVERY) -> None:
    """Look each minute whether a round is due, until cancelled; *opened* is asked for the office each time."""
    held = ""
    while True:
        await asyncio.sleep(every)
        try:
            held = await hold_round(opened(), held)
        except StoreError as error:
            log.warning("the round is not finished, and goes on later: %s", type(error).__name__)


async def hold_round(office: Office, held: str) -> str:
    """Take in what arrived and hold today's round, if it is due and not the one that was *held*; give the last held.

    Raises:
        StoreError: it is not finished; holding it again goes on.
    """
    desk = BookingDesk(office)
    queue = await desk.queue()
    await queue.take_in()
    local = datetime.fromtimestamp(desk.now, ZoneInfo(office.settings.office.time_zone))
    name = f"{local:%y%m%d}"
    if name == held or local.hour < HOUR:
        return held
    for offer in queue.offers.values():
        await queue.bookings.sweep(offer)
    for booking, given in await queue.round(name):
        about: dict[str, str | int] = {
            "case": given.case,
            "offer": given.offer,
            "place": booking.number,
            "draw": given.draw,
            "wish": given.rank,
        }
        await office.audit.write("place-drawn", who=ROUNDS, about=about)
    return name
