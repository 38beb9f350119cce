"""The pages on which content is edited: fields, a preview, and the history, of which any text can be taken up again.

What is edited is a `Subject`; `subjects` finds it. Its template extends `staff/editing.html` (user, csrf,
action, fields, shown: what a preview shows or None, error: the name of a text or None, wrong: the name of a field or
None, reasons, told, history, at: the number of the edit whose text stands in the fields or None, after) and is given
what the subject adds by `words`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.editing.edits import Edit, EditedMeanwhile, is_kept, keep_edit, list_edits, text_of_edit
from server.guard import user_of
from server.office import Office, office_of
from server.pages import render

Line = tuple[str, Mapping[str, object]]


class NotThis(Exception):
    """What was typed cannot be published.

    Attributes:
        name: of the text that says why, behind `staff.<what is edited>.error.`.
        reasons: what no text can say: faults, or the words of whoever read it.
        field: what has to be mended; where none is given the one that is called as the text.
        told: what else is said of it, a line each: the name of a text behind `staff.<what is edited>.`, and its words.
    """

    def __init__(self, name: str, *reasons: str, field: str = "", told: Sequence[Line] = ()) -> None:
        super().__init__(name)
        self.name, self.reasons, self.field, self.told = name, reasons, field or name, told


class Subject(Protocol):
    """What is edited at one address: how it is typed, written and shown."""

    @property
    def kind(self) -> str:
        """Name the kind of its edits."""
        ...

    @property
    def name(self) -> str:
        """Name it among its kind."""
        ...

    @property
    def template(self) -> str:
        """Name its page."""
        ...

    @property
    def back(self) -> str:
        """Say where the console goes on, behind `/staff/<language>/`."""
        ...

    @property
    def deed(self) -> str:
        """Name what the audit says."""
        ...

    @property
    def about(self) -> Mapping[str, str]:
        """Say in the audit which it is."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Name the fields."""
        ...

    def filed(self) -> dict[str, str]:
        """Give the fields as the content folder has them."""
        ...

    def typed(self, text: str) -> dict[str, str]:
        """Give the fields of an edit.

        Raises:
            NotThis: it cannot be read.
        """
        ...

    def text(self, fields: Mapping[str, str]) -> str:
        """Write what was typed as an edit.

        Raises:
            NotThis: naming the field and the reason.
        """
        ...

    def shown(self, text: str) -> object:
        """Give what a preview shows of it."""
        ...

    def words(self) -> Mapping[str, object]:
        """Give what else its template shows; `part` is what the names of its texts begin with behind `staff.`."""
        ...


async def edit_page(request: Request, subject: Subject) -> Response:
    """Answer with the last text, or an older one by `n`; 0 is the content folder's."""
    public = office_of(request).databases.public
    history = await list_edits(public, subject.kind, subject.name)
    wanted = request.query_params.get("n") or str(_last(history))
    edit = next((one for one in history if str(one.n) == wanted), None)
    try:
        fields = subject.typed(await text_of_edit(public, edit)) if edit else subject.filed()
    except NotThis:
        fields, edit = subject.filed(), None
    return _page(request, subject, history, fields, at=edit.n if edit else 0)


async def preview(
    request: Request, subject: Subject, *, changed: Mapping[str, str] | None = None, wrong: NotThis | None = None
) -> Response:
    """Answer with what it would look like; nothing is kept.

    Args:
        changed: fields that say something else than was typed.
        wrong: what is wrong whatever was typed.
    """
    history = await list_edits(office_of(request).databases.public, subject.kind, subject.name)
    fields = {**_posted(request, subject), **(changed or {})}
    if wrong is None and request.state.fields.get("after", "") != str(_last(history)):
        wrong = NotThis("meanwhile")
    if wrong:
        return _page(request, subject, history, fields, error=wrong)
    try:
        shown = await asyncio.to_thread(lambda: subject.shown(subject.text(fields)))
    except NotThis as error:
        return _page(request, subject, history, fields, error=error)
    return _page(request, subject, history, fields, shown=shown)


async def publish(request: Request, subject: Subject) -> Response:
    """Publish the fields; `after` is the number of the edit that was there when they were typed."""
    office = office_of(request)
    history = await list_edits(office.databases.public, subject.kind, subject.name)
    fields, after = _posted(request, subject), request.state.fields.get("after", "")
    if await is_published(request, subject):
        return _back(request, subject)
    try:
        if after != str(_last(history)):
            raise EditedMeanwhile
        text = await asyncio.to_thread(subject.text, fields)
        await publish_text(office, subject, text, who=user_of(request).login, after=_last(history))
    except NotThis as error:
        return _page(request, subject, history, fields, error=error)
    except EditedMeanwhile:
        return _page(request, subject, history, fields, error=NotThis("meanwhile"))
    return _back(request, subject)


async def is_published(request: Request, subject: Subject) -> bool:
    """Say whether the edit that comes after the one on the page says what was typed: the form was sent twice."""
    public, after = office_of(request).databases.public, request.state.fields.get("after", "")
    history = await list_edits(public, subject.kind, subject.name)
    edit = next((one for one in history if str(one.n - 1) == after), None)
    try:
        text = await asyncio.to_thread(subject.text, _posted(request, subject)) if edit else ""
    except NotThis:
        return False
    return edit is not None and await text_of_edit(public, edit) == text


def _back(request: Request, subject: Subject) -> Response:
    return RedirectResponse(f"/staff/{request.path_params['lang']}/{subject.back}", status_code=303)


async def publish_text(office: Office, subject: Subject, text: str, *, who: str, after: int) -> None:
    """Write down who publishes what, and publish it; what is published leaves no trace again.

    Raises:
        EditedMeanwhile: another edit came first.
    """
    async with office.deciding:
        if not await is_kept(office.databases.public, subject.kind, subject.name, text, after=after):
            await office.audit.write(subject.deed, who=who, about=dict(subject.about))
            await keep_edit(office, subject.kind, subject.name, text, after=after)


def _posted(request: Request, subject: Subject) -> dict[str, str]:
    given: Mapping[str, str] = request.state.fields
    return {name: given.get(name, "").replace("\r\n", "\n").strip() for name in subject.names}


def _last(history: list[Edit]) -> int:
    return history[-1].n if history else 0


def _page(
    request: Request,
    subject: Subject,
    history: list[Edit],
    fields: Mapping[str, str],
    *,
    shown: object = None,
    error: NotThis | None = None,
    at: int | None = None,
) -> Response:
    user = user_of(request)
    return render(
        request,
        subject.template,
        status_code=422 if error else 200,
        user=user,
        csrf=user.csrf,
        action=request.scope["path"].removesuffix("/preview"),
        fields=fields,
        shown=shown,
        error=error.name if error else None,
        wrong=error.field if error else None,
        reasons=error.reasons if error else (),
        told=error.told if error else (),
        history=history,
        at=at,
        # Whoever was told of another's edit and looks at it again publishes after that one.
        after=_last(history),
        **subject.words(),
    )
