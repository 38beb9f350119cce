"""A version of a form that is published in the console: an edit of the kind `form`, whose name is the service.

An edit is JSON: `form`, the text of the form made whole, of which its name is made; `texts`, the words that it brings,
by language and key; `file`, the text as it was handed in; `source` and `checked`. Every edit is a version and stays in
use for those who began with it, whatever the content folder holds later.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from server.editing.form_sources import FormSource
from server.faults import unread
from server.forms.form import Form, FormError
from server.forms.form_reader import read_form
from server.forms.forms import refuse_missing_texts
from server.i18n import Catalogues

FORM = "form"
MAX_FORM = 48 * 1024  # bytes of a form made whole: every phone fetches it
_N = re.compile(r'("n"\s*:\s*)[0-9]+')


@dataclass(frozen=True)
class PublishedForm:
    """One such version, the text that was handed in, and where its questions come from."""

    form: Form
    file: str
    source: FormSource


def write_published_form(form: Form, file: str, *, source: str, checked: date) -> str:
    """Write a version as an edit."""
    told = {
        "form": form.raw.decode(), "texts": form.texts, "file": file, "source": source,
        "checked": checked.isoformat(),
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def read_published_form(text: str) -> PublishedForm:
    """Read such an edit.

    Raises:
        FormError: it is none.
    """
    try:
        told = json.loads(text)
        whole = json.loads(told["form"])
        service = str(whole["service"])
        form = read_form(f"{service}.v{whole['n']}.json", told["form"].encode())
        checked = date.fromisoformat(told["checked"])
        texts = {lang: dict(words) for lang, words in told["texts"].items()}
        source = FormSource(services=(service,), law="", source=told["source"], checked=checked, unverified=None)
        return PublishedForm(replace(form, texts=texts), str(told["file"]), source)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormError(unread(error)) from None


def with_every_text(form: Form, catalogues: Catalogues) -> Form:
    """Give a form that can be shown in every language: one that was added since is lent the words of another.

    Raises:
        FormError: a text of it is in no catalogue any longer, and never was in the form.
    """
    keys, own = catalogues.keys, dict[str, str]()
    for texts in form.texts.values():
        own = {**texts, **own}
    lent = {key: text for key, text in own.items() if key not in keys}
    whole = replace(form, texts={lang: {**lent, **form.texts.get(lang, {})} for lang in catalogues.languages})
    refuse_missing_texts(f"{form.service}.v{form.n}.json", whole, keys, catalogues.languages)
    return whole


def numbered(file: str, n: int) -> str:
    """Give the text of a form with another number, as a new version begins."""
    return _N.sub(rf"\g<1>{n}", file, count=1)


def next_number(forms: Mapping[str, tuple[Form, ...]], service: str) -> int:
    """Give the number of the version that comes next."""
    return 1 + max((form.n for form in forms.get(service, ())), default=0)
