"""Everything that is the same for everybody, made once at start: pages, the app's files, texts, forms and the packs."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.content import Content
from server.deadlines import Deadline
from server.forms.fees import Value
from server.forms.forms import Form
from server.headers import strict_headers
from server.i18n import Catalogue
from server.pages import ABSENT
from server.settings import Settings
from server.site.assets import load_assets
from server.site.differences import Differences
from server.site.editions import Editions, keep_editions
from server.site.first_page import CSP, first_pages
from server.site.joined import ENTRY, only_hands_on
from server.site.made_before import NOTHING, MadeBefore
from server.site.packs import JSON, make_packs
from server.site.phone_copy import phone_copy
from server.site.prepared import Prepared
from server.site.resources import FOR_EVER, REVALIDATE, Resource, compress_all, digest_of, make_resource
from server.survey.survey_plan import SERVICE
from sync.keyring import names_hub

DEVICE_TEXTS = ("app.", "code.", "field.", "rule.", "option.", "form.", "section.", "step.", "refused.", "state.")
# Of those, what only an answer of the office needs, and what only a phone needs on which something does not open.
ONLINE_TEXTS = (
    "step.", "refused.", "app.case.", "app.exchange.busy", "app.exchange.elsewhere", "app.exchange.failed",
    "app.exchange.no-office", "app.exchange.ok", "app.mine.carried", "app.mine.drop", "app.mine.erased", "app.look",
    "app.mine.retry", "app.mine.unread", "app.privacy.", "app.read-aloud", "app.receipt.done", "app.receipt.hub",
    "app.receipt.kept", "app.receipt.refused", "app.state.photos", "app.state.refused", "code.", "app.sending.",
    "state.done", "state.hub", "state.kept", "state.refused", "state.photos", "app.receipt.photos", "app.refused",
    "cost.",
)  # fmt: skip
STAFF_TEXTS = (*DEVICE_TEXTS, "staff.", "consent.", "talk.")
PROFILE_TEXTS = ("profile.", "app.mine.renew", "app.mine.set-aside")  # of a phone that a PIN or a passphrase locks
VOLUNTEER_TEXTS = ("volunteer.", "consent.")  # and what people agree to before a volunteer takes anything down
PHOTO_TEXTS = ("photo.",)  # of papers that are photographed
# What stands on the page itself and is looked up by no module.
_PAGES_ALONE = re.compile(
    r"form\.(?!.*\.title$)|section\..*\.help$|app\.steps$|quiz\.(do|means|title)$|survey\.thanks\.means$"
)
FORMS_TEXTS = ("rule.rows-", "checklist.")  # of what comes with the applications other than the first
GUIDES_TEXTS = ("guides.found", "guides.nothing", "quiz.", "class.")  # of looking through, asking, showing
SURVEY_TEXTS = ("remind.", "survey.thanks")  # of what comes after an application is sent
TALK_TEXTS = ("talk.", "step.aduan_", "step.kegiatan_")  # of messages, and the steps that some forms have of their own
BOOKING_TEXTS = ("booking.",)  # of days to come
BUNDLE_TEXTS = ("bundle.",)  # of files that are carried
RESCUE_TEXTS = ("here.",)  # of photos that the office does not have yet
EDITIONS = "editions"  # folder in that of what was made before


@dataclass(frozen=True)
class Site:
    """What is served by its URL alone.

    Attributes:
        revision: changes whenever anything that a device keeps does.
        offline: the URLs in each language's packs.
        differences: how packs are answered.
    """

    resources: Mapping[str, Resource]
    revision: str
    offline: Mapping[str, tuple[str, ...]]
    differences: Differences


NO_SITE = Site({}, "", {}, Differences(Editions()))  # of an office that is opened by a command


def build_site(settings: Settings, prepared: Prepared, *, keys: list[Any], made: MadeBefore = NOTHING) -> Site:
    """Make the site.

    Args:
        keys: the signed list of keys, which counts into the revision.
        made: what need not be made again.
    """
    content = prepared.content
    resources = {
        **load_assets(made=made), **_texts(content), **_forms(content), **_fees(content), **_promises(content),
        **prepared.pages,
    }  # fmt: skip
    headers = strict_headers(settings.origin, has_hubs=names_hub(keys))
    resources = {url: tagged(resource, headers) for url, resource in resources.items()}
    compress_all(resources.values(), made)
    languages = content.catalogues.spoken
    later = {url: "forms" for url in resources if _is_later(url, content)}
    later |= {url: beside for url in resources if (beside := _beside(url, content))}
    later |= {url: "guides" for url in resources if _is_training(url, content)}
    later |= {url: "survey" for url in resources if _is_survey(url)}
    later |= {f"/{lang}/{ABSENT}": "online" for lang in languages}
    later |= {url: "online" for url, each in resources.items() if only_hands_on(each.body) and url != ENTRY}
    offline = {url: _on_a_phone(each) for url, each in resources.items() if not _is_posted(url, content)}
    packs = {lang: make_packs(lang, offline, headers, made, later=later) for lang in languages}
    for each in packs.values():
        resources |= each.resources
    first = first_pages(resources, headers[CSP])
    resources |= {url: tagged(page, headers) for url, page in first.items()}
    compress_all(resources.values(), made)  # what is new: all packs of a language at once
    forms = [content.forms.latest(service).name for service in content.forms.services]
    parts = [keys, forms, [each.revision for each in packs.values()]]
    editions = keep_editions(made.folder / EDITIONS, resources) if made.folder and not made.only_looks else Editions()
    kept = {lang: each.urls for lang, each in packs.items()}
    return Site(resources, digest_of(_json(parts), 8), kept, Differences(editions))


def tagged(resource: Resource, headers: Mapping[str, str]) -> Resource:
    """Name a page or a script by its headers too: under another policy it is another thing."""
    return replace(resource, etag=f'W/"{digest_of(_json([resource.etag, dict(headers)]))}"')


def _on_a_phone(resource: Resource) -> Resource:
    # It is served in packs alone. How small it is by itself counts there in figures too rough for the difference.
    body = phone_copy(resource.body.decode()).encode() if resource.type.startswith("text/html") else resource.body
    return resource if body == resource.body else replace(resource, body=body)


def _texts(content: Content) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    begins = set(content.forms.latest(content.first).text_keys()) if content.first else set()
    in_use = {key for service in content.forms.services for key in content.forms.latest(service).text_keys()}
    for lang in content.catalogues.spoken:
        catalogue = content.catalogues[lang]
        own = content.forms.texts().get(catalogue.content, {}).keys() - begins
        device = _of_modules(catalogue.subset(DEVICE_TEXTS))
        # An older form comes from the office when an answer to it is looked at, and these words come with it.
        earlier = {key: text for key, text in device.items() if key in own and key not in in_use}
        device = {key: text for key, text in device.items() if key not in earlier}
        said, asked = (
            content.forms.texts(services).get(catalogue.content, {})
            for services in (_not_applications(content) - {*content.forms.requests}, content.forms.requests)
        )
        talk = {key: text for key, text in device.items() if key in said} | catalogue.subset(TALK_TEXTS)
        request = {key: text for key, text in device.items() if key in asked}
        others = own - talk.keys() - request.keys()
        forms = {key: text for key, text in device.items() if key in others} | catalogue.subset(FORMS_TEXTS)
        online = {key: text for key, text in catalogue.subset(ONLINE_TEXTS).items() if key not in talk}
        later = catalogue.subset(PROFILE_TEXTS) | online | forms | talk | request
        first = {key: text for key, text in device.items() if key not in later}
        more = {
            "profile": PROFILE_TEXTS,
            "volunteer": VOLUNTEER_TEXTS,
            "bundle": BUNDLE_TEXTS,
            "rescue": RESCUE_TEXTS,
            "photo": PHOTO_TEXTS,
            "guides": GUIDES_TEXTS,
            "survey": SURVEY_TEXTS,
            "booking": BOOKING_TEXTS,
        }
        parts = {lang: first, f"forms-{lang}": forms, f"online-{lang}": online, f"talk-{lang}": talk}
        parts |= {f"request-{lang}": request, f"earlier-{lang}": earlier}
        parts |= {f"staff-{lang}": catalogue.subset(STAFF_TEXTS)}
        parts |= {f"{name}-{lang}": _of_modules(catalogue.subset(prefixes)) for name, prefixes in more.items()}
        found |= {f"/text/{name}.json": make_resource(_json(texts), JSON) for name, texts in parts.items()}
    return found


def _of_modules(texts: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in texts.items() if not _PAGES_ALONE.match(key)}


def _not_applications(content: Content) -> set[str]:
    return set(content.forms.services) - set(content.forms.applications)


def _beside(url: str, content: Content) -> str | None:
    """Name the packs of a page or a file of what is said to the office beside applications for documents."""
    parts = url.removesuffix(".json").split("/")
    if parts[2:3] == ["promises"]:
        return "talk"
    if not ("apply" in parts[2:3] or parts[1] == "forms") or parts[-1] not in _not_applications(content):
        return None
    return "request" if parts[-1] in content.forms.requests else "talk"


def _is_survey(url: str) -> bool:
    """Whether a page or a file asks for the survey, or shows what comes of it and of the office's other work."""
    return url.removesuffix(".json").split("/")[2:3] in ([SERVICE], ["office"])


