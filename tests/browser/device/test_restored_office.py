"""An office that was set back to an older backup gets from a phone what it lacks, at a price that has a bound."""

from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.device.device_page import run, states
from tests.scripted_office import Answer, ScriptedOffice

MANY = 2500  # more than one question names
# Items like the one that was sent, as if the office had given receipts for them one after the other.
FILL = """
    const [sent] = await db.readAll('outbox');
    const [version, wrap] = JSON.parse(sent.line);
    const [kind, of] = version._id.split('.');
    await db.transact(['outbox'], 'readwrite', (store) => {
      for (let n = 1; n < arg; n += 1) {
        const id = `${kind}.${of}.${String(n).padStart(20, 'a')}`;
        const line = JSON.stringify([{ ...version, _id: id }, wrap]);
        store('outbox').put({ ...sent, id, line, at: sent.at + n });
      }
      return () => null;
    });
"""


@pytest.fixture
def sent(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = run(page, "const sent = await send(); await exchange.exchange(); return sent")
    return found


def asked(office: ScriptedOffice) -> list[int]:
    """How many items each exchange asked for, as far as it asked."""
    return [len(lines[0]["have"]) for lines in office.exchanges if "have" in lines[0]]


def exchange(page: Page) -> Any:
    return run(page, "return exchange.exchange()")


def test_a_phone_with_a_summer_of_applications_offers_again_all_that_is_lacking(
    page: Page, office: ScriptedOffice, sent: dict[str, Any]
) -> None:
    run(page, FILL + "return null", MANY)
    office.stored.clear()
    office.epoch = "bbbbbbbb"
    assert exchange(page)["state"] == "ok"
    assert len(office.stored) == MANY
    assert set(states(page).values()) == {"done"}
    assert asked(office) == [1000, 1000, 500]


def test_a_question_that_is_cut_is_asked_again(page: Page, office: ScriptedOffice, sent: dict[str, Any]) -> None:
    run(page, FILL + "return null", MANY)
    office.stored.clear()
    office.epoch = "bbbbbbbb"
    office.script = [office.honest, office.honest, lambda _: Answer(status=503)]  # within the second question
    assert exchange(page)["state"] == "busy"
    assert len(office.stored) < MANY
    assert exchange(page)["state"] == "ok"
    assert len(office.stored) == MANY


def test_an_office_restored_twice_gets_it_twice(page: Page, office: ScriptedOffice, sent: dict[str, Any]) -> None:
    for epoch in ("bbbbbbbb", "cccccccc"):
        office.stored.clear()
        office.epoch = epoch
        assert exchange(page)["done"] == [sent["id"]]
        assert list(office.stored) == [sent["id"]]


def test_two_offices_in_turn_are_asked_once_each(page: Page, office: ScriptedOffice, sent: dict[str, Any]) -> None:
    for epoch in ["bbbbbbbb", "aaaaaaaa"] * 3:
        office.epoch = epoch
        exchange(page)
    assert asked(office) == [1]


def test_who_is_restored_unnoticed_is_asked_in_time(page: Page, office: ScriptedOffice, sent: dict[str, Any]) -> None:
    office.stored.clear()
    exchange(page)
    assert asked(office) == []
    run(page, "const now = Date.now; Date.now = () => now() + 15 * 86_400_000; return null")
    exchange(page)
    assert asked(office) == [1]
    assert list(office.stored) == [sent["id"]]


def test_a_server_that_lies_of_its_age_costs_one_question_an_exchange(
    page: Page, office: ScriptedOffice, sent: dict[str, Any]
) -> None:
    ages = count()

    def lie(lines: list[Any]) -> Answer:
        office.epoch = f"lie{next(ages)}"
        rows = [f'["{id_}","missing"]' for id_ in lines[0].get("have", [])]
        return Answer([office.head(), *rows, *(office.ok(item) for item in lines[1:])])

    office.script = [lie] * 40
    before = len(office.exchanges)
    assert exchange(page)["state"] == "ok"
    assert len(office.exchanges) - before <= 3  # what is new, the question, what it is said to lack
    assert states(page) == {sent["id"]: "done"}
