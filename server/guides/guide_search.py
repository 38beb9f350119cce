"""Finds passages in the guides for whoever has no JavaScript; pwa/guide-search.js does the same on the phone.

What is looked for is posted, never part of an address: it would stay in histories and in the logs of others.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.guides.guides import Guide
from server.office import office_of
from server.origin import is_foreign
from server.pages import render
from server.posted import read_posted
from server.tracking import texts_of

MOST = 100  # characters of what is looked for
WORDS = 8
BEFORE, AFTER = 60, 160  # characters of a passage around its first hit
_BLOCK = re.compile(r"<(h2|h3|p|li|tr)>(.*?)(?=</?(?:h2|h3|p|li|ul|ol|tr|table)>)", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Text:
    """What is looked through of one guide; a block is its heading and its words."""

    slug: str
    title: str
    blocks: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Found:
    """One guide that was found: a passage in parts, each said to be a hit or not."""

    slug: str
    title: str
    heading: str
    parts: tuple[tuple[str, bool], ...]


async def search_guides(request: Request) -> Response:
    """Answer `POST /{lang}/guides`: the guides that have what was typed."""
    office, _ = office_of(request), texts_of(request)
    if is_foreign(request, office.settings.origin):
        raise HTTPException(403)
    query = (await read_posted(request)).get("q", "").strip()[:MOST]
    texts = [text_of(guide) for guide in office.guides.of(request.path_params["lang"])]
    return render(request, "guides.html", query=query, found=search(texts, query))


@lru_cache(maxsize=256)
def text_of(guide: Guide) -> Text:
    """Give the words of a guide."""
    return Text(guide.slug, guide.title, tuple(_blocks(guide.html)))


def _blocks(html: str) -> Iterator[tuple[str, str]]:
    heading = ""
    for tag, inner in _BLOCK.findall(html):
        words = " ".join(unescape(_TAG.sub(" " if tag == "tr" else "", inner)).split())
        if tag.startswith("h"):
            heading = words
        elif words:
            yield heading, words


def search(texts: Sequence[Text], query: str) -> list[Found]:
    """Give the guides that have the most of the words, those first that have them in their titles."""
    words = _words(query)
    scored = [(_count(words, _all_of(text)), -_count(words, fold(text.title)), text) for text in texts]
    most = max((count for count, _, _ in scored), default=0)
    best = sorted((one for one in scored if most and one[0] == most), key=lambda one: one[1])
    return [_found(text, words) for _, _, text in best]


def fold(text: str) -> str:
    """Write letters small and without their marks, one sign for each, so that places stay the same."""
    return "".join(unicodedata.normalize("NFD", sign)[0].lower()[0] for sign in unicodedata.normalize("NFC", text))


def _words(query: str) -> list[str]:
    every = list(dict.fromkeys(word for word in re.split(r"[\W_]+", fold(query)) if word))
    return ([word for word in every if len(word) > 1] or every)[:WORDS]


def _all_of(text: Text) -> str:
    return fold("\n".join([text.title, *(part for block in text.blocks for part in block)]))


def _count(words: Iterable[str], folded: str) -> int:
    return sum(word in folded for word in words)


def _found(text: Text, words: Sequence[str]) -> Found:
    heading, passage = max(text.blocks, key=lambda block: _count(words, fold(block[1])), default=("", ""))
    return Found(text.slug, text.title, heading, tuple(_parts(unicodedata.normalize("NFC", passage), words)))


def _parts(passage: str, words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    folded = fold(passage)
    hits = sorted((at, at + len(word)) for word in words for at in _places(folded, word))
    first = hits[0][0] if hits else 0
    begin = passage.rfind(" ", 0, max(0, first - BEFORE)) + 1 if first > BEFORE else 0
    end = passage.find(" ", first + AFTER)
    end = len(passage) if end < 0 else end
    yield "… " if begin else "", False
    for start, stop in hits:
        if stop <= begin or start >= end:
            continue
        yield passage[begin : max(begin, start)], False
        yield passage[max(begin, start) : stop], True
        begin = stop
    yield passage[begin:end] + (" …" if end < len(passage) else ""), False


def _places(folded: str, word: str) -> Iterator[int]:
    at = folded.find(word)
    while at >= 0:
        yield at
        at = folded.find(word, at + len(word))
