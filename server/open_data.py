"""The office's figures and schedule as tables for programs: what may be told of them, and how a table is written.

No table is about a person. Figures are those that were published, signed; of fewer than `server.figures.LEAST` none is
told. docs/open-data.md says what each column means; a column is never renamed or taken away under the same version.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.booking_desk import BookingDesk
from server.figures import FIGURES, Figures, published_figures
from server.office import Office
from server.spreadsheet import to_csv
from server.stakeholders import Stakeholder
from sync.errors import NotFound

VERSION = "v1"
LICENCE = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}
# Every table with the columns it has, each with its type in Table Schema.
TABLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "schedule": (
        ("id", "string"), ("kind", "string"), ("place", "string"), ("area", "string"), ("area_name", "string"),
        ("begins", "datetime"), ("ends", "datetime"), ("places", "integer"), ("left", "integer"), ("status", "string"),
    ),
    "figures": (
        ("from", "yearmonth"), ("to", "yearmonth"), ("measure", "string"), ("service", "string"), ("area", "string"),
        ("area_name", "string"), ("value", "number"),
    ),
    "groups": (
        ("number", "string"), ("received", "date"), ("status", "string"), ("since", "date"),
        ("visit_begins", "datetime"), ("visit_place", "string"),
    ),
}  # fmt: skip
OPEN = ("schedule", "figures")  # what anybody reads; the other one is each stakeholder's own


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
            "licence": LICENCE["name"],
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
    """Give the figures that were published last, with the office's signature over them."""
    found = await published_figures(office)
    if found is None:
        return Table("figures", [], {"published_at": None, "signature": None})
    told, at = found
    rows = [
        (told.first, told.last, measure, service, area, _area_name(office, area), value)
        for measure, service, area, value in _measured(told)
    ]
    return Table("figures", rows, {"published_at": iso(office, at), "signature": await _signature(office)})


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


async def _signature(office: Office) -> Mapping[str, Any] | None:
    try:
        doc = await office.databases.public.get(FIGURES)
    except NotFound:
        return None
    return {"signed": doc["signed"], "sig": doc["sig"]}


async def groups(office: Office, who: Stakeholder) -> Table:
    """Give where each group stands that is told to *who*: nothing of anybody in it."""
    await office.projection.caught_up()
    desk, rows = BookingDesk(office), []
    for case in who.groups:
        for found in await office.projection.newest(case, 1):
            ticket = await desk.show(found.case)
            begins, place = (iso(office, ticket.offer.begins), ticket.offer.place) if ticket else (None, None)
            since = found.last_at if found.n else found.received
            rows.append((found.number, _day(office, found.received), found.state, _day(office, since), begins, place))
    return Table("groups", rows, {})


def datapackage(office: Office) -> dict[str, Any]:
    """Describe what anybody reads, as a Frictionless data package."""
    origin = office.settings.origin
    return {
        "profile": "tabular-data-package",
        "name": "rantau-open-data",
        "title": office.settings.office.name,
        "version": VERSION,
        "homepage": f"{origin}/",
        "licenses": [LICENCE],
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": name,
                "path": f"{origin}/open/{VERSION}/{name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"fields": [{"name": column, "type": type_} for column, type_ in TABLES[name]]},
            }
            for name in OPEN
        ],
    }


def iso(office: Office, at: int) -> str:
    """Write a moment as ISO 8601 has it, with the office's offset: 2026-11-25T08:00:00+07:00."""
    return datetime.fromtimestamp(at, ZoneInfo(office.settings.office.time_zone)).isoformat()


def _day(office: Office, at: int) -> str:
    return iso(office, at)[:10]


def _area_name(office: Office, area: str | None) -> str | None:
    return office.regions.name(area) if area else None
