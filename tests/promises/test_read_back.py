"""What anybody types into any form is what an officer reads and prints, to the letter: people with names that other
systems refuse fill in every form until each of its questions has an answer, sealed by the phone's own code and sent to
a real server.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any

from server.content import load_content
from server.forms.answers import from_answers, settle
from server.forms.form import Form
from server.forms.form_rows import Question, spread
from server.forms.review import row_label, shown
from server.settings import load_settings
from sync.document import Doc
from sync.receipt_code import CodeKeys, spoken_number
from sync.seal import open_version, open_wrap_as_office
from tests.applicants import exchange
from tests.generated_people import HOSTILE, Crowd, meant
from tests.officers import ApiOfficer
from tests.sealed_items import new_keys
from tests.serving import RunningOffice

CONTENT = load_content(load_settings({}).content)
TEXTS, REGIONS = CONTENT.catalogues["id"], CONTENT.regions
TODAY = date(2026, 11, 25)
MOST = 400  # people until every question of a form has an answer
AT_ONCE = 20  # items in an exchange
UNANSWERED = "\N{EN DASH}"
NO_CASE = ("message", "survey")  # the one is read in its case's thread, the other is counted


@dataclass
class Sender:
    """Somebody with a form that they filled in, and the keys of their receipt code."""

    form: Form
    typed: dict[str, str]
    keys: CodeKeys = field(default_factory=new_keys)

    @property
    def asked(self) -> list[Question]:
        """Give what was answered, question by question."""
        every = spread(self.form.fields, settle(self.form, self.typed, today=TODAY))
        return [one for one in every if one.answer is not None]

    @property
    def meant(self) -> dict[str, str]:
        """Tell what was meant by what was typed, by the name under which it was."""
        return {name_of(one): meant(one.field, self.typed.get(name_of(one), "")) or "0" for one in self.asked}

    def for_phone(self) -> dict[str, Any]:
        """Write it for the phone."""
        secrets = {name: getattr(self.keys, name).hex() for name in ("open", "read", "sign")}
        return {
            "service": self.form.service, "name": self.form.name, "form": self.form.data, "typed": self.typed,
            "keys": {"case": self.keys.case, "proof": self.keys.proof, **secrets},
        }  # fmt: skip


def name_of(one: Question) -> str:
    """Name a question as a page posts it."""
    return f"{one.within.key}.{one.place - 1}.{one.field.key}" if one.within else one.field.key


def senders(form: Form, crowd: Crowd) -> Iterator[Sender]:
    """Give one with each name that has made trouble, and more until each question of the form has an answer."""
    left = {one.key for one in form.every_field if one.control not in ("files", "repeat")}
    left |= {f"{one.key} 2" for one in form.fields if one.control == "repeat"}  # a second row
    names = cycle(HOSTILE)
    for n in range(MOST):
        sender = Sender(form, crowd.person(form, today=TODAY, nama_lengkap=next(names)))
        answered = {one.field.key for one in sender.asked}
        answered |= {f"{one.within.key} {one.place}" for one in sender.asked if one.within}
        if n < len(HOSTILE) or answered & left:
            yield sender
        left -= answered
        if n + 1 >= len(HOSTILE) and not left:
            return
    raise AssertionError(f"nobody answered {left} of {form.service}")


def everybody() -> list[Sender]:
    """Give the senders of every form; who writes a message has an application at the office."""
    crowd = Crowd(17, regions=REGIONS)
    people = [one for service in CONTENT.forms.services for one in senders(CONTENT.forms.latest(service), crowd)]
    applied = iter([one.keys for one in people if one.form.service == "passport-new"])
    for one in people:
        if one.form.type == "message":
            one.keys = next(applied)
    return sorted(people, key=lambda one: one.form.type == "message")


def run_end(end: str, given: dict[str, Any]) -> Any:
    """Have the app's own modules do the work of the phone or of the desk."""
    command = [Path(sys.prefix) / "bin/node", Path(__file__).with_name("phone-and-desk.js"), end]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def send(office: RunningOffice, people: Sequence[Sender]) -> list[Doc]:
    """Seal on a phone what everybody typed, and send it; give the sealed versions."""
    told, people_ = office.ask("GET", "/office.json").json(), [one.for_phone() for one in people]
    items = run_end("phone", {"office": told, "today": str(TODAY), "people": people_})
    for n in range(0, len(items), AT_ONCE):
        answers = exchange(office.url, {"v": 1, "watch": []}, *items[n : n + AT_ONCE])
        assert [row[:3] for row in answers if row[1] != "ok"] == []
    return [version for version, _ in items]


