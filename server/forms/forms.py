"""Every version of every form, from `content/forms/<service>.v<n>.json`; a published form is kept for ever.

What several forms ask alike stands once, in `content/forms/groups/<name>.v<n>.json`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.faults import Fault, fault_in
from server.forms.form import Condition, Field, Form, FormError, Paper, Rule, Section, form_name
from server.forms.form_grammar import CLEAR
from server.forms.form_reader import read_form

__all__ = [
    "CLEAR", "Condition", "Field", "Form", "FormError", "Forms", "Paper", "Rule", "Section", "form_name", "load_forms",
]  # fmt: skip


@dataclass(frozen=True)
class Forms:
    """Every form by service, oldest version first."""

    by_service: Mapping[str, tuple[Form, ...]]

    @property
    def services(self) -> tuple[str, ...]:
        """Name the services that have a form."""
        return tuple(self.by_service)

    @property
    def applications(self) -> tuple[str, ...]:
        """Name the services of which an application asks for a document: those whose steps are not of their own."""
        forms = map(self.latest, self.services)
        return tuple(form.service for form in forms if form.type == "application" and not form.steps)

    @property
    def requests(self) -> tuple[str, ...]:
        """Name the services by which something is asked for that is no document: those with steps of their own."""
        forms = map(self.latest, self.services)
        return tuple(form.service for form in forms if form.type == "application" and form.steps)

    def is_for_document(self, service: str) -> bool:
        """Say whether an application of *service* asks for a document, as one does whose form is no longer here."""
        return service in self.applications or service not in self.by_service

    def latest(self, service: str) -> Form:
        """Give the newest form of *service*; KeyError when there is none."""
        return self.by_service[service][-1]

    def with_published(self, published: Sequence[Form]) -> "Forms":
        """Give these forms with versions that were published in the console; of two of one number theirs is newer."""
        found = dict(self.by_service)
        for form in published:
            every = (*found.get(form.service, ()), form)
            found[form.service] = tuple(sorted(every, key=lambda one: one.n))
        return Forms(found)

    def texts(self, services: Collection[str] | None = None) -> dict[str, dict[str, str]]:
        """Give the texts that forms bring along, by language and key, those of *services* alone where these are named;
        of two versions' words the newer."""
        found: dict[str, dict[str, str]] = {}
        chosen = self.services if services is None else services
        for form in (form for service in chosen for form in self.by_service[service]):
            for lang, texts in form.texts.items():
                found.setdefault(lang, {}).update(texts)
        return found

    def by_name(self, service: str, name: str) -> Form | None:
        """Find the version of a form that an application names."""
        return next((form for form in self.by_service.get(service, ()) if form.name == name), None)


def read_groups(folder: Path) -> dict[str, bytes]:
    """Give the files of the groups that forms may include, by name."""
    return {path.name.removesuffix(".json"): path.read_bytes() for path in sorted(folder.glob("groups/*.json"))}


def load_forms(
    folder: Path, *, texts: Collection[str] | None = None, languages: Collection[str] = ("id", "en")
) -> Forms:
    """Read every form of *folder*; with *texts* given, a key that is not among them is an error too, unless the form
    itself has words for it in each of the *languages*.

    Raises:
        FormError: with everything that is wrong in any of them.
    """
    found: dict[str, list[Form]] = {}
    faults: list[str] = []
    groups = read_groups(folder)
    for path in sorted(folder.glob("*.json")):
        try:
            form = read_form(path.name, path.read_bytes(), groups)
            if texts is not None:
                refuse_missing_texts(path.name, form, texts, languages)
            found.setdefault(form.service, []).append(form)
        except FormError as error:
            faults += error.faults
    if faults:
        raise FormError(*dict.fromkeys(faults))
    return Forms({service: tuple(sorted(forms, key=lambda form: form.n)) for service, forms in found.items()})


def refuse_missing_texts(file: str, form: Form, texts: Collection[str], languages: Collection[str]) -> None:
    """Refuse a form of which a text stands neither in the catalogues nor, in each of the *languages*, in itself.

    Raises:
        FormError: naming the text.
    """
    for key in form.text_keys():
        lacking = [lang for lang in languages if key not in form.texts.get(lang, ())]
        if key not in texts and lacking == list(languages):
            raise FormError(fault_in(file, key, Fault("no text of this name in the catalogues")))
        if key not in texts and lacking:
            raise FormError(fault_in(file, key, Fault("no words in {lang!r}", lang=lacking[0])))
