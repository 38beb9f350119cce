"""What the office edits in the console: each edit a signed document of `public`, numbered and kept for ever.

The last edit goes before what stands in the content folder, also after an update of the software; one that cannot be
used any more is left out (server/editing/usable_edits.py). An edit is `edit.<kind>.<name>.<nnnn>`, numbered by claiming
the id, so that of two who publish at once one is told. Of a guide the kind is its language; the other kinds stand in
server/editing/edited_content.py.
"""

import base64
from dataclasses import dataclass

from server.moments import local_day
from server.office import Office
from server.survey.survey_plan import Campaign
from sync.errors import Conflict, Unavailable
from sync.key_pair import KeyPair
from sync.statements import sign_public
from sync.store import Store


class EditedMeanwhile(Exception):
    """Somebody else published the same at the same moment; nothing was written."""


@dataclass(frozen=True, order=True)
class Edit:
    """One edit; `at` is the time of its signature, in seconds."""

    kind: str
    name: str
    n: int
    at: int

    @property
    def id(self) -> str:
        """Name its document."""
        return f"edit.{self.kind}.{self.name}.{self.n:04d}"


async def edit_ids(public: Store) -> tuple[str, ...]:
    """Name the documents of every edit, which is quickly asked."""
    return tuple(row.id for row in await public.all_docs(start="edit.", end="edit/"))


async def is_taking_up(office: Office) -> bool:
    """Say whether something is in use that the pages do not show yet, as an edit: making them anew takes seconds."""
    return await edit_ids(office.databases.public) != office.edits or asking_today(office) != office.asking


def asking_today(office: Office) -> Campaign | None:
    """Give the campaign of the survey that the pages tell of today."""
    return office.content.survey.asking(local_day(office.clock(), office.settings.office.time_zone))


async def list_edits(public: Store, kind: str = "", name: str = "") -> list[Edit]:
    """Give every edit, or those of one thing; those of a thing one after another, the oldest first."""
    prefix = f"edit.{kind}.{name}." if kind else "edit."
    rows = await public.all_docs(start=prefix, end=f"{prefix[:-1]}/", include_docs=True)
    return sorted(_edit(row.id, row.doc["signed"][4]) for row in rows if row.doc is not None)


def _edit(id_: str, at: int) -> Edit:
    _, kind, name, n = id_.split(".")
    return Edit(kind, name, int(n), at)


async def text_of_edit(public: Store, edit: Edit) -> str:
    """Give what an edit says."""
    return (await public.attachment(edit.id, "body")).data.decode()


async def is_kept(public: Store, kind: str, name: str, text: str, *, after: int) -> bool:
    """Say whether this text is the edit that comes *after* the one of this number already.

    Raises:
        EditedMeanwhile: another one is.
    """
    history = await list_edits(public, kind, name)
    edit = next((one for one in history if one.n == after + 1), None)
    if edit is not None and await text_of_edit(public, edit) != text:
        raise EditedMeanwhile
    return edit is not None


async def keep_edit(office: Office, kind: str, name: str, text: str, *, after: int) -> Edit:
    """Publish a text as the edit that comes *after* the one of this number; the same again is the same edit.

    Raises:
        EditedMeanwhile: another one came first.
        Unavailable: it was not stored.
    """
    edit, kid = Edit(kind, name, after + 1, office.clock()), office.key_list.primary("server").kid
    await write_edit(office.databases.public, edit, text, kid=kid, private=office.server_key)
    return edit


async def write_edit(public: Store, edit: Edit, text: str, *, kid: str, private: KeyPair) -> None:
    """Sign what an edit says and store it; raises what `keep_edit` raises."""
    content = text.encode()
    doc = sign_public(edit.id, content, at=edit.at, kid=kid, private=private)
    body = {"content_type": "application/octet-stream", "data": base64.b64encode(content).decode()}
    [row] = await public.bulk_docs([doc | {"_attachments": {"body": body}}])
    if row.error == Conflict.error and await text_of_edit(public, edit) == text:
        return
    if row.error == Conflict.error:
        raise EditedMeanwhile
    if row.error:
        raise Unavailable(row.reason or row.error)