def documents(officer: ApiOfficer, cases: set[str]) -> dict[str, Any]:
    """Fetch the cases with all that is sealed of them."""
    return {case: officer.get(f"cases/{case}").body for case in cases}


def wraps_of(officer: ApiOfficer, cases: dict[str, Any]) -> dict[str, Any]:
    """Give every wrap that the office keeps, by the id of its version."""
    counted = {version["_id"]: wrap for version, wrap in officer.get("survey").body["rows"]}
    return counted | {id_: wrap for case in cases.values() for id_, wrap in case["wraps"].items()}


def for_desk(office: RunningOffice, officer: ApiOfficer, people: Sequence[Sender], cases: dict[str, Any]) -> Any:
    """Write for the console what its page carries and what it fetches."""
    page, (kid, pair) = officer.page("/staff/id/"), officer.seal_key
    carried = {
        name: json.loads(re.findall(f'id="{name}">(.*?)</script>', page, re.DOTALL)[0])
        for name in ("regions", "papers")
    }
    return carried | {
        "office": office.ask("GET", "/office.json").json(), "texts": office.ask("GET", "/text/staff-id.json").json(),
        "kid": kid, "pair": {"d": pair.d.hex(), "pub": pair.pub.hex()},
        "forms": {f"{one.form.service} {one.form.name}": one.form.data for one in people},
        "cases": [
            {"id": case, "service": one.form.service, "number": spoken_number(case), "raw": cases[case]}
            for one in people for case in [one.keys.case]
        ],
    }  # fmt: skip


def on_paper(one: Question) -> tuple[str, str]:
    """Write a question and its answer as they are printed."""
    label = row_label(one.within, one.place, one.field, TEXTS) if one.within else TEXTS.text(one.field.label)
    if one.field.control == "region":  # with what is around it
        return label, ", ".join(REGIONS.full_name(str(one.answer)).split(", ")[:2])
    return label, shown(one.field, one.answer, TEXTS, REGIONS)


def test_what_people_type_into_every_form_is_what_an_officer_reads_and_prints(tmp_path: Path) -> None:
    people = everybody()
    with RunningOffice(tmp_path / "office", env={"RANTAU_POSTS_PER_SECOND": "1000"}) as office:
        sealed = send(office, people)
        officer = ApiOfficer(office.url).sign_in()
        cases = documents(officer, {one.keys.case for one in people if one.form.type not in NO_CASE})
        wraps = wraps_of(officer, cases)
        desk = for_desk(office, officer, [one for one in people if one.form.type not in NO_CASE], cases)

    for one, version in zip(people, sealed, strict=True):
        dek = open_wrap_as_office(version, wraps[version["_id"]], *officer.seal_key)
        opened = from_answers(one.form, open_version(version, dek)["personal"])
        read = {name_of(each): each.answer for each in spread(one.form.fields, opened)}
        assert {name: str(answer) for name, answer in read.items() if answer is not None} == one.meant, one.typed

    printing = [one for one in people if one.form.type not in NO_CASE]
    for one, sheet in zip(printing, run_end("desk", desk), strict=True):
        printed = Counter((label, answer) for label, answer in sheet if answer != UNANSWERED)
        assert printed == Counter(map(on_paper, one.asked)), one.typed
