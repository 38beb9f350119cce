"""What somebody brings, pays and waits for, from the answers given; the same as pwa/checklist.js.

Papers come from the form, everything else from the dated values of `content/fees.toml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.forms.answers import Answer, holds
from server.forms.fees import Fees, Value
from server.forms.form import Form, Paper


@dataclass(frozen=True)
class Checklist:
    """Papers and values that hold for one person's answers; `total` is the sum of the fees, where all are known."""

    papers: tuple[Paper, ...]
    fees: tuple[Value, ...]
    times: tuple[Value, ...]
    next: tuple[Value, ...]
    total: int | None


def checklist(form: Form, answers: Mapping[str, Answer], fees: Fees, *, today: date) -> Checklist:
    """Choose what holds."""

    def chosen(kind: str) -> tuple[Value, ...]:
        own = (value for value in fees.of(form.service) if value.kind == kind)
        return tuple(one for one in own if one.when is None or holds(one.when, answers, today=today))

    papers = tuple(
        paper
        for field in form.fields
        for paper in field.papers
        if paper.when is None or holds(paper.when, answers, today=today)
    )
    found = chosen("fee")
    amounts = [value.amount for value in found if value.amount]
    total = sum(amounts) if len(amounts) == len(found) else None
    return Checklist(papers, found, chosen("time"), chosen("next"), total)
