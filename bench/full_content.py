"""An office's content at its full size: what is written is taken as it is, and what is missing is made up.

The made-up forms share the written form's groups of fields, as the real ones will, and have some of their own, with
texts; the made-up guides are as long as the written ones and compress as little. It is the same content each time.
"""

import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from server.settings import ROOT

FORMS, GUIDES = 12, 25
CONTENT = ROOT / "content"
_SHARED = ("diri", "ktp", "alamat", "pekerjaan", "perjalanan", "kirim")
_ON_DEMAND = {"message", "event-request"}  # forms that a phone fetches once somebody needs them, if at all
_SPONSORED = 6  # of the forms have the group of a sponsor, which is the same in each
_OWN_FIELDS, _SPONSOR_FIELDS = 7, 9
_CONSONANTS, _VOWELS = "bcdghjklmnprst", "aaeiu"
_NEW_WORDS = 0.06  # of a text; so measured on the guides that are written
_CONTROLS = ("text", "text", "digits", "date", "radio", "textarea", "text", "tel", "text")


def full_content(folder: Path) -> Path:
    """Copy the content into *folder* and fill it up to twelve forms and 25 guides in each language."""
    shutil.copytree(CONTENT, folder)
    writer = _Writer()
    form = json.loads((CONTENT / "forms" / "passport-new.v1.json").read_bytes())
    services = {path.name.partition(".")[0] for path in (CONTENT / "forms").glob("*.json")} - _ON_DEMAND
    sponsor = writer.section("penjamin", _SPONSOR_FIELDS)
    for n in range(FORMS - len(services)):
        made = writer.form(form, f"service-{n}", [sponsor] if n < _SPONSORED else [])
        (folder / "forms" / f"service-{n}.v1.json").write_text(json.dumps(made, ensure_ascii=False, indent=1))
    written = sorted((CONTENT / "guides" / "id").glob("*.md"))
    for n in range(GUIDES - len(written)):
        length = len(written[n % len(written)].read_bytes())
        for lang in (path.name for path in (CONTENT / "guides").iterdir()):
            (folder / "guides" / lang / f"guide-{n}.md").write_text(writer.guide(n, length))
    for path in (folder / "locale").glob("*.po"):
        path.write_text(path.read_text() + "".join(_po(key, text) for key, text in writer.texts.items()))
    return folder


class _Writer:
    """Writes what reads like the office's own words, and remembers the texts that it named."""

    def __init__(self) -> None:
        self.random = random.Random(1945)
        texts = [path.read_text() for path in sorted((CONTENT / "guides" / "id").glob("*.md"))]
        self.words = re.findall(r"[a-z]{2,}", " ".join(texts).lower())
        self.texts: dict[str, str] = {}

    def form(self, like: dict[str, Any], service: str, groups: list[dict[str, Any]]) -> dict[str, Any]:
        shared = {section["id"]: section for section in like["sections"]}
        own = self.section(service.replace("-", "_"), _OWN_FIELDS)
        first, *rest, last = (shared[name] for name in _SHARED)
        last = {**last, "fields": [self.own_papers(field) for field in last["fields"]]}
        title = self.text(f"form.{service}.title", 3)
        return {**like, "service": service, "title": title, "sections": [first, own, *groups, *rest, last]}

    def own_papers(self, field: dict[str, Any]) -> dict[str, Any]:
        if "papers" not in field:
            return field
        names = [f"surat-{self.random.randrange(100, 999)}" for _ in field["papers"]]
        own = {"required": True, "when": None}
        return {**field, "papers": [{"name": name, "label": self.text(f"paper.{name}", 5)} | own for name in names]}

    def section(self, name: str, count: int) -> dict[str, Any]:
        fields = [self.field(f"{name}_{n}", _CONTROLS[n % len(_CONTROLS)]) for n in range(count)]
        return {"id": name, "title": self.text(f"section.{name}", 3), "help": None, "fields": fields}

    def field(self, key: str, control: str) -> dict[str, Any]:
        codes = [[code, self.text(f"option.{key}.{code}", 2)] for code in "123"]
        return {
            "key": key, "group": "personal", "label": self.text(f"field.{key}", 4),
            "help": self.text(f"help.{key}", 12) if self.random.random() < 0.5 else None,
            "control": control, "required": True, "max": 100, "clear": False, "autocapitalize": None, "when": None,
            "options": codes if control == "radio" else None, "hard": [], "soft": [],
        }  # fmt: skip

    def guide(self, n: int, length: int) -> str:
        place = f"group: safe\norder: {100 + n}\nchecked: 2026-11-25"
        known = f"title: {self.sentence(4)}\n{place}\nsources:\n- {self.sentence(9)}"
        return f"---\n{known}\n---\n" + "".join(self.paragraphs(length - len(known)))

    def paragraphs(self, length: int) -> Iterator[str]:
        while length > 0:
            head = f"## {self.sentence(3)}\n\n" if self.random.random() < 0.3 else ""
            shape = self.random.choice(("{}. {}.\n\n", "- {}\n- {}\n\n"))
            part = head + shape.format(self.sentence(12), self.sentence(9))
            length -= len(part)
            yield part

    def text(self, key: str, count: int) -> str:
        self.texts[key] = self.sentence(count)
        return key

    def sentence(self, count: int) -> str:
        return " ".join(self.word() for _ in range(count)).capitalize()

    def word(self) -> str:
        if self.random.random() < _NEW_WORDS:
            return "".join(self.random.choice(letters) for letters in (_CONSONANTS, _VOWELS) * 3)
        return self.random.choice(self.words)


def _po(key: str, text: str) -> str:
    return f'\nmsgid "{key}"\nmsgstr "{text}"\n'
