"""The page of the office's own figures, and each of its tables as a file for a spreadsheet.

Template: `staff/report.html` (user, csrf, period, by, error: a text's key or None, tables,
erased: the day before which they are incomplete or None). A table is as it is shown:
`SHOWN`, with every cell in words beside its value.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.appointments.booking_desk import offers_of
from server.appointments.visits import given_up_between, visits_between
from server.figures.refused_sends import refused_between
from server.figures.report import (
    Cell,
    Device,
    Period,
    Table,
    areas,
    arrivals,
    devices,
    given_up,
    hubs,
    refused,
    stays,
    stock,
    visits,
)
from server.figures.report_words import Shown, shown
from server.figures.spreadsheet import CSV, XLSX, to_csv, to_xlsx
from server.guard import user_of
from server.hub_news import relayed
from server.hubs import Hubs
from server.moments import day, day_typed, local_day
from server.office import Office, office_of
from server.pages import render
from server.staff.devices import DAY, Devices
from server.uploads.uploads import Uploads

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
        erased=await _erased(office, asked.period),
    )


def asked_of(given: Mapping[str, str], office: Office) -> Asked:
    """Read the days `from` and `to` and whether arrivals are told `by` the day or the week."""
    zone = office.settings.office.time_zone
    today = local_day(office.clock(), zone)
    usual = Period(today - timedelta(USUAL - 1), today, zone)
    first = day_typed(given["from"]) if given.get("from") else usual.first
    last = day_typed(given["to"]) if given.get("to") else usual.last
    if first is None or last is None:
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
    counts = office.forms.is_for_document
    stories = [one for one in await office.projection.stories() if one.kind != "app" or counts(one.service)]
    found = await visits_between(offers_of(office), cases, period.first, period.last)
    given_back = await given_up_between(cases, period.begin, period.end)
    return [
        arrivals(stories, period, by=asked.by),
        stock(stories, min(period.end, now + 1)),
        stays(stories, period),
        visits(found, now),
        given_up(stories, found, period, given_back=given_back, now=now),
        areas(stories, period, stuck=await _stuck(office, now)),
        refused(await refused_between(office.databases.staff, period.first, period.last)),
        devices(await _devices(office, now), stories, period, now),
        hubs(await _hubs(office, now), stories, period, now, by_case=await relayed(office.databases.staff)),
    ]


async def _erased(office: Office, period: Period) -> date | None:
    """Give the day before which cases of the period may have been erased since; None where all of them are there."""
    before = office.settings.retention.quiet_before(office.clock())
    if period.begin >= before or not await office.projection.has_erased():
        return None
    return local_day(before, period.zone)


async def _stuck(office: Office, now: int) -> Mapping[str, int]:
    """Count by case the files of which some came, and nothing more for a day."""
    uploads = await Uploads(office.databases.staff, office.clock).every()
    return Counter(upload.id.split(".")[1] for upload in uploads if int(upload.doc["at"]) < now - DAY)


async def _devices(office: Office, now: int) -> list[Device]:
    known = await Devices(office.databases.staff, now).all()
    return [Device(doc["device"], doc["login"], doc["seen"]) for doc in known if doc["revoked_at"] is None]


async def _hubs(office: Office, now: int) -> list[Device]:
    """Give the hubs that have joined: one that never did holds nothing."""
    known = [doc for doc in await Hubs(office.databases.staff, now).all() if doc["revoked_at"] is None and doc["seen"]]
    return [Device(doc["hub"], doc["hub"], doc["seen"], *(doc.get("holds") or ())) for doc in known]


async def report_table(request: Request) -> Response:
    """Answer `GET /staff/{lang}/report/{file}`: one table, `arrivals.csv` or `arrivals.xlsx`, of the same period."""
    office, lang = office_of(request), request.path_params["lang"]
    asked = asked_of(request.query_params, office)
    key, _, ending = request.path_params["file"].partition(".")
    table = next((one for one in await _tables(request, asked) if one.key == key), None)
    if table is None or ending not in ("csv", "xlsx"):
        raise HTTPException(404)
    rows: list[Sequence[Cell]] = [*table.rows]
    if since := await _erased(office, asked.period):
        note = office.catalogues[lang].text("staff.report.erased", day=day(since, lang))
        rows.append([note, *[None] * (len(table.heads) - 1)])
    body = to_csv(table.heads, rows) if ending == "csv" else to_xlsx(table.title, table.heads, rows)
    name = f"{key}-{asked.period.first}-{asked.period.last}.{ending}"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=CSV if ending == "csv" else XLSX, headers=headers)


async def _tables(request: Request, asked: Asked) -> list[Shown]:
    office = office_of(request)
    lang = request.path_params["lang"]
    return [
        shown(table, office.catalogues[lang], office.regions, lang=lang) for table in await tables_of(office, asked)
    ]
