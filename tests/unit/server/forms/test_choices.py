"""The guided choice leads everybody to an application in at most four questions, and a slip in it is named."""

from pathlib import Path

import pytest

from server.content import load_content
from server.forms.choices import MOST, ChoicesError, load_choices
from server.settings import load_settings

START = 'first = "a"\n[question.one]\nid = "Apa?"\nen = "What?"\n'
LOST = '[question.two]\nid = "?"\nen = "?"\nways = [{id="x",en="x",apply="b"}]'
WAY = '[[question.one.ways]]\nid = "Ini"\nen = "This"\n'


def read(folder: Path, text: str) -> None:
    (folder / "choices.toml").write_text(text)
    load_choices(folder / "choices.toml", services=("a", "b"), languages=("id", "en"))


def test_every_application_is_found_in_four_questions_at_most() -> None:
    content = load_content(load_settings({}).content)
    pages = {question.path: question for question in content.choices.questions}
    asked, found, reached = 0, {"choose"}, set()
    while found and asked < MOST:
        paths = {way.path for page in found for way in pages[page].ways}
        found, asked = paths & pages.keys(), asked + 1
        reached |= paths - pages.keys()
    assert not found
    assert reached == {f"apply/{service}" for service in content.forms.applications}
    assert content.first == "passport-new"


def test_an_office_without_choices_has_none(tmp_path: Path) -> None:
    assert load_choices(tmp_path / "choices.toml", services=(), languages=("id",)).questions == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('first = "z"', "first: 'z' is no application"),
        (START + WAY + 'apply = "c"\n', "question one: there is no application 'c'"),
        (START + WAY + 'ask = "two"\n', "question one: there is no question 'two'"),
        (START + WAY + 'ask = "one"\n', "more than 4 questions"),
        (START + WAY, "either to a question"),
        (START, "it needs words and ways"),
        (START + '[[question.one.ways]]\nid = "Ini"\napply = "a"\n', "no words in 'en'"),
        (START + WAY + 'apply = "a"\n' + LOST, "question two: no answer"),
        ("first = ", "choices.toml: "),
    ],
)  # fmt: skip
def test_a_slip_is_named(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ChoicesError, match=reason):
        read(tmp_path, text)
