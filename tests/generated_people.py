"""Generated people who fill in any form to its end: ordinary ones, and those whose names other systems refuse."""

import random
import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

from faker import Faker

from server.forms.form import Field, Form
from server.forms.rules import check
from server.regions import Regions

HOSTILE = (
    "Suharto", "O'Neil D'Arc", "Nur'aini", "Ma\N{RIGHT SINGLE QUOTATION MARK}ruf", "Zoë Müller-Łódź",
    "R. A. Kartini", "Xi", "Si/Ti",
    "Maharani Puteri Bungsu Nan Sabatang Panjang Dari Ulakan Jaya", "  Datuak   Rajo ", "É", "Yeşim İnönü",
)  # fmt: skip
PATTERNS = {
    "[0-9]{16}": ("1312030304900001",), "[A-Z0-9<]{1,9}": ("N1234567",),
    "(19|20)[0-9]{2}": ("1958", "2015"),  # of a grown person and of a child
}  # fmt: skip
WAYS = ("%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y")
PHONES = ("0812 3456 7890", "+62-813-1111-222", "081(234)567890")


class Crowd:
    """Makes people, the same ones for the same seed."""

    def __init__(self, seed: int, *, regions: Regions) -> None:
        self.faker = Faker("id_ID")
        self.faker.seed_instance(seed)
        self.chance = random.Random(seed)
        self.nagari = [code for code in regions.by_code if code.count(".") == 3]
        self.regencies = [code for code in regions.by_code if code.count(".") == 1]
        self.regions = regions

    def person(self, form: Form, *, today: date, **fixed: Any) -> dict[str, str]:
        """Answer every question that this form asks of somebody, as it would be typed; *fixed* are answers by key."""
        typed: dict[str, str] = {}
        for field in form.fields:
            if field.control == "repeat":
                for at in range(self.chance.randint(field.min, min(field.max or 0, 3))):
                    typed |= {f"{field.key}.{at}.{one.key}": self.answer(one) for one in field.fields}
            elif field.control != "files":
                typed[field.key] = str(fixed.get(field.key, self.answer(field)))
        return self.mended(form, typed, today=today)

    def answer(self, field: Field) -> str:
        """Answer one question: mostly as people do, sometimes with what is odd and right."""
        rules = {rule.rule: rule.value for rule in field.hard}
        if field.options:
            return self.chance.choice(field.options)[0]
        match field.control:
            case "checkbox":
                return "1" if rules.keys() & {"checked", "consent"} else self.chance.choice(["", "1"])
            case "date":
                return self.day()
            case "number":
                return str(self.chance.randint(rules["min"], rules["max"]))
            case "region":
                return self.chance.choice(self.nagari)
            case "regency":
                return self.chance.choice(self.regencies)
            case "tel":
                return self.chance.choice(PHONES)
            case "email":
                return str(self.faker.email())
            case "textarea":
                return str(self.faker.address()) + "\r\n  RT 01/RW 02 "
        if "pattern" in rules:
            return self.chance.choice(PATTERNS[rules["pattern"]])
        if "passport-ri" in rules:
            return "x 123-4567"
        return self.name() if field.required or self.chance.random() < 0.5 else ""

    def name(self) -> str:
        """Give a name of this country, or one that has given somebody trouble."""
        return self.chance.choice(HOSTILE) if self.chance.random() < 0.5 else str(self.faker.name())

    def day(self) -> str:
        """Give a day in one of the ways in which people write one."""
        day = date(1930, 1, 1) + timedelta(days=self.chance.randrange(35_000))
        return day.strftime(self.chance.choice(["%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d", "%-d.%-m.%Y"]))

    def mended(self, form: Form, typed: dict[str, str], *, today: date) -> dict[str, str]:
        """Take the advice of the form's own findings where a choice does not go with the others."""
        for _ in range(3):
            for finding in check(form, typed, today=today, regions=self.regions).hard:
                field = form.field(finding.field)
                allowed = [rule.value for rule in field.hard if rule.rule == "one-of"]
                long = field.max and len(str(typed.get(finding.field, ""))) > field.max
                typed[finding.field] = str(allowed[0][0]) if allowed else "Padang" if long else self.name()[: field.max]
        return typed


def meant(field: Field, typed: str) -> str:
    """Tell what somebody meant who typed this, apart from how the product reads it."""
    lines = [" ".join(line.split()) for line in typed.splitlines()]
    text = unicodedata.normalize("NFC", "\n".join(lines))
    if field.control == "date":
        return next(str(datetime.strptime(text, way).date()) for way in WAYS if re.fullmatch(_shape(way), text))
    if field.control == "tel":
        return "+62" + re.sub("[^0-9]", "", text).removeprefix("62").removeprefix("0")
    if any(rule.rule == "passport-ri" for rule in field.hard):
        return re.sub("[ -]", "", text).upper()
    return text.upper() if field.autocapitalize else text


def _shape(way: str) -> str:
    return way.replace(".", "[.]").replace("%Y", "[0-9]{4}").replace("%d", "[0-9]{1,2}").replace("%m", "[0-9]{1,2}")
