"""The guides that the office edits in the console: each edit a signed document of `public`, kept for ever.

The last edit of a guide goes before the text in the content folder, also after an update of the software. An edit is
`edit.<language>.<slug>.<nnnn>`, numbered by claiming the id, so that of two who publish at once one is told.
"""

import asyncio
import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.applications import Starlette

from server.content import Content, lend_guides
from server.guides import GuideError, Guides, parse_guide
from server.made_before import MADE, MadeBefore
from server.office import Office
from server.pages import make_environment, render_pages
from server.prepared import Prepared
from server.publishing import publish
from server.settings import Settings
from server.site import build_site
from sync.errors import Conflict, Unavailable
from sync.statements import sign_public
from sync.store import Store

log = logging.getLogger("rantau.guides")


class EditedMeanwhile(Exception):
    """Somebody else published this guide at the same moment; nothing was written."""


@dataclass(frozen=True, order=True)
class Edit:
    """One edit; `at` is the time of its signature, in seconds."""

    lang: str
    slug: str
    n: int
    at: int

    @property
    def id(self) -> str:
        """Name its document."""
        return f"edit.{self.lang}.{self.slug}.{self.n:04d}"


async def list_edits(public: Store) -> list[Edit]:
    """Give every edit, those of a guide one after another, the oldest first."""
    rows = await public.all_docs(start="edit.", end="edit/", include_docs=True)
    return sorted(_edit(row.id, row.doc["signed"][4]) for row in rows if row.doc is not None)


def _edit(id_: str, at: int) -> Edit:
    _, lang, slug, n = id_.split(".")
    return Edit(lang, slug, int(n), at)


async def text_of_edit(public: Store, edit: Edit) -> str:
    """Give the Markdown of an edit."""
    return (await public.attachment(edit.id, "body")).data.decode()


async def keep_edit(office: Office, lang: str, slug: str, text: str, *, after: int) -> Edit:
    """Publish a guide's text as the edit that comes *after* the one of this number.

    Raises:
        EditedMeanwhile: another one came first.
        Unavailable: it was not stored.
    """
    edit = Edit(lang, slug, after + 1, office.clock())
    content, kid = text.encode(), office.key_list.primary("server").kid
    doc = sign_public(edit.id, content, at=edit.at, kid=kid, private=office.server_key)
    body = {"content_type": "application/octet-stream", "data": base64.b64encode(content).decode()}
    [row] = await office.databases.public.bulk_docs([doc | {"_attachments": {"body": body}}])
    if row.error == Conflict.error:
        raise EditedMeanwhile
    if row.error:
        raise Unavailable(row.reason or row.error)
    return edit


async def with_newest_guides(office: Office, app: Starlette) -> Office:
    """Give the office with every edit in use, its pages made anew and published; the same one if there is no newer."""
    public = office.databases.public
    edits = {(edit.lang, edit.slug): edit for edit in await list_edits(public)}
    ids = tuple(edit.id for edit in edits.values())
    if ids == office.edits:
        return office
    texts = {name: await text_of_edit(public, edit) for name, edit in edits.items()}
    prepared = await asyncio.to_thread(_prepare, office.settings, office.content, texts)
    made = MadeBefore(office.settings.data / MADE)
    site = await asyncio.to_thread(build_site, office.settings, prepared, keys=office.keys, made=made)
    app.state.prepared, app.state.templates = prepared, prepared.environment
    office = replace(office, content=prepared.content, site=site, edits=ids)
    await publish(office)
    log.info("%d edited guides are in use", len(ids))
    return office


def _prepare(settings: Settings, content: Content, texts: Mapping[tuple[str, str], str]) -> Prepared:
    content = replace(content, guides=lend_guides(_edited(content.guides, texts), content.catalogues))
    environment = make_environment(settings, content)
    return Prepared(content, environment, render_pages(environment, content))


def _edited(guides: Guides, texts: Mapping[tuple[str, str], str]) -> Guides:
    found = {}
    for (lang, slug), text in texts.items():
        try:
            found[lang, slug] = parse_guide(text, lang, slug)
        except GuideError as error:
            log.warning("an edit is not in use, the guide of the content folder is: %s", error)
    return guides.with_edited(found)
