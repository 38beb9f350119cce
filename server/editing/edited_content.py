"""Puts what the office edited in the console in the place of what the content folder says.

Kinds of edits: a language, whose names are guides; `profile` (the name is `office`); `form` (the name is a service;
each edit is a version, and all of them are in use); `campaign` and `holidays` (the name is a year); `checked`, by which
a value of the content was looked at again and found true (its name is the value's, server/editing/checked_values.py).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.content import Content, lend_guides
from server.editing.checked_values import CHECKED, with_checked
from server.editing.edits import Edit, list_edits, text_of_edit
from server.editing.office_profile import PROFILE, ProfileError, read_profile
from server.editing.published_form import FORM, PublishedForm, read_published_form, with_every_text
from server.editing.set_campaign import CAMPAIGN, CampaignError, read_campaign, with_campaigns
from server.editing.set_holidays import HOLIDAYS, read_holidays
from server.forms.form import FormError
from server.guides.guides import GuideError, parse_guide
from server.settings import OfficeProfile, Settings
from server.working_days import HolidaysError, WorkingDays
from sync.store import Store

log = logging.getLogger("rantau.edits")
Texts = Mapping[Edit, str]  # of what is in use


@dataclass(frozen=True)
class Filed:
    """What the content folder said when the server started."""

    settings: Settings
    content: Content


async def newest_texts(public: Store) -> tuple[tuple[str, ...], Texts]:
    """Give the ids of all edits, and the texts of those that are in use: the last of each thing, of forms every one."""
    edits = await list_edits(public)
    used = {(edit.kind, edit.name, edit.n if edit.kind == FORM else 0): edit for edit in edits}
    texts = {edit: await text_of_edit(public, edit) for edit in used.values()}
    return tuple(sorted(edit.id for edit in edits)), texts


def edited(filed: Filed, texts: Texts) -> tuple[Settings, Content]:
    """Give the settings and the content with the edits in them; one that cannot be read is logged and left out."""
    settings = replace(filed.settings, office=_profile(filed.settings, texts))
    content = _with_campaigns(_with_guides(_with_forms(filed.content, texts), texts), texts)
    working_days = with_holidays(content.working_days, texts, content.catalogues.languages)
    deadlines = replace(content.deadlines, working_days=working_days)
    content = replace(content, working_days=working_days, deadlines=deadlines)
    return with_checked(settings, content, {edit.name: text for edit, text in texts.items() if edit.kind == CHECKED})


def with_holidays(known: WorkingDays, texts: Texts, languages: Sequence[str]) -> WorkingDays:
    """Give the working days with the holidays of each year that was edited in the place of those that are known."""
    found = {}
    for edit, text in texts.items():
        if edit.kind != HOLIDAYS:
            continue
        try:
            found[int(edit.name)] = read_holidays(text, int(edit.name), languages)
        except (HolidaysError, ValueError) as error:
            log.warning("an edit is not in use, the holidays of the content folder are: %s", error)
    return known.with_years(found)


def _profile(settings: Settings, texts: Texts) -> OfficeProfile:
    text = next((text for edit, text in texts.items() if (edit.kind, edit.name) == (PROFILE, "office")), None)
    if text is None:
        return settings.office
    try:
        return read_profile(text, settings.office)
    except ProfileError as error:
        log.warning("an edit is not in use, the profile of the content folder is: %s", error)
        return settings.office


def _with_guides(content: Content, texts: Texts) -> Content:
    found = {}
    for edit, text in texts.items():
        if edit.kind not in content.catalogues.languages:
            continue
        try:
            found[edit.kind, edit.name] = parse_guide(text, edit.kind, edit.name)
        except GuideError as error:
            log.warning("an edit is not in use, the guide of the content folder is: %s", error)
    return replace(content, guides=lend_guides(content.guides.with_edited(found), content.catalogues))


def _with_campaigns(content: Content, texts: Texts) -> Content:
    found = {}
    for edit, text in texts.items():
        if edit.kind != CAMPAIGN:
            continue
        try:
            found[int(edit.name)] = read_campaign(text)
        except (CampaignError, ValueError) as error:
            log.warning("an edit is not in use, the campaign of the content folder is: %s", error)
    return replace(content, survey=with_campaigns(content.survey, found)) if found else content


def _with_forms(content: Content, texts: Texts) -> Content:
    found: list[PublishedForm] = []
    catalogues = content.catalogues
    for edit in sorted(edit for edit in texts if edit.kind == FORM):
        try:
            one = read_published_form(texts[edit])
            found.append(replace(one, form=with_every_text(one.form, catalogues)))
            catalogues = catalogues.with_texts(found[-1].form.texts)
        except FormError as error:
            log.warning("an edit is not in use, the forms of the content folder are: %s", error)
    if not found:
        return content
    forms = content.forms.with_published([one.form for one in found])
    # A newer version of the content folder is what its own row says.
    newest = [one for one in found if forms.latest(one.form.service) == one.form]
    return replace(
        content,
        forms=forms,
        catalogues=content.catalogues.with_texts(forms.texts()),
        form_sources={**content.form_sources, **{one.form.service: one.source for one in newest}},
    )
