"""What is edited at `/staff/{lang}/content/{kind}/{thing}`, by its kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.editing.campaign_subject import CampaignSubject, years_of
from server.editing.edit_desk import NotThis, Subject, edit_page, is_published, preview, publish
from server.editing.edits import list_edits
from server.editing.form_pages import preview_sheet
from server.editing.form_subject import FormSubject
from server.editing.holidays_subject import HolidaysSubject
from server.editing.office_profile import PROFILE, SPOKEN, ProfileError, fields_of, read_profile, write_profile
from server.editing.set_holidays import years_to_set
from server.guard import user_of
from server.moments import local_day
from server.office import Office, office_of
from server.settings import OfficeProfile, load_profile


@dataclass(frozen=True)
class ProfileSubject:
    """The office's own profile; that its status is confirmed is for the head of office to say."""

    office: Office
    roles: frozenset[str]

    kind = PROFILE
    name = "office"
    template = "staff/profile.html"
    back = "content"
    deed = "profile-published"

    @property
    def about(self) -> Mapping[str, str]:
        """Say in the audit which it is: there is one."""
        return {}

    @property
    def names(self) -> tuple[str, ...]:
        """Name the fields."""
        return tuple(self.filed())

    def filed(self) -> dict[str, str]:
        """Give the fields as `office.toml` has them."""
        return self._fields(load_profile(self.office.settings.content / "office.toml"))

    def typed(self, text: str) -> dict[str, str]:
        """Give the fields of an edit."""
        return self._fields(self.shown(text))

    def text(self, fields: Mapping[str, str]) -> str:
        """Write what was typed as an edit."""
        known = self._fields(self.office.settings.office)
        if any(fields[name] != known[name] for name in ("official", "confirmed")) and "head" not in self.roles:
            raise NotThis("official")
        today = local_day(self.office.clock(), self.office.settings.office.time_zone)
        try:
            return write_profile(fields, self.office.catalogues.languages, today=today)
        except ProfileError as error:
            raise NotThis(str(error)) from None

    def shown(self, text: str) -> OfficeProfile:
        """Give the profile itself."""
        try:
            return read_profile(text, self.office.settings.office)
        except ProfileError as error:
            raise NotThis(str(error)) from None

    def words(self) -> Mapping[str, object]:
        """Name what is said in each language."""
        return {"part": PROFILE, "spoken_names": SPOKEN}

    def _fields(self, profile: OfficeProfile) -> dict[str, str]:
        return fields_of(profile, self.office.catalogues.languages)


def find_subject(office: Office, kind: str, name: str, roles: frozenset[str]) -> Subject | None:
    """Find what is edited under this kind and name."""
    match kind, name:
        case ("profile", "office"):
            return ProfileSubject(office, roles)
        case ("form", service) if service in office.forms.applications:
            return FormSubject(office, service)
        case ("campaign", year) if year in map(str, years_of(office)):
            return CampaignSubject(office, int(year))
        case ("holidays", year) if year in map(str, years_to_set(office)):
            return HolidaysSubject(office, int(year))
    return None


async def content_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/content/{kind}/{thing}`."""
    return await edit_page(request, _asked(request))


async def preview_content(request: Request) -> Response:
    """Answer the same with `/preview`; of a form also with what a spreadsheet becomes."""
    subject = _asked(request)
    if isinstance(subject, FormSubject) and (sheet := request.state.fields.get("sheet")):
        return await preview_sheet(request, subject, sheet)
    return await preview(request, subject)


async def publish_content(request: Request) -> Response:
    """Answer `POST /staff/{lang}/content/{kind}/{thing}`; a form has one version at a time that is not in use yet."""
    subject, office = _asked(request), office_of(request)
    if isinstance(subject, FormSubject) and not await is_published(request, subject):
        history = await list_edits(office.databases.public, subject.kind, subject.name)
        if any(edit.id not in office.edits for edit in history):
            # The next is numbered after those in use, and two of one number would share the names of their texts.
            return await preview(request, subject, wrong=NotThis("meanwhile"))
    return await publish(request, subject)


def _asked(request: Request) -> Subject:
    params = request.path_params
    roles = frozenset(user_of(request).roles)
    subject = find_subject(office_of(request), params["kind"], params["thing"], roles)
    if subject is None:
        raise HTTPException(404)
    return subject
