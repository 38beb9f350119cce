"""Pages from templates: the public ones once a language at start, the others for each request, never stored by anybody.

A template that names something it was not given is an error, and whatever it shows is escaped.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.content import Content, ContentError
from server.fallback_language import LendingEnvironment, with_languages
from server.faults import Fault, fault_of
from server.forms.fees import rupiah
from server.forms.form_rows import in_row, row_count
from server.i18n import Catalogues, MissingText
from server.moments import clocks, day, day_parts, days, local_day, moments, month_names
from server.settings import ROOT, Settings
from server.site.resources import Resource, make_resource
from server.survey.survey_plan import SERVICE, Campaign, SurveyPlan

HTML = "text/html; charset=utf-8"
TEMPLATES = ROOT / "templates"
# Ends of lines that nobody sees, around what stands on lines of its own.
_BLANK = re.compile(
    r"\n*(</?(?:article|body|dd|details|div|dl|dt|fieldset|footer|form|h[1-6]|head|header|html|legend|li|link|main|meta"
    r"|nav|ol|optgroup|option|p|section|summary|table|tbody|td|th|thead|title|tr|ul)\b[^>]*>)\n*"
)
ABSENT = "absent"  # what a phone without a signal shows in place of a page that it lacks


class Titled(Protocol):
    """The figures of an office, as far as their page is more than a template."""

    def titles(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Name the services that they are about."""


def make_environment(
    settings: Settings, content: Content, folder: Path = TEMPLATES, *, asking: Campaign | None = None
) -> Environment:
    """Prepare the templates with what all of them may show; *asking* is the survey's campaign that is on."""
    environment = LendingEnvironment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.lenders = content.catalogues.lenders
    environment.filters |= {
        "rupiah": rupiah, "day": day, "day_parts": day_parts, "moment": moments(settings.office.time_zone),
        "day_of": days(settings.office.time_zone), "clock": clocks(settings.office.time_zone),
    }  # fmt: skip
    environment.globals |= {
        "row_count": row_count,
        "in_row": in_row,
        "office": settings.office,
        "origin": settings.origin,
        "retention": settings.retention,
        "licence": settings.licence,
        "month_names": month_names,
        "languages": content.catalogues.languages,
        "spoken": content.catalogues.spoken,
        "forms": content.forms,
        "first_service": content.first,
        "choices": content.choices,
        "guides": content.guides,
        "regions": content.regions,
        "catalogues": content.catalogues,
        "survey": content.survey,
        "asking": asking,
    }
    return environment


def render(request: Request, template: str, *, status_code: int = 200, **context: object) -> Response:
    """Answer with a page that holds for this request alone; `lang` in *context* goes before the URL's language."""
    environment: Environment = request.app.state.templates
    catalogues = environment.globals["catalogues"]
    assert isinstance(catalogues, Catalogues)
    lang = str(context.pop("lang", "")) or language_of(request.scope["path"], request.headers, catalogues)
    words = _words(catalogues, lang) | {"path": _twin(request, lang), "campaign": _campaign(request)}
    words["is_rehearsal"] = getattr(getattr(request.app.state, "office", None), "is_demo", False)
    html = with_languages(environment.get_template(template).render(words, **context), catalogues[lang].content)
    return HTMLResponse(html, status_code=status_code, headers={"Cache-Control": "no-store", "Content-Language": lang})


def language_of(path: str, headers: Headers, catalogues: Catalogues) -> str:
    """Choose the language of an answer: the URL's, else what the browser prefers, else the office's first."""
    first = path.removeprefix("/staff").split("/")[1:2]  # pages of the staff name theirs behind it
    wanted = (part.split(";")[0].strip().lower() for part in headers.get("accept-language", "").split(","))
    candidates = (*first, *(tag.split("-")[0] for tag in wanted))
    return next((lang for lang in candidates if lang in catalogues), catalogues.languages[0])


