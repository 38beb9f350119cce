"""The texts of the office by language, read from gettext catalogues; code names a text by its key only.

A fault of an editor's file (`server/faults.py`) is named by its English sentence, in the context `fault`: English needs
no words for it, and none of them are sent to a phone.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from babel.messages.pofile import PoFileError, read_po

from server.fallback_language import lent
from server.faults import Fault

PARTLY = "languages.toml"  # says which languages are spoken in part
NOBODY = "none yet"
FAULT = "fault"


class CatalogueError(Exception):
    """A catalogue can't be read; the message names the file and the reason."""


class MissingText(LookupError):
    """No such text in this language; the message names both."""


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language.

    Attributes:
        falls_back_to: the language of what it has no text for; None of one that has them all.
        lends: the keys whose texts are that language's.
        checked: the day on which somebody who grew up with it read its texts, None until then.
        titles: what it calls guides, by slug.
        faults: its words for faults, by their English sentence.
    """

    lang: str
    texts: Mapping[str, str]
    falls_back_to: str | None = None
    lends: frozenset[str] = frozenset()
    checked: date | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """Name the language in which this one's readers read what the office writes."""
        return self.falls_back_to or self.lang

    def text(self, key: str, /, **params: object) -> str:
        """Give the text named *key* with its `{placeholders}` filled in."""
        try:
            found = self.texts[key]
        except KeyError:
            raise MissingText(Fault("{lang}: no text named {key!r}", lang=self.lang, key=key)) from None
        return found.format_map(params) if params else found

    def marked(self, key: str, /, **params: object) -> str:
        """Give the same for a page (`server.fallback_language`): marked where it is lent."""
        found = self.text(key, **params)
        return lent(found) if key in self.lends else found

    def told(self, fault: str) -> str:
        """Tell a fault; what it has no words for stays in English."""
        return fault.told(self.faults) if isinstance(fault, Fault) else fault

    def choose(self, words: Mapping[str, str]) -> str:
        """Give which of *words*, by language, its readers read."""
        return words.get(self.lang) or words[self.content]

    def subset(self, prefixes: Iterable[str]) -> dict[str, str]:
        """Give the texts whose key starts with one of *prefixes*, sorted by key."""
        starts = tuple(prefixes)
        return {key: text for key, text in sorted(self.texts.items()) if key.startswith(starts)}


@dataclass(frozen=True)
class Catalogues:
    """Every language the office speaks, its first one (Indonesian) first and those that it speaks in part last."""

    by_lang: Mapping[str, Catalogue]

    @property
    def languages(self) -> tuple[str, ...]:
        """Name the languages that everything is written in."""
        return tuple(lang for lang, catalogue in self.by_lang.items() if catalogue.falls_back_to is None)

    @property
    def spoken(self) -> tuple[str, ...]:
        """Name every language that pages are read in."""
        return tuple(self.by_lang)

    @property
    def lenders(self) -> dict[str, str]:
        """Name the language that each that is spoken in part falls back to."""
        return {lang: known.falls_back_to for lang, known in self.by_lang.items() if known.falls_back_to}

    @property
    def keys(self) -> frozenset[str]:
        """Name the texts that every language has."""
        return frozenset.intersection(*(frozenset(c.texts) for c in self.by_lang.values()))

    def with_texts(self, more: Mapping[str, Mapping[str, str]]) -> "Catalogues":
        """Give these catalogues with *more* texts, by language and key."""
        return Catalogues({lang: _with(known, more) for lang, known in self.by_lang.items()})

    def __getitem__(self, lang: str) -> Catalogue:
        return self.by_lang[lang]

    def __contains__(self, lang: object) -> bool:
        return lang in self.by_lang


def load_catalogues(folder: Path, *, first: str = "id") -> Catalogues:
    """Read every `<lang>.po` of *folder*; the languages must have the same keys, and none may be empty.

    One that `languages.toml` names is spoken in part: what it has no text for it lends.
    """
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.po"))}
    partly = {lang: (told, found.pop(lang, None)) for lang, told in _partly(folder / PARTLY)}
    if first not in found:
        raise CatalogueError(f"{folder}: {first}.po is missing")
    ordered = {first: found.pop(first), **found}
    for lang, catalogue in ordered.items():
        odd = sorted(set(catalogue.texts) ^ set(ordered[first].texts))
        if odd:
            raise CatalogueError(f"{lang}.po and {first}.po differ in: {', '.join(odd)}")
    return Catalogues(ordered | {lang: _lending(lang, told, own, ordered) for lang, (told, own) in partly.items()})


def _with(known: Catalogue, more: Mapping[str, Mapping[str, str]]) -> Catalogue:
    own = more.get(known.lang, {})
    lent = more.get(known.falls_back_to, {}) if known.falls_back_to else {}
    return replace(known, texts={**known.texts, **lent, **own}, lends=(known.lends | lent.keys()) - own.keys())


def _partly(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        yield from tomllib.loads(path.read_text(encoding="utf-8")).items() if path.exists() else ()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error


def _lending(lang: str, told: Any, own: Catalogue | None, whole: Mapping[str, Catalogue]) -> Catalogue:
    lender = str(told.get("falls_back_to")) if isinstance(told, dict) else ""
    if own is None or lender not in whole:
        raise CatalogueError(
            f"{PARTLY}: {lang}: it needs its own {lang}.po, and falls_back_to a language with all texts"
        )
    missing = [key for key in ("source", "written") if not told.get(key)]
    checked = told.get("checked")
    if missing or not (checked == NOBODY or isinstance(checked, date)):
        raise CatalogueError(f"{PARTLY}: {lang}: it says source and written, and checked: a day or {NOBODY!r}")
    odd = sorted(own.texts.keys() - whole[lender].texts.keys())
    if odd:
        raise CatalogueError(f"{lang}.po: {lender}.po has no {', '.join(odd)}")
    return Catalogue(
        lang,
        {**whole[lender].texts, **own.texts},
        lender,
        frozenset(whole[lender].texts.keys() - own.texts.keys()),
        checked if isinstance(checked, date) else None,
        told.get("guides", {}),
        {**whole[lender].faults, **own.faults},
    )


def _read(path: Path) -> Catalogue:
    try:
        with path.open("rb") as file:
            messages = [m for m in read_po(file, abort_invalid=True) if m.id]
    except (PoFileError, OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    texts = {str(m.id): str(m.string) for m in messages if m.context != FAULT}
    faults = {str(m.id): str(m.string) for m in messages if m.context == FAULT}
    empty = sorted(key for key, text in (texts | faults).items() if not text.strip())
    if empty:
        raise CatalogueError(f"{path.name}: no text for {', '.join(empty)}")
    return Catalogue(path.stem, texts, faults=faults)
