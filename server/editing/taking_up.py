"""Takes up what was edited in the console while the server runs: its pages are made anew, and published.

The figures that the office publishes go into its page for everybody in the same way, which is why phones keep them.
"""

import asyncio
import logging
from dataclasses import replace

from starlette.applications import Starlette

from server.content import ContentError
from server.editing.edited_content import Texts, edited, newest_texts
from server.editing.edits import asking_today, is_taking_up
from server.figures.published_figures import read_published, revision_of_published
from server.moments import local_day
from server.office import Office
from server.publishing import publish
from server.site.made_before import MADE, MadeBefore
from server.site.prepared import render_prepared
from server.site.site import NO_SITE, build_site

log = logging.getLogger("rantau.edits")


async def with_newest_edits(office: Office, app: Starlette) -> Office:
    """Give the office with every edit and its figures in use, its pages made anew; the same one if none is newer.

    The application holds what was there before any edit as `app.state.filed`. Where a page cannot be shown with what
    was edited, what was in use stays, at the start the content folder, until something else is edited or published.
    """
    figures = await revision_of_published(office.databases.public)
    if figures == office.figures and not await is_taking_up(office):
        return office
    ids, texts = await newest_texts(office.databases.public)
    try:
        office = await _with_texts(office, app, texts)
        log.info("%d edits are in use", len(texts))
    except (ContentError, LookupError) as error:
        log.error("what was edited is not in use, what was there before is: %s", error)
        is_start = office.site is NO_SITE
        office = await _with_texts(office, app, {}) if is_start else replace(office, asking=asking_today(office))
    return replace(office, edits=ids, figures=figures)


async def _with_texts(office: Office, app: Starlette, texts: Texts) -> Office:
    settings, content = edited(app.state.filed, texts)
    asking = content.survey.asking(local_day(office.clock(), settings.office.time_zone))
    periods = (await read_published(office)).periods
    prepared = await asyncio.to_thread(render_prepared, settings, content, asking, periods)
    made = MadeBefore(office.settings.data / MADE)
    site = await asyncio.to_thread(build_site, settings, prepared, keys=office.keys, made=made)
    if office.site is NO_SITE:
        made.forget_others()
    app.state.prepared, app.state.templates = prepared, prepared.environment
    office = replace(office, settings=settings, content=content, site=site, asking=asking)
    await publish(office)
    return office
