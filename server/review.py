"""Writes answers as people read them, for the page on which they look everything over before sending."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.answers import Answer, is_real_date
from server.forms import Field, Form
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
        given = [(field, answer) for field in section.fields if (answer := by_key[field.key]) is not None]
        rows = tuple((texts.text(field.label), shown(field, answer, texts, regions)) for field, answer in given)
        if rows:
            sections.append(ReviewedSection(texts.text(section.title), rows))
    return sections


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
