"""Seals answers on the server for those whose browser can't: in memory, to keys of which the server has no half."""

import json
from collections.abc import Sequence

from server.forms.answers import Answer
from server.forms.forms import Form
from sync.keyring import KeyList
from sync.receipt_code import CodeKeys
from sync.seal import seal_version

CHANNEL = "web"


def seal_answers(
    form: Form,
    answers: Sequence[Answer],
    *,
    keys: CodeKeys,
    prev: Sequence[str],
    key_list: KeyList,
    at: int,
) -> str:
    """Seal the answers to a form and give the item as one line of JSON."""
    groups: dict[str, list[Answer]] = {name: [] for name in form.groups}
    for field, answer in zip(form.fields, answers, strict=True):
        groups[field.group].append(answer)
    item = seal_version(
        type=form.type,
        code_keys=keys,
        service=form.service,
        form=form.name,
        at=at,
        channel=CHANNEL,
        device=None,
        area=_area(form, answers),
        wish=[],
        prev=prev,
        groups=groups,
        recipients=_recipients(key_list),
    )
    return json.dumps(item, separators=(",", ":"))


def _area(form: Form, answers: Sequence[Answer]) -> str | None:
    clear = [answer for field, answer in zip(form.fields, answers, strict=True) if field.clear]
    return next((answer for answer in clear if isinstance(answer, str)), None)


def _recipients(key_list: KeyList) -> list[tuple[str, bytes]]:
    return [(key.kid, key.pub) for key in key_list.keys if key.use == "seal" and key.state == "primary"]
