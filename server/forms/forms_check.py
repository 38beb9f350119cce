"""Looks through everything that makes up the applications and tells every fault, in words: file, key and reason."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from server.databases import open_databases
from server.editing.form_sources import FormSourcesError, load_form_sources
from server.forms.choices import ChoicesError, load_choices
from server.forms.fees import FeesError, load_fees
from server.forms.forms import Form, FormError, Forms, load_forms
from server.i18n import CatalogueError, load_catalogues
from server.settings import Settings


def faults_in(content: Path) -> list[str]:
    """Give every fault of forms, groups, choices, fees and sources; none hides another's where that can be helped."""
    return list(_faults(content))


def _faults(content: Path) -> Iterator[str]:
    try:
        catalogues = load_catalogues(content / "locale")
        forms = load_forms(content / "forms", texts=catalogues.keys, languages=catalogues.languages)
    except CatalogueError as error:
        yield str(error)
        return
    except FormError as error:
        yield from error.faults
        return
    try:
        choices = load_choices(content / "choices.toml", services=forms.applications, languages=catalogues.languages)
        yield from (
            f"choices.toml: no answer leads to the application {one!r}" for one in choices.unled(forms.applications)
        )
    except ChoicesError as error:
        yield str(error)
    try:
        load_fees(content / "fees.toml", forms=forms, languages=catalogues.languages, also=catalogues.lenders)
    except FeesError as error:
        yield str(error)
    try:
        sources = load_form_sources(content / "forms.toml", services=forms.services, languages=catalogues.languages)
        yield from (
            f"forms.toml: no row says where the questions of {one!r} come from"
            for one in forms.services
            if one not in sources
        )
    except FormSourcesError as error:
        yield str(error)


def changed_since_published(settings: Settings, forms: Forms) -> list[str]:
    """Name every form that was published under its number and is another now: what was sent with it opens no more."""
    if not settings.couchdb and not settings.data.exists():
        return []
    published = asyncio.run(_published(settings))
    return [
        f"{form.service}.v{form.n}.json: (file): version {form.n} was published as {name} and is {form.name} now, by a "
        f"change in it or in a group: take the change back, and make it in a copy, v{form.n + 1}"
        for form in (form for every in forms.by_service.values() for form in every)
        for name in published.get((form.service, form.n), set()) - _names(forms, form)
    ]


def _names(forms: Forms, form: Form) -> set[str]:
    return {one.name for one in forms.by_service[form.service]}


async def _published(settings: Settings) -> dict[tuple[str, int], set[str]]:
    found: dict[tuple[str, int], set[str]] = {}
    async with open_databases(settings) as databases:
        for row in await databases.public.all_docs(start="form.", end="form/"):
            _, service, n, digest = row.id.split(".")
            found.setdefault((service, int(n)), set()).add(f"{n}.{digest}")
    return found
