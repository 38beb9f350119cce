"""The texts of the office by language, read from gettext catalogues; code names a text by its key only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po


class CatalogueError(Exception):
    """A catalogue can't be read; the message names the file and the reason."""


class MissingText(LookupError):
    """No such text in this language; the message names both."""


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language."""

    lang: str
    texts: Mapping[str, str]

    def text(self, key: str, /, **params: object) -> str:
        """Give the text named *key* with its `{placeholders}` filled in."""
        try:
            found = self.texts[key]
        except KeyError:
            raise MissingText(f"{self.lang}: no text named {key!r}") from None
        return found.format_map(params) if params else found

    def subset(self, prefixes: Iterable[str]) -> dict[str, str]:
        """Give the texts whose key starts with one of *prefixes*, sorted by key."""
        starts = tuple(prefixes)
        return {key: text for key, text in sorted(self.texts.items()) if key.startswith(starts)}


@dataclass(frozen=True)
class Catalogues:
    """Every language the office speaks, its first one (Indonesian) first."""

    by_lang: Mapping[str, Catalogue]

    @property
    def languages(self) -> tuple[str, ...]:
        """Name the languages."""
        return tuple(self.by_lang)

    @property
    def keys(self) -> frozenset[str]:
        """Name the texts that every language has."""
        return frozenset.intersection(*(frozenset(c.texts) for c in self.by_lang.values()))

    def with_texts(self, more: Mapping[str, Mapping[str, str]]) -> "Catalogues":
        """Give these catalogues with *more* texts, by language and key."""
        return Catalogues(
            {lang: Catalogue(lang, {**known.texts, **more.get(lang, {})}) for lang, known in self.by_lang.items()}
        )

    def __getitem__(self, lang: str) -> Catalogue:
        return self.by_lang[lang]

    def __contains__(self, lang: object) -> bool:
        return lang in self.by_lang


def load_catalogues(folder: Path, *, first: str = "id") -> Catalogues:
    """Read every `<lang>.po` of *folder*; the languages must have the same keys, and none may be empty."""
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.po"))}
    if first not in found:
        raise CatalogueError(f"{folder}: {first}.po is missing")
    ordered = {first: found.pop(first), **found}
    for lang, catalogue in ordered.items():
        odd = sorted(set(catalogue.texts) ^ set(ordered[first].texts))
        if odd:
            raise CatalogueError(f"{lang}.po and {first}.po differ in: {', '.join(odd)}")
    return Catalogues(ordered)


def _read(path: Path) -> Catalogue:
    try:
        with path.open("rb") as file:
            messages = [m for m in read_po(file, abort_invalid=True) if m.id]
    except (PoFileError, OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    texts = {str(m.id): str(m.string) for m in messages}
    empty = sorted(key for key, text in texts.items() if not text.strip())
    if empty:
        raise CatalogueError(f"{path.name}: no text for {', '.join(empty)}")
    return Catalogue(path.stem, texts)
