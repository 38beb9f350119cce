"""Questions at the end of a guide: how they are written, judged, and the slips that are told."""

import re
from pathlib import Path

import pytest

from server.guides.guides import GuideError, load_guides, parse_guide
from server.guides.quiz import is_passed, judge
from tests.serving import RunningOffice
from tests.unit.server.guides.test_guides import CONTENT, FRONT

ASKED = "? Ya atau tidak?\n- [ ] Ya\n- [x] Tidak\n> Karena *tidak*.\n> Selalu."
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_questions_are_taken_out_of_what_is_read() -> None:
    guide = parse_guide(
        FRONT.replace("checked:", "repeat: 90\nchecked:") + f"## Baca\n\n{ASKED}\n\nAkhir.\n", "id", "x"
    )
    [question] = guide.questions
    assert (question.text, question.options, question.right) == ("Ya atau tidak?", ("Ya", "Tidak"), 1)
    assert question.why == "Karena *tidak*. Selalu."
    assert guide.repeat == 90
    assert guide.html == "<h2>Baca</h2>\n<p>Akhir.</p>\n"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (ASKED.replace("[x]", "[ ]"), "exactly one answer is right and begins with - [x], not 0"),
        (ASKED.replace("[ ]", "[x]"), "exactly one answer is right and begins with - [x], not 2"),
        (ASKED.replace("> ", "- "), "can't read '- Karena *tidak*.'"),
        ("? Ya atau tidak?\n- [x] Ya\n> x", "at least two answers"),
        ("? Ya atau tidak?\n- [x] Ya\n- [ ] Tidak", "the reason is missing"),
    ],
)
def test_a_question_with_a_slip(asked: str, reason: str) -> None:
    place = "id/x.md: question 2 (Ya atau tidak?)"
    with pytest.raises(GuideError, match=rf"^{re.escape(place)}: .*{re.escape(reason)}"):
        parse_guide(f"{FRONT}{ASKED}\n\n{asked}", "id", "x")


def test_only_all_answers_right_are_passed() -> None:
    questions = parse_guide(f"{FRONT}{ASKED}\n\n{ASKED}", "id", "x").questions
    assert is_passed(judge(questions, {"q0": "1", "q1": "1"}))
    for fields in ({}, {"q0": "1"}, {"q0": "1", "q1": "0"}, {"q0": "1", "q1": "x"}, {"q0": "1", "q1": "11"}):
        assert not is_passed(judge(questions, fields))
    assert not is_passed([])


def test_training_is_the_same_in_every_language() -> None:
    guides = load_guides(Path(CONTENT))
    for slug in guides.slugs:
        shapes = {
            (guide.repeat, tuple((len(q.options), q.right) for q in guide.questions))
            for guide in (guides.by_lang[lang][slug] for lang in guides.by_lang)
        }
        assert len(shapes) == 1, slug
    trained = [guide for guide in guides.of("id") if guide.group in ("volunteer", "officer")]
    assert all(guide.questions and guide.repeat for guide in trained)


def test_it_is_judged_without_javascript(office_server: RunningOffice) -> None:
    url = "/id/guides/volunteer-consent"
    assert 'action="/id/guides/volunteer-consent#quiz"' in office_server.ask("GET", url).text
    wrong = office_server.ask("POST", url, body=b"q0=0&q1=0&q2=1", headers=FORM).text
    assert re.findall(r"<strong>(\w+)[^<]*</strong> [A-Z]", wrong) == ["Belum", "Benar", "Benar"]
    assert "Belum semuanya benar." in wrong
    assert "Semuanya benar." in office_server.ask("POST", url, body=b"q0=1&q1=0&q2=1", headers=FORM).text
    assert office_server.ask("POST", "/id/guides/passport", body=b"q0=1", headers=FORM).status == 404
