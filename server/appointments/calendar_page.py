"""The office's calendar by month and by week: what is on offer and taken, holidays, and rounds with their reasons.

Template: `staff/calendar.html` (user, csrf, view: `month` or `week`, first, last, days, today, before, after, years,
may_set: those whose holidays the user may set, error). The days of a month begin and end with whole weeks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from server.appointments.booking_desk import BookingDesk
from server.appointments.calendar_days import days_between, years_between
from server.editing.content_page import EDITORS
from server.editing.set_holidays import years_to_set
from server.guard import user_of
from server.moments import day_typed
from server.office import office_of
from server.pages import render

_WEEK = timedelta(7)
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class View:
    """What is shown: the month or the week around `day`; `is_wrong` if what was asked for is none."""

    kind: Literal["month", "week"]
    day: date
    is_wrong: bool = False

    @property
    def first(self) -> date:
        """Give the Monday with which it begins."""
        day = self.day.replace(day=1) if self.kind == "month" else self.day
        return day - timedelta(day.weekday())

    @property
    def last(self) -> date:
        """Give the Sunday with which it ends."""
        day = self.after.day - timedelta(1) if self.kind == "month" else self.first
        return day + timedelta(6 - day.weekday())

    @property
    def after(self) -> "View":
        """Give the next month or week."""
        if self.kind == "week":
            return View("week", self.first + _WEEK)
        return View("month", (self.day.replace(day=28) + timedelta(4)).replace(day=1))

    @property
    def before(self) -> "View":
        """Give the month or week before."""
        if self.kind == "week":
            return View("week", self.first - _WEEK)
        return View("month", (self.day.replace(day=1) - timedelta(1)).replace(day=1))

    @property
    def query(self) -> str:
        """Write it as the page's address has it."""
        return f"month={self.day:%Y-%m}" if self.kind == "month" else f"week={self.first}"


async def calendar_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/calendar`: this month, `month=2026-12` or the week of `week=2026-12-01`."""
    office, user = office_of(request), user_of(request)
    desk = BookingDesk(office)
    view = view_of(request.query_params, desk.today)
    return render(
        request,
        "staff/calendar.html",
        status_code=422 if view.is_wrong else 200,
        user=user,
        csrf=user.csrf,
        view=view,
        today=desk.today,
        days=await days_between(desk, view.first, view.last, with_tickets=view.kind == "week"),
        years=years_between(office.deadlines.working_days, view.first, view.last),
        may_set=years_to_set(office) if EDITORS & set(user.roles) else (),
    )


def view_of(given: Mapping[str, str], today: date) -> View:
    """Read which month or week is asked for, else this month."""
    month, week = given.get("month"), given.get("week")
    found = _MONTH.fullmatch(month or "")
    if found:
        return View("month", date(int(found[1]), int(found[2]), 1))
    day = day_typed(week) if week and not month else None
    if day:
        return View("week", day)
    return View("month", today, is_wrong=bool(month or week))
