"""The office's guides: Markdown with a small front matter, from `content/guides/<lang>/<slug>.md`.

The front matter says the title, the group and the place in the list, the day a person last checked the facts, and
where they stand:

    ---
    title: …
    group: passport
    order: 1
    checked: 2026-11-25
    sources:
    - …
    ---

`repeat: 365` says after how many days whoever is trained with it answers its questions (server/guides/quiz.py) again,
`services: passport-new, …` of which applications it is the standard of service.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from markdown_it import MarkdownIt

from server.fallback_language import lent
from server.faults import WHOLE_FILE, Fault, fault_in
from server.guides.quiz import Question, QuizError, take_questions

OPTIONAL = ("repeat", "services")
KEYS = ("title", "group", "order", "checked", "sources")
GROUPS = ("passport", "stay", "phone", "safe", "office", "volunteer", "officer")  # in the order they are listed
FRONT_MATTER = Fault("front matter")
MAX_TEXT = 6 * 1024  # bytes: a guide has to come through a thin signal and be read to its end


class GuideError(Exception):
    """A guide is wrong; the message names the file and the reason."""


@dataclass(frozen=True)
class Guide:
    """One guide in one language.

    Attributes:
        questions: what it asks at its end, of whoever is trained with it.
        repeat: the days after which that has to be done again; None for once.
        services: the applications of which it is the standard of service.
        text: all of it as it was written, Markdown with its front matter.
    """

    lang: str
    slug: str
    title: str
    group: str
    order: int
    checked: date
    sources: tuple[str, ...]
    html: str
    questions: tuple[Question, ...] = ()
    repeat: int | None = None
    text: str = field(default="", repr=False)
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guides:
    """Every guide, by language and slug; every language has the same ones.

    Attributes:
        lent: the same for languages that are spoken in part, under titles of their own.
    """

    by_lang: Mapping[str, Mapping[str, Guide]]
    lent: Mapping[str, Mapping[str, Guide]] = field(default_factory=dict)

    @property
    def slugs(self) -> tuple[str, ...]:
        """Name the guides in the order they are listed."""
        return tuple(next(iter(self.by_lang.values()), {}))

    def get(self, lang: str, slug: str) -> Guide | None:
        """Find one guide."""
        return self._every.get(lang, {}).get(slug)

    def of(self, lang: str) -> tuple[Guide, ...]:
        """List the guides of one language."""
        return tuple(self._every[lang].values())

    def grouped(self, lang: str) -> Iterator[tuple[str, tuple[Guide, ...]]]:
        """List the guides of one language group by group."""
        return by_group(self.of(lang))

    def with_edited(self, edited: Mapping[tuple[str, str], Guide]) -> "Guides":
        """Give these guides with others in the place of those of the same language and slug, and with new ones.

        A new one that is not written in a language is there in that which it is written in.
        """
        new = {slug: one for (_, slug), one in sorted(edited.items(), reverse=True) if slug not in self.slugs}
        return Guides(
            {
                lang: {
                    one.slug: one
                    for one in _sorted(edited.get((lang, slug), one) for slug, one in {**new, **guides}.items())
                }
                for lang, guides in self.by_lang.items()
            }
        )

    @property
    def _every(self) -> Mapping[str, Mapping[str, Guide]]:
        return {**self.by_lang, **self.lent}

    def lending(self, lang: str, lender: str, titles: Mapping[str, str]) -> "Guides":
        """Give these guides with those of *lender* for *lang* too, under its own *titles* where it has any.

        Raises:
            GuideError: there is no guide for one of the titles.
        """
        guides = self.by_lang[lender]
        if odd := sorted(titles.keys() - guides.keys()):
            raise GuideError(f"{odd[0]}: {lang} has a title for it, and there is no such guide")
        mine = {slug: replace(one, title=titles.get(slug) or lent(one.title)) for slug, one in guides.items()}
        return replace(self, lent={**self.lent, lang: mine})


def by_group(guides: Iterable[Guide]) -> Iterator[tuple[str, tuple[Guide, ...]]]:
    """Give each group that has guides, in its place, with them as they come."""
    listed = tuple(guides)
    for group in GROUPS:
        if mine := tuple(guide for guide in listed if guide.group == group):
            yield group, mine


def load_guides(folder: Path) -> Guides:
    """Read every guide of *folder*; a guide that is missing in one language is an error."""
    found = {
        lang.name: {guide.slug: guide for guide in _in_order(lang)}
        for lang in sorted(folder.iterdir())
        if lang.is_dir()
    }
    slugs = {slug for guides in found.values() for slug in guides}
    for lang, guides in found.items():
        for slug in sorted(slugs - guides.keys()):
            raise GuideError(f"{lang}/{slug}.md: missing, but another language has it")
    return Guides(found)


def _in_order(folder: Path) -> list[Guide]:
    return _sorted(read_guide(path, folder.name) for path in folder.glob("*.md"))


def _sorted(guides: Iterable[Guide]) -> list[Guide]:
    return sorted(guides, key=lambda guide: (GROUPS.index(guide.group), guide.order, guide.slug))


def read_guide(path: Path, lang: str) -> Guide:
    """Read one guide; a byte order mark that an editor put before it is no part of it."""
    try:
        return parse_guide(path.read_text(encoding="utf-8-sig"), lang, path.stem)
    except UnicodeDecodeError as error:
        raise GuideError(f"{lang}/{path.name}: {error}") from None


def parse_guide(text: str, lang: str, slug: str) -> Guide:
    """Read the text of one guide.

    Raises:
        GuideError: it is too long, or its front matter is wrong.
    """
    name = f"{lang}/{slug}.md"
    if len(text.encode()) > MAX_TEXT:
        raise GuideError(fault_in(name, WHOLE_FILE, Fault("longer than {most} bytes", most=MAX_TEXT)))
    opening, _, rest = text.partition("---\n")
    front, end, body = rest.partition("\n---\n")
    if opening or not end:
        unopened = Fault("does not open with a front matter between two lines of ---")
        raise GuideError(fault_in(name, WHOLE_FILE, unopened))
    values, sources = _front_matter(name, front)
    try:
        body, questions = take_questions(body)
    except QuizError as error:
        raise GuideError(fault_in(name, error.at, error.reason)) from None
    # No HTML of an editor's: what a guide can do is what Markdown can do.
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(body)
    try:
        services = tuple(one.strip() for one in values.get("services", "").split(",") if one.strip())
        repeat = int(values["repeat"]) if "repeat" in values else None
        order, checked = int(values["order"]), date.fromisoformat(values["checked"])
    except ValueError:
        reason = Fault("order and repeat are numbers, checked a date such as 2026-11-25")
        raise GuideError(fault_in(name, FRONT_MATTER, reason)) from None
    if values["group"] not in GROUPS:
        raise GuideError(fault_in(name, FRONT_MATTER, Fault("group is one of {groups}", groups=", ".join(GROUPS))))
    return Guide(
        lang, slug, values["title"], values["group"], order, checked, sources, html, questions, repeat, text, services
    )


def write_guide(fields: Mapping[str, str]) -> str:
    """Write a guide of its front matter, a source a line, and its `body`."""
    optional = [f"{key}: {fields[key]}" for key in OPTIONAL if fields.get(key)]
    front = [f"{key}: {fields[key]}" for key in KEYS[:-1]] + optional
    sources = [f"- {line.strip()}" for line in fields["sources"].splitlines() if line.strip()]
    return "\n".join(["---", *front, "sources:", *sources, "---", fields["body"].strip(), ""])


def _front_matter(name: str, front: str) -> tuple[dict[str, str], tuple[str, ...]]:
    values: dict[str, str] = {}
    sources: list[str] = []
    for line in front.splitlines():
        key, colon, value = line.partition(":")
        if line.startswith("- ") and "sources" in values:
            sources.append(line[2:].strip())
        elif colon and key in (*KEYS, *OPTIONAL) and key not in values:
            values[key] = value.strip()
        else:
            raise GuideError(fault_in(name, FRONT_MATTER, Fault("can't read {line!r}", line=line)))
    missing = [key for key in KEYS[:-1] if not values.get(key)]
    if missing or not sources:
        reason = Fault("{key} is missing", key=(missing or KEYS[-1:])[0])
        raise GuideError(fault_in(name, FRONT_MATTER, reason))
    return values, tuple(sources)
