"""Every application is filled in to its end by generated people, sealed, and read back by an officer to the letter."""

import json
import re
import unicodedata
from datetime import date, datetime

import pytest

from server.answers import from_answers, to_answers
from server.checklist import checklist
from server.content import load_content
from server.edge_sealing import seal_answers
from server.form import Field
from server.form_rows import row_count, spread
from server.pages import make_environment
from server.review import reviewed
from server.rules import check
from server.settings import load_settings
from sync.seal import open_version, open_wrap_as_office
from tests.generated_people import HOSTILE, Crowd
from tests.sealed_items import NOW, OfficeKeys, new_keys

SETTINGS = load_settings({})
CONTENT = load_content(SETTINGS.content)
OFFICE, CODE = OfficeKeys(), new_keys()
TODAY = date(2026, 11, 25)
PEOPLE = 40  # of each form
WAYS = ("%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y")


def meant(field: Field, typed: str) -> str:
    """What somebody meant who typed this, told apart from how the product reads it."""
    lines = [" ".join(line.split()) for line in typed.splitlines()]
    text = unicodedata.normalize("NFC", "\n".join(lines))
    if field.control == "date":
        return next(str(datetime.strptime(text, way).date()) for way in WAYS if re.fullmatch(_shape(way), text))
    if field.control == "tel":
        return "+62" + re.sub("[^0-9]", "", text).removeprefix("62").removeprefix("0")
    if any(rule.rule == "passport-ri" for rule in field.hard):
        return re.sub("[ -]", "", text).upper()
    return text.upper() if field.autocapitalize else text


def _shape(way: str) -> str:
    return way.replace(".", "[.]").replace("%Y", "[0-9]{4}").replace("%d", "[0-9]{1,2}").replace("%m", "[0-9]{1,2}")


@pytest.mark.parametrize("service", CONTENT.forms.services)
def test_what_people_type_is_what_an_officer_reads(service: str) -> None:
    form, crowd, names = CONTENT.forms.latest(service), Crowd(7, regions=CONTENT.regions), set()
    for _ in range(PEOPLE):
        typed = crowd.person(form, today=TODAY)
        assert check(form, typed, today=TODAY, regions=CONTENT.regions).hard == (), typed
        answers = to_answers(form, typed, today=TODAY)
        line = seal_answers(form, answers, keys=CODE, prev=[], key_list=OFFICE.key_list, at=NOW)
        version, wrap = json.loads(line)
        dek = open_wrap_as_office(version, wrap, "k1", OFFICE.seal)
        opened = from_answers(form, open_version(version, dek)["personal"])
        assert list(opened.values()) == answers
        for one in (one for one in spread(form.fields, opened) if isinstance(one.answer, str)):
            assert one.answer in {
                meant(one.field, text) for name, text in typed.items() if name.endswith(one.field.key)
            }
        names.add(typed.get("nama_lengkap"))
    assert service not in CONTENT.forms.applications or names & set(HOSTILE)


def test_a_name_of_sixty_letters_and_one_of_one_word_are_taken() -> None:
    assert max(map(len, HOSTILE)) == 60
    assert "Suharto" in HOSTILE


@pytest.mark.parametrize("service", CONTENT.forms.services)
def test_the_pages_without_javascript_show_all_of_it(service: str) -> None:
    form, crowd = CONTENT.forms.latest(service), Crowd(3, regions=CONTENT.regions)
    typed = crowd.person(form, today=TODAY)
    answers = to_answers(form, typed, today=TODAY)
    texts, environment = CONTENT.catalogues["en"], make_environment(SETTINGS, CONTENT)
    words = {"lang": "en", "_": texts.text, "path": None, "form": form}
    again = environment.get_template("form.html").render(words, values=typed, errors={}, url="/x")
    sections = reviewed(form, answers, texts, CONTENT.regions)
    brings = checklist(form, from_answers(form, answers), CONTENT.fees, today=TODAY)
    shown = environment.get_template("review.html").render(
        words, sections=sections, warnings=[], code="a", number="b", item="c", brings=brings, promised=[]
    )
    for field in (field for field in form.fields if field.control == "repeat"):
        assert again.count(f'data-field="{field.key}.') == (row_count(field, typed) + 1) * len(field.fields)
    given = [one for one in spread(form.fields, from_answers(form, answers)) if one.answer is not None]
    assert sum(len(section.rows) for section in sections) == len(given)
    assert all(value.label["en"] in shown for value in (*brings.fees, *brings.times, *brings.next))


@pytest.mark.parametrize("service", CONTENT.forms.applications)
def test_a_form_has_short_sections_and_seals_all_but_the_nagari(service: str) -> None:
    form = CONTENT.forms.latest(service)
    assert [section.id for section in form.sections if len(section.fields) > 8] == []
    assert [field.key for field in form.every_field if field.clear] == ["nagari"]
