"""The page of the office's own figures, and each of its tables as a file for a spreadsheet.

Template: `staff/report.html` (user, csrf, period, by, error: a text's key or None, tables). A table is as it is shown:
`SHOWN`, with every cell in words beside its value.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.booking_desk import offers_of
from server.devices import DAY, Devices
from server.guard import user_of
from server.moments import local_day
from server.office import Office, office_of
from server.pages import render
from server.report import Device, Period, Table, areas, arrivals, devices, given_up, stays, stock, visits
from server.report_words import Shown, shown
from server.spreadsheet import CSV, XLSX, to_csv, to_xlsx
from server.uploads import Uploads
from server.visits import given_up_between, visits_between

USUAL = 30  # days of the period where none is chosen
MOST = 366  # days
_DAILY = 31  # days up to which arrivals are told by the day where nothing else is asked


@dataclass(frozen=True)
class Asked:
    """What is asked for; `error` names what is wrong with it, and the usual period stands in its place."""

    period: Period
    by: Literal["day", "week"]
    error: str | None = None


async def report_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/report?from=2026-11-01&to=2026-11-30&by=day`."""
    office, user = office_of(request), user_of(request)
    asked = asked_of(request.query_params, office)
    return render(
        request,
        "staff/report.html",
        status_code=422 if asked.error else 200,
        user=user,
        csrf=user.csrf,
        period=asked.period,
        by=asked.by,
        error=asked.error,
        tables=await _tables(request, asked),
    )


def asked_of(given: Mapping[str, str], office: Office) -> Asked:
    """Read the days `from` and `to` and whether arrivals are told `by` the day or the week."""
    zone = office.settings.office.time_zone
    today = local_day(office.clock(), zone)
    usual = Period(today - timedelta(USUAL - 1), today, zone)
    try:
        first, last = (
            date.fromisoformat(typed) if (typed := given.get(name)) else getattr(usual, default)
            for name, default in (("from", "first"), ("to", "last"))
        )
    except ValueError:
        return Asked(usual, "day", "no-day")
    period = Period(first, last, zone)
    length = (last - first).days + 1
    error = "order" if length < 1 else "long" if length > MOST else None
    if error:
        return Asked(usual, "day", error)
    by = given.get("by")
    return Asked(period, "week" if by == "week" or (by != "day" and length > _DAILY) else "day")


async def tables_of(office: Office, asked: Asked) -> list[Table]:
    """Work every table out of what lies in the office now."""
    period, now = asked.period, office.clock()
    cases = office.databases.cases
    await office.projection.caught_up()
    stories = await office.projection.stories()
    found = await visits_between(offers_of(office), cases, period.first, period.last)
    given_back = await given_up_between(cases, period.begin, period.end)
    return [
        arrivals(stories, period, by=asked.by),
        stock(stories, min(period.end, now + 1)),
        stays(stories, period),
        visits(found, now),
        given_up(stories, found, period, given_back=given_back),
        areas(stories, period, stuck=await _stuck(office, now)),
        devices(await _devices(office, now), stories, period, now),
    ]


async def _stuck(office: Office, now: int) -> Mapping[str, int]:
    """Count by case the files of which some came, and nothing more for a day."""
    uploads = await Uploads(office.databases.staff, office.clock).every()
    return Counter(upload.id.split(".")[1] for upload in uploads if int(upload.doc["at"]) < now - DAY)


async def _devices(office: Office, now: int) -> list[Device]:
    known = await Devices(office.databases.staff, now).all()
    return [Device(doc["device"], doc["login"], doc["seen"]) for doc in known if doc["revoked_at"] is None]


async def report_table(request: Request) -> Response:
    """Answer `GET /staff/{lang}/report/{file}`: one table, `arrivals.csv` or `arrivals.xlsx`, of the same period."""
    asked = asked_of(request.query_params, office_of(request))
    key, _, ending = request.path_params["file"].partition(".")
    table = next((one for one in await _tables(request, asked) if one.key == key), None)
    if table is None or ending not in ("csv", "xlsx"):
        raise HTTPException(404)
    body = to_csv(table.heads, table.rows) if ending == "csv" else to_xlsx(table.title, table.heads, table.rows)
    name = f"{key}-{asked.period.first}-{asked.period.last}.{ending}"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=CSV if ending == "csv" else XLSX, headers=headers)


async def _tables(request: Request, asked: Asked) -> list[Shown]:
    office = office_of(request)
    lang = request.path_params["lang"]
    return [
        shown(table, office.catalogues[lang], office.regions, lang=lang) for table in await tables_of(office, asked)
    ]
