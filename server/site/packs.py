"""The offline set of one language in a dozen packs: at 2G, eighty requests would take half a minute, and packs resume.

A pack is JSON: `{"<url>": {"headers": {…}, "body": "…"}}`; `body64` in base64 for what is not text, `swapped` with each
" for a ' and each ' for a " where that is fewer of what JSON writes as two characters. The list has the headers that
every answer carries, an entry those of its own; together they are what the same URL is served with, so that a cached
page keeps its policy; only a page is another there (phone_copy.py). A pack is named by its content and these headers.
The first ones and then those of AT_ONCE in one answer, a line each after a head, is what a first visit fetches:
together they compress better. A phone works without a signal from the first ones on, while the others still come.

A browser that can (RFC 9842) holds that answer, and each pack that it fetches later, as the dictionary for the packs
that come after; server/site/differences.py answers what differs.
"""

import base64
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any

import brotli

from server.site.made_before import NOTHING, MadeBefore
from server.site.resources import FOR_EVER, Resource, compress_all, digest_of, make_resource

_QUICK = f"size at 9 {brotli.__version__}"
LIMIT = 11_776  # bytes of brotli: what a thin signal brings before it goes
_LARGEST_IMAGE = 2 * 1024  # bytes
_HEADERS = 60  # bytes of an entry beside its body
_SWAP = str.maketrans("\"'", "'\"")
JSON = "application/json"
LINES = "application/x-ndjson"
HELD = "private, max-age=31536000"  # a dictionary must be fresh; the worker itself asks past every cache
# What the console alone uses; officers open it with a connection first and the browser keeps it.
_OFFICERS = ("events", "hpke", "keyring", "open", "rescue")
_NOT_OFFLINE = (
    "/pwa/staff/", "/service-worker.js", "/pwa/css/",
    *(f"/pwa/crypto/{name}.js" for name in _OFFICERS),
)  # fmt: skip
# What is not needed to fill in and to send without a signal comes in packs of its own, by what asks for them. `online`
# is of no use before the office can be asked, and a phone has it fetched as soon as it is ready; any other is fetched,
# and from then on kept and updated, once somebody here needs it (`keepPacks` of pwa/sw-bridge.js).
EXTRAS = {
    "online": (
        "bundle", "case-content", "cases", "components/case", "components/case-answers", "components/case-steps",
        "components/correction", "components/office-words", "components/privacy", "components/track-form",
        "contact", "crypto/event-reading",
        "crypto/open-own", "crypto/receipts", "crypto/shape", "crypto/speakable", "crypto/unpadding", "exchange",
        "exchange-timer", "lease", "online", "passphrase/offer", "stopwatch", "transport", "bundle-export",
        "components/save-file", "bare-steps", "dialect", "packed-item", "receipt-taking", "comfort", "reading-aloud",
        "answered", "components/answered-cards", "refused", "images/data-use", "images/link-speed", "images/tus",
        "images/uploader", "after-start", "alone", "leaving", "components/absent-page", "components/send-cost",
        "components/send-time", "components/sending-parts",
    ),
    # Every application but the first, with the guided choice between them: after what everybody begins with.
    "forms": ("checklist", "components/checklist-view", "components/form-rows"),
    # Messages and complaints; every phone has it fetched, so that it is there without a signal.
    "talk": (
        "apart", "components/complaint-part", "components/complaint-receipt", "components/thread", "hand-over",
        "messages", "promises",
    ),
    # What bodies ask the office for, beside documents.
    "request": (),
    # Whoever carries files for others, or waits for the answer to one; it builds on what is in `online`.
    "bundle": ("bundle-import", "components/bundle"),
    # A phone that a PIN or a passphrase locks, and what helps where something does not open.
    "profile": (
        "aside", "components/aside-part", "components/forgotten", "components/passphrase-form",
        "components/problem-card", "components/profile-panel", "components/unlock", "crypto/passphrase-bytes",
        "crypto/rescue-seal", "handing", "idle", "key-keeper", "key-renewal", "lock-watch", "passphrase/argon2-worker",
        "passphrase/derive-key", "passphrase/kdf", "pin", "profile-vault", "profiles", "reopen", "tries",
        "vendor/argon2/argon2.umd.min",
    ),
    # The pictures of a draft, and how they are sealed.
    "images": ("images/image-store", "images/paper-names", "images/seal-images"),
    # The photos that the office does not have yet, seen, saved as files and let go; on top of `online` and `images`.
    "rescue": ("crypto/open-file", "images/photos-here", "images/refused-photos"),
    # Papers by camera, on top of `images`; every phone has it fetched, so that it is there without a signal.
    "photo": (
        "images/camera-view", "images/canvas", "images/corner-editor", "images/corners", "images/darkroom",
        "images/encoding", "images/fidelity", "images/homography", "images/illumination", "images/image-header",
        "images/image-limits", "images/image-worker", "images/paper-kinds", "images/paper-photos",
        "images/photo-dialog", "images/photo.css", "images/planes", "images/png", "images/sharpness",
        "images/two-level", "images/workbench",
    ),
    # Looking through the guides, and those for volunteers and officers with their questions.
    "guides": (
        "class-view.css", "components/class-view", "components/guide-search", "components/quiz", "guide-search",
        "training",
    ),
    # Choosing a day to come: for whoever has an application on this phone.
    "booking": (
        "booking/booking-news", "booking/bookings", "booking/calendar-file", "booking/hour", "booking/offers",
        "booking/ticket", "components/booking", "components/wish-part",
    ),
    # What comes after an application is sent, on top of `online`: when it should be ready, what waits at the office,
    # how it was; and the office's own page with the figures that it publishes.
    "survey": (
        "components/case-outlook", "components/survey-form", "css/figures.css", "pace", "reminders",
        "survey-draft", "surveyed",
    ),
    "volunteer": (
        "classes", "components/class-count", "components/device-line", "components/hand-out", "components/volunteer",
        "crypto/key-pair", "day/consent-form", "day/consents", "day/day-end", "day/day-page", "day/day-setup",
        "day/days", "day/late-consent", "day/printing", "day/progress", "day/sheet.css", "day/strip", "day/strip.css",
        "device-key", "device-reading", "enrolment", "handed-out", "many-cases", "paging",
    ),
}  # fmt: skip
# What every phone has fetched comes with the first packs, in this order: what asks the office, then the camera, which
# the first form has too. The rest is in the order in which the whole answer compresses best.
AT_ONCE = ("online", "images", "photo", "guides", "survey", "talk", "forms")
# In this order they compress best: what is alike lies near.
_KINDS = ("style", "data", "guide", "page", "apply", "script", "image")


