"""What a server, or whoever answers in its place, can tell a phone: nothing that the code's holder or the office's own
key did not make."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from sync.key_pair import new_key_pair
from tests.browser.device.device_page import run
from tests.scripted_office import Answer, ScriptedOffice
from tests.sealed_items import new_keys, seal_pair

pytestmark = pytest.mark.browser

ANSWERS = {"personal": ["UPIK", None, None]}


@pytest.fixture
def sent(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = run(page, "const sent = await send(); await exchange.exchange(); return sent")
    return found


def fetch(page: Page, sent: dict[str, Any]) -> Any:
    """Open the case by its code, as on another phone."""
    return run(page, "return cases.fetchCase(arg)", sent["code"])


def test_a_correction_that_the_holder_did_not_make_replaces_nothing(
    page: Page, office: ScriptedOffice, sent: dict[str, Any]
) -> None:
    v = sent["id"].split(".")[2]
    forged, wrap = seal_pair(office.keys, new_keys(), prev=[v], groups={"personal": ["ORANG LAIN", None, None]})
    forged["_id"] = f"app.{sent['case']}.{forged['_id'].split('.')[2]}"
    office.stored = {forged["_id"]: [forged, wrap], **office.stored}
    case = fetch(page, sent)
    assert [version["groups"] for version in case["versions"]] == [None, ANSWERS]
    assert case["standing"] == [v], "the next correction replaces what the holder made"


def test_another_case_and_a_changed_one_are_not_shown_as_this_one(
    page: Page, office: ScriptedOffice, sent: dict[str, Any]
) -> None:
    other = run(page, "const sent = await send({ nama: 'buyung' }); await exchange.exchange(); return sent")
    foreign, honest = office.stored[other["id"]], office.stored[sent["id"]]
    changed = [{**honest[0], "area": "13.12.03.2004"}, honest[1]]

    def swap(lines: list[Any]) -> Answer:
        rows = [[version, {"t": wrap["t"]}] for version, wrap in (foreign, changed)]
        return Answer([office.head(), *map(json.dumps, rows)])

    office.script = [swap]
    [shown] = fetch(page, sent)["versions"]
    assert (shown["id"], shown["groups"]) == (sent["id"], None)


def test_a_step_of_another_case_or_number_or_key_moves_nothing(
    page: Page, office: ScriptedOffice, sent: dict[str, Any]
) -> None:
    true = office.step("a" * 24, 1, "ditolak")
    office.events[sent["case"]] = [
        {**true, "case": sent["case"], "_id": f"ev.{sent['case']}.0001"},
        {**office.step(sent["case"], 1, "diserahkan"), "n": 2, "_id": f"ev.{sent['case']}.0002"},
        office.step(sent["case"], 3, "dibatalkan", private=new_key_pair()),
        office.step(sent["case"], 4, "ditolak", private=office.keys.server),
    ]
    assert fetch(page, sent)["step"] == "terkirim"
    assert run(page, "return exchange.exchange()")["news"] == []
