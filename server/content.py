"""What the office edits, read whole and checked: forms, guides, regions and the texts of every language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from server.casework.paper_forms import PaperForms, PaperFormsError, load_paper_forms
from server.deadlines import Deadlines, DeadlinesError, load_deadlines
from server.editing.form_sources import FormSource, FormSourcesError, load_form_sources
from server.forms.choices import Choices, ChoicesError, load_choices
from server.forms.fees import Fees, FeesError, load_fees
from server.forms.forms import FormError, Forms, load_forms
from server.guides.guides import GuideError, Guides, load_guides
from server.i18n import CatalogueError, Catalogues, load_catalogues
from server.regions import Regions, RegionsError, load_regions
from server.survey.survey_plan import SurveyError, SurveyPlan, load_survey_plan
from server.told import Told
from server.working_days import HolidaysError, WorkingDays, load_working_days

_WRONG = (
    CatalogueError, ChoicesError, DeadlinesError, FeesError, FormError, FormSourcesError, GuideError, HolidaysError,
    PaperFormsError, RegionsError, SurveyError,
)  # fmt: skip


class ContentError(Told):
    """Something that the office edits is wrong; the message names the file and the reason."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """Everything that the office edits, without its own profile."""

    forms: Forms
    guides: Guides
    regions: Regions
    catalogues: Catalogues
    choices: Choices
    fees: Fees
    working_days: WorkingDays
    deadlines: Deadlines
    survey: SurveyPlan
    papers: PaperForms
    form_sources: Mapping[str, FormSource] = field(default_factory=dict)

    @property
    def first(self) -> str | None:
        """Name the application that a phone has before the others."""
        return self.choices.first or next(iter(self.forms.applications), None)


def load_content(folder: Path) -> Content:
    """Read a content folder.

    Raises:
        ContentError: the first thing that is wrong.
    """
    try:
        catalogues = load_catalogues(folder / "locale")
        forms = load_forms(folder / "forms", texts=catalogues.keys, languages=catalogues.languages)
        working_days = load_working_days(folder / "holidays.toml", languages=catalogues.languages)
        return Content(
            forms=forms,
            guides=lend_guides(load_guides(folder / "guides"), catalogues),
            regions=load_regions(folder / "regions.csv"),
            catalogues=catalogues.with_texts(forms.texts()),
            fees=load_fees(folder / "fees.toml", forms=forms, languages=catalogues.languages, also=catalogues.lenders),
            choices=load_choices(
                folder / "choices.toml",
                services=forms.applications,
                languages=catalogues.languages,
                also=catalogues.lenders,
            ),
            working_days=working_days,
            deadlines=load_deadlines(
                folder / "deadlines.toml",
                working_days,
                services={service: forms.latest(service).steps for service in forms.services},
                languages=catalogues.languages,
            ),
            survey=load_survey_plan(folder / "survey.toml", languages=catalogues.languages),
            papers=load_paper_forms(folder / "paper.toml", forms=forms, languages=catalogues.languages),
            form_sources=load_form_sources(
                folder / "forms.toml", services=forms.services, languages=catalogues.languages
            ),
        )
    except _WRONG as error:
        raise ContentError(str(error)) from error
    except OSError as error:
        raise ContentError(f"{error.filename}: {error.strerror}") from error


def lend_guides(guides: Guides, catalogues: Catalogues) -> Guides:
    """Give the guides with those of languages that are spoken in part."""
    for lang, lender in catalogues.lenders.items():
        guides = guides.lending(lang, lender, catalogues[lang].titles)
    return guides