@dataclass(frozen=True)
class Packs:
    """The packs of one language: what their list says, and what is served."""

    revision: str
    urls: tuple[str, ...]
    resources: Mapping[str, Resource]


def make_packs(
    lang: str,
    resources: Mapping[str, Resource],
    headers: Mapping[str, str],
    made: MadeBefore = NOTHING,
    *,
    later: Mapping[str, str] | None = None,
) -> Packs:
    """Pack what *lang* needs without a signal.

    Args:
        headers: the ones that every answer carries.
        made: what need not be made again.
        later: the URLs of pages and files that are fetched after the first ones, each with the packs it is in.
    """
    offline, common = _offline(lang, resources), as_json(headers)
    extra = {url: (later or {}).get(url) or _extra(url) for url, _ in offline}
    sets = {name: [item for item in offline if extra[item[0]] == name] for name in ("", *EXTRAS)}
    base, *more = (_pack(f"/packs/{lang}/{name}", items, common, made) for name, items in sets.items())
    every = reduce(or_, more, base)
    compress_all(every.values(), made)
    revision = digest_of(",".join(every).encode(), 8)
    head = {"revision": revision, "headers": headers}
    rows = {"packs": _rows(base), "extras": {name: _rows(packs) for name, packs in zip(EXTRAS, more, strict=True)}}
    list_ = make_resource(as_json(head | rows), JSON)
    bodies = {name: _bodies_of(packs) for name, packs in zip(("", *EXTRAS), (base, *more), strict=True)}
    whole = at_once(revision, headers, bodies[""], {name: bodies[name] for name in AT_ONCE})
    lines = make_resource(whole, LINES, cache=HELD, headers={"Use-As-Dictionary": f'match="/packs/{lang}*"'})
    listed = {f"/packs/{lang}.json": list_, f"/packs/{lang}.ndjson": lines}
    return Packs(revision, tuple(url for url, _ in offline), every | listed)


def at_once(
    revision: str, headers: Mapping[str, str], packs: Mapping[str, bytes], more: Mapping[str, Mapping[str, bytes]]
) -> bytes:
    """Write packs in one answer: a head, and a line each; then those of *more*, which the head counts by name."""
    head = {"revision": revision, "headers": headers, "count": len(packs)}
    counts = {"more": [[name, len(named)] for name, named in more.items()]} if more else {}
    lines = (b'["%s",%s]' % (url.encode(), pack) for named in (packs, *more.values()) for url, pack in named.items())
    return b"\n".join([as_json(head | counts), *lines, b""])


def _bodies_of(packs: Mapping[str, Resource]) -> dict[str, bytes]:
    return {url: pack.body for url, pack in packs.items()}


def _pack(prefix: str, items: Sequence[tuple[str, Resource]], common: bytes, made: MadeBefore) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    # A kind begins a pack of its own: a new guide must not move every script after it into another pack.
    for _, same in groupby(items, key=lambda item: _kind(*item)):
        for body in _bodies(list(same), made):
            place = f"{prefix}{len(found)}-"
            as_dictionary = {"Use-As-Dictionary": f'match="{place}*"'}
            name = f"{place}{digest_of(common + body, 8)}.json"
            found[name] = make_resource(body, JSON, cache=FOR_EVER, headers=as_dictionary)
    return found