def render_pages(environment: Environment, content: Content, periods: Sequence[Titled] = ()) -> dict[str, Resource]:
    """Render every public page, by its URL; *periods* are those whose figures were published.

    Raises:
        ContentError: a template or a text is missing or wrong.
    """
    pages = {}
    for lang in content.catalogues.spoken:
        words = _words(content.catalogues, lang)
        for path, template, context in _public(content, lang, periods):
            html = _rendered(environment, template, {**words, "path": path, **context})
            html = _BLANK.sub(r"\1", with_languages(html, content.catalogues[lang].content))
            pages[f"/{lang}/{path}"] = make_resource(html.encode(), HTML, headers={"Content-Language": lang})
    first = content.catalogues.languages[0]
    return pages | {"/": pages[f"/{first}/"], "/k": pages[f"/{first}/case"]}


def _rendered(environment: Environment, template: str, context: Mapping[str, object]) -> str:
    try:
        return environment.get_template(template).render(context)
    except (TemplateError, MissingText) as error:
        raise ContentError(Fault("{page}: cannot be shown: {reason}", page=template, reason=fault_of(error))) from error


def _public(content: Content, lang: str, periods: Sequence[Titled]) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    yield "", "home.html", {}
    newest = periods[-1] if periods else None
    titles = newest.titles(content.catalogues[lang].texts) if newest else {}
    yield "office", "office.html", {"figures": newest, "periods": periods, "titles": titles}
    for name in ("mine", "track", "case", "volunteer", "bundle", "booking"):
        yield name, f"{name}.html", {}
    yield "guides", "guides.html", {"query": "", "found": ()}
    for guide in content.guides.of(lang):
        yield f"guides/{guide.slug}", "guide.html", {"guide": guide, "answered": ()}
    if SERVICE in content.forms.services:
        form = {"form": content.forms.latest(SERVICE), "values": {}, "errors": {}, "problem": None}
        yield "survey", "survey.html", form
        yield "survey/thanks", "survey_thanks.html", {}
    for service in content.forms.services:
        if service == SERVICE:
            continue
        url = f"/{lang}/apply/{service}"
        form = {"form": content.forms.latest(service), "values": {}, "errors": {}, "url": url}
        yield f"apply/{service}", "form.html", form
    for question in content.choices.questions:
        yield question.path, "choose.html", {"question": question}
    yield ABSENT, "absent.html", {"path": None, "named": _names(content, lang)}


def _names(content: Content, lang: str) -> list[tuple[str, str]]:
    """Name the pages that a phone may lack, by their paths."""
    text, services = content.catalogues[lang].text, (*content.forms.applications, *content.forms.requests)
    own = [("booking", "booking.title"), ("volunteer", "volunteer.title"), ("bundle", "carry.title")]
    forms = [(f"apply/{service}", f"form.{service}.title") for service in services]
    questions = [(question.path, question.label[lang]) for question in content.choices.questions]
    guides = [(f"guides/{guide.slug}", guide.title) for guide in content.guides.of(lang)]
    return [(path, text(key)) for path, key in own + forms] + questions + guides


def _words(catalogues: Catalogues, lang: str) -> dict[str, object]:
    text = catalogues[lang].marked
    return {"lang": lang, "t": text, "_": text, "text": text}


def _campaign(request: Request) -> tuple[str, date] | None:
    """Give what staff are reminded of about the survey today."""
    office = getattr(request.app.state, "office", None)
    survey = request.app.state.templates.globals.get("survey")
    if office is None or not isinstance(survey, SurveyPlan):
        return None
    return survey.reminder(local_day(office.clock(), office.settings.office.time_zone))


def _twin(request: Request, lang: str) -> str | None:
    path = str(request.scope["path"]).removeprefix(f"/{lang}/")
    office = getattr(request.app.state, "office", None)
    known = office.site.resources if office is not None else {}
    return path if f"/{lang}/{path}" in known else None
