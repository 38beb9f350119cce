"""The report of the survey: the index by period and service, on a plain page and as a table for a spreadsheet.

Template: `staff/survey.html` (user, csrf, report, years with their campaigns, taking_up, titles by service, known:
every text by key, first, last, is_wrong). It shows sums alone, none of too few answers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from server.editing.campaign_subject import years_of
from server.editing.edits import is_taking_up
from server.figures.spreadsheet import CSV, Cell, to_csv
from server.guard import user_of
from server.moments import local_day
from server.office import Office, office_of
from server.pages import render
from server.survey.skm import Element, Ikm, sample_size
from server.survey.survey_plan import Campaign, SurveyPlan
from server.survey.survey_tally import Row, Tally, ikm_of_rows, people_of, read_tally

_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_YEAR = 366 * 86400  # seconds


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the page shows of one period; `needed` is the least number of answers, of `served` people a year."""

    plan: SurveyPlan
    campaign: Campaign | None
    tally: Tally
    answers: int
    served: int
    ikm: Ikm | None
    services: tuple[tuple[str, int, Ikm | None], ...]
    people: dict[str, dict[str, int]]

    @property
    def needed(self) -> int:
        """Give how many have to answer."""
        return sample_size(self.served)

    @property
    def elements(self) -> Sequence[Element]:
        """Give the elements in the order that the office reports."""
        by_key = {element.key: element for element in self.ikm.elements} if self.ikm else {}
        return [by_key[key] for key in self.plan.order if key in by_key]


async def survey_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/survey?from=2026-01&to=2026-12`."""
    office, user = office_of(request), user_of(request)
    first, last, is_wrong = period_of(request.query_params, office)
    known = office.catalogues[request.path_params["lang"]].texts
    report = await report_of(office, first, last)
    return render(
        request,
        "staff/survey.html",
        status_code=422 if is_wrong else 200,
        user=user,
        csrf=user.csrf,
        report=report,
        years=[
            (year, next((each for each in report.plan.campaigns if each.first.year == year), None))
            for year in years_of(office)
        ],
        taking_up=await is_taking_up(office),
        titles={service: known.get(f"survey.service.{service}", service) for service, _, _ in report.services},
        known=known,
        first=first,
        last=last,
        is_wrong=is_wrong,
    )


async def survey_table(request: Request) -> Response:
    """Answer `GET /staff/{lang}/survey.csv?from=&to=`: a line an element, the whole first, then the services."""
    office = office_of(request)
    first, last, _ = period_of(request.query_params, office)
    heads, *rows = _lines(await report_of(office, first, last))
    name = f"skm-{first}-{last}.csv"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(to_csv(heads, rows, is_marked=False), media_type=CSV, headers=headers)


async def report_of(office: Office, first: str, last: str) -> Report:
    """Make the report of the months from *first* to *last*."""
    plan, today = office.content.survey, local_day(office.clock(), office.settings.office.time_zone)
    tally = await read_tally(office.databases.staff)
    rows = tally.between(first, last)
    campaign = plan.near(today)
    return Report(
        plan=plan,
        campaign=campaign,
        tally=tally,
        answers=sum(row.respondents for row in rows),
        served=(campaign and campaign.served) or await _served(office),
        ikm=ikm_of_rows(rows),
        services=tuple(_by_service(rows)),
        people=people_of(rows),
    )


async def _served(office: Office) -> int:
    now = office.clock()
    await office.projection.caught_up()
    return sum(flow.ended for flow in (await office.projection.flow(now - _YEAR, now)).values())


def _by_service(rows: Sequence[Row]) -> Iterator[tuple[str, int, Ikm | None]]:
    for service in sorted({row.service for row in rows}):
        own = [row for row in rows if row.service == service]
        yield service, sum(row.respondents for row in own), ikm_of_rows(own)


def _lines(report: Report) -> Iterator[Sequence[Cell]]:
    yield "service", "element", "respondents", "1", "2", "3", "4", "nrr", "value", "band"
    for service, ikm in [("", report.ikm), *((service, ikm) for service, _, ikm in report.services)]:
        if ikm is None:
            continue
        by_key = {element.key: element for element in ikm.elements}
        for element in map(by_key.__getitem__, report.plan.order):
            yield service, element.key, ikm.respondents, *element.counts, element.nrr, element.value, element.band
        yield service, "ikm", ikm.respondents, "", "", "", "", "", ikm.value, ikm.band


def period_of(given: Mapping[str, str], office: Office) -> tuple[str, str, bool]:
    """Read the months `from` and `to`, else this year's; and say whether what was typed is no period."""
    today = local_day(office.clock(), office.settings.office.time_zone)
    return read_months(given, (f"{today.year}-01", f"{today.year}-12"))


def read_months(given: Mapping[str, str], usual: tuple[str, str]) -> tuple[str, str, bool]:
    """Read the months `from` and `to`, else the *usual* ones; and say whether what was typed is no period."""
    first, last = (given.get(name) or default for name, default in zip(("from", "to"), usual, strict=True))
    is_wrong = not _MONTH.fullmatch(first) or not _MONTH.fullmatch(last) or last < first
    return (*usual, True) if is_wrong else (first, last, False)
