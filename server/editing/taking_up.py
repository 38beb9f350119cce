"""Takes up what was edited in the console while the server runs: its pages are made anew, and published.

The figures that the office publishes go into its page for everybody in the same way, which is why phones keep them.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from starlette.applications import Starlette

from server.content import ContentError
from server.editing.edited_content import Edited, edited
from server.editing.edits import asking_today, edit_ids, is_taking_up
from server.editing.usable_edits import find_usable
from server.figures.published_figures import read_published, revision_of_published
from server.moments import local_day
from server.office import Office
from server.pages import Titled
from server.publishing import publish
from server.site.made_before import MADE, MadeBefore
from server.site.prepared import Prepared, render_prepared
from server.site.site import NO_SITE, build_site

log = logging.getLogger("rantau.edits")


async def with_newest_edits(office: Office, app: Starlette) -> Office:
    """Give the office with the edits and its figures in use, its pages made anew; the same one if none is newer.

    The application holds what was there before any edit as `app.state.filed`. An edit that cannot be used is left out.
    Where the pages cannot be made all the same, what was in use stays, at the start the content folder, until
    something else is edited or published.
    """
    public = office.databases.public
    figures = await revision_of_published(public)
    if figures == office.figures and not await is_taking_up(office):
        return office
    ids, show = await edit_ids(public), partial(_show, office, (await read_published(office)).periods)
    try:
        usable = await find_usable(public, app.state.filed, show)
        office = await _with_pages(office, app, usable.edited, usable.prepared)
        office = replace(office, left_out={edit.id: reason for edit, reason in usable.left_out.items()})
        log.info("%d edits are in use", usable.count)
    except (ContentError, LookupError) as error:
        log.error("what was edited is not in use, what was there before is: %s", error)
        if office.site is NO_SITE:
            filed = edited(app.state.filed, {})
            office = await _with_pages(office, app, filed, await asyncio.to_thread(show, filed))
        office = replace(office, asking=asking_today(office))
    for id_, reason in office.left_out.items():
        log.error("%s is not in use: %s", id_, reason)
    return replace(office, edits=ids, figures=figures)


def _show(office: Office, periods: Sequence[Titled], found: Edited) -> Prepared:
    asking = found.content.survey.asking(local_day(office.clock(), found.settings.office.time_zone))
    return render_prepared(found.settings, found.content, asking, periods)


async def _with_pages(office: Office, app: Starlette, found: Edited, prepared: Prepared) -> Office:
    made = MadeBefore(office.settings.data / MADE)
    site = await asyncio.to_thread(build_site, found.settings, prepared, keys=office.keys, made=made)
    if office.site is NO_SITE:
        made.forget_others()
    app.state.prepared, app.state.templates = prepared, prepared.environment
    office = replace(office, settings=found.settings, content=found.content, site=site, asking=prepared.asking)
    await publish(office)
    return office
