"""The survey's campaign of one year, as officers set its days.

Template: `staff/campaign.html` (as server/editing/edit_desk.py says, with year and has_file).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.editing.edit_desk import NotThis
from server.editing.set_campaign import CAMPAIGN, FIELDS, CampaignError, fields_of, read_campaign, write_campaign
from server.moments import local_day
from server.office import Office
from server.survey.survey_plan import Campaign, load_survey_plan


@dataclass(frozen=True)
class CampaignSubject:
    """The campaign of one year."""

    office: Office
    year: int

    kind = CAMPAIGN
    template = "staff/campaign.html"
    back = "survey"
    deed = "campaign-published"
    names = FIELDS

    @property
    def name(self) -> str:
        """Give the year."""
        return str(self.year)

    @property
    def about(self) -> Mapping[str, str]:
        """Say in the audit which it is."""
        return {"year": self.name}

    def filed(self) -> dict[str, str]:
        """Give the fields as `survey.toml` has them."""
        plan = load_survey_plan(
            self.office.settings.content / "survey.toml", languages=self.office.catalogues.languages
        )
        return fields_of(next((each for each in plan.campaigns if each.first.year == self.year), None))

    def typed(self, text: str) -> dict[str, str]:
        """Give the fields of an edit."""
        return fields_of(self.shown(text))

    def text(self, fields: Mapping[str, str]) -> str:
        """Write what was typed as an edit."""
        today = local_day(self.office.clock(), self.office.settings.office.time_zone)
        try:
            return write_campaign(fields, self.year, today=today)
        except CampaignError as error:
            raise NotThis(str(error)) from None

    def shown(self, text: str) -> Campaign:
        """Give the campaign itself."""
        try:
            return read_campaign(text)
        except CampaignError as error:
            raise NotThis(str(error)) from None

    def words(self) -> Mapping[str, object]:
        """Name the year."""
        return {"part": CAMPAIGN, "year": self.year, "has_file": any(self.filed().values())}


def years_of(office: Office) -> tuple[int, int]:
    """Give the years whose campaign can be set: this one and the next."""
    year = local_day(office.clock(), office.settings.office.time_zone).year
    return year, year + 1
