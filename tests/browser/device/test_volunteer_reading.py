"""What a volunteer's phone reads and keeps: what could not be stored is asked for again, and nothing stays too long."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from sync.statements import sign_gone
from tests.browser.device.device_page import run
from tests.scripted_office import Answer, ScriptedOffice
from tests.sealed_items import NOW

pytestmark = pytest.mark.browser

AT_WORK = """const { storeNewKey, readDevice } = await import('/pwa/device-key.js');
await storeNewKey({ name: 'device.v1', device: 'v1', login: 'siti', since: 'before', reading: 'ok', readUntil: 0 });
vault.takeVault(new vault.Vault((await vault.openDevice()).key, vault.OWN, 'v1'));"""
READ = "const place = async () => (await (await import('/pwa/device-key.js')).readDevice('v1')).since;"
DAY = 86_400_000


@pytest.fixture
def two(page: Page) -> list[str]:
    """The cases of a volunteer at work, sent and received."""
    sent = run(page, AT_WORK + "const sent = [await send(), await send()]; await exchange.exchange(); return sent")
    return sorted(item["case"] for item in sent)


def telling(office: ScriptedOffice, *rows: Any) -> Callable[[list[Any]], Answer]:
    """Answer with these rows, and the place in the feed that they reach."""
    last = ["since", "after", 0]
    head = json.loads(office.head()) | {"reading": "ok"}
    return lambda _: Answer([json.dumps(row) for row in (head, *rows, last)])


class TestReading:
    @pytest.mark.parametrize("error", ["QuotaExceededError", "UnknownError"])
    def test_news_that_could_not_be_stored_are_read_again(
        self, page: Page, office: ScriptedOffice, two: list[str], error: str
    ) -> None:
        steps = [office.step(case, 1, "berkas_lengkap") for case in two]
        office.script = [telling(office, *steps)] * 2
        failed = run(
            page,
            READ
            + """const { put } = IDBObjectStore.prototype;
            IDBObjectStore.prototype.put = function (row) {
              if (this.name === 'cases' && row.id === arg[0]) throw new DOMException('', arg[1]);
              return put.call(this, row);
            };
            const { news, more } = await exchange.exchange();
            IDBObjectStore.prototype.put = put;
            return [news, more, await place()];""",
            [two[0], error],
        )
        assert failed == [[two[1]], True, "before"]
        again = run(page, READ + "return [(await exchange.exchange()).news, await place()]")
        assert again == [[two[0]], "after"]

    def test_what_cannot_be_stored_ever_holds_nothing_up(
        self, page: Page, office: ScriptedOffice, two: list[str]
    ) -> None:
        run(page, "await db.amend('cases', arg, (row) => ({ ...row, ct: row.ct.slice(1) }))", two[0])
        steps = [office.step(case, 1, "berkas_lengkap") for case in (two[0], "a" * 24, two[1])]
        office.script = [telling(office, *steps)]
        read = run(page, READ + "const { news, more } = await exchange.exchange(); return [news, more, await place()]")
        assert read == [[two[1]], False, "after"]

    def test_a_late_step_of_an_erased_case_holds_nothing_up(
        self, page: Page, office: ScriptedOffice, two: list[str]
    ) -> None:
        gone = sign_gone(two[0], at=NOW, kid="o1", private=office.keys.office)
        office.script = [telling(office, ["erase", gone], office.step(two[0], 1, "berkas_lengkap"))]
        read = run(page, READ + "return [(await exchange.exchange()).news, await place()]")
        assert read == [[], "after"]


class TestHandedOut:
    LEFT = f"""await answered.dropOld({NOW} + arg[1] / 1000, Date.now() + arg[1]);
    const {{ versions, events, handed }} = await cases.openCase(arg[0]);
    return [versions.length, events.length, Boolean(handed)];"""

    def test_the_sealed_copy_leaves_a_handed_out_case_35_days_after_the_receipt(
        self, page: Page, office: ScriptedOffice, two: list[str]
    ) -> None:
        run(page, "await (await import('/pwa/handed-out.js')).handOut(arg)", two[0])
        assert run(page, self.LEFT, [two[0], 34 * DAY]) == [1, 0, True]
        assert run(page, self.LEFT, [two[0], 36 * DAY]) == [0, 0, True]
        kept = run(page, self.LEFT, [two[1], 36 * DAY])
        assert kept == [1, 0, False]

    def test_a_code_that_could_not_be_forgotten_is_said_to_be_there(self, page: Page, two: list[str]) -> None:
        told = run(
            page,
            """const { handOutPart } = await import('/pwa/components/hand-out.js');
            const part = document.body.appendChild(await handOutPart({ case: arg }));
            IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); };
            // Which every page tells (pwa/refused.js).
            const refused = new Promise((resolve) => addEventListener('unhandledrejection', resolve));
            part.querySelector('[data-action=confirm]').click();
            return [(await refused).reason.name, location.pathname];""",
            two[0],
        )
        assert told == ["StorageError", "/id/"]

    def test_no_hub_s_receipt_lets_it_go(self, page: Page, office: ScriptedOffice) -> None:
        def at_hub(lines: list[Any]) -> Answer:
            return Answer([office.head(), *(office.ok(i, private=office.hub, who="hub:kinali") for i in lines[1:])])

        office.script = [at_hub]
        sent = run(page, AT_WORK + "const sent = await send(); await exchange.exchange(); return sent")
        run(page, "await (await import('/pwa/handed-out.js')).handOut(arg)", sent["case"])
        assert run(page, self.LEFT, [sent["case"], 1000 * DAY]) == [1, 0, True]
