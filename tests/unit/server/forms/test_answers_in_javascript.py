"""Whole applications of random text, read by both languages: the same answers and the same findings."""

import json
import random
import shutil
import subprocess
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.forms.form import Field
from server.forms.forms import load_forms
from server.forms.rules import check, to_answers
from server.regions import load_regions

ROOT = Path(__file__).parents[4]
PASSPORT = load_forms(ROOT / "content/forms").latest("passport-new")
REGIONS = load_regions(ROOT / "content/regions.csv")
ODD = [
    "\u00a0",
    "\u200b",
    "\u0301",
    "ß",
    "ﬁ",
    "ǆ",
    "\u0345",
    "İ",
    "\u1e9e",
    "😀",
    "\u2126",
    "\ufeff",
    "\x85",
    "'",
    "\u2019",
]
PLAIN = list("0123456789aZ .-/+@()\n\r\t,")
APPLICATIONS = 400

SCRIPT = """
import { toAnswers } from "%(pwa)s/answers.js";
import { check } from "%(pwa)s/rules.js";
let text = "";
for await (const part of process.stdin) text += part;
const { form, regions, cases } = JSON.parse(text);
const known = new Set(regions);
console.log(JSON.stringify(cases.map(({ values, today }) =>
  [toAnswers(form, values, { today }), check(form, values, { today, regions: known })])));
"""


def typed(chance: random.Random, field: Field) -> Any:
    likely = {
        "date": ["12-04-1995", "29/02/2012", "2010-01-01", "31.12.2009", "0001-01-01"],
        "checkbox": ["1", "0", None, 1],
        "digits": ["1312035204950001", "1312036902120000", "9912031204950001"],
        "region": ["13.12.03.2004"],
        "regency": ["13.71"],
        "number": ["158", "12"],
    }.get(field.control, []) + [code for code, _ in field.options]
    if likely and chance.random() < 0.8:
        return chance.choice(likely)
    return "".join(chance.choice(PLAIN if chance.random() < 0.7 else ODD) for _ in range(chance.randint(0, 24)))


def test_both_languages_read_and_judge_any_application_alike() -> None:
    node = shutil.which("node", path=f"{ROOT}/.venv/bin") or shutil.which("node")
    if node is None:
        pytest.fail("node is missing: make test-setup")
    chance = random.Random(11)
    cases = [
        {"values": {f.key: typed(chance, f) for f in PASSPORT.fields}, "today": "2026-11-25"}
        for _ in range(APPLICATIONS)
    ]
    given = {"form": PASSPORT.data, "regions": list(REGIONS.by_code), "cases": cases}
    script = SCRIPT % {"pwa": (ROOT / "pwa").as_uri()}
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    for case, (answers, findings) in zip(cases, json.loads(done.stdout), strict=True):
        today = date.fromisoformat(case["today"])
        assert to_answers(PASSPORT, case["values"], today=today) == answers
        ours = check(PASSPORT, case["values"], today=today, regions=REGIONS)
        assert json.loads(json.dumps(asdict(ours))) == findings
