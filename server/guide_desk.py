"""The page on which guides are edited: fields, a preview, and the history, of which any text can be taken up again.

Templates: `staff/guides.html` (user, csrf, groups, edited) and `staff/guide.html` (slug, tongue, fields, preview: a
guide or None, error: the name of a text or None, reason, history, after).
"""

import re
from collections.abc import Mapping
from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.guard import user_of
from server.guide_edits import Edit, EditedMeanwhile, keep_edit, list_edits, text_of_edit
from server.guides import GROUPS, MAX_TEXT, Guide, GuideError, load_guides, parse_guide, write_guide
from server.moments import local_day
from server.office import Office, office_of
from server.pages import render
from server.staff_language import staff_language

FIELDS = ("title", "group", "order", "repeat", "checked", "services", "sources", "body")


class NotAGuide(Exception):
    """What was typed is no guide; the message names the text that says why, `reason` is in the guide's own words."""

    def __init__(self, name: str, reason: str = "") -> None:
        super().__init__(name)
        self.reason = reason


async def guides_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/guides`."""
    office, user = office_of(request), user_of(request)
    return render(
        request,
        "staff/guides.html",
        user=user,
        csrf=user.csrf,
        groups=list(office.guides.grouped(staff_language(request, user))),
        edited={(edit.lang, edit.slug): edit for edit in await list_edits(office.databases.public)},
    )


async def edit_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/guides/{guide}/{tongue}`: the last text, or an older one by `n`; 0 is the file's."""
    office, guide, history = await _asked(request)
    wanted = request.query_params.get("n") or str(_last(history))
    if wanted == "0" and history:
        guide = load_guides(office.settings.content / "guides").get(guide.lang, guide.slug) or guide
    elif edit := next((one for one in history if str(one.n) == wanted), None):
        guide = parse_guide(await text_of_edit(office.databases.public, edit), guide.lang, guide.slug)
    # The day on which the facts were checked is typed each time.
    return _page(request, guide, history, fields_of(guide) | {"checked": ""})


async def preview_guide(request: Request) -> Response:
    """Answer the same with `/preview`: what it would look like; nothing is kept."""
    office, guide, history = await _asked(request)
    fields = _posted(request)
    try:
        preview = parse_guide(_text(office, fields), guide.lang, guide.slug)
    except (NotAGuide, GuideError) as error:
        return _page(request, guide, history, fields, error=error)
    return _page(request, guide, history, fields, preview=preview)


async def publish_guide(request: Request) -> Response:
    """Answer `POST /staff/{lang}/guides/{guide}/{tongue}` with the fields and `after`: the edit before it."""
    office, guide, history = await _asked(request)
    fields, after = _posted(request), request.state.fields.get("after", "")
    try:
        if after != str(_last(history)):
            raise EditedMeanwhile
        text = _text(office, fields)
        parse_guide(text, guide.lang, guide.slug)
        about = {"guide": guide.slug, "language": guide.lang}
        await office.audit.write("guide-published", who=user_of(request).login, about=about)
        await keep_edit(office, guide.lang, guide.slug, text, after=_last(history))
    except (NotAGuide, GuideError) as error:
        return _page(request, guide, history, fields, error=error)
    except EditedMeanwhile:
        return _page(request, guide, history, fields, error=NotAGuide("meanwhile"))
    return RedirectResponse(f"/staff/{request.path_params['lang']}/guides", status_code=303)


def fields_of(guide: Guide) -> dict[str, str]:
    """Give a guide as it is typed."""
    return {
        "title": guide.title,
        "group": guide.group,
        "order": str(guide.order),
        "repeat": str(guide.repeat or ""),
        "checked": guide.checked.isoformat(),
        "services": ", ".join(guide.services),
        "sources": "\n".join(guide.sources),
        "body": guide.text.partition("---\n")[2].partition("\n---\n")[2].strip(),
    }


def _posted(request: Request) -> dict[str, str]:
    given: Mapping[str, str] = request.state.fields
    return {name: given.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}


def _text(office: Office, fields: Mapping[str, str]) -> str:
    today = local_day(office.clock(), office.settings.office.time_zone)
    if not fields["title"] or "\n" in fields["title"]:
        raise NotAGuide("title")
    if not fields["sources"]:
        raise NotAGuide("sources")
    if fields["group"] not in GROUPS or not re.fullmatch(r"[0-9]{1,4}", fields["order"]):
        raise NotAGuide("order")
    if not re.fullmatch(r"([1-9][0-9]{0,3})?", fields["repeat"]):
        raise NotAGuide("repeat")
    if not _is_day(fields["checked"]) or date.fromisoformat(fields["checked"]) > today:
        raise NotAGuide("checked")
    if not re.fullmatch(r"[a-z0-9, -]*", fields["services"]):
        raise NotAGuide("order")
    if not fields["body"]:
        raise NotAGuide("body")
    text = write_guide(fields)
    if len(text.encode()) > MAX_TEXT:
        raise NotAGuide("long")
    return text


def _is_day(typed: str) -> bool:
    try:
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed)) and bool(date.fromisoformat(typed))
    except ValueError:
        return False


async def _asked(request: Request) -> tuple[Office, Guide, list[Edit]]:
    office = office_of(request)
    lang, slug = request.path_params["tongue"], request.path_params["guide"]
    guide = office.guides.get(lang, slug) if lang in office.catalogues.languages else None
    if guide is None:
        raise HTTPException(404)
    edits = await list_edits(office.databases.public)
    return office, guide, [edit for edit in edits if (edit.lang, edit.slug) == (lang, slug)]


def _last(history: list[Edit]) -> int:
    return history[-1].n if history else 0


def _page(
    request: Request,
    guide: Guide,
    history: list[Edit],
    fields: Mapping[str, str],
    *,
    preview: Guide | None = None,
    error: NotAGuide | GuideError | None = None,
) -> Response:
    user = user_of(request)
    return render(
        request,
        "staff/guide.html",
        status_code=422 if error else 200,
        user=user,
        csrf=user.csrf,
        slug=guide.slug,
        tongue=guide.lang,
        fields=fields,
        all_groups=GROUPS,
        preview=preview,
        error=str(error) if isinstance(error, NotAGuide) else "questions" if error else None,
        reason=str(error).partition(": ")[2] if isinstance(error, GuideError) else "",
        history=history,
        # Whoever was told of another's edit and looks at it again publishes after that one.
        after=_last(history),
    )
