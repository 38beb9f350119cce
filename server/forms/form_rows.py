"""What repeats in a form: its rows as the page without JavaScript posts them, and one by one for people to read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.forms.answers import Answer, rows_of
from server.forms.form import Field, Form

CHANGE = "rows"  # the name of the buttons that add, take away and move rows
_WISH = re.compile("(add|remove|up|down) ([a-z0-9_]+)(?: ([0-9]{1,2}))?")


@dataclass(frozen=True)
class Question:
    """One question with its answer; of a row also the field it repeats within, and the row's number from 1."""

    field: Field
    answer: Answer
    within: Field | None = None
    place: int = 0


def spread(fields: Sequence[Field], answers: Mapping[str, Any]) -> Iterator[Question]:
    """Give every question with its answer, those of rows one by one."""
    for field in fields:
        if field.control != "repeat":
            yield Question(field, answers.get(field.key))
            continue
        for at, row in enumerate(rows_of(field, answers), 1):
            yield from (Question(one, row.get(one.key), field, at) for one in field.fields)


def row_count(field: Field, values: Mapping[str, Any]) -> int:
    """Count the rows to show: those that were typed, and at least as many as there must be."""
    return max(field.min, len(rows_of(field, values)))


def in_row(field: Field, inner: Field, at: int | str) -> Field:
    """Give a field under the name that it has in a row."""
    return replace(inner, key=f"{field.key}.{at}.{inner.key}")


def known_values(form: Form, values: Mapping[str, str], *others: str) -> dict[str, str]:
    """Leave out what no field of the form is called, in rows or outside."""
    keys = {field.key for field in form.fields} | set(others)
    inner = {(field.key, one.key) for field in form.fields for one in field.fields}
    return {n: v for n, v in values.items() if n in keys or (n.count(".") == 2 and tuple(n.split(".")[::2]) in inner)}


def change_rows(form: Form, values: Mapping[str, str], wish: str) -> dict[str, str]:
    """Do what a button asks with the rows that were typed; whatever it does not name stays."""
    found = _WISH.fullmatch(wish)
    field = next((one for one in form.fields if found and one.key == found[2] and one.control == "repeat"), None)
    if found is None or field is None:
        return dict(values)
    rows: list[dict[str, Any]] = rows_of(field, values)
    rows += [{} for _ in range(row_count(field, values) - len(rows))]
    _do(found[1], rows, int(found[3] or 0), most=field.max or 0)
    others = {name: value for name, value in values.items() if not name.startswith(f"{field.key}.")}
    # A row in which nothing was typed yet is there all the same.
    blank = dict.fromkeys((one.key for one in field.fields), "")
    return others | {
        f"{field.key}.{at}.{key}": value for at, row in enumerate(rows) for key, value in (blank | row).items()
    }


def _do(verb: str, rows: list[dict[str, Any]], at: int, *, most: int) -> None:
    if verb == "add":
        rows += [{}] if len(rows) < most else []
    elif at >= len(rows):
        return
    elif verb == "remove":
        del rows[at]
    else:
        to = max(at - 1, 0) if verb == "up" else min(at + 1, len(rows) - 1)
        rows.insert(to, rows.pop(at))
