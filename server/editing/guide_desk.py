"""Guides as they are edited in the console.

Templates: `staff/guides.html` (user, csrf, groups, edited, taking_up, name: of a new guide, error: the name of a text
or None) and `staff/guide.html` (as server/editing/edit_desk.py says, with slug, tongue, all_groups and has_file).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.editing.edit_desk import NotThis, edit_page, preview, publish
from server.editing.edits import is_taking_up, list_edits
from server.faults import fault_of
from server.guard import user_of
from server.guides.guides import GROUPS, MAX_TEXT, Guide, GuideError, parse_guide, read_guide, write_guide
from server.moments import day_typed, local_day
from server.office import Office, office_of
from server.pages import render
from server.staff.staff_language import staff_language

NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
FIELDS = ("title", "group", "order", "repeat", "checked", "services", "sources", "body")


@dataclass(frozen=True)
class GuideSubject:
    """One guide in one language, also one that nobody has written yet."""

    office: Office
    lang: str
    slug: str

    template = "staff/guide.html"
    back = "guides"
    deed = "guide-published"
    names = FIELDS

    @property
    def kind(self) -> str:
        """Give its language."""
        return self.lang

    @property
    def name(self) -> str:
        """Give its slug."""
        return self.slug

    @property
    def about(self) -> Mapping[str, str]:
        """Say in the audit which it is."""
        return {"guide": self.name, "language": self.kind}

    def filed(self) -> dict[str, str]:
        """Give the fields of its file; of one without a file what another language says, to be translated."""
        found = self._file or self.office.guides.get(self.kind, self.name)
        return _to_type(found) if found else _EMPTY

    def typed(self, text: str) -> dict[str, str]:
        """Give the fields of an edit."""
        return _to_type(self._parsed(text))

    def text(self, fields: Mapping[str, str]) -> str:
        """Write what was typed as a guide."""
        text = _text(self.office, fields)
        self._parsed(text)
        return text

    def shown(self, text: str) -> Guide:
        """Give the guide itself."""
        return self._parsed(text)

    def words(self) -> Mapping[str, object]:
        """Name it, and the groups."""
        return {"part": "guide", "slug": self.name, "tongue": self.kind, "all_groups": GROUPS, "has_file": self._file}

    @property
    def _file(self) -> Guide | None:
        path = self.office.settings.content / "guides" / self.kind / f"{self.name}.md"
        return read_guide(path, self.kind) if path.exists() else None

    def _parsed(self, text: str) -> Guide:
        try:
            return parse_guide(text, self.kind, self.name)
        except GuideError as error:
            raise NotThis("questions", fault_of(error)) from None


async def guides_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/guides`."""
    return await _list(request)


async def new_guide(request: Request) -> Response:
    """Answer `GET /staff/{lang}/guides/new` with `name`: go on to the empty page of a guide that is called so."""
    name, lang = request.query_params.get("name", "").strip(), request.path_params["lang"]
    if not NAME.fullmatch(name):
        return await _list(request, name=name, error="name")
    if name in office_of(request).guides.slugs:
        return await _list(request, name=name, error="taken")
    return RedirectResponse(f"/staff/{lang}/guides/{name}/{lang}", status_code=303)


async def _list(request: Request, *, name: str = "", error: str | None = None) -> Response:
    office, user = office_of(request), user_of(request)
    return render(
        request,
        "staff/guides.html",
        status_code=422 if error else 200,
        name=name,
        error=error,
        user=user,
        csrf=user.csrf,
        groups=list(office.guides.grouped(staff_language(request, user))),
        taking_up=await is_taking_up(office),
        edited={(edit.kind, edit.name): edit for edit in await list_edits(office.databases.public)},
    )


async def guide_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/guides/{guide}/{tongue}`."""
    return await edit_page(request, _asked(request))


async def preview_guide(request: Request) -> Response:
    """Answer the same with `/preview`."""
    return await preview(request, _asked(request))


async def publish_guide(request: Request) -> Response:
    """Answer `POST /staff/{lang}/guides/{guide}/{tongue}`."""
    return await publish(request, _asked(request))


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


_EMPTY = dict.fromkeys(FIELDS, "") | {"group": GROUPS[0], "order": "50"}


def _to_type(guide: Guide) -> dict[str, str]:
    # The day on which the facts were checked is typed each time.
    return fields_of(guide) | {"checked": ""}


def _text(office: Office, fields: Mapping[str, str]) -> str:
    today = local_day(office.clock(), office.settings.office.time_zone)
    if not fields["title"] or "\n" in fields["title"]:
        raise NotThis("title")
    if not fields["sources"]:
        raise NotThis("sources")
    if fields["group"] not in GROUPS or not re.fullmatch(r"[0-9]{1,4}", fields["order"]):
        raise NotThis("order")
    if not re.fullmatch(r"([1-9][0-9]{0,3})?", fields["repeat"]):
        raise NotThis("repeat")
    checked = day_typed(fields["checked"])
    if checked is None or checked > today:
        raise NotThis("checked")
    if not re.fullmatch(r"[a-z0-9, -]*", fields["services"]):
        raise NotThis("order")
    if not fields["body"]:
        raise NotThis("body")
    text = write_guide(fields)
    if len(text.encode()) > MAX_TEXT:
        raise NotThis("long")
    return text


def _asked(request: Request) -> GuideSubject:
    office = office_of(request)
    lang, slug = request.path_params["tongue"], request.path_params["guide"]
    if lang not in office.catalogues.languages or not (slug in office.guides.slugs or NAME.fullmatch(slug)):
        raise HTTPException(404)
    return GuideSubject(office, lang, slug)