def _is_posted(url: str, content: Content) -> bool:
    """Whether a page is for posting alone: who has JavaScript writes messages on the page of the case."""
    *_, kind, service = ["", "", *url.split("/")]
    return kind == "apply" and content.forms.latest(service).type == "message"


def _is_later(url: str, content: Content) -> bool:
    """Whether a page or a file belongs to the applications that are not the first, or to the choice between them."""
    parts = url.removesuffix(".json").split("/")
    if parts[2:3] in (["choose"], ["fees"]):
        return True
    return ("apply" in parts[2:3] or parts[1] == "forms") and parts[-1] != content.first


def _is_training(url: str, content: Content) -> bool:
    """Whether a page is a guide that applicants do not need."""
    _, lang, kind, slug = ["", *url.split("/"), "", ""][1:5]
    guide = content.guides.get(lang, slug) if kind == "guides" else None
    return guide is not None and guide.group in ("volunteer", "officer")


def _forms(content: Content) -> dict[str, Resource]:
    found = {}
    for service, forms in content.forms.by_service.items():
        found[f"/forms/{service}.json"] = _form(forms[-1], REVALIDATE)
        found |= {f"/forms/{service}/{form.name}.json": _form(form, FOR_EVER) for form in forms}
    return found


def _fees(content: Content) -> dict[str, Resource]:
    return {
        f"/{lang}/fees.json": make_resource(_json([_value(value, catalogue) for value in content.fees.values]), JSON)
        for lang, catalogue in content.catalogues.by_lang.items()
    }


