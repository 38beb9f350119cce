"""The office in the open: its address and hours with the published figures, and the staff's page that publishes them.

Templates: `office.html` (figures: `Figures` or None, at, titles by service) and `staff/figures.html` (user, csrf,
figures, titles, first, last, is_wrong, published).
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.figures import FIGURES, Figures, figures_of, published_figures
from server.guard import user_of
from server.office import Office, office_of
from server.packing import pack
from server.pages import render
from server.publishing import publish_one
from server.survey_page import period_of
from server.tracking import texts_of


async def office_page(request: Request) -> Response:
    """Answer `GET /{lang}/office`."""
    found = await published_figures(office_of(request))
    figures, at = found or (None, None)
    page = render(request, "office.html", figures=figures, at=at, titles=_titles(request, figures))
    return pack(request, page)


async def figures_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/figures?from=2026-01&to=2026-12`: what would be published, and what is."""
    office, user = office_of(request), user_of(request)
    first, last, is_wrong = period_of(request.query_params, office)
    figures = await figures_of(office, first, last)
    return render(
        request,
        "staff/figures.html",
        status_code=422 if is_wrong else 200,
        user=user,
        csrf=user.csrf,
        figures=figures,
        titles=_titles(request, figures),
        first=first,
        last=last,
        is_wrong=is_wrong,
        published=await published_figures(office),
    )


async def publish_figures(request: Request) -> Response:
    """Answer `POST /staff/{lang}/figures` with `from` and `to`: work them out now, sign and publish them."""
    office, lang = office_of(request), request.path_params["lang"]
    first, last, is_wrong = period_of(request.state.fields, office)
    if not is_wrong:
        await _publish(office, await figures_of(office, first, last), who=user_of(request).login)
    return RedirectResponse(f"/staff/{lang}/figures?from={first}&to={last}", status_code=303)


async def _publish(office: Office, figures: Figures, *, who: str) -> None:
    about = {"from": figures.first, "to": figures.last}
    await office.audit.write("figures-published", who=who, about=about)
    await publish_one(office, FIGURES, figures.to_bytes())


def _titles(request: Request, figures: Figures | None) -> dict[str, str]:
    known = texts_of(request).texts
    lines = figures.lines if figures else ()
    return {line.service: known.get(f"form.{line.service}.title", line.service) for line in lines}