def place_of(url: str) -> str:
    """Give what the URL of a pack has in common with that of the next edition's pack in its place."""
    return url[: url.rindex("-") + 1]


def _rows(packs: Mapping[str, Resource]) -> list[list[object]]:
    return [[url, _size(pack)] for url, pack in packs.items()]


def _extra(url: str) -> str:
    if url.startswith("/text/"):
        return url.removeprefix("/text/").rpartition("-")[0]
    if url.count("/") == 2 and (page := url.rpartition("/")[2]) in EXTRAS:
        return page
    module = url.removeprefix("/pwa/").removesuffix(".js")
    return next((name for name, modules in EXTRAS.items() if module in modules), "")


def _offline(lang: str, resources: Mapping[str, Resource]) -> list[tuple[str, Resource]]:
    others = {url for url in resources if _is_foreign(url, lang, resources)}
    mine = [item for item in resources.items() if _belongs(item[0], lang, others) and _is_small(item[1])]
    return sorted(mine, key=lambda item: (_KINDS.index(_kind(*item)), item[0]))


def _is_foreign(url: str, lang: str, resources: Mapping[str, Resource]) -> bool:
    """Whether it is a page or a file of another language."""
    first = url.split("/")[1]
    return first != lang and f"/{first}/" in resources


def _belongs(url: str, lang: str, others: Collection[str]) -> bool:
    if url.startswith("/text/"):
        return url in {f"/text/{lang}.json", *(f"/text/{name}-{lang}.json" for name in EXTRAS)}
    if url.startswith("/pwa/") and _extra(url):
        return True
    if url.startswith(_NOT_OFFLINE) or url.startswith("/packs/") or (url.count("/") > 2 and url.startswith("/forms/")):
        return False
    return url not in others


def _is_small(resource: Resource) -> bool:
    # A big picture is for the home screen, and the system fetches it itself.
    return not resource.type.startswith("image/") or _size(resource) <= _LARGEST_IMAGE


def _kind(url: str, resource: Resource) -> str:
    if resource.type.startswith("text/html"):
        part = url.split("/")[2] if url.count("/") > 2 else ""
        return {"apply": "apply", "guides": "guide"}.get(part, "page")
    kinds = {"text/css": "style", "text/javascript": "script", "image/": "image"}
    return next((kind for start, kind in kinds.items() if resource.type.startswith(start)), "data")


def _entry(resource: Resource) -> dict[str, Any]:
    own = {"Content-Type": resource.type, **resource.headers}
    try:
        text = resource.body.decode()
    except UnicodeDecodeError:
        return {"headers": own, "body64": base64.b64encode(resource.body).decode()}
    return {"headers": own} | (
        {"swapped": text.translate(_SWAP)} if text.count('"') > text.count("'") else {"body": text}
    )


def text_of(entry: Mapping[str, Any]) -> str | None:
    """Give the text of an entry; None for what is no text."""
    swapped: str | None = entry.get("swapped")
    return entry.get("body") if swapped is None else swapped.translate(_SWAP)


def _bodies(items: Sequence[tuple[str, Resource]], made: MadeBefore) -> Iterator[bytes]:
    pack: dict[str, dict[str, Any]] = {}
    at_most = 0  # bytes that the pack is compressed
    for url, resource in items:
        entry, part = _entry(resource), _at_most(resource, made) + _HEADERS
        # Compressing together is never larger than apart: what fits by that sum needs no try, and tries are slow.
        if pack and at_most + part > LIMIT:
            at_most = _size_together(as_json(pack | {url: entry}), made)
            if at_most > LIMIT:
                yield as_json(pack)
                pack, at_most = {}, part
        else:
            at_most += part
        pack[url] = entry
    if pack:
        yield as_json(pack)


def _at_most(resource: Resource, made: MadeBefore) -> int:
    # What is served in packs alone, as a form's page for phones is, was never compressed by itself.
    return _size(resource) if "encodings" in vars(resource) else _size_together(resource.body, made)


def _size_together(body: bytes, made: MadeBefore) -> int:
    return int(made.get(_QUICK, body, _quick_size))


def _quick_size(body: bytes) -> bytes:
    # Quicker than the form that is served, which is never larger.
    return b"%06d" % len(brotli.compress(body, quality=9))


def _size(resource: Resource) -> int:
    return len(resource.encodings.get("br", resource.body))


def as_json(value: object) -> bytes:
    """Write JSON as it is in a pack."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def oversized(resources: Mapping[str, Resource]) -> list[str]:
    """Name the packs over the limit, each with one page or script that is too long by itself."""
    packs = [(url, pack) for url, pack in resources.items() if url.startswith("/packs/") and url.count("/") > 2]
    return [url for url, pack in packs if _size(pack) > LIMIT]