def _promises(content: Content) -> dict[str, Resource]:
    """Write for phones by when complaints are answered, and on which days nobody works."""
    years = content.working_days.years
    others = _not_applications(content)
    rules = [rule for rule in content.deadlines.rules if rule.services & others]
    told = {
        "holidays": sorted(day.isoformat() for year in years.values() for day in year.days),
        "sure": [number for number, year in years.items() if year.unverified is None],
    }
    return {
        f"/{lang}/promises.json": make_resource(
            _json({"rules": [_rule(rule, content.catalogues[lang].content) for rule in rules], **told}), JSON
        )
        for lang in content.catalogues.spoken
    }


def _rule(rule: Deadline, lang: str) -> dict[str, Any]:
    told = {"states": sorted(rule.states), "days": rule.days, "law": rule.law, "source": rule.source}
    unverified = {"unverified": rule.unverified[lang]} if rule.unverified else {}
    return {**told, "checked": rule.checked.isoformat(), **unverified}


def _value(value: Value, catalogue: Catalogue) -> dict[str, Any]:
    told = {
        "kind": value.kind, "services": value.services, "when": value.when, "label": catalogue.choose(value.label),
        "amount": value.amount, "days": value.days, "steps": [*map(catalogue.choose, value.steps)], "law": value.law,
        "since": value.since and value.since.isoformat(), "source": value.source, "checked": value.checked.isoformat(),
        "unverified": value.unverified and catalogue.choose(value.unverified),
    }  # fmt: skip
    return {key: each for key, each in told.items() if each not in (None, (), [])}


def _form(form: Form, cache: str) -> Resource:
    return make_resource(form.raw, JSON, cache=cache, headers={"Rantau-Form": form.name})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
