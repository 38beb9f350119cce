"""The forms in the console: every version with where its questions come from, as applicants see it, and the next one.

Templates: `staff/forms.html` (user, csrf, listed: `Listed`s, taking_up) and `staff/form_version.html` (user, csrf,
form, html: its questions).
"""

import json
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.editing.edit_desk import NotThis, preview
from server.editing.edits import is_taking_up
from server.editing.form_sources import FormSource
from server.editing.form_subject import FormSubject, read_sheet, render_questions
from server.forms.form import Form
from server.guard import user_of
from server.office import office_of
from server.pages import render
from server.staff.staff_language import staff_language


@dataclass(frozen=True)
class Listed:
    """What one service asks: its versions, the newest first, and where the newest one's questions come from."""

    versions: tuple[Form, ...]
    source: FormSource | None
    is_edited: bool  # here; the others are asked by programs of ours, and change with them


async def forms_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/forms`."""
    office, user = office_of(request), user_of(request)
    content = office.content
    listed = [
        Listed(tuple(reversed(versions)), content.form_sources.get(service), service in content.forms.applications)
        for service, versions in content.forms.by_service.items()
    ]
    listed.sort(key=lambda one: not one.is_edited)
    taking_up = await is_taking_up(office)
    return render(request, "staff/forms.html", user=user, csrf=user.csrf, listed=listed, taking_up=taking_up)


async def version_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/forms/{service}/{form}`."""
    office, user, params = office_of(request), user_of(request), request.path_params
    form = office.forms.by_name(params["service"], params["form"])
    if form is None:
        raise HTTPException(404)
    environment = request.app.state.templates
    html = render_questions(environment, office.content, form)[staff_language(request, user)]
    return render(request, "staff/form_version.html", user=user, csrf=user.csrf, form=form, html=html)


async def preview_sheet(request: Request, subject: FormSubject, sheet: str) -> Response:
    """Answer with what a spreadsheet becomes here, what of it has no twin, and how that looks."""
    try:
        imported = await read_sheet(sheet, subject.service, subject.next_n)
    except NotThis as error:
        return await preview(request, subject, wrong=error)
    file = json.dumps(imported.form, ensure_ascii=False, indent=2)
    return await preview(request, replace(subject, notes=tuple(imported.notes)), changed={"json": file})
