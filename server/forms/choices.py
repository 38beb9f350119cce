"""The guided choice: plain questions, a page each, that lead to the right application; from `content/choices.toml`."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST = 4  # questions until the application is found

Words = Mapping[str, str]  # by language


class ChoicesError(Exception):
    """The guided choice is wrong; the message names the file, the question and the reason."""


@dataclass(frozen=True)
class Way:
    """One answer, and where it leads: to the page of another question or of an application."""

    label: Words
    hint: Words | None
    path: str


@dataclass(frozen=True)
class Question:
    """One question on a page of its own; where it is answered further off it says so in words."""

    id: str
    path: str
    label: Words
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Choices:
    """Every question, the first one first, and the application that most people come for."""

    questions: tuple[Question, ...] = ()
    first: str | None = None

    def unled(self, services: Collection[str]) -> list[str]:
        """Name the applications to which no answer leads."""
        led = {way.path.removeprefix("apply/") for question in self.questions for way in question.ways}
        return [service for service in services if self.questions and service not in led]


def load_choices(
    path: Path, *, services: Collection[str], languages: Collection[str], also: Collection[str] = ()
) -> Choices:
    """Read the choices; an office without the file has none, and in *also* they need no words.

    Raises:
        ChoicesError: something is missing, leads nowhere, or takes more than four questions.
    """
    if not path.exists():
        return Choices()
    try:
        data = tomllib.loads(path.read_text())
        return _Reader(path.name, data, services, languages, also).choices()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ChoicesError(f"{path.name}: {error}") from None


class _Reader:
    def __init__(
        self,
        file: str,
        data: Mapping[str, Any],
        services: Collection[str],
        languages: Collection[str],
        also: Collection[str],
    ) -> None:
        self.file, self.services, self.languages, self.also = file, services, languages, also
        self.first = data.get("first")
        self.raw: dict[str, Any] = data.get("question", {})

    def choices(self) -> Choices:
        if self.first not in self.services:
            raise ChoicesError(f"{self.file}: first: {self.first!r} is no application")
        questions = tuple(self.question(id_, raw) for id_, raw in self.raw.items())
        depths = dict(self.depths(next(iter(self.raw), ""), 1))
        lost = [id_ for id_ in self.raw if id_ not in depths]
        if lost:
            raise ChoicesError(f"{self.file}: question {lost[0]}: no answer leads to it")
        return Choices(questions, self.first)

    def depths(self, id_: str, depth: int) -> Iterator[tuple[str, int]]:
        if depth > MOST:
            raise ChoicesError(f"{self.file}: question {id_}: it comes after more than {MOST} questions")
        yield id_, depth
        for way in self.raw.get(id_, {}).get("ways", []):
            if "ask" in way:
                yield from self.depths(way["ask"], depth + 1)

    def question(self, id_: str, raw: Any) -> Question:
        at = f"{self.file}: question {id_}"
        if not isinstance(raw, dict) or not isinstance(raw.get("ways"), list) or not raw["ways"]:
            raise ChoicesError(f"{at}: it needs words and ways")
        ways = tuple(self.way(at, way) for way in raw["ways"])
        path = "choose" if id_ == next(iter(self.raw)) else f"choose/{id_}"
        return Question(id_, path, self.words(at, raw), ways)

    def way(self, at: str, way: Any) -> Way:
        if not isinstance(way, dict) or ("ask" in way) == ("apply" in way):
            raise ChoicesError(f"{at}: a way leads either to a question (ask) or to an application (apply)")
        hint = self.words(f"{at}: hint", way["hint"]) if "hint" in way else None
        return Way(self.words(at, way), hint, self.target(at, way))

    def target(self, at: str, way: Mapping[str, Any]) -> str:
        if "apply" in way:
            if way["apply"] not in self.services:
                raise ChoicesError(f"{at}: there is no application {way['apply']!r}")
            return f"apply/{way['apply']}"
        if way["ask"] not in self.raw:
            raise ChoicesError(f"{at}: there is no question {way['ask']!r}")
        return f"choose/{way['ask']}"

    def words(self, at: str, raw: Any) -> Words:
        words = {lang: raw.get(lang) if isinstance(raw, dict) else None for lang in self.languages}
        missing = [lang for lang, text in words.items() if not isinstance(text, str) or not text.strip()]
        if missing:
            raise ChoicesError(f"{at}: no words in {missing[0]!r}")
        words |= {lang: raw[lang] for lang in self.also if isinstance(raw.get(lang), str) and raw[lang].strip()}
        return {lang: str(text) for lang, text in words.items()}
