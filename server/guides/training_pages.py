"""The training of staff: their own quizzes, and for those who lead who is due, volunteers by the codes they bring.

Templates: `staff/training.html` (user, csrf, quizzes: guides, done: by slug, today), `staff/quiz.html` (guide,
answered) and `staff/trained.html` (rows: who and guides that are due, noted, error).
"""

from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.guard import user_of
from server.guides.guides import Guide
from server.guides.quiz import is_passed, judge
from server.guides.training import Finished, Training, by_guide, find_code, is_due, with_quiz
from server.moments import local_day
from server.office import Office, office_of
from server.origin import is_foreign
from server.packing import pack
from server.pages import render
from server.posted import read_posted
from server.staff.accounts import Accounts
from server.staff.devices import Devices
from server.staff.staff_language import staff_language
from server.tracking import texts_of


async def answer_quiz(request: Request) -> Response:
    """Answer `POST /{lang}/guides/{slug}`: the guide with its questions judged, for whoever has no JavaScript."""
    office, _ = office_of(request), texts_of(request)
    if is_foreign(request, office.settings.origin):
        raise HTTPException(403)
    guide = _guide(office, request.path_params["slug"], request.path_params["lang"])
    answered = judge(guide.questions, await read_posted(request))
    return pack(request, render(request, "guide.html", guide=guide, answered=answered))


async def training_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/training`: one's own."""
    office, user = office_of(request), user_of(request)
    return render(
        request,
        "staff/training.html",
        user=user,
        csrf=user.csrf,
        quizzes=with_quiz(office.guides, staff_language(request, user)),
        done=await Training(office.databases.staff).of(user.login),
        today=_today(office),
    )


async def quiz_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/training/{guide}`: the guide and its questions."""
    return _quiz(request, [])


async def finish_quiz(request: Request) -> Response:
    """Answer `POST /staff/{lang}/training/{guide}`: all answers right is finished, and noted."""
    office, user = office_of(request), user_of(request)
    guide = _guide(office, request.path_params["guide"], staff_language(request, user))
    answered = judge(guide.questions, request.state.fields)
    if not is_passed(answered):
        return _quiz(request, answered)
    await _note(office, Finished(user.login, guide.slug, _today(office)), by=user.login)
    return RedirectResponse(f"/staff/{request.path_params['lang']}/training", status_code=303)


async def trained_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/trained`: who is due."""
    return await _trained(request)


async def record_trained(request: Request) -> Response:
    """Answer `POST /staff/{lang}/trained` with the `code` that a volunteer's phone shows."""
    office, user = office_of(request), user_of(request)
    devices = {doc["device"]: doc["login"] for doc in await Devices(office.databases.staff, office.clock()).all()}
    slugs = [guide.slug for guide in with_quiz(office.guides, staff_language(request, user))]
    typed = request.state.fields.get("code", "")
    done = find_code(typed, devices, slugs, _today(office))
    if done is None:
        return await _trained(request, typed=typed, error=True)
    await _note(office, done, by=user.login)
    return await _trained(request, noted=(devices[done.who], done))


async def _note(office: Office, done: Finished, *, by: str) -> None:
    """Note that somebody finished, the trace in the audit first; what is noted leaves none."""
    training = Training(office.databases.staff)
    async with office.deciding:
        known = (await training.of(done.who)).get(done.guide)
        if known is None or known.day < done.day:
            await office.audit.write("training-finished", who=by, about={"who": done.who, "guide": done.guide})
            await training.keep(done, by=by)


def _quiz(request: Request, answered: object) -> Response:
    office, user = office_of(request), user_of(request)
    guide = _guide(office, request.path_params["guide"], staff_language(request, user))
    status = 422 if answered else 200
    return render(
        request, "staff/quiz.html", status_code=status, user=user, csrf=user.csrf, guide=guide, answered=answered
    )


async def _trained(
    request: Request, *, typed: str = "", error: bool = False, noted: tuple[str, Finished] | None = None
) -> Response:
    office, user = office_of(request), user_of(request)
    lang, now = staff_language(request, user), office.clock()
    every = await Training(office.databases.staff).all()
    accounts = [doc for doc in await Accounts(office.databases.staff, now).all() if not doc.get("disabled")]
    devices = [doc for doc in await Devices(office.databases.staff, now).all() if not doc["revoked_at"]]
    people = [(doc["login"], doc["login"], "officer") for doc in accounts]
    people += [(doc["device"], f"{doc['login']} · {doc['device']}", "volunteer") for doc in devices]
    rows = [
        (name, [(guide, by_guide(every, who).get(guide.slug)) for guide in with_quiz(office.guides, lang, group)])
        for who, name, group in people
    ]
    return render(
        request,
        "staff/trained.html",
        status_code=422 if error else 200,
        user=user,
        csrf=user.csrf,
        rows=rows,
        is_due=is_due,
        today=_today(office),
        typed=typed,
        error=error,
        noted=noted,
        titles={guide.slug: guide.title for guide in office.guides.of(lang)},
    )


def _guide(office: Office, slug: str, lang: str) -> Guide:
    guide = office.guides.get(lang, slug)
    if guide is None or not guide.questions:
        raise HTTPException(404)
    return guide


def _today(office: Office) -> date:
    return local_day(office.clock(), office.settings.office.time_zone)
