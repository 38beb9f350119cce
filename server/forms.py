"""Every version of every form, from `content/forms/<service>.v<n>.json`; a published form is kept for ever."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from server.form import Condition, Field, Form, FormError, Paper, Rule, Section, form_name
from server.form_reader import CLEAR, read_form

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

    def latest(self, service: str) -> Form:
        """Give the newest form of *service*; KeyError when there is none."""
        return self.by_service[service][-1]

    def by_name(self, service: str, name: str) -> Form | None:
        """Find the version of a form that an application names."""
        return next((form for form in self.by_service.get(service, ()) if form.name == name), None)


def load_forms(folder: Path, *, texts: Collection[str] | None = None) -> Forms:
    """Read every form of *folder*; with *texts* given, a message key that is not among them is an error too."""
    found: dict[str, list[Form]] = {}
    for path in sorted(folder.glob("*.json")):
        form = read_form(path.name, path.read_bytes())
        if texts is not None:
            _refuse_missing_texts(path.name, form, texts)
        found.setdefault(form.service, []).append(form)
    return Forms({service: tuple(sorted(forms, key=lambda form: form.n)) for service, forms in found.items()})


def _refuse_missing_texts(file: str, form: Form, texts: Collection[str]) -> None:
    missing = [key for key in form.text_keys() if key not in texts]
    if missing:
        raise FormError(f"{file}: {missing[0]}: no text of this name in the catalogues")
