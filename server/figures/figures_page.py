"""The staff's page that publishes the office's figures, and those of an earlier period for everybody.

The page with the newest ones is made with all others that are the same for everybody, and lies on phones.
Templates: `office.html` (figures: `Figures` or None, periods: all that were published, titles by service) and
`staff/figures.html` (user, csrf, figures: `Figures` or None, titles, first, last, is_wrong, refused: why these months
are not published or None, periods).
"""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.figures.figures import Figures
from server.figures.published_figures import next_period, propose, publish_figures, read_published
from server.guard import user_of
from server.office import office_of
from server.packing import pack
from server.pages import render
from server.survey.survey_page import read_months
from server.tracking import texts_of


async def office_page(request: Request) -> Response:
    """Answer `GET /{lang}/office/2026-01`: the published period that begins then."""
    periods = (await read_published(office_of(request))).periods
    figures = next((one for one in periods if one.first == request.path_params["first"]), None)
    if figures is None:
        raise HTTPException(404)
    page = render(request, "office.html", figures=figures, periods=periods, titles=_titles(request, figures))
    return pack(request, page)


async def figures_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/figures?from=2026-01&to=2026-03`: what would be published, and what was."""
    return await _page(request, request.query_params)


async def publish(request: Request) -> Response:
    """Answer `POST /staff/{lang}/figures` with `from` and `to`: work them out now, sign and publish them.

    `after` is how many periods were published as the page was made: by it a form that is sent twice is told.
    """
    office, lang, given = office_of(request), request.path_params["lang"], request.state.fields
    first, last, is_wrong = read_months(given, next_period(office, await read_published(office)))
    refused = is_wrong or await publish_figures(office, first, last, who=user_of(request).login)
    published = await read_published(office)
    is_there = published.has(first, last) and given.get("after") == str(len(published.periods) - 1)
    if refused and not is_there:
        return await _page(request, given, is_tried=True)
    return RedirectResponse(f"/staff/{lang}/figures", status_code=303)


async def _page(request: Request, given: Mapping[str, str], *, is_tried: bool = False) -> Response:
    office, user = office_of(request), user_of(request)
    published = await read_published(office)
    first, last, is_wrong = read_months(given, next_period(office, published))
    proposed = await propose(office, published, first, last)
    figures, refused = (None, proposed) if isinstance(proposed, str) else (proposed, None)
    return render(
        request,
        "staff/figures.html",
        status_code=422 if is_wrong or is_tried else 200,
        user=user,
        csrf=user.csrf,
        figures=figures,
        titles=_titles(request, figures),
        first=first,
        last=last,
        is_wrong=is_wrong,
        refused=refused,
        periods=published.periods,
    )


def _titles(request: Request, figures: Figures | None) -> dict[str, str]:
    return figures.titles(texts_of(request).texts) if figures else {}
