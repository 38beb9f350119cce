"""Every value of the content with its source and the day on which somebody looked last: what is work comes first.

Templates: `staff/content.html` (user, csrf, due, others: lists of `Checked`, taking_up: whether something published is
not in use yet, left_out: list of `LeftOut`, error: the name of a text or None) and `staff/content_due.html`
(content_due: as `due_for` gives it), which the first pages of the console include.
"""

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.editing.checked_values import CHECKED, Checked, list_checked, list_due, name_of
from server.editing.edit_desk import NotThis, Subject, publish_text
from server.editing.edits import Edit, EditedMeanwhile, is_taking_up, keep_edit, list_edits, text_of_edit
from server.editing.guide_desk import GuideSubject
from server.editing.office_profile import PROFILE
from server.editing.published_form import FORM
from server.editing.set_campaign import CAMPAIGN
from server.editing.set_holidays import HOLIDAYS
from server.editing.subjects import find_subject
from server.guard import user_of
from server.guides.guides import Guide
from server.moments import local_day
from server.office import Office, office_of
from server.pages import render
from server.settings import OfficeProfile

EDITORS = frozenset({"officer", "head"})
_TITLES = {
    PROFILE: "staff.content.profile", FORM: "staff.content.form", CAMPAIGN: "staff.content.campaign",
    HOLIDAYS: "staff.content.holidays", CHECKED: "staff.content.column.checked",
}  # fmt: skip


@dataclass(frozen=True)
class Due:
    """How many values are work today, the one that has waited longest, and how many edits are left out."""

    count: int
    first: Checked | None
    left_out: int


@dataclass(frozen=True)
class LeftOut:
    """An edit that is not in use: what it is of, the reason, and the page on which it is edited, where there is one."""

    edit: Edit
    title: str
    reason: str
    page: str | None


def due_for(request: Request) -> Due | None:
    """Give what is work today; None where nothing is, and for whoever does not edit."""
    office = office_of(request)
    due = list_due(office.settings, office.content, _today(office))
    is_work = (due or office.left_out) and EDITORS & set(user_of(request).roles)
    return Due(len(due), due[0] if due else None, len(office.left_out)) if is_work else None


async def values_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/content`."""
    return await _page(request)


async def confirm_value(request: Request) -> Response:
    """Answer `POST /staff/{lang}/content` with `value`: somebody looked at it today, and it is still true."""
    office, wanted = office_of(request), request.state.fields.get("value", "")
    value = next((one for one in list_checked(office.settings, office.content) if one.id == wanted), None)
    if value is None:
        return await _page(request, "gone")  # changed since the page was shown
    try:
        await _confirm(office, value, user_of(request).login, frozenset(user_of(request).roles))
    except EditedMeanwhile:
        return await _page(request, "meanwhile")
    except NotThis:
        return await _page(request, "unread")
    return RedirectResponse(f"/staff/{request.path_params['lang']}/content", status_code=303)


async def _confirm(office: Office, value: Checked, who: str, roles: frozenset[str]) -> None:
    today = _today(office)
    if value.kind == CHECKED:
        await _confirm_filed(office, value.name, value.file, today, who)
    for subject, filed in _subjects(office, value, roles):
        history = await list_edits(office.databases.public, subject.kind, subject.name)
        if history:
            await _confirm_edit(office, subject, history[-1], today, who)
        else:
            await _confirm_filed(office, name_of(filed), value.file, today, who)


def _subjects(office: Office, value: Checked, roles: frozenset[str]) -> list[tuple[Subject, Guide | OfficeProfile]]:
    """Give what can be edited of it, with what is in use."""
    if value.kind == "guide":
        # One that is written in one language is there in the others as it is.
        written = {guides[value.name].lang: guides[value.name] for guides in office.guides.by_lang.values()}
        return [(GuideSubject(office, lang, value.name), guide) for lang, guide in written.items()]
    subject = find_subject(office, value.kind, value.name, roles)
    return [(subject, office.settings.office)] if subject else []


async def _confirm_filed(office: Office, name: str, file: str, today: date, who: str) -> None:
    """Note that what the content folder says is still true, for as long as it says so."""
    public, text = office.databases.public, today.isoformat()
    async with office.deciding:
        history = await list_edits(public, CHECKED, name)
        if history and await text_of_edit(public, history[-1]) == text:
            return
        await office.audit.write("value-checked", who=who, about={"value": name, "file": file})
        await keep_edit(office, CHECKED, name, text, after=history[-1].n if history else 0)


async def _confirm_edit(office: Office, subject: Subject, last: Edit, today: date, who: str) -> None:
    """Publish the last text once more, with today's date; what has it already, as after a double click, stays."""
    standing = await text_of_edit(office.databases.public, last)
    text = subject.text(subject.typed(standing) | {"checked": today.isoformat()})
    if text != standing:
        await publish_text(office, subject, text, who=who, after=last.n)


def _today(office: Office) -> date:
    return local_day(office.clock(), office.settings.office.time_zone)


async def _left_out(office: Office, roles: frozenset[str]) -> list[LeftOut]:
    edits = await list_edits(office.databases.public) if office.left_out else []
    return [
        LeftOut(edit, _TITLES.get(edit.kind, "staff.content.guide"), reason, _page_of(office, edit, roles))
        for edit in edits
        if (reason := office.left_out.get(edit.id)) is not None
    ]


def _page_of(office: Office, edit: Edit, roles: frozenset[str]) -> str | None:
    if edit.kind in office.catalogues.languages:
        return f"guides/{edit.name}/{edit.kind}?n={edit.n}"
    subject = find_subject(office, edit.kind, edit.name, roles)
    return f"content/{edit.kind}/{edit.name}?n={edit.n}" if subject else None


async def _page(request: Request, error: str | None = None) -> Response:
    office, user = office_of(request), user_of(request)
    today = _today(office)
    every = list_checked(office.settings, office.content)
    return render(
        request,
        "staff/content.html",
        status_code=422 if error else 200,
        user=user,
        csrf=user.csrf,
        due=[one for one in every if one.is_due(today)],
        others=[one for one in every if not one.is_due(today)],
        taking_up=await is_taking_up(office),
        left_out=await _left_out(office, frozenset(user.roles)),
        error=error,
    )
