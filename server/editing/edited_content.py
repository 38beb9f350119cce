"""Puts what the office edited in the console in the place of what the content folder says.

Kinds of edits: a language, whose names are guides; `profile` (the name is `office`); `form` (the name is a service;
each edit is a version, and all of them are in use); `campaign` and `holidays` (the name is a year); `checked`, by which
a value of the content was looked at again and found true (its name is the value's, server/editing/checked_values.py).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.content import Content, lend_guides
from server.editing.checked_values import CHECKED, with_checked
from server.editing.edits import Edit, list_edits, text_of_edit
from server.editing.office_profile import PROFILE, ProfileError, read_profile
from server.editing.published_form import FORM, PublishedForm, read_published_form, with_every_text
from server.editing.set_campaign import CAMPAIGN, CampaignError, read_campaign, with_campaigns
from server.editing.set_holidays import HOLIDAYS, read_holidays
from server.faults import fault_of
from server.forms.form import FormError
from server.guides.guides import GuideError, parse_guide
from server.settings import OfficeProfile, Settings
from server.working_days import HolidaysError, WorkingDays
from sync.store import Store

Texts = Mapping[Edit, str]  # of what is in use
Unread = dict[Edit, str]  # with the reason


@dataclass(frozen=True)
class Filed:
    """What the content folder said when the server started."""

    settings: Settings
    content: Content


@dataclass(frozen=True)
class Edited:
    """The settings and the content with edits in them; `unread` are those that are not, each with the reason."""

    settings: Settings
    content: Content
    unread: Unread = field(default_factory=dict)


async def newest_texts(public: Store, *, but: Collection[Edit] = ()) -> Texts:
    """Give the texts of the edits that are in use: the last of each thing, of forms every one; some do not count."""
    edits = [edit for edit in await list_edits(public) if edit not in but]
    used = {(edit.kind, edit.name, edit.n if edit.kind == FORM else 0): edit for edit in edits}
    return {edit: await text_of_edit(public, edit) for edit in used.values()}


def edited(filed: Filed, texts: Texts) -> Edited:
    """Put edits into what the content folder says; in the place of one that cannot be read stays what is there."""
    unread: Unread = {}
    settings = replace(filed.settings, office=_profile(filed.settings, texts, unread))
    content = _with_guides(_with_forms(filed.content, texts, unread), texts, unread)
    content = _with_campaigns(content, texts, unread)
    working_days = with_holidays(content.working_days, texts, content.catalogues.languages, unread)
    deadlines = replace(content.deadlines, working_days=working_days)
    content = replace(content, working_days=working_days, deadlines=deadlines)
    days = {edit.name: text for edit, text in texts.items() if edit.kind == CHECKED}
    return Edited(*with_checked(settings, content, days), unread)


def with_holidays(known: WorkingDays, texts: Texts, languages: Sequence[str], unread: Unread) -> WorkingDays:
    """Give the working days with the holidays of each year that was edited in the place of those that are known."""
    found = {}
    for edit, text in texts.items():
        if edit.kind != HOLIDAYS:
            continue
        try:
            found[int(edit.name)] = read_holidays(text, int(edit.name), languages)
        except (HolidaysError, ValueError) as error:
            unread[edit] = fault_of(error)
    return known.with_years(found)


def _profile(settings: Settings, texts: Texts, unread: Unread) -> OfficeProfile:
    edit = next((edit for edit in texts if (edit.kind, edit.name) == (PROFILE, "office")), None)
    if edit is None:
        return settings.office
    try:
        return read_profile(texts[edit], settings.office)
    except ProfileError as error:
        unread[edit] = fault_of(error)
        return settings.office


def _with_guides(content: Content, texts: Texts, unread: Unread) -> Content:
    found = {}
    for edit, text in texts.items():
        if edit.kind not in content.catalogues.languages:
            continue
        try:
            found[edit.kind, edit.name] = parse_guide(text, edit.kind, edit.name)
        except GuideError as error:
            unread[edit] = fault_of(error)
    return replace(content, guides=lend_guides(content.guides.with_edited(found), content.catalogues))


def _with_campaigns(content: Content, texts: Texts, unread: Unread) -> Content:
    found = {}
    for edit, text in texts.items():
        if edit.kind != CAMPAIGN:
            continue
        try:
            found[int(edit.name)] = read_campaign(text)
        except (CampaignError, ValueError) as error:
            unread[edit] = fault_of(error)
    return replace(content, survey=with_campaigns(content.survey, found)) if found else content


def _with_forms(content: Content, texts: Texts, unread: Unread) -> Content:
    found: list[PublishedForm] = []
    catalogues = content.catalogues
    for edit in sorted(edit for edit in texts if edit.kind == FORM):
        try:
            one = read_published_form(texts[edit])
            found.append(replace(one, form=with_every_text(one.form, catalogues)))
            catalogues = catalogues.with_texts(found[-1].form.texts)
        except FormError as error:
            unread[edit] = fault_of(error)
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
