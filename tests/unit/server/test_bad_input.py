"""What people type wrong comes back with the field, the reason in their language, and everything they typed."""

import html
from datetime import date
from urllib.parse import urlencode

import pytest

from server.forms.rules import check
from tests.bad_answers import BAD, Bad
from tests.people_at_work import FORM, REGIONS, SERVICE, TEXTS
from tests.serving import Reply, RunningOffice

HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


def post(office: RunningOffice, lang: str, answers: dict[str, str | bool]) -> Reply:
    fields = {key: "1" if value is True else str(value) for key, value in answers.items() if value is not False}
    body = urlencode(fields).encode()
    return office.ask("POST", f"/{lang}/apply/{SERVICE}", headers=HEADERS, body=body)


def as_shown(bad: Bad) -> list[str]:
    if FORM.field(bad.field).control != "date":
        return [bad.value]
    day, month, year = bad.value.split("-")
    return [f'value="{day}"', f'value="{month}" selected', f'value="{year}"']


def test_every_hard_rule_of_the_form_has_a_wrong_answer_here() -> None:
    used = {rule.message for field in FORM.fields for rule in field.hard}
    assert used <= {bad.message for bad in BAD}


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.field}-{bad.message}")
def test_a_wrong_answer_is_said_in_words_and_nothing_is_lost(office_server: RunningOffice, bad: Bad, lang: str) -> None:
    reply = post(office_server, lang, bad.answers)

    texts, field = TEXTS[lang], FORM.field(bad.field)
    rule = next((rule for rule in field.hard if rule.message == bad.message), None)
    value = rule.value if rule else field.max
    page = html.unescape(reply.text)
    assert reply.status == 422
    assert texts.text(bad.message, field=texts.text(field.label), value=value) in page
    assert f'href="#{bad.field}"' in page
    assert all(shown in page for shown in as_shown(bad))
    assert str(bad.others["ibu_nama"]) in page
    assert "no-store" in reply.headers["cache-control"]


def test_a_choice_that_is_not_on_the_list_is_refused(office_server: RunningOffice) -> None:
    reply = post(office_server, "id", BAD[0].others | {"status_sipil": "9"})

    assert reply.status == 422
    assert TEXTS["id"].text("rule.one-of", field=TEXTS["id"].text("field.status_sipil")) in html.unescape(reply.text)


def test_the_answers_beside_the_wrong_one_are_right() -> None:
    """Each wrong answer is the only one: nothing else may hide that its rule does not work."""
    for bad in BAD:
        findings = check(FORM, bad.others, today=date.today(), regions=REGIONS)
        assert {finding.field for finding in findings.hard} <= {bad.field}
