"""The next version of an application's form, as it is handed in at the console: checked, shown, and published.

Template: `staff/form.html` (as server/editing/edit_desk.py says, with service, title, next_n, versions and, after a
spreadsheet was read, notes: what of it has no twin here).
"""

import asyncio
import base64
import binascii
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import Environment, TemplateError

from server.casework.paper_forms import PaperFormsError, load_paper_forms
from server.content import Content
from server.editing.edit_desk import NotThis
from server.editing.published_form import (
    FORM,
    MAX_FORM,
    next_number,
    numbered,
    read_published_form,
    write_published_form,
)
from server.faults import Fault
from server.forms.fees import FeesError, load_fees
from server.forms.form import Form, FormError
from server.forms.form_reader import read_form
from server.forms.form_source import not_json
from server.forms.forms import read_groups, refuse_missing_texts
from server.forms.xlsform import Imported, XlsFormError, read_xlsform
from server.i18n import MissingText
from server.moments import day_typed, local_day
from server.office import Office
from server.pages import make_environment

MAX_UNPACKED = 8 * 1024 * 1024  # bytes of a spreadsheet, which comes packed


@dataclass(frozen=True)
class FormSubject:
    """The form of one application."""

    office: Office
    service: str
    notes: Sequence[str] = ()

    kind = FORM
    template = "staff/form.html"
    back = "forms"
    deed = "form-published"
    names = ("json", "source", "checked")

    @property
    def name(self) -> str:
        """Give the service."""
        return self.service

    @property
    def about(self) -> Mapping[str, str]:
        """Say in the audit which it is."""
        return {"form": f"{self.service}.v{self.next_n}"}

    @property
    def next_n(self) -> int:
        """Give the number that the new version has to have."""
        return next_number(self.office.forms.by_service, self.service)

    def filed(self) -> dict[str, str]:
        """Give the newest file of the content folder as the next version begins."""
        folder = self.office.settings.content / "forms"
        filed = sorted(folder.glob(f"{self.service}.v*.json"), key=lambda path: int(path.stem.rpartition(".v")[2]))
        return self._begun(filed[-1].read_text(encoding="utf-8") if filed else "", "")

    def typed(self, text: str) -> dict[str, str]:
        """Give a published version as the next one begins."""
        try:
            published = read_published_form(text)
        except FormError as error:
            raise NotThis("json", *error.faults) from None
        return self._begun(published.file, published.source.source)

    def text(self, fields: Mapping[str, str]) -> str:
        """Write what was handed in as an edit."""
        form = self._read(fields["json"])
        if not fields["source"]:
            raise NotThis("source")
        today = local_day(self.office.clock(), self.office.settings.office.time_zone)
        checked = day_typed(fields["checked"])
        if checked is None or checked > today:
            raise NotThis("checked")
        return write_published_form(form, fields["json"], source=fields["source"], checked=checked)

    def shown(self, text: str) -> Mapping[str, str]:
        """Give its questions as applicants see them, by language."""
        return self._rendered(read_published_form(text).form)

    def words(self) -> Mapping[str, object]:
        """Name it, its versions, and what a spreadsheet held beside it."""
        versions = self.office.forms.by_service[self.service]
        told = {"service": self.service, "title": versions[-1].title, "next_n": self.next_n}
        return {"part": FORM, **told, "versions": versions, "notes": self.notes}

    def _begun(self, file: str, source: str) -> dict[str, str]:
        return {"json": numbered(file, self.next_n).strip(), "source": source, "checked": ""}

    def _read(self, file: str) -> Form:
        n = self._number(file)
        if n != self.next_n:
            # What is published stays as it is: people filled it in, and their answers open by it alone.
            raise NotThis("number", f'"n": {self.next_n}', field="json")
        name = f"{self.service}.v{n}.json"
        content = self.office.content
        try:
            form = read_form(name, file.encode(), read_groups(self.office.settings.content / "forms"))
            refuse_missing_texts(name, form, content.catalogues.keys, content.catalogues.languages)
        except FormError as error:
            raise NotThis("json", *error.faults) from None
        latest = content.forms.latest(self.service)
        if (form.type, form.steps) != (latest.type, latest.steps):
            raise NotThis("type", field="json")
        if len(form.raw) > MAX_FORM:
            raise NotThis("long", field="json")
        if _asked(form) == _asked(latest):
            raise NotThis("same", field="json")
        self._refuse_what_others_miss(form)
        self._rendered(form)
        return form

    def _refuse_what_others_miss(self, form: Form) -> None:
        """Refuse a form that no longer asks what a fee or the printed sheet goes by."""
        folder, languages = self.office.settings.content, self.office.catalogues.languages
        also = self.office.catalogues.lenders
        forms = self.office.forms.with_published([form])
        try:
            load_fees(folder / "fees.toml", forms=forms, languages=languages, also=also)
            load_paper_forms(folder / "paper.toml", forms=forms, languages=languages)
        except (FeesError, PaperFormsError) as error:
            raise NotThis("json", error.args[0]) from None

    def _number(self, file: str) -> Any:
        try:
            data = json.loads(file)
        except (ValueError, RecursionError) as error:
            raise NotThis("json", not_json(error)) from None
        return data.get("n") if isinstance(data, dict) else None

    def _rendered(self, form: Form) -> dict[str, str]:
        content = with_form(self.office.content, form)
        environment = make_environment(self.office.settings, content)
        try:
            return render_questions(environment, content, form)
        except (TemplateError, MissingText) as error:
            raise NotThis("json", Fault("its questions cannot be shown: {words}", words=str(error))) from None


def render_questions(environment: Environment, content: Content, form: Form) -> dict[str, str]:
    """Give the questions of a form as applicants see them where no script hides any, by language."""
    page, found = environment.get_template("staff/form_questions.html"), {}
    for lang in content.catalogues.languages:
        text = content.catalogues[lang].text
        found[lang] = page.render(form=form, lang=lang, _=text, t=text, values={}, errors={})
    return found


def with_form(content: Content, form: Form) -> Content:
    """Give the content with one version more."""
    forms = content.forms.with_published([form])
    return replace(content, forms=forms, catalogues=content.catalogues.with_texts({**form.texts}))


def _asked(form: Form) -> Any:
    """Give what it asks in words: their keys are called after its number."""

    def spoken(value: Any) -> Any:
        match value:
            case dict():
                return {key: spoken(each) for key, each in value.items()}
            case list():
                return [spoken(each) for each in value]
            case str():
                return {lang: texts[value] for lang, texts in form.texts.items() if value in texts} or value
        return value

    return spoken({**form.data, "n": 0})


async def read_sheet(sheet: str, service: str, n: int) -> Imported:
    """Read the spreadsheet that a browser handed in.

    Raises:
        NotThis: it is none, or too large.
    """
    try:
        raw = base64.b64decode(sheet, validate=True)
    except (ValueError, binascii.Error):
        raise NotThis("sheet", field="json") from None
    if raw.startswith(b"PK") and _unpacked(raw) > MAX_UNPACKED:
        raise NotThis("long", field="json")
    try:
        return await asyncio.to_thread(read_xlsform, io.BytesIO(raw), service, n=n)
    except XlsFormError as error:
        raise NotThis("sheet", error.args[0], field="json") from None


def _unpacked(raw: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            return sum(one.file_size for one in packed.infolist())
    except zipfile.BadZipFile:
        raise NotThis("sheet", field="json") from None
