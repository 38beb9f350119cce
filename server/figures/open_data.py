"""The office's figures and schedule as tables for programs: what may be told of them, and how a table is written.

No table is about a person. Figures are those that were published, signed; of fewer than `figures.LEAST` none is
told. docs/open-data.md says what each column means; a column is never renamed or taken away under the same version.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.appointments.booking_desk import BookingDesk
from server.figures.figures import Figures
from server.figures.published_figures import read_published
from server.figures.spreadsheet import to_csv
from server.figures.stakeholders import Stakeholder
from server.office import Office
from server.projection.projection_rows import CaseRow

VERSION = "v1"
# Every table with the columns it has, each with its type in Table Schema.
TABLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "schedule": (
        ("id", "string"), ("kind", "string"), ("place", "string"), ("area", "string"), ("area_name", "string"),
        ("begins", "datetime"), ("ends", "datetime"), ("places", "integer"), ("left", "integer"), ("status", "string"),
    ),
    "figures": (
        ("from", "yearmonth"), ("to", "yearmonth"), ("measure", "string"), ("service", "string"), ("area", "string"),
        ("area_name", "string"), ("value", "number"), ("published_at", "datetime"),
    ),
    "groups": (
        ("number", "string"), ("received", "date"), ("status", "string"), ("since", "date"),
        ("visit_begins", "datetime"), ("visit_place", "string"),
    ),
    "requests": (("number", "string"), ("received", "date"), ("status", "string"), ("since", "date")),
}  # fmt: skip
OPEN = ("schedule", "figures")  # what anybody reads; the others are each stakeholder's own
NOT_OPEN = "A partner's own rows, for whoever sends its token: Authorization: Bearer …"


@dataclass(frozen=True)
class Table:
    """Rows in the order of the columns of `name`, and what stands beside them in JSON."""

    name: str
    rows: Sequence[Sequence[str | int | float | None]]
    beside: Mapping[str, Any]

    def to_json(self, office: Office) -> bytes:
        """Write it as JSON, a row an object."""
        names = [name for name, _ in TABLES[self.name]]
        told = {
            "schema": f"{office.settings.origin}/open/{VERSION}/datapackage.json",
            "table": self.name,
            "generated_at": iso(office, office.clock()),
            "publisher": office.settings.office.name,
            "official": office.settings.office.official,
            "licence": office.settings.licence.name,
            **self.beside,
            "rows": [dict(zip(names, row, strict=True)) for row in self.rows],
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    def to_csv(self) -> bytes:
        """Write it as CSV (RFC 4180), the names first."""
        return to_csv([name for name, _ in TABLES[self.name]], self.rows, is_marked=False)


async def schedule(office: Office) -> Table:
    """Give what is on offer from today on, and how many places are left for anybody."""
    desk = BookingDesk(office)
    left = {offer.id: free for offer, free, _ in await desk.listed()}
    rows = [
        (
            offer.id, offer.kind, offer.place, offer.area, _area_name(office, offer.area), iso(office, offer.begins),
            iso(office, offer.ends), offer.places, left.get(offer.id, 0), "open" if offer.id in left else "closed",
        )
        for offer in await desk.offers.since(desk.today)
    ]  # fmt: skip
    return Table("schedule", rows, {})


async def figures(office: Office) -> Table:
    """Give every period that was published: the text that the office signed, its signature, and the same in rows."""
    published = await read_published(office)
    rows = [
        (one.first, one.last, measure, service, area, _area_name(office, area), value, iso(office, one.at))
        for one in published.periods
        for measure, service, area, value in _measured(one)
    ]
    at = max((one.at for one in published.periods), default=None)
    doc = published.doc
    signature = None if doc is None else {"signed": doc["signed"], "sig": doc["sig"]}
    beside = {"published_at": at and iso(office, at), "body": published.body or None, "signature": signature}
    return Table("figures", rows, beside)


def _measured(told: Figures) -> Iterable[tuple[str, str | None, str | None, float]]:
    for line in told.lines:
        for measure, value in (("received", line.received), ("ended", line.ended), ("median_days", line.days)):
            if value is not None:
                yield measure, line.service, None, value
    for area, count in told.areas:
        yield "received_by_area", None, area, count
    if told.ikm is not None:
        yield "ikm", None, None, float(told.ikm[0])
        yield "ikm_respondents", None, None, told.ikm[2]
    if told.complaints is not None:
        yield "complaints_in_time_percent", None, None, told.complaints


async def groups(office: Office, who: Stakeholder) -> Table:
    """Give where each group stands that is told to *who*: nothing of anybody in it."""
    await office.projection.caught_up()
    desk, rows = BookingDesk(office), []
    for case in who.groups:
        for found in await office.projection.newest(case, 1):
            ticket = await desk.show(found.case)
            begins, place = (iso(office, ticket.offer.begins), ticket.offer.place) if ticket else (None, None)
            rows.append((*await _standing(office, found), begins, place))
    return Table("groups", rows, {})


async def requests(office: Office, who: Stakeholder) -> Table:
    """Give where each request stands that *who* sent with its token."""
    await office.projection.caught_up()
    found = [row for case in who.requests for row in await office.projection.newest(case, 1)]
    return Table("requests", [await _standing(office, row) for row in found], {})


async def _standing(office: Office, found: CaseRow) -> tuple[str, str, str, str]:
    since = await office.projection.stepped([*found.formers, found.case]) or found.received
    return found.number, _day(office, found.received), found.state, _day(office, since)


def datapackage(office: Office) -> dict[str, Any]:
    """Describe every table as a Frictionless data package, and say which are read with a token alone."""
    origin, licence = office.settings.origin, office.settings.licence
    return {
        "profile": "tabular-data-package",
        "name": "rantau-open-data",
        "title": office.settings.office.name,
        "version": VERSION,
        "homepage": f"{origin}/",
        "licenses": [{"name": licence.name, "path": licence.url}],
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": name,
                "path": f"{origin}/open/{VERSION}/{name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"fields": [_field(*column) for column in columns]},
            }
            | ({} if name in OPEN else {"description": NOT_OPEN})
            for name, columns in TABLES.items()
        ],
    }


def _field(name: str, type_: str) -> dict[str, str]:
    # Without a format a moment of Table Schema is one of UTC; ours have the office's offset.
    return {"name": name, "type": type_} | ({"format": "any"} if type_ == "datetime" else {})


def iso(office: Office, at: int) -> str:
    """Write a moment as ISO 8601 has it, with the office's offset: 2026-11-25T08:00:00+07:00."""
    return datetime.fromtimestamp(at, ZoneInfo(office.settings.office.time_zone)).isoformat()


def _day(office: Office, at: int) -> str:
    return iso(office, at)[:10]


def _area_name(office: Office, area: str | None) -> str | None:
    return office.regions.name(area) if area else None
