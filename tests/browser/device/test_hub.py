"""What a phone believes of a hub: its own receipt, what the office signed, and nothing else."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from sync.key_pair import new_key_pair
from sync.statements import sign_gone
from tests.browser.device.device_page import run, states
from tests.scripted_office import ScriptedOffice
from tests.sealed_items import NOW

pytestmark = pytest.mark.browser
Rows = Callable[[list[Any]], list[str]]


class VillageHub:
    """The hub of a scripted office, at its name; `rows` answers an exchange as a test says."""

    def __init__(self, context: BrowserContext, office: ScriptedOffice) -> None:
        self.office = office
        self.exchanges: list[list[Any]] = []
        self.rows: Rows = self.honest
        self.told: dict[str, str] = {}  # what it heard of the office
        context.route("http://kinali.localhost:*/**", self._answer)

    def honest(self, lines: list[Any]) -> list[str]:
        return [self.office.ok(item, private=self.office.hub, who="hub:kinali") for item in lines[1:]]

    def _answer(self, route: Route) -> None:
        headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
        if route.request.method == "OPTIONS":
            return route.fulfill(status=204, headers=headers)
        if route.request.url.endswith("/ping"):
            return route.fulfill(body="rantau pppppppp\n", headers=headers)
        body = route.request.post_data_buffer or b""
        body = gzip.decompress(body) if "content-encoding" in route.request.headers else body
        lines = [json.loads(line) for line in body.splitlines()]
        self.exchanges.append(lines)
        head = json.dumps(
            {"epoch": "hhhhhhhh", "time": NOW + 366 * 86_400, "public": "zzzzzzzz", "more": False} | self.told
        )
        rows = "\n".join([head, *self.rows(lines)]) + "\n"
        return route.fulfill(body=rows, headers=headers | {"Content-Type": "application/x-ndjson"})


@pytest.fixture
def page(context: BrowserContext, office: ScriptedOffice) -> Page:
    page = context.new_page()
    page.goto(office.url.replace("127.0.0.1", "localhost") + "/id/")
    run(page, "await exchange.exchange()")  # the office was met
    return page


@pytest.fixture
def hub(context: BrowserContext, office: ScriptedOffice, page: Page) -> VillageHub:
    leave(page, office)
    return VillageHub(context, office)


def leave(page: Page, office: ScriptedOffice) -> None:
    """Go where only a portal answers in the office's place."""
    office.portal = "/ping"
    page.reload()


def exchanged(page: Page) -> Any:
    return run(page, "return exchange.exchange()")


def test_hub_then_office_is_one_record_with_the_offices_receipt(
    page: Page, office: ScriptedOffice, hub: VillageHub
) -> None:
    sent = run(page, "return send()")
    assert exchanged(page)["hub"] == [sent["id"]]
    assert states(page) == {sent["id"]: "hub"}
    assert exchanged(page)["state"] == "ok"
    assert [len(lines) for lines in hub.exchanges] == [2, 1], "what the hub has is not sent there again"
    assert hub.exchanges[1][0]["ask"] == [sent["id"]]

    office.stored[sent["id"]] = json.loads(sent["line"])  # the hub brought it
    office.portal = None
    assert exchanged(page)["done"] == [sent["id"]]
    assert [len(lines) for lines in office.exchanges if "ask" in lines[0]] == [1], "it travelled once"


def test_what_a_hub_swallowed_is_sent_to_the_office(page: Page, office: ScriptedOffice, hub: VillageHub) -> None:
    sent = run(page, "return send()")
    exchanged(page)
    office.portal = None
    assert exchanged(page)["done"] == [sent["id"]]
    assert list(office.stored) == [sent["id"]]


def test_no_word_of_a_hub_undoes_or_finishes_anything(page: Page, office: ScriptedOffice, hub: VillageHub) -> None:
    done = run(page, "return send()")
    office.portal = None
    assert exchanged(page)["done"] == [done["id"]]
    leave(page, office)
    sent = run(page, "return send()")
    skew = run(page, "return (await pins.office()).skew")
    gone = sign_gone(sent["case"], at=NOW, kid="o1", private=new_key_pair())

    def hostile(lines: list[Any]) -> list[str]:
        forged = [office.ok(item, private=office.hub, who="office") for item in lines[1:]]
        forged += [office.ok(item, private=new_key_pair(), who="hub:kinali") for item in lines[1:]]
        refused = [[sent["id"], "refused", "gone"], [None, "refused", "malformed", 2]]
        said = [*refused, [done["id"], "missing"], ["erase", gone]]
        return [*forged, *map(json.dumps, said)]

    hub.rows = hostile
    result = exchanged(page)
    assert result["forged"] == [sent["id"], sent["id"]]
    assert (result["done"], result["hub"], result["refused"], result["erased"]) == ([], [], [], [])
    assert states(page) == {done["id"]: "done", sent["id"]: "waiting"}
    assert run(page, "return (await pins.office()).skew") == skew
    office.portal = None
    assert exchanged(page)["done"] == [sent["id"]]
    assert states(page) == {done["id"]: "done", sent["id"]: "done"}
    assert not [lines for lines in office.exchanges if "have" in lines[0]], "a hub is no restored office"


def test_a_hub_that_heard_of_a_restore_gets_what_the_office_lost_and_the_office_is_asked_too(
    page: Page, office: ScriptedOffice, hub: VillageHub
) -> None:
    office.portal = None
    done = run(page, "const sent = await send(); await exchange.exchange(); return sent")
    leave(page, office)

    def forgetful(lines: list[Any]) -> list[str]:
        return [*(json.dumps([id_, "missing"]) for id_ in lines[0].get("have", [])), *hub.honest(lines)]

    hub.rows = forgetful
    for epoch in (office.epoch, "bbbbbbbb", "bbbbbbbb"):
        hub.told = {"office": epoch}
        assert exchanged(page)["state"] == "ok"
        assert states(page) == {done["id"]: "done"}, "what the office signed stays shown"
    asked = [lines[0]["have"] for lines in hub.exchanges if "have" in lines[0]]
    brought = [line[0]["_id"] for lines in hub.exchanges for line in lines[1:]]
    assert (asked, brought) == ([[done["id"]]], [done["id"]]), "once for a restore"

    office.portal, office.epoch = None, "bbbbbbbb"
    office.stored.clear()
    assert exchanged(page)["done"] == [done["id"]], "the hub may have lost it"


def test_a_hub_hears_nothing_of_a_volunteer_and_no_other_place_is_asked(
    page: Page, office: ScriptedOffice, hub: VillageHub
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    run(page, "return send()")
    exchanged(page)
    assert {name for lines in hub.exchanges for name in lines[0]} <= {"v", "watch", "ask"}
    hosts = {url.split("/")[2].rpartition(":")[0] for url in asked}
    assert hosts == {"localhost", "kinali.localhost"}
