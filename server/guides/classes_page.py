"""The page on which classes are recorded, by count alone, and summed up.

Template: `staff/classes.html` (user, csrf, classes, totals: guide and people, year, guides, titles, fields, once,
error).
"""

from collections.abc import Mapping
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.guard import user_of
from server.guides.class_notes import is_guide, keep_once
from server.guides.classes import Classes, people_by_guide, read_class, wrong_in
from server.moments import local_day
from server.office import Office, office_of
from server.once import name_in, new_name
from server.pages import render
from server.staff.staff_language import staff_language

FIELDS = ("day", "place", "guide", "count")


async def classes_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/classes`."""
    return await _page(request, dict.fromkeys(FIELDS, "") | {"day": _today(office_of(request)).isoformat()})


async def record_class(request: Request) -> Response:
    """Answer `POST /staff/{lang}/classes` with `day`, `place`, `guide` and `count`."""
    office, user = office_of(request), user_of(request)
    fields = {name: request.state.fields.get(name, "").strip() for name in FIELDS}
    if error := wrong_in(fields, today=_today(office), is_guide=lambda slug: is_guide(office, slug)):
        return await _page(request, fields, error)
    id_ = name_in(request.state.fields, *fields.values())
    await keep_once(office, read_class(fields), by=user.login, id_=id_)
    return RedirectResponse(f"/staff/{request.path_params['lang']}/classes", status_code=303)


def _today(office: Office) -> date:
    return local_day(office.clock(), office.settings.office.time_zone)


async def _page(request: Request, fields: Mapping[str, str], error: str | None = None) -> Response:
    office, user = office_of(request), user_of(request)
    classes, year = await Classes(office.databases.staff).all(), _today(office).year
    guides = office.guides.of(staff_language(request, user))
    return render(
        request,
        "staff/classes.html",
        status_code=422 if error else 200,
        user=user,
        csrf=user.csrf,
        classes=classes,
        totals=people_by_guide(classes, year).most_common(),
        year=year,
        all_guides=guides,
        titles={guide.slug: guide.title for guide in guides},
        fields=fields,
        once=new_name(),
        error=error,
    )
