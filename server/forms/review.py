"""Writes answers as people read them, for the page on which they look everything over before sending."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.forms.answers import Answer, is_real_date
from server.forms.form_rows import Question, spread
from server.forms.forms import Field, Form
from server.i18n import Catalogue
from server.regions import LEVELS, Regions


@dataclass(frozen=True)
class ReviewedSection:
    """A section's title and its answers as (label, what was answered)."""

    title: str
    rows: tuple[tuple[str, str], ...]


def reviewed(form: Form, answers: Sequence[Answer], texts: Catalogue, regions: Regions) -> list[ReviewedSection]:
    """Write every answer that was given; what was not asked or left open is left out."""
    by_key = {field.key: answer for field, answer in zip(form.fields, answers, strict=True)}
    sections = []
    for section in form.sections:
        given = [one for one in spread(section.fields, by_key) if one.answer is not None]
        rows = tuple((_label(one, texts), shown(one.field, one.answer, texts, regions)) for one in given)
        if rows:
            sections.append(ReviewedSection(texts.text(section.title), rows))
    return sections


def _label(one: Question, texts: Catalogue) -> str:
    return row_label(one.within, one.place, one.field, texts) if one.within else texts.text(one.field.label)


def row_label(within: Field, place: int, field: Field, texts: Catalogue) -> str:
    """Name a question of a row, which is counted from 1."""
    return f"{texts.text(within.label)} {place}: {texts.text(field.label)}"


def shown(field: Field, answer: Answer, texts: Catalogue, regions: Regions) -> str:
    """Write one answer."""
    labels = dict(field.options)
    if str(answer) in labels:
        return texts.text(labels[str(answer)])
    if field.control == "checkbox":
        return texts.text("review.yes" if answer == 1 else "review.no")
    if field.control in LEVELS:
        return regions.full_name(str(answer))
    if field.control == "date" and is_real_date(answer):
        return "-".join(reversed(str(answer).split("-")))
    return str(answer)
