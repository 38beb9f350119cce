"""The questions at the end of a guide: several answers each, one of them right, and why.

In the guide's Markdown, each after an empty line:

    ? What do you do when somebody does not answer?
    - [ ] Begin all the same
    - [x] Wait, and begin only after a yes
    > Silence is no consent (UU 27/2022, article 22).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.faults import Fault

_OPTION = re.compile(r"- \[([ x])\] (.+)")


class QuizError(ValueError):
    """A question is wrong: which one, and the reason."""

    def __init__(self, at: Fault, reason: Fault) -> None:
        super().__init__(f"{at}: {reason}")
        self.at, self.reason = at, reason


@dataclass(frozen=True)
class Question:
    """One question; `right` is the place of the right option."""

    text: str
    options: tuple[str, ...]
    right: int
    why: str


@dataclass(frozen=True)
class Answered:
    """What somebody chose, if anything."""

    chosen: int | None
    is_right: bool


def take_questions(body: str) -> tuple[str, tuple[Question, ...]]:
    """Split a guide's Markdown into what is read and what is asked.

    Raises:
        QuizError: the first question that is wrong.
    """
    blocks = body.split("\n\n")
    asked = [block.strip() for block in blocks if block.lstrip().startswith("? ")]
    read = [block for block in blocks if not block.lstrip().startswith("? ")]
    return "\n\n".join(read), tuple(_question(n, block.splitlines()) for n, block in enumerate(asked, 1))


def _question(n: int, lines: Sequence[str]) -> Question:
    text, *rest = lines
    text = text[2:].strip()
    options = [found for line in rest if (found := _OPTION.fullmatch(line.rstrip()))]
    why = [line[2:].strip() for line in rest if line.startswith("> ")]
    odd = [line for line in rest if not _OPTION.fullmatch(line.rstrip()) and not line.startswith("> ")]
    right = [at for at, option in enumerate(options) if option[1] == "x"]
    if reason := _reason(odd, len(options), len(right), why):
        raise QuizError(Fault("question {n} ({text})", n=n, text=text), reason)
    return Question(text, tuple(option[2] for option in options), right[0], " ".join(why))


def _reason(odd: Sequence[str], options: int, right: int, why: Sequence[str]) -> Fault | None:
    if odd:
        return Fault("can't read {line!r}: an answer begins with - [ ] or - [x], the reason with >", line=odd[0])
    if options < 2:
        return Fault("it needs at least two answers, each on a line that begins with - [ ]")
    if right != 1:
        return Fault("exactly one answer is right and begins with - [x], not {count}", count=right)
    return None if why else Fault("the reason is missing, on a line that begins with >")


def judge(questions: Sequence[Question], fields: Mapping[str, str]) -> list[Answered]:
    """Judge what was posted as `q0`, `q1`, …"""
    found = []
    for at, question in enumerate(questions):
        typed = fields.get(f"q{at}", "")
        chosen = int(typed) if re.fullmatch(r"[0-9]", typed) else None
        found.append(Answered(chosen, chosen == question.right))
    return found


def is_passed(answered: Sequence[Answered]) -> bool:
    """Say whether all of them are right."""
    return bool(answered) and all(one.is_right for one in answered)
