"""The survey without JavaScript, and its poster: checked, sealed in memory under a code that is forgotten, taken in.

Nothing is kept that could tell whose answers they are: no device, no case, and of the time only the day.

Templates: `survey.html` (form, values and errors by field key, problem: a text or None) and `survey_poster.html` (qr,
address).
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.edge_sealing import seal_answers
from server.exchange import intake_of
from server.forms.form import Form
from server.forms.form_rows import known_values
from server.forms.rules import check, to_answers
from server.intake import Outcome, Refused
from server.moments import day_start, local_day
from server.office import Office, office_of
from server.origin import is_foreign
from server.packing import pack
from server.pages import render
from server.posted import read_posted
from server.qr import qr_svg
from server.survey.survey_plan import SERVICE
from server.tracking import keys_of, texts_of
from sync.errors import Unavailable
from sync.receipt_code import new_code


async def take_survey(request: Request) -> Response:
    """Answer `POST /{lang}/survey`: the thanks, or the questions again with what is missing."""
    office, texts = office_of(request), texts_of(request)
    if is_foreign(request, office.settings.origin):
        raise HTTPException(403)
    form = _form(office)
    values = known_values(form, await read_posted(request))
    today = local_day(office.clock(), office.settings.office.time_zone)
    found = check(form, values, today=today, regions=office.regions).hard
    if found:
        words = {each.field: texts.text(form.field(each.field).label) for each in found}
        errors = {each.field: texts.text(each.message, field=words[each.field], **each.params) for each in found}
        return _page(request, 422, form=form, values=values, errors=errors)
    outcome = await _taken(request, form, values)
    if outcome is None or isinstance(outcome, Refused):
        problem = texts.text("survey.unavailable")
        return _page(request, 503, form=form, values=values, errors={}, problem=problem)
    # Elsewhere, so that loading the page anew sends nothing twice.
    return RedirectResponse(f"/{request.path_params['lang']}/survey/thanks", status_code=303)


async def survey_poster(request: Request) -> Response:
    """Answer `GET /{lang}/survey/poster`."""
    address = f"{office_of(request).settings.origin}/{request.path_params['lang']}/survey"
    return render(request, "survey_poster.html", address=address, qr=qr_svg(address))


async def _taken(request: Request, form: Form, values: dict[str, str]) -> Outcome | None:
    office, now = office_of(request), office_of(request).clock()
    zone = office.settings.office.time_zone
    answers = to_answers(form, values, today=local_day(now, zone))
    keys = await keys_of(request, new_code())
    item = seal_answers(form, answers, keys=keys, prev=[], key_list=office.key_list, at=day_start(now, zone))
    try:
        return (await intake_of(office).take([item.encode()]))[0]
    except Unavailable:
        return None


def _form(office: Office) -> Form:
    if SERVICE not in office.forms.services:
        raise HTTPException(404)
    return office.forms.latest(SERVICE)


def _page(
    request: Request,
    status: int,
    *,
    form: Form,
    values: dict[str, str],
    errors: dict[str, str],
    problem: str | None = None,
) -> Response:
    given = {"form": form, "values": values, "errors": errors, "problem": problem}
    return pack(request, render(request, "survey.html", status_code=status, **given))
