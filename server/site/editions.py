"""Keeps the editions of the packs that phones may still hold, so that an update can be answered with what differs.

They lie in the folder of what was made before: `editions.json` lists the last of each language, the newest first, and
every pack of them is a file named by the SHA-256 of what is in it, as brotli. An edition's packs in one answer are not
kept but put together again. What is damaged or missing is not held, and costs a phone the whole of what changed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli

from server.site.made_before import write_whole
from server.site.packs import AT_ONCE, as_json, at_once, place_of
from server.site.resources import Resource

EDITIONS = 16  # of a language; a phone that comes after as many updates fetches the changed files whole
LIST = "editions.json"


@dataclass(frozen=True)
class Edition:
    """One edition of a language: the digest of each pack by its URL."""

    lang: str
    revision: str
    headers: Mapping[str, str]
    packs: Mapping[str, str]
    extras: Mapping[str, str]
    whole: str  # the digest of the one answer that a first visit fetches
    more: Mapping[str, Sequence[str]] = field(default_factory=dict)  # the URLs of the extras in it; none in old ones

    @property
    def every(self) -> Mapping[str, str]:
        """Give all packs."""
        return {**self.packs, **self.extras}


@dataclass(frozen=True)
class Editions:
    """What is held in *folder*; nothing without one."""

    folder: Path | None = None
    listed: tuple[Edition, ...] = ()
    _entries: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict, repr=False)

    def find(self, lang: str, revision: str) -> Edition | None:
        """Find an edition."""
        return next((one for one in self.listed if (one.lang, one.revision) == (lang, revision)), None)

    def serving(self, lang: str) -> Edition | None:
        """Give the edition of a language that is served now."""
        return next((one for one in self.listed if one.lang == lang), None)

    def held(self, digest: str, path: str) -> bytes | None:
        """Give what has this SHA-256 in hex: a pack, or packs in one answer; None where it is not meant for *path*."""
        for edition in self.listed:
            if edition.whole == digest and path.startswith(f"/packs/{edition.lang}"):
                return self._whole(edition)
            if any(each == digest and path.startswith(place_of(url)) for url, each in edition.every.items()):
                return self._read(digest)
        return None

    def entries(self, edition: Edition) -> Mapping[str, Any]:
        """Give everything that was in the packs of an edition, by its URL."""
        key = (edition.lang, edition.revision)
        if key not in self._entries:
            packs = (self._read(digest) for digest in edition.every.values())
            self._entries[key] = {url: entry for pack in packs if pack for url, entry in json.loads(pack).items()}
        return self._entries[key]

    def _whole(self, edition: Edition) -> bytes | None:
        wanted = [*edition.packs, *(url for urls in edition.more.values() for url in urls)]
        read = {url: self._read(edition.every[url]) for url in wanted}
        known = {url: pack for url, pack in read.items() if pack is not None}
        if len(known) < len(wanted):
            return None
        more = {name: {url: known[url] for url in urls} for name, urls in edition.more.items()}
        return at_once(edition.revision, edition.headers, {url: known[url] for url in edition.packs}, more)

    def _read(self, digest: str) -> bytes | None:
        if self.folder is None:
            return None
        with suppress(OSError, brotli.error):
            pack: bytes = brotli.decompress((self.folder / digest).read_bytes())
            return pack if _digest(pack) == digest else None
        return None


def keep_editions(folder: Path, resources: Mapping[str, Resource]) -> Editions:
    """Hold the editions that are served now beside the last ones before them, and let go of older ones."""
    now = tuple(_edition(lang, resources) for lang in _languages(resources))
    listed = now + tuple(old for old in _listed(folder) if (old.lang, old.revision) not in {_name(one) for one in now})
    listed = tuple(one for lang in {one.lang for one in listed} for one in _last(lang, listed))
    for edition in now:
        for url, digest in edition.every.items():
            if not (folder / digest).exists():
                write_whole(folder / digest, _small(resources[url]))
    write_whole(folder / LIST, as_json([vars(edition) for edition in listed]))
    _let_go(folder, {LIST, *(digest for edition in listed for digest in edition.every.values())})
    return Editions(folder, listed)


def _languages(resources: Mapping[str, Resource]) -> list[str]:
    return [url.removeprefix("/packs/").removesuffix(".ndjson") for url in resources if url.endswith(".ndjson")]


def _edition(lang: str, resources: Mapping[str, Resource]) -> Edition:
    told = json.loads(resources[f"/packs/{lang}.json"].body)
    extras = [row for rows in told["extras"].values() for row in rows]
    packs, more = ({url: _digest(resources[url].body) for url, _ in rows} for rows in (told["packs"], extras))
    whole = _digest(resources[f"/packs/{lang}.ndjson"].body)
    in_whole = {name: [url for url, _ in told["extras"][name]] for name in AT_ONCE}
    return Edition(lang, told["revision"], told["headers"], packs, more, whole, in_whole)


def _listed(folder: Path) -> tuple[Edition, ...]:
    try:
        return tuple(Edition(**row) for row in json.loads((folder / LIST).read_bytes()))
    except (OSError, ValueError, TypeError):
        return ()


def _last(lang: str, listed: tuple[Edition, ...]) -> tuple[Edition, ...]:
    return tuple(edition for edition in listed if edition.lang == lang)[:EDITIONS]


def _name(edition: Edition) -> tuple[str, str]:
    return edition.lang, edition.revision


def _small(resource: Resource) -> bytes:
    small = resource.encodings.get("br")
    return small if small is not None else brotli.compress(resource.body)


def _let_go(folder: Path, kept: set[str]) -> None:
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name not in kept:
                path.unlink()


def _digest(pack: bytes) -> str:
    return hashlib.sha256(pack).hexdigest()
