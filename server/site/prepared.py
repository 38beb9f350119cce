"""What the office edits, read, and the public pages of it, rendered: before anything is served, and once a start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jinja2 import Environment

from server.content import Content, load_content
from server.pages import Titled, make_environment, render_pages
from server.settings import Settings
from server.site.resources import Resource
from server.survey.survey_plan import Campaign


@dataclass(frozen=True)
class Prepared:
    """The content, the templates that show it, and the public pages by their URL."""

    content: Content
    environment: Environment
    pages: Mapping[str, Resource]
    asking: Campaign | None = None  # of the survey, which the pages tell of


def prepare(settings: Settings, *, today: date | None = None) -> Prepared:
    """Read the content and render its pages as of *today*, or of a day on which nothing is on.

    Raises:
        ContentError: what the office edits is wrong, or a template or a text is.
    """
    content = load_content(settings.content)
    return render_prepared(settings, content, content.survey.asking(today) if today else None)


def render_prepared(
    settings: Settings, content: Content, asking: Campaign | None, periods: Sequence[Titled] = ()
) -> Prepared:
    """Render the pages of a content; *periods* are those whose figures were published.

    Raises:
        ContentError: a template or a text is missing or wrong.
    """
    environment = make_environment(settings, content, asking=asking)
    return Prepared(content, environment, render_pages(environment, content, periods), asking)
